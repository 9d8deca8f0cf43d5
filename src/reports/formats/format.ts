// What a format of an export is. Each is one file beside this one and one line in index.ts.
import type { FormSchema } from "../../forms";
import type { JobControl } from "../../jobs";
import type { WorkspaceContext } from "../../shared/context";
import type { ResponseRow } from "../../store";
import type { ExportFormatName, ExportOptions } from "../exports/request";
import type { Printer } from "../pdf/print/printer";
import type { Cell } from "../table/cells";
import type { Column, RepeatGroup } from "../table/columns";
import type { Files } from "../table/files";
import type { Tally } from "../table/tally";

export interface ExportRow {
  response: ResponseRow;
  /** One for each column, in their order. */
  cells: readonly Cell[];
  /** The uploads it names, by id; those that are still there. */
  files?: Files;
}

export interface ExportMeta {
  exportId: string;
  formId: string;
  formTitle: string;
  title: string;
  workspaceName: string;
  /** The ledger position that everything in the file is of: `0:1234`. */
  position: string;
  madeAt: number;
  timezone: string;
  /** That the questions are worded in, as the form names it; null for the form's own. */
  language: string | null;
  /** The filter as it was asked for; null for all. */
  filter: unknown;
  /** In words: "complete responses". */
  what: string;
  descending: boolean;
  /** The request names its fields: exactly those are in the file. */
  choseFields: boolean;
  /** As many as there were when the run began, but for those touched since. */
  expectedRows: number;
  options: ExportOptions;
}

/** From and to which part of the whole a passing over the rows takes the progress. */
export type Share = readonly [from: number, to: number];

export interface ExportSource {
  readonly ctx: WorkspaceContext;
  readonly meta: ExportMeta;
  readonly columns: readonly Column[];
  readonly repeats: readonly RepeatGroup[];
  /** Every published version, oldest first. */
  readonly schemas: readonly FormSchema[];
  /**
   * From the beginning, in order, in pages that fit in memory. May be asked for again: the same rows come, for all are of one position.
   * Unless told, the first passing over them is all of the progress and later ones are none of it.
   */
  pages(share?: Share): AsyncGenerator<readonly ExportRow[]>;
  /** What the rows add up to: counts, sums, choices. Filled by `add`, by whoever passes over the rows. */
  newTally(): Tally;
  /** Where many documents are printed one after the other, one browser for all of them. */
  readonly printer?: Printer;
  /** Progress, cancelling, time. `pages` reports progress by itself. */
  readonly control: JobControl;
}

interface Common {
  readonly name: ExportFormatName;
  readonly extension: string;
  readonly contentType: string;
  /** How choices are written unless the request says otherwise. */
  readonly choices: "value" | "label";
  /** More than this cannot be one file of this format; the message says what to do instead. */
  readonly maxRows?: number;
  /**
   * Asked at the door: throws when the options name what is not there. What it answers is part of what the file is known by, so
   * that a changed template makes a new file.
   */
  fingerprint?(ctx: WorkspaceContext, options: ExportOptions): Promise<string>;
  /** Where it is made; "exports" unless told. Whatever needs a browser goes to "reports". */
  readonly queue?: "exports" | "reports";
}

/** A file that is one text after another: it can be cut off after any row and gone on with. */
export interface TextFormat extends Common {
  readonly kind: "text";
  open(source: ExportSource): TextWriter;
}

export interface TextWriter {
  head(): string;
  /** `isFirst`: of the whole file, not of the slice. */
  row(row: ExportRow, isFirst: boolean): string;
  tail(): string;
}

/** A file that must be written in one go: compressed, or laid out as a whole. */
export interface StreamFormat extends Common {
  readonly kind: "stream";
  /** What it is instead where one such file cannot hold it; null where one can. */
  instead?(meta: ExportMeta): StreamFormat | null;
  write(source: ExportSource): AsyncIterable<Uint8Array>;
  /** Several finished files as one, where that makes sense. */
  merge?(source: ExportSource, files: AsyncIterable<{ title: string; bytes: Uint8Array }>): AsyncIterable<Uint8Array>;
}

export type ExportFormat = TextFormat | StreamFormat;
