import { newApp } from "../new-app";
import { passwords } from "./passwords";
import { providers } from "./providers";
import { signingIn } from "./sign-in";
import { signingUp } from "./sign-up";

export const auth = newApp();
for (const part of [signingUp, signingIn, passwords, providers]) auth.route("/", part);
