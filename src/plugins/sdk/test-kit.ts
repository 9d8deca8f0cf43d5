// For authors: runs a hook of a plugin as a plain class, with a context that remembers what was done. It needs no Headwater.
import type { ConfigSchema } from "./config-schema";
import type { FormPlugin, PluginContext, PluginResponse } from "./index";

// biome-ignore lint/suspicious/noExplicitAny: any plugin, whatever its configuration
type AnyPlugin = new (config: any) => FormPlugin<any>;

export interface SentRequest {
  url: string;
  method: string;
  headers: Record<string, string>;
  body: string | null;
}

export interface Surroundings {
  config?: Record<string, unknown>;
  secrets?: Record<string, string>;
  /** Answers a request; without it, every request gets an empty 200. */
  reply?: (request: SentRequest) => { status?: number; body?: unknown; headers?: Record<string, string> };
  /** What is kept already, and goes on being kept from one run to the next. */
  kv?: Map<string, unknown>;
  files?: Map<string, string>;
  event?: { id?: string; type?: string };
}

export interface Tried {
  returned: unknown;
  requests: SentRequest[];
  mails: { to: string; subject: string; text: string }[];
  logs: string[];
  kv: Map<string, unknown>;
  files: Map<string, string>;
}

type Hook = "onResponseSubmitted" | "onResponseUpdated" | "onResponseDeleted" | "onFormPublished" | "onSchedule" | "validate";

/** Rejects with what the hook throws. */
export async function tryHook(Plugin: AnyPlugin, hook: Hook, payload: unknown, around: Surroundings = {}): Promise<Tried> {
  const config = withDefaults((Plugin as unknown as { config?: ConfigSchema }).config, around.config ?? {});
  const tried: Tried = {
    returned: undefined,
    requests: [],
    mails: [],
    logs: [],
    kv: around.kv ?? new Map(),
    files: around.files ?? new Map(),
  };
  const plugin = new Plugin(config) as unknown as Record<string, ((payload: unknown, ctx: PluginContext) => unknown) | undefined>;
  const method = plugin[hook];
  if (method === undefined) throw new Error(`The plugin has no ${hook}.`);
  tried.returned = await method.call(plugin, payload, contextOf(config, around, tried, payload));
  return tried;
}

function contextOf(config: unknown, around: Surroundings, tried: Tried, payload: unknown): PluginContext {
  const log = (...parts: unknown[]) => {
    tried.logs.push(parts.map((part) => (typeof part === "string" ? part : JSON.stringify(part))).join(" "));
  };
  const { kv, files } = tried;
  return {
    config,
    secrets: around.secrets ?? {},
    event: {
      id: around.event?.id ?? "evt_test",
      type: around.event?.type ?? "response.submitted",
      occurred_at: "2026-01-31T09:00:00.000Z",
      workspace_id: "ws_test",
      form_id: "frm_test",
      data: payload,
    },
    fetch: async (url, init = {}) => {
      const headers = Object.fromEntries(Array.isArray(init.headers) ? init.headers : Object.entries(init.headers ?? {}));
      const request = { url, method: init.method ?? "GET", headers, body: init.body ?? null };
      tried.requests.push(request);
      return responseOf(url, around.reply?.(request) ?? {});
    },
    kv: {
      get: async (key) => kv.get(key) ?? null,
      put: async (key, value) => {
        kv.set(key, structuredClone(value));
        return null;
      },
      delete: async (key) => {
        kv.delete(key);
        return null;
      },
      list: async ({ prefix = "", after = "", limit = 100 } = {}) =>
        [...kv.keys()]
          .filter((key) => key.startsWith(prefix) && key > after)
          .sort()
          .slice(0, limit),
      increment: async (key, by = 1) => {
        const value = Number(kv.get(key) ?? 0) + by;
        kv.set(key, value);
        return value;
      },
    },
    mail: {
      send: async (mail) => {
        tried.mails.push(mail);
        return null;
      },
    },
    files: {
      get: async (name) => {
        const text = files.get(name);
        return text === undefined ? null : { text, etag: etagOf(text) };
      },
      put: async (name, text, { ifMatch } = {}) => {
        const held = files.get(name);
        const agrees = ifMatch === undefined || (ifMatch === null ? held === undefined : held !== undefined && etagOf(held) === ifMatch);
        if (agrees) files.set(name, text);
        return { written: agrees, etag: agrees ? etagOf(text) : null };
      },
    },
    log: Object.assign(log, { info: log, warn: log, error: log }),
  };
}

function etagOf(text: string): string {
  let sum = 0;
  for (let i = 0; i < text.length; i++) sum = (sum * 31 + text.charCodeAt(i)) | 0;
  return `${text.length}-${sum}`;
}

function responseOf(
  url: string,
  { status = 200, body = "", headers = {} }: ReturnType<NonNullable<Surroundings["reply"]>>,
): PluginResponse {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const find = (name: string) => Object.entries(headers).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1] ?? null;
  return {
    ok: status >= 200 && status < 300,
    status,
    url,
    truncated: false,
    headers: { get: find, has: (name) => find(name) !== null, entries: () => Object.entries(headers) },
    text: async () => text,
    json: async () => JSON.parse(text),
  };
}

function withDefaults(schema: ConfigSchema | undefined, given: Record<string, unknown>): Record<string, unknown> {
  const defaults = Object.entries(schema?.properties ?? {}).flatMap(([name, option]) =>
    option.default === undefined ? [] : [[name, option.default] as const],
  );
  return { ...Object.fromEntries(defaults), ...given };
}
