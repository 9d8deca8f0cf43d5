// pure. What the table of contents lists, once it is known on which page everything has landed.
import { anchorOf, type ContentsEntry, QUESTIONS_ANCHOR, responseAnchor, type Sheet, SUMMARY_ANCHOR } from "../../../templates/report";

/** One printed piece: its place in the whole and what it says of its anchors. */
export interface PlacedPiece {
  /** Printed number of its first page. */
  first: number;
  pages: number;
  anchors: ReadonlyMap<string, number>;
}

export interface NamedResponse {
  number: number;
  name: string;
}

/** About what fits on one page. More responses than there is room for are listed in ranges: a contents of forty pages helps nobody. */
const ENTRIES_A_PAGE = 27;
const MIN_RANGES = 8;

export function contentsOf(sheet: Sheet, pieces: readonly PlacedPiece[], responses: readonly NamedResponse[]): ContentsEntry[] {
  const { words, locale } = sheet.writing;
  const pageOf = (anchor: string): number | null => {
    for (const { first, anchors } of pieces) {
      const page = anchors.get(anchor);
      if (page !== undefined) return first + page;
    }
    return null;
  };
  const entry = (title: string, level: 1 | 2, anchor: string): ContentsEntry[] => {
    const page = pageOf(anchor);
    return page === null ? [] : [{ title, level, page }];
  };
  const entries: ContentsEntry[] = [];
  for (const section of sheet.setting.sections) {
    if (section === "summary") entries.push(...entry(words.summary, 1, SUMMARY_ANCHOR));
    if (section === "questions") {
      entries.push(...entry(words.questions, 1, QUESTIONS_ANCHOR));
      for (const { label, path } of sheet.report.sections) entries.push(...entry(label, 2, anchorOf(path)));
    }
    const [firstResponse] = responses;
    if (section === "responses" && firstResponse !== undefined) {
      entries.push(...entry(words.responses, 1, responseAnchor(firstResponse.number)));
      const room = Math.max(MIN_RANGES, ENTRIES_A_PAGE - entries.length);
      entries.push(...responseEntries(responses, locale, words.response, room, entry));
    }
  }
  return entries;
}

function responseEntries(
  responses: readonly NamedResponse[],
  locale: string,
  word: string,
  room: number,
  entry: (title: string, level: 1 | 2, anchor: string) => ContentsEntry[],
): ContentsEntry[] {
  const number = new Intl.NumberFormat(locale);
  if (responses.length <= room) {
    return responses.flatMap((one) =>
      entry(
        one.name === "" ? `${word} ${number.format(one.number)}` : `${number.format(one.number)} · ${one.name}`,
        2,
        responseAnchor(one.number),
      ),
    );
  }
  const step = [5, 10, 20, 25, 50, 100, 200, 250, 500, 1_000].find((size) => responses.length / size <= room) ?? 2_500;
  const entries: ContentsEntry[] = [];
  for (let at = 0; at < responses.length; at += step) {
    const [first, last] = [responses[at], responses[Math.min(at + step, responses.length) - 1]];
    if (first === undefined || last === undefined) break;
    entries.push(...entry(`${number.format(first.number)} – ${number.format(last.number)}`, 2, responseAnchor(first.number)));
  }
  return entries;
}

/** What the head of each page of a piece says: the section, or which response is on it. */
export function runningTitles(
  sheet: Sheet,
  piece: PlacedPiece,
  kind: "contents" | "summary" | "responses",
  responses: readonly NamedResponse[],
): string[] {
  const { words, locale } = sheet.writing;
  if (kind === "contents") return Array.from({ length: piece.pages }, () => words.contents);
  if (kind === "summary") {
    const questions = piece.anchors.get(QUESTIONS_ANCHOR) ?? Number.POSITIVE_INFINITY;
    return Array.from({ length: piece.pages }, (_, page) =>
      page >= questions && (page > 0 || !piece.anchors.has(SUMMARY_ANCHOR)) ? words.questions : words.summary,
    );
  }
  const number = new Intl.NumberFormat(locale);
  const starts = responses.map((one) => ({ ...one, page: piece.anchors.get(responseAnchor(one.number)) ?? 0 }));
  let next = 0;
  let last: (typeof starts)[number] | undefined;
  return Array.from({ length: piece.pages }, (_, page) => {
    const onPage: typeof starts = [];
    for (let one = starts[next]; one !== undefined && one.page <= page; one = starts[++next]) onPage.push(one);
    const [first] = onPage;
    const final = onPage.at(-1) ?? last;
    const continues = first === undefined || (last !== undefined && !sheet.setting.pagePerResponse && first.page === page && page > 0);
    const from = continues ? (last ?? first) : first;
    last = final;
    if (from === undefined || final === undefined) return words.responses;
    if (from.number !== final.number) return `${words.responses} ${number.format(from.number)}–${number.format(final.number)}`;
    const title = `${words.response} ${number.format(final.number)}${final.name === "" ? "" : ` · ${final.name}`}`;
    return first === undefined ? `${title} (${words.continued})` : title;
  });
}
