import { newApp } from "../new-app";
import { exports } from "./exports";
import { expressions } from "./expressions";
import { schedules } from "./schedules";
import { suppressions } from "./schedules/suppressions";
import { templates } from "./templates";

const parts = [exports, expressions, schedules, suppressions, templates];

export const reports = newApp();
for (const part of parts) reports.route("/", part);
