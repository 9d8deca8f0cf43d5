// What the runtime calls, and the classes it makes. Everything else is reached from here.
import { createApp } from "./app";

export { FormLedger } from "../durable-objects/form-ledger";
export { MetricsHub } from "../durable-objects/metrics-hub";

const app = createApp();

export default {
  fetch: app.fetch,
} satisfies ExportedHandler<Env>;
