import { newApp } from "../new-app";
import { change } from "./change";
import { create } from "./create";
import { read } from "./read";

export const plugins = newApp();
for (const part of [create, read, change]) plugins.route("/", part);
