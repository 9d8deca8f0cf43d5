import { newApp } from "../new-app";
import { expressions } from "./expressions";

const parts = [expressions];

export const reports = newApp();
for (const part of parts) reports.route("/", part);
