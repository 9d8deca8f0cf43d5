// pure.
import type { Run, Value } from "../run";
import { BOOLEAN, listOf, NUMBER, TEXT } from "../types";
import { toText } from "../values";
import { definer, type FunctionDefinition } from "./define";
import { isLike } from "./like";

export function textFunctions(into: Map<string, FunctionDefinition>): void {
  const fn = definer("text", into);
  const some = definer("text", into, true);

  fn("upper", "value: text", TEXT, "In capitals.", (run, value: string) => made(run, value.toUpperCase()));
  fn("lower", "value: text", TEXT, "In small letters.", (run, value: string) => made(run, value.toLowerCase()));
  fn("capitalize", "value: text", TEXT, "The first letter in capitals, the rest as it is.", (run, value: string) =>
    made(run, (first(value) ?? "").toUpperCase() + value.slice((first(value) ?? "").length)),
  );
  fn("title", "value: text", TEXT, "The first letter of each word in capitals.", (run, value: string) =>
    made(run, wordsOf(run, value, true).map(titled).join("")),
  );
  fn("trim", "value: text", TEXT, "Without blanks at its ends.", (run, value: string) => made(run, value.trim()));
  fn("squeeze", "value: text", TEXT, "Without blanks at its ends, and with one where there were several.", (run, value: string) =>
    made(run, wordsOf(run, value).join(" ")),
  );
  some("text", "value: any", TEXT, "As text; lists with commas between.", (run, value: Value) => made(run, toText(value)));
  some("concat", "...values: any", TEXT, "All of them, one after the other.", (run, ...values: Value[]) => {
    const parts = values.map(toText);
    run.makeText(parts.reduce((sum, part) => sum + part.length, 0));
    return parts.join("");
  });
  fn(
    "replace",
    "value: text, what: text, by: text",
    TEXT,
    "With every `what` replaced.",
    (run, value: string, what: string, by: string) => {
      if (what === "") return value;
      const pieces = value.split(what);
      run.spend(pieces.length);
      run.makeText(value.length + (pieces.length - 1) * Math.max(0, by.length - what.length));
      return pieces.join(by);
    },
  );
  fn("substring", "value: text, from: number, length?: number", TEXT, "From a place on (0 is the first, -1 the last).", cut);
  fn("left", "value: text, length: number", TEXT, "Its first characters.", (run, value: string, length: number) =>
    cut(run, value, 0, length),
  );
  fn("right", "value: text, length: number", TEXT, "Its last characters.", (run, value: string, length: number) =>
    length < 1 ? "" : cut(run, value, -length),
  );
  fn("truncate", "value: text, length: number, end?: text", TEXT, "Shortened to so many characters, `…` included.", truncate);
  fn(
    "pad_left",
    "value: text, length: number, fill?: text",
    TEXT,
    "Filled up in front: `7 | pad_left(3, '0')` is 007.",
    (run, value, length, fill) => padded(run, value, length, fill) + value,
  );
  fn(
    "pad_right",
    "value: text, length: number, fill?: text",
    TEXT,
    "Filled up behind.",
    (run, value, length, fill) => value + padded(run, value, length, fill),
  );
  fn("repeat", "value: text, times: number", TEXT, "So many times over.", (run, value: string, times: number) => {
    const count = Math.max(0, Math.floor(times));
    run.makeText(value.length * count);
    return value.repeat(count);
  });
  fn("starts_with", "value: text, start: text", BOOLEAN, "Whether it begins so.", (_run, value: string, start: string) =>
    value.startsWith(start),
  );
  fn("ends_with", "value: text, end: text", BOOLEAN, "Whether it ends so.", (_run, value: string, end: string) => value.endsWith(end));
  fn(
    "like",
    "value: text, pattern: text",
    BOOLEAN,
    "Whether it fits, `*` being anything and `?` one character; case is no matter.",
    (run, value, pattern) => isLike(run, value, pattern),
  );
  fn(
    "index_of",
    "value: text, what: text",
    NUMBER,
    "Where it occurs first, counted from 0; -1 where it does not.",
    (run, value: string, what: string) => {
      run.spend(value.length >> 6);
      return value.indexOf(what);
    },
  );
  fn("split", "value: text, by: text", listOf(TEXT), "The parts between.", (run, value: string, by: string) => {
    const parts = value.split(by, 5_001);
    run.makeList(parts.length);
    return parts;
  });
  fn("word_count", "value: text", NUMBER, "How many words.", (run, value: string) => wordsOf(run, value).length);
  fn("initials", "value: text", TEXT, "The first letter of each word.", (run, value: string) =>
    made(
      run,
      wordsOf(run, value)
        .map((word) => (first(word) ?? "").toUpperCase())
        .join(""),
    ),
  );
  fn("slug", "value: text", TEXT, "For addresses: small letters, digits and hyphens.", (run, value: string) => {
    run.spend(value.length >> 3);
    return made(
      run,
      value
        .normalize("NFKD")
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, " ")
        .trim()
        .replaceAll(" ", "-"),
    );
  });
  fn("mask", "value: text, shown?: number", TEXT, "Stars, but for the last characters (4).", (run, value: string, shown = 4) => {
    const chars = [...value.slice(0, 10_000)];
    const kept = Math.min(chars.length, Math.max(0, Math.floor(shown)));
    return made(run, "*".repeat(chars.length - kept) + chars.slice(chars.length - kept).join(""));
  });
  fn("url_encode", "value: text", TEXT, "Fit for a part of a web address.", (run, value: string) => {
    run.makeText(value.length * 3);
    return encodeURIComponent(value.toWellFormed());
  });
  fn("escape_html", "value: text", TEXT, "Fit for HTML.", (run, value: string) => {
    run.makeText(value.length * 6);
    return value
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
      .replaceAll('"', "&quot;")
      .replaceAll("'", "&#39;");
  });
  some("json", "value: any", TEXT, "As JSON.", (run, value: Value) => made(run, JSON.stringify(value)));
}

