// pure. The parts a template is made of; a variant may draw any of them in its own way.
import type { HtmlEscapedString } from "hono/utils/html";
import type { FieldSection, PrintedResponse } from "../../src/reports/pdf/model";
import type { Sheet } from "./template";

/** HTML as Hono's JSX makes it: text in it is escaped. */
export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

export interface ContentsEntry {
  title: string;
  level: 1 | 2;
  /** As printed on the page it leads to. */
  page: number;
}

export interface RunningPage {
  number: number;
  of: number;
  /** What is on the page: the section, or the response that goes on. */
  section: string;
  /** False: the cover has neither header nor footer. */
  shown: boolean;
}

export interface Parts {
  Cover(props: Sheet): Html;
  Contents(props: Sheet & { entries: readonly ContentsEntry[] }): Html;
  Summary(props: Sheet): Html;
  Question(props: Sheet & { section: FieldSection; number: number }): Html;
  Response(props: Sheet & { response: PrintedResponse }): Html;
  Running(props: Sheet & { page: RunningPage }): Html;
}
