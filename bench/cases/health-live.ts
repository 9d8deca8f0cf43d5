import type { BenchCase } from "../lib/types.ts";

const healthLive: BenchCase = {
  name: "health-live",
  title: "GET /health/live: the way through the middleware, and nothing else",
  connections: 32,
  request: () => ({ path: "/health/live" }),
};

export default healthLive;