function made(run: Run, text: string): string {
  run.makeText(text.length);
  return text;
}

function first(text: string): string | undefined {
  const code = text.codePointAt(0);
  return code === undefined ? undefined : String.fromCodePoint(code);
}

function titled(word: string): string {
  const start = first(word) ?? "";
  return start.toUpperCase() + word.slice(start.length).toLowerCase();
}

/** `withBlanks`: the blanks between come as parts of their own. */
function wordsOf(run: Run, value: string, withBlanks = false): string[] {
  const parts = value.split(withBlanks ? /(\s+)/ : /\s+/, 20_000).filter((part) => part !== "");
  run.spend(parts.length >> 2);
  return parts;
}

function cut(run: Run, value: string, from: number, length?: number): string {
  const start = from < 0 ? Math.max(0, value.length + Math.ceil(from)) : Math.floor(from);
  return made(run, whole(value.slice(start, length === undefined ? undefined : start + Math.max(0, Math.floor(length)))));
}

function truncate(run: Run, value: string, length: number, end = "…"): string {
  const most = Math.max(0, Math.floor(length));
  if (value.length <= most) return value;
  return made(run, `${whole(value.slice(0, Math.max(0, most - end.length)))}${end.slice(0, most)}`);
}

/** Half an emoji is no character. */
function whole(text: string): string {
  let from = 0;
  let to = text.length;
  if (text.charCodeAt(0) >= 0xdc00 && text.charCodeAt(0) <= 0xdfff) from++;
  if (text.charCodeAt(to - 1) >= 0xd800 && text.charCodeAt(to - 1) <= 0xdbff) to--;
  return text.slice(from, to);
}

function padded(run: Run, value: string, length: number, fill = " "): string {
  const missing = Math.floor(length) - value.length;
  if (missing <= 0 || fill === "") return "";
  run.makeText(value.length + missing);
  return fill.repeat(Math.ceil(missing / fill.length)).slice(0, missing);
}
