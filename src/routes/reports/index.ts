import { newApp } from "../new-app";
import { exports } from "./exports";
import { expressions } from "./expressions";

const parts = [exports, expressions];

export const reports = newApp();
for (const part of parts) reports.route("/", part);
