// The load, in a process of its own: what makes requests must not share a thread with what counts them or answers them.
import autocannon from "autocannon";
import { loadCase } from "./cases.ts";
import type { Load, LoadOrder } from "./types.ts";

const order = JSON.parse(process.argv[2] ?? "{}") as LoadOrder;
const { request } = await loadCase(order.bench);

let number = 0;
const result = await autocannon({
  url: order.url,
  connections: order.connections,
  duration: order.seconds,
  timeout: 30,
  requests: [
    {
      setupRequest: (base) => {
        const { method = "GET", path, headers = {}, body } = request(order.demo, number++);
        return { ...base, method, path, headers: { ...base.headers, ...headers }, body };
      },
    },
  ],
});

const { latency, requests, non2xx, errors, timeouts } = result;
const load: Load = {
  requestsPerSecond: requests.total / result.duration,
  p50Ms: latency.p50,
  p97Ms: latency.p97_5,
  p99Ms: latency.p99,
  failures: non2xx + errors + timeouts,
};
process.stdout.write(`${JSON.stringify(load)}\n`);
