import { newApp } from "../new-app";
import { changeStatus } from "./change-status";
import { create } from "./create";
import { get } from "./get";
import { list } from "./list";
import { publicForm } from "./public";
import { publish } from "./publish";
import { transfer } from "./transfer";
import { update } from "./update";
import { versions } from "./versions";

const parts = [create, list, transfer, get, update, changeStatus, publish, versions, publicForm];

export const forms = newApp();
for (const part of parts) forms.route("/", part);
