// autocannon carries no types: what we use of it.
declare module "autocannon" {
  interface Request {
    method?: string;
    path?: string;
    headers?: Record<string, string>;
    body?: string;
  }
  interface Options {
    url: string;
    connections: number;
    duration: number;
    timeout: number;
    requests: { setupRequest: (request: Request) => Request }[];
  }
  interface Result {
    duration: number;
    errors: number;
    timeouts: number;
    non2xx: number;
    requests: { total: number };
    latency: { p50: number; p97_5: number; p99: number };
  }
  export default function autocannon(options: Options): Promise<Result>;
}
