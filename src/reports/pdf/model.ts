// pure. What a report says, before anybody thinks of pages: typed values that the templates in templates/report/ set in type.
import type { ChartDefinition } from "../../charts";

export interface Report {
  title: string;
  /** Under the title: the form's description, or words of the template. */
  subtitle: string;
  formTitle: string;
  workspace: string;
  /** In the report's time zone, as people write it. */
  madeOn: string;
  timezone: string;
  /** "1 March – 31 March 2026"; empty when there are no responses and no range was asked for. */
  period: string;
  /** "1 February – 28 February 2026", when there is something to compare with. */
  periodBefore: string | null;
  filters: readonly string[];
  /** The ledger's position that everything in it is of. */
  position: string;
  counts: { responses: number; printed: number; questions: number };
  figures: readonly Figure[];
  timeline: Chart | null;
  sections: readonly FieldSection[];
}

/** One number that matters. */
export interface Figure {
  label: string;
  value: string;
  /** Small, behind the value: "%", "of 5". */
  unit?: string;
  note?: string;
  change?: Change;
}

export interface Change {
  /** "+12 %", "−3". */
  text: string;
  /** Whether that is good news; null where nobody can say. */
  good: boolean | null;
}

export interface Chart {
  definition: ChartDefinition;
  caption: string;
}

export interface FieldSection {
  /** Dotted path; the anchor is made from it. */
  path: string;
  label: string;
  /** The form's page or group it belongs to. */
  part: string;
  answered: number;
  skipped: number;
  chart: Chart | null;
  figures: readonly Figure[];
  /** Words of respondents, for open questions: a few of the newest. */
  quotes: readonly string[];
  /** Said instead of a chart where there is none. */
  remark: string;
}

/** One response, ready to be set. */
export interface PrintedResponse {
  id: string;
  number: number;
  /** What stands in the contents and the running header: a name when the form asks for one. */
  name: string;
  submittedAt: string;
  facts: readonly { label: string; value: string }[];
  parts: readonly { title: string; answers: readonly Answer[] }[];
}

export interface Answer {
  label: string;
  value: AnswerValue;
}

export type AnswerValue =
  | { kind: "none" }
  | { kind: "text"; text: string }
  | { kind: "number"; text: string }
  | { kind: "choice"; labels: readonly string[]; ordered: boolean }
  /** `value` of `of`. */
  | { kind: "scale"; value: number; of: number }
  | { kind: "yes_no"; yes: boolean; text: string }
  | { kind: "table"; columns: readonly string[]; rows: readonly (readonly string[])[] }
  | { kind: "lines"; lines: readonly string[] }
  | { kind: "files"; files: readonly PrintedFile[] };

export interface PrintedFile {
  name: string;
  /** Signed; null for what is not there any more. */
  url?: string | null;
  /** `data:` of a picture that can be shown; null where there is none. */
  image: string | null;
  /** It is a picture, and too large to be shown. */
  tooLarge?: boolean;
}
