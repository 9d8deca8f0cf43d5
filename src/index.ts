// What the runtime calls, and the classes it makes. Everything else is reached from here.
import { consume } from "../queues";
import { createApp } from "./app";
import { runCron } from "./cron";

export { EndpointLane } from "../durable-objects/endpoint-lane";
export { FormColumns } from "../durable-objects/form-columns";
export { FormFeed } from "../durable-objects/form-feed";
export { FormLedger } from "../durable-objects/form-ledger";
export { MetricsHub } from "../durable-objects/metrics-hub";
export { WorkspaceHub } from "../durable-objects/workspace-hub";

const app = createApp();

export default {
  fetch: app.fetch,
  queue: consume,
  scheduled: runCron,
} satisfies ExportedHandler<Env>;
