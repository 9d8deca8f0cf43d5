import { newApp } from "../new-app";
import { change } from "./change";
import { entries } from "./entries";
import { get } from "./get";
import { list } from "./list";
import { submit } from "./submit";
import { upkeep } from "./upkeep";
import { visits } from "./visits";

const parts = [submit, list, get, change, entries, upkeep, visits];

export const responses = newApp();
for (const part of parts) responses.route("/", part);
