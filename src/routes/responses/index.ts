import { newApp } from "../new-app";
import { get } from "./get";
import { list } from "./list";
import { submit } from "./submit";

const parts = [submit, list, get];

export const responses = newApp();
for (const part of parts) responses.route("/", part);
