import { newApp } from "../new-app";
import { deadLetters } from "./dead-letters";
import { endpoints } from "./endpoints";
import { records } from "./records";
import { tryOut } from "./try-out";

export const webhooks = newApp();
// Fixed words before the parameter that would swallow them.
for (const part of [deadLetters, tryOut, endpoints, records]) webhooks.route("/", part);
