// pure, and also in the browser. The plain shape of a form: what a draft, a version and a page all hold.

export const TEXT_TYPES = ["short_text", "long_text", "email", "phone", "url", "hidden"] as const;
export const NUMBER_TYPES = ["number", "slider", "currency", "rating", "nps"] as const;
const TIME_TYPES = ["date", "time", "datetime", "date_range"] as const;
export const SINGLE_CHOICE_TYPES = ["select", "radio"] as const;
export const MULTI_CHOICE_TYPES = ["multi_select", "checkboxes", "ranking"] as const;
const BOOLEAN_TYPES = ["yes_no", "consent"] as const;
const OTHER_ANSWER_TYPES = ["matrix", "file", "signature", "address", "group", "repeat", "calculated"] as const;
export const CONTENT_TYPES = ["heading", "rich_text", "image", "page_break"] as const;

export const FIELD_TYPES = [
  ...TEXT_TYPES,
  ...NUMBER_TYPES,
  ...TIME_TYPES,
  ...SINGLE_CHOICE_TYPES,
  ...MULTI_CHOICE_TYPES,
  ...BOOLEAN_TYPES,
  ...OTHER_ANSWER_TYPES,
  ...CONTENT_TYPES,
] as const;

export type FieldType = (typeof FIELD_TYPES)[number];

export const CONDITIONS = [
  "equals",
  "not_equals",
  "contains",
  "not_contains",
  "greater_than",
  "less_than",
  "at_least",
  "at_most",
  "in",
  "not_in",
  "is_empty",
  "is_not_empty",
  "matches",
] as const;
export type ConditionName = (typeof CONDITIONS)[number];

export const ACTIONS = ["show", "hide", "require", "disable", "set_value", "jump_to", "end_form"] as const;
export type ActionName = (typeof ACTIONS)[number];

export const COMPARISONS = ["equals", "not_equals", "greater_than", "less_than", "at_least", "at_most"] as const;

export const NAME_PATTERN = /^[a-z][a-z0-9_]{0,63}$/;

export const LIMITS = {
  fields: 500,
  depth: 5,
  pages: 100,
  rules: 200,
  conditionsPerRule: 20,
  actionsPerRule: 20,
  targetsPerAction: 100,
  options: 500,
  patternLength: 500,
} as const;

export interface Option {
  value: string;
  label: string;
}

export interface Comparison {
  condition: (typeof COMPARISONS)[number];
  /** The other field; nothing is compared while either is empty or hidden. */
  field: string;
  message?: string;
}

export interface Validation {
  /** Numbers: the least value. Lists: the least count. Dates: `YYYY-MM-DD` or `today`, `today+30d`, `today-18y`. */
  min?: number | string;
  max?: number | string;
  min_length?: number;
  max_length?: number;
  /** A regular expression that the whole answer must match. */
  pattern?: string;
  /** Shown instead of our own words when one of these limits is not met. */
  message?: string;
  integer?: boolean;
  /** The most decimal places of a number. */
  decimals?: number;
  /** The calling code given to national phone numbers, such as `+49`. */
  country?: string;
  /** Files: media types or extensions, such as `image/*` or `.pdf`. */
  accept?: string[];
  /** Files: bytes each. */
  max_size?: number;
  compare?: Comparison[];
}

export interface Field {
  name: string;
  type: FieldType;
  label: string;
  required?: boolean;
  description?: string;
  placeholder?: string;
  default?: unknown;
  options?: Option[];
  /** Matrix: the questions down the side. Its columns are its `options`. */
  rows?: Option[];
  validation?: Validation;
  fields?: Field[];
  /** Calculated fields: what the server works out. */
  expression?: string;
  /** Currency fields: ISO 4217. */
  currency?: string;
  /** Images: where the picture is. `label` is its text alternative. */
  src?: string;
}

export interface Condition {
  /** A field's name, or a part of its value: `home.country`, `<matrix>.<row>`, `<range>.start`. */
  field: string;
  condition: ConditionName;
  value?: unknown;
}

export interface Action {
  action: ActionName;
  /** Names of fields or pages. */
  targets: string[];
  /** `set_value`: the value. `end_form`: the words shown instead of the thank-you. */
  value?: unknown;
}

/** An empty `all` always holds; an empty `any` never does. */
export type When = { all: Condition[]; any?: undefined } | { any: Condition[]; all?: undefined };

export interface Rule {
  id: string;
  when: When;
  then: Action[];
}

export interface Page {
  name: string;
  title?: string;
  description?: string;
  /** Names of top-level fields. */
  fields: string[];
}

export interface FormSettings {
  opens_at?: string;
  closes_at?: string;
  quota?: { limit: number };
  quotas?: { field: string; value: string | number | boolean; limit: number }[];
  duplicates?: { by: string };
  min_fill_seconds?: number;
  honeypot?: boolean;
  /** Asks for a Turnstile token with each answer from the open web. */
  turnstile?: boolean;
  allowed_origins?: string[];
  thank_you?: string;
  redirect_url?: string;
  shards?: number;
  /** IANA name: what a local date-time, `today` and "closes at midnight" mean. */
  timezone?: string;
}

export interface FormSchema {
  fields: Field[];
  /** Absent: the top-level fields in order, cut at every `page_break`. */
  pages?: Page[];
  rules?: Rule[];
  theme?: Record<string, unknown>;
  settings?: FormSettings;
  languages?: Record<string, unknown> | string[];
}

/** The same shape as the API's issue; kept here because this folder also runs in the browser. */
export interface Issue {
  path: string;
  message: string;
  code: string;
}
