import { newApp } from "../new-app";
import { read } from "./read";
import { send } from "./send";

export const uploads = newApp().route("/", send).route("/", read);
