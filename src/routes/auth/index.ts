import { newApp } from "../new-app";
import { google } from "./google";
import { passwords } from "./passwords";
import { signingIn } from "./sign-in";
import { signingUp } from "./sign-up";

export const auth = newApp();
for (const part of [signingUp, signingIn, passwords, google]) auth.route("/", part);
