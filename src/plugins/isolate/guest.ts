// What a plugin finds around itself, the same in both modes: `FormPlugin`, and the context of a run. It lives inside the isolate
// (in the strict mode inside the interpreter), so nothing here is trusted: it only makes calls convenient that the gate checks.

export interface Port {
  call(operation: string, argument: string): Promise<string>;
  log(level: string, text: string): void;
}

interface Input {
  config: unknown;
  secrets: Record<string, string>;
  event: unknown;
  payload: unknown;
}

type Plugin = new (config: unknown) => Record<string, unknown>;

const HOOKS = ["onResponseSubmitted", "onResponseUpdated", "onResponseDeleted", "onFormPublished", "onSchedule", "validate"];

export class FormPlugin {
  readonly config: unknown;
  constructor(config: unknown) {
    this.config = config;
  }
}

/** What the class declares, for whoever installs it. */
export function describe(Plugin: unknown): string {
  const declared = assertPlugin(Plugin) as unknown as Record<string, unknown>;
  const hooks = HOOKS.filter((name) => typeof (Plugin as Plugin).prototype[name] === "function");
  const { title, description, config, hosts, secrets, permissions, schedule } = declared;
  return JSON.stringify({ hooks, title, description, config, hosts, secrets, permissions, schedule });
}

export async function run(Plugin: unknown, hook: string, text: string, port: Port): Promise<string | null> {
  const input = JSON.parse(text) as Input;
  const config = freeze(input.config);
  const plugin = new (assertPlugin(Plugin))(config);
  const method = plugin[hook];
  if (typeof method !== "function") return null;
  const ctx = contextOf(config, input, port);
  const value: unknown = await method.call(plugin, input.payload, ctx);
  return JSON.stringify(value) ?? null;
}

function assertPlugin(Plugin: unknown): Plugin {
  if (typeof Plugin !== "function" || !(Plugin.prototype instanceof FormPlugin)) {
    throw new TypeError("The default export must be a class that extends FormPlugin.");
  }
  return Plugin as Plugin;
}

function contextOf(config: unknown, input: Input, port: Port) {
  const ask = async (operation: string, argument: unknown): Promise<unknown> => {
    const reply = JSON.parse(await port.call(operation, JSON.stringify(argument)));
    if (reply.error !== undefined) throw new Error(reply.error);
    return reply.value;
  };
  return freeze({
    config,
    secrets: input.secrets,
    event: input.event,
    fetch: async (url: unknown, init: RequestLike = {}) => responseOf((await ask("fetch", requestOf(url, init))) as Reply),
    kv: {
      get: async (key: string) => (await ask("kv", { do: "get", key })) ?? null,
      put: (key: string, value: unknown, options: { ttlSeconds?: number } = {}) =>
        ask("kv", { do: "put", key, value, ttl_seconds: options.ttlSeconds }),
      delete: (key: string) => ask("kv", { do: "delete", key }),
      list: (options: { prefix?: string; after?: string; limit?: number } = {}) => ask("kv", { do: "list", ...options }),
      increment: (key: string, by = 1) => ask("kv", { do: "increment", key, by }),
    },
    mail: { send: (mail: unknown) => ask("mail", mail) },
    files: {
      get: async (name: string) => (await ask("files", { do: "get", name })) ?? null,
      put: (name: string, text: string, options: { type?: string; ifMatch?: string | null } = {}) =>
        ask("files", { do: "put", name, text, type: options.type, if_match: options.ifMatch }),
    },
    log: logOf(port),
  });
}

function logOf(port: Port) {
  const at =
    (level: string) =>
    (...parts: unknown[]) =>
      port.log(level, parts.map(textOf).join(" "));
  return Object.assign(at("info"), { info: at("info"), warn: at("warn"), error: at("error") });
}

export function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (value instanceof Error) return errorText(value);
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}

export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return `Thrown: ${textOf(error)}`;
  const line = lineOf(`${error.stack}`);
  return `${error.name}: ${error.message}${line === null ? "" : ` (line ${line})`}`;
}

/** Without a pattern: in the metered mode there are only those of the plugin. */
function lineOf(stack: string): number | null {
  const at = stack.indexOf("plugin.js:");
  const line = at < 0 ? Number.NaN : Number.parseInt(stack.slice(at + "plugin.js:".length), 10);
  return Number.isNaN(line) ? null : line;
}

interface RequestLike {
  method?: string;
  headers?: Record<string, string> | [string, string][];
  body?: unknown;
}
interface Reply {
  url: string;
  status: number;
  headers: [string, string][];
  body: string;
  truncated: boolean;
}

function requestOf(url: unknown, init: RequestLike) {
  const { body } = init;
  if (body !== undefined && body !== null && typeof body !== "string") throw new TypeError("A body must be text; use JSON.stringify.");
  const headers = Array.isArray(init.headers) ? init.headers : Object.entries(init.headers ?? {});
  return { url: String(url), method: init.method ?? "GET", headers: headers.map(([k, v]) => [String(k), String(v)]), body: body ?? null };
}

function responseOf(reply: Reply) {
  const find = (name: string) => reply.headers.find(([key]) => key === String(name).toLowerCase())?.[1] ?? null;
  return {
    ok: reply.status >= 200 && reply.status < 300,
    status: reply.status,
    url: reply.url,
    truncated: reply.truncated,
    headers: { get: find, has: (name: string) => find(name) !== null, entries: () => reply.headers.map(([k, v]) => [k, v]) },
    text: async () => reply.body,
    json: async () => JSON.parse(reply.body),
  };
}

/** So that one hook of a run cannot change what another reads. */
function freeze<T>(value: T): T {
  if ((typeof value !== "object" && typeof value !== "function") || value === null || Object.isFrozen(value)) return value;
  for (const key of Object.keys(value)) freeze((value as Record<string, unknown>)[key]);
  return Object.freeze(value);
}
