import { newApp } from "../new-app";
import { distribution } from "./distribution";
import { metrics } from "./metrics";
import { timeseries } from "./timeseries";

const parts = [metrics, timeseries, distribution];

export const analytics = newApp();
for (const part of parts) analytics.route("/", part);
