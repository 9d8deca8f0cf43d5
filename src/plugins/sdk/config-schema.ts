// What a plugin asks of whoever installs it: a small part of JSON Schema, enough for a form. Pure; also shipped to authors.

export interface TextOption {
  type: "string";
  title?: string;
  description?: string;
  default?: string;
  enum?: readonly string[];
  minLength?: number;
  maxLength?: number;
  /** Shown as a hint for the console's form; nothing is run against it. */
  format?: "email" | "uri" | "textarea";
}
export interface NumberOption {
  type: "number" | "integer";
  title?: string;
  description?: string;
  default?: number;
  minimum?: number;
  maximum?: number;
}
export interface BooleanOption {
  type: "boolean";
  title?: string;
  description?: string;
  default?: boolean;
}
export interface ListOption {
  type: "array";
  items: { type: "string"; enum?: readonly string[]; maxLength?: number };
  title?: string;
  description?: string;
  default?: readonly string[];
  maxItems?: number;
}
export type Option = TextOption | NumberOption | BooleanOption | ListOption;

export interface ConfigSchema {
  type: "object";
  properties: { readonly [name: string]: Option };
  required?: readonly string[];
}

type ValueOf<O> = O extends { type: "string"; enum: readonly (infer E)[] }
  ? E
  : O extends { type: "string" }
    ? string
    : O extends { type: "number" | "integer" }
      ? number
      : O extends { type: "boolean" }
        ? boolean
        : O extends { type: "array" }
          ? readonly string[]
          : unknown;

type Present<S extends ConfigSchema> =
  | (S["required"] extends readonly (infer R)[] ? R : never)
  | { [K in keyof S["properties"]]: S["properties"][K] extends { default: unknown } ? K : never }[keyof S["properties"]];

/** What `this.config` is, given the schema: what is required or has a default is there. */
export type ConfigOf<S extends ConfigSchema> = {
  readonly [K in keyof S["properties"] as K extends Present<S> ? K : never]: ValueOf<S["properties"][K]>;
} & {
  readonly [K in keyof S["properties"] as K extends Present<S> ? never : K]?: ValueOf<S["properties"][K]>;
};
