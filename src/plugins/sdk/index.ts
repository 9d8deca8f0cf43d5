// For authors of plugins. At run time `FormPlugin` is given by Headwater and needs no import; importing it from here gives its
// types, and lets a plugin be tested as a plain class.
import type { ConfigOf, ConfigSchema } from "./config-schema";

export type { BooleanOption, ConfigOf, ConfigSchema, ListOption, NumberOption, Option, TextOption } from "./config-schema";

export type PluginEventType = "response.submitted" | "response.updated" | "response.deleted" | "form.published" | "schedule";

/** A response as the API shows it. */
export interface ResponsePayload {
  readonly id: string;
  readonly form_id: string;
  readonly form_version: number;
  readonly status: "complete" | "partial" | "deleted";
  readonly submitted_at: string;
  readonly updated_at: string;
  readonly data: { readonly [field: string]: unknown };
  readonly meta: { readonly [name: string]: unknown };
  readonly seq: number;
}

export interface PublishedPayload {
  readonly form_id: string;
  readonly version: number;
  readonly title: string;
}

export interface SchedulePayload {
  /** The minute it was meant for, whenever it runs. */
  readonly scheduled_at: string;
}

/** What a validator is shown: checked answers, before anything is kept. */
export interface SubmissionPayload {
  readonly form_id: string;
  readonly form_version: number;
  readonly status: "complete" | "partial";
  readonly data: { readonly [field: string]: unknown };
}

export interface Verdict {
  /** Not empty: the submission is refused with these. */
  errors?: readonly { field: string; message: string }[];
  /** Kept with the response, under `meta.plugins`. */
  annotations?: { readonly [name: string]: string | number | boolean | null };
}

export interface PluginEvent<P = unknown> {
  /** The same each time this event is told: use it to do a thing once. */
  readonly id: string;
  readonly type: string;
  readonly occurred_at: string;
  readonly workspace_id: string;
  readonly form_id: string | null;
  readonly data: P;
}

export interface PluginResponse {
  readonly ok: boolean;
  readonly status: number;
  readonly url: string;
  readonly truncated: boolean;
  readonly headers: { get(name: string): string | null; has(name: string): boolean; entries(): string[][] };
  text(): Promise<string>;
  json(): Promise<unknown>;
}

export interface PluginLog {
  (...parts: unknown[]): void;
  info(...parts: unknown[]): void;
  warn(...parts: unknown[]): void;
  error(...parts: unknown[]): void;
}

export interface PluginContext<C = unknown, P = unknown> {
  readonly config: C;
  /** By the names that `static secrets` asks for. They never appear in a log. */
  readonly secrets: { readonly [name: string]: string };
  readonly event: PluginEvent<P>;
  /** Only to hosts that were granted; a body is text. */
  fetch(
    url: string,
    init?: { method?: string; headers?: Record<string, string> | [string, string][]; body?: string },
  ): Promise<PluginResponse>;
  readonly kv: {
    get(key: string): Promise<unknown>;
    put(key: string, value: unknown, options?: { ttlSeconds?: number }): Promise<null>;
    delete(key: string): Promise<null>;
    list(options?: { prefix?: string; after?: string; limit?: number }): Promise<string[]>;
    increment(key: string, by?: number): Promise<number>;
  };
  /** With the permission "mail". */
  readonly mail: { send(mail: { to: string; subject: string; text: string }): Promise<null> };
  /** With the permission "files". */
  readonly files: {
    get(name: string): Promise<{ text: string; etag: string } | null>;
    put(
      name: string,
      text: string,
      options?: { type?: string; ifMatch?: string | null },
    ): Promise<{ written: boolean; etag: string | null }>;
  };
  readonly log: PluginLog;
}

export abstract class FormPlugin<S extends ConfigSchema = ConfigSchema> {
  static title?: string;
  static description?: string;
  static config?: ConfigSchema;
  /** What it would like to be granted; whoever installs it decides. */
  static hosts?: readonly string[];
  static secrets?: readonly string[];
  static permissions?: readonly ("mail" | "files")[];
  /** When `onSchedule` is called: a cron expression of five parts, in UTC. */
  static schedule?: string;

  readonly config: ConfigOf<S>;
  constructor(config: ConfigOf<S>) {
    this.config = config;
  }

  onResponseSubmitted?(response: ResponsePayload, ctx: PluginContext<ConfigOf<S>, ResponsePayload>): unknown;
  onResponseUpdated?(response: ResponsePayload, ctx: PluginContext<ConfigOf<S>, ResponsePayload>): unknown;
  onResponseDeleted?(response: ResponsePayload, ctx: PluginContext<ConfigOf<S>, ResponsePayload>): unknown;
  onFormPublished?(published: PublishedPayload, ctx: PluginContext<ConfigOf<S>, PublishedPayload>): unknown;
  onSchedule?(tick: SchedulePayload, ctx: PluginContext<ConfigOf<S>, SchedulePayload>): unknown;
  /** Called before a submission is taken, for at most 50 ms, with nothing to fetch or keep. */
  validate?(
    submission: SubmissionPayload,
    ctx: PluginContext<ConfigOf<S>, SubmissionPayload>,
  ): Verdict | undefined | Promise<Verdict | undefined>;
}
