import { describe, expect, it } from "vitest";
import type { Field, FieldType } from "../../../src/forms/definition/types";
import { evaluateAnswers } from "../../../src/forms/validation";

const NOW = Date.parse("2026-11-21T12:00:00Z");
const options = (...values: string[]) => values.map((value) => ({ value, label: value }));

/** What a form of this one field keeps of an answer, or the codes of what it says instead. */
function ask(
  type: FieldType,
  given: unknown,
  more: Partial<Field> = {},
  mode: "complete" | "partial" = "complete",
  timezone?: string,
): unknown {
  const field: Field = { name: "f", type, label: "F", ...more };
  const result = evaluateAnswers({ fields: [field] }, { f: given }, { mode, now: NOW, timezone });
  return result.ok ? result.data.f : result.issues.map(({ path, code }) => `${code} ${path}`);
}

const ok = (type: FieldType, given: unknown, expected: unknown, more?: Partial<Field>) => [type, given, expected, more] as const;
const bad = (type: FieldType, given: unknown, code: string, more?: Partial<Field>) => [type, given, code, more] as const;
const abc = { options: options("a", "b", "c") };
const grid = { options: options("good", "bad"), rows: options("food", "room") };
const berlin = "Europe/Berlin";

describe("what is kept", () => {
  it.each([
    ok("short_text", "  Ada  ", "Ada"),
    ok("short_text", "two\r\nlines", "two lines"),
    ok("short_text", "e\u0301", "é"),
    ok("short_text", "   ", undefined),
    ok("short_text", null, undefined),
    ok("short_text", "👩‍🚀👍", "👩‍🚀👍", { validation: { max_length: 4 } }),
    ok("long_text", "two\r\nlines", "two\nlines"),
    ok("hidden", "spring", "spring"),
    ok("email", " Ada.L@Example.COM ", "Ada.L@example.com"),
    ok("email", "ada@müller.de", "ada@müller.de"),
    ok("phone", "+49 (0)30 901-820", "+4930901820"),
    ok("phone", "0049 30 901820", "+4930901820"),
    ok("phone", "tel:+1-202-555-0143", "+12025550143"),
    ok("phone", "030 901820", "+4930901820", { validation: { country: "+49" } }),
    ok("phone", "06 698 0000", "+39066980000", { validation: { country: "+39" } }),
    ok("phone", "8 (912) 345-67-89", "+79123456789", { validation: { country: "+7" } }),
    ok("url", "example.com/a b".replace(" ", "%20"), "https://example.com/a%20b"),
    ok("url", "HTTP://Example.com", "http://example.com/"),
    ok("url", "localhost:8787/x", "https://localhost:8787/x"),
    ok("number", "12.50", 12.5),
    ok("number", " -3 ", -3),
    ok("number", "1e3", 1000),
    ok("number", -0, 0),
    ok("number", 0, 0),
    ok("number", 9007199254740991, 9007199254740991),
    ok("slider", 100, 100),
    ok("currency", "19.99", 19.99),
    ok("currency", 1.005, 1.005, { currency: "KWD" }),
    ok("rating", "5", 5),
    ok("rating", 7, 7, { validation: { max: 10 } }),
    ok("nps", 0, 0),
    ok("date", "2024-02-29", "2024-02-29"),
    ok("date", "0004-02-29", "0004-02-29"),
    ok("date", "2026-11-21", "2026-11-21", { validation: { min: "today", max: "today" } }),
    ok("date", "2008-11-21", "2008-11-21", { validation: { max: "today-18y" } }),
    ok("date", "2027-02-28", "2027-02-28", { validation: { min: "today+3m" } }),
    ok("time", "9:05", "09:05"),
    ok("time", "23:59:00", "23:59"),
    ok("datetime", "2026-07-01T12:00:00+02:00", "2026-07-01T10:00:00.000Z"),
    ok("datetime", "2026-07-01T12:00:00.123Z", "2026-07-01T12:00:00.123Z"),
    ok("datetime", "2026-07-01 12:00", "2026-07-01T12:00:00.000Z"),
    ok("date_range", { start: "2026-01-01", end: "2026-01-01" }, { start: "2026-01-01", end: "2026-01-01" }),
    ok("date_range", { start: "", end: null }, undefined),
    ok("select", "a", "a", abc),
    ok("radio", " a ", "a", abc),
    ok("multi_select", ["c", "a"], ["c", "a"], abc),
    ok("checkboxes", "a", ["a"], abc),
    ok("checkboxes", [], undefined, abc),
    ok("ranking", ["c", "a", "b"], ["c", "a", "b"], abc),
    ok("ranking", ["c"], ["c"], abc),
    ok("yes_no", "no", false),
    ok("yes_no", false, false, { required: true }),
    ok("consent", "on", true, { required: true }),
    ok("consent", false, false),
    ok("matrix", { room: "bad", food: "good" }, { food: "good", room: "bad" }, grid),
    ok("matrix", { food: "good", room: "" }, { food: "good" }, grid),
    ok("matrix", {}, undefined, grid),
    ok("file", ["upl_01", "upl_02"], ["upl_01", "upl_02"]),
    ok("file", "upl_01", ["upl_01"]),
    ok("signature", "upl_01", "upl_01"),
    ok("address", { line1: " 1 Main St ", city: "X", country: "de", line2: "" }, { line1: "1 Main St", city: "X", country: "DE" }),
    ok("group", { a: " x " }, { a: "x" }, { fields: [{ name: "a", type: "short_text", label: "" }] }),
    ok("group", { a: "" }, undefined, { fields: [{ name: "a", type: "short_text", label: "" }] }),
    ok("repeat", [{ a: "x" }, {}], [{ a: "x" }, {}], { fields: [{ name: "a", type: "short_text", label: "" }] }),
    ok("repeat", [], undefined, { fields: [{ name: "a", type: "short_text", label: "" }] }),
    ok("calculated", "mine", undefined, { expression: "1" }),
    ok("short_text", undefined, "x", { default: "x" }),
    ok("short_text", "", null, { default: "x" }),
    ok("short_text", null, null, { default: "x" }),
    ok("rating", undefined, undefined, { default: 9 }),
    ok("rating", undefined, 3, { default: "3", required: true }),
  ])("%s %j → %j", (type, given, expected, more) => {
    expect(ask(type, given, more)).toEqual(expected);
  });

  it.each([
    ["2026-01-15T09:00", berlin, "2026-01-15T08:00:00.000Z"],
    ["2026-07-15T09:00", berlin, "2026-07-15T07:00:00.000Z"],
    ["2026-10-25T02:30", berlin, "2026-10-25T00:30:00.000Z"],
    ["2026-03-29T03:00", berlin, "2026-03-29T01:00:00.000Z"],
    ["2026-01-15T09:00", "Asia/Kolkata", "2026-01-15T03:30:00.000Z"],
    ["2026-01-15T09:00", "Nowhere/Land", "2026-01-15T09:00:00.000Z"],
    ["2026-10-04T02:15", "Australia/Lord_Howe", ["skipped_hour f"]],
    ["2026-03-29T02:30", berlin, ["skipped_hour f"]],
    ["2026-03-29T02:30+01:00", berlin, "2026-03-29T01:30:00.000Z"],
    ["2011-12-30T12:00", "Pacific/Apia", ["skipped_hour f"]],
  ])("%s on a clock in %s → %j", (given, zone, expected) => {
    expect(ask("datetime", given, {}, "complete", zone)).toEqual(expected);
  });

  it("keeps an unfinished answer without what is still missing", () => {
    expect(ask("short_text", undefined, { required: true }, "partial")).toBeUndefined();
    expect(ask("short_text", undefined, { default: "x" }, "partial")).toBeUndefined();
    expect(ask("address", { city: "X" }, {}, "partial")).toEqual({ city: "X" });
    expect(ask("date_range", { start: "2026-01-01" }, {}, "partial")).toEqual({ start: "2026-01-01" });
    expect(ask("checkboxes", ["a"], { ...abc, validation: { min: 2 } }, "partial")).toEqual(["a"]);
    expect(ask("email", "nobody", {}, "partial")).toEqual(["bad_email f"]);
  });
});

describe("what is refused", () => {
  it.each([
    bad("short_text", 5, "wrong_type f"),
    bad("short_text", ["x"], "wrong_type f"),
    bad("short_text", "a\0b", "bad_text f"),
    bad("short_text", "a\ud800b", "bad_text f"),
    bad("short_text", "abc", "too_long f", { validation: { max_length: 2 } }),
    bad("short_text", "👍", "too_short f", { validation: { min_length: 2 } }),
    bad("short_text", "ab1", "pattern f", { validation: { pattern: "[a-z]+" } }),
    bad("short_text", "x".repeat(2_001), "too_long f"),
    bad("short_text", "", "required f", { required: true }),
    bad("short_text", "aa", "pattern f", { validation: { pattern: "(a+)+" } }),
    bad("long_text", "x".repeat(50_001), "too_long f"),
    bad("email", "nobody", "bad_email f"),
    bad("email", "a..b@example.com", "bad_email f"),
    bad("email", "a b@example.com", "bad_email f"),
    bad("email", "a@localhost", "bad_email f"),
    bad("phone", "030 901820", "phone_needs_country f"),
    bad("phone", "+49 30 call-me", "bad_phone f"),
    bad("phone", "+1", "bad_phone f"),
    bad("url", "javascript:alert(1)", "bad_url f"),
    bad("url", "data:text/html,x", "bad_url f"),
    bad("url", "nonsense", "bad_url f"),
    bad("url", "http://", "bad_url f"),
    bad("number", "abc", "not_a_number f"),
    bad("number", "1,5", "not_a_number f"),
    bad("number", "0x10", "not_a_number f"),
    bad("number", Number.POSITIVE_INFINITY, "not_a_number f"),
    bad("number", Number.NaN, "not_a_number f"),
    bad("number", 9007199254740992, "number_too_large f"),
    bad("number", "-9007199254740993", "number_too_large f"),
    bad("number", "1e400", "number_too_large f"),
    bad("number", true, "wrong_type f"),
    bad("number", [1], "wrong_type f"),
    bad("number", 1.5, "not_whole f", { validation: { integer: true } }),
    bad("number", 5, "too_small f", { validation: { min: 6 } }),
    bad("number", 7, "too_large f", { validation: { max: 6 } }),
    bad("slider", 101, "too_large f"),
    bad("currency", 1.005, "too_many_decimals f"),
    bad("currency", 1.5, "too_many_decimals f", { currency: "JPY" }),
    bad("rating", 6, "too_large f"),
    bad("rating", 0, "too_small f"),
    bad("rating", 2.5, "not_whole f"),
    bad("nps", 11, "too_large f"),
    bad("date", "2026-02-29", "bad_date f"),
    bad("date", "2026-13-01", "bad_date f"),
    bad("date", "0000-01-01", "bad_date f"),
    bad("date", "2026-2-1", "bad_date f"),
    bad("date", 20260101, "bad_date f"),
    bad("date", "2026-11-20", "too_early f", { validation: { min: "today" } }),
    bad("date", "2026-01-02", "too_late f", { validation: { max: "2026-01-01" } }),
    bad("time", "24:00", "bad_time f"),
    bad("time", "9am", "bad_time f"),
    bad("time", "08:00", "too_early f", { validation: { min: "09:00" } }),
    bad("datetime", "2026-02-29T10:00Z", "bad_date f"),
    bad("datetime", "2026-02-28", "bad_datetime f"),
    bad("datetime", "2026-02-28T25:00Z", "bad_datetime f"),
    bad("datetime", "9999-12-31T23:59:00-10:00", "bad_datetime f"),
    bad("date_range", { start: "2026-01-02", end: "2026-01-01" }, "reversed f.end"),
    bad("date_range", { start: "2026-01-02" }, "required f.end"),
    bad("date_range", { start: "2026-02-30", end: "2026-03-01" }, "bad_date f.start"),
    bad("date_range", { start: "2026-01-02", end: "2026-01-03", x: 1 }, "unknown_field f.x"),
    bad("date_range", "2026-01-02", "wrong_type f"),
    bad("select", "z", "not_an_option f", abc),
    bad("select", ["a"], "wrong_type f", abc),
    bad("radio", "toString", "not_an_option f", abc),
    bad("multi_select", ["a", "z"], "not_an_option f.1", abc),
    bad("multi_select", ["a", "a"], "chosen_twice f", abc),
    bad("multi_select", { a: true }, "wrong_type f", abc),
    bad("checkboxes", ["a"], "too_few f", { ...abc, validation: { min: 2 } }),
    bad("checkboxes", ["a", "b"], "too_many f", { ...abc, validation: { max: 1 } }),
    bad("checkboxes", Array(10_000).fill("a"), "too_many_items f", abc),
    bad("ranking", ["a", "a"], "chosen_twice f", abc),
    bad("ranking", ["a", { b: 1 }], "not_an_option f.1", abc),
    bad("yes_no", "maybe", "wrong_type f"),
    bad("yes_no", 1, "wrong_type f"),
    bad("yes_no", undefined, "required f", { required: true }),
    bad("consent", false, "required f", { required: true }),
    bad("consent", undefined, "required f", { required: true }),
    bad("matrix", { food: "good", pool: "bad" }, "unknown_row f.pool", grid),
    bad("matrix", { food: "great" }, "not_an_option f.food", grid),
    bad("matrix", { food: "good" }, "required f.room", { ...grid, required: true }),
    bad("matrix", JSON.parse('{"__proto__": "good"}'), "unknown_row f.__proto__", grid),
    bad("matrix", ["good"], "wrong_type f", grid),
    bad("file", ["../etc/passwd"], "bad_upload f.0"),
    bad("file", Array(10_000).fill("upl_1"), "too_many_items f"),
    bad("file", [], "required f", { required: true }),
    bad("signature", ["upl_1"], "bad_upload f"),
    bad("address", { line1: "1 Main St" }, "required f.city"),
    bad("address", { line1: "1", city: "x", country: "x", planet: "x" }, "unknown_field f.planet"),
    bad("address", "1 Main St", "wrong_type f"),
    bad("group", ["x"], "wrong_type f", { fields: [{ name: "a", type: "short_text", label: "" }] }),
    bad("group", { b: 1 }, "unknown_field f.b", { fields: [{ name: "a", type: "short_text", label: "" }] }),
    bad("group", {}, "required f.a", { fields: [{ name: "a", type: "short_text", label: "", required: true }] }),
    bad("repeat", [{ a: 1 }], "wrong_type f.0.a", { fields: [{ name: "a", type: "short_text", label: "" }] }),
    bad("repeat", ["x"], "wrong_type f.0", { fields: [{ name: "a", type: "short_text", label: "" }] }),
    bad("repeat", [], "required f", { required: true, fields: [{ name: "a", type: "short_text", label: "" }] }),
    bad("repeat", [{ a: "x" }], "too_few f", { validation: { min: 2 }, fields: [{ name: "a", type: "short_text", label: "" }] }),
    bad("repeat", [{}, {}, {}], "too_many f", { validation: { max: 2 }, fields: [{ name: "a", type: "short_text", label: "" }] }),
    bad("repeat", Array(10_000).fill({}), "too_many f", { fields: [{ name: "a", type: "short_text", label: "" }] }),
    bad("heading", "x", "unknown_field f"),
    bad("page_break", "x", "unknown_field f"),
  ])("%s %j: %s", (type, given, code, more) => {
    expect(ask(type, given, more)).toContain(code);
  });
});

describe("the words a respondent reads", () => {
  const say = (type: FieldType, given: unknown, more: Partial<Field> = {}) => {
    const result = evaluateAnswers({ fields: [{ name: "f", type, label: "F", ...more }] }, { f: given }, { mode: "complete", now: NOW });
    return result.ok ? [] : result.issues.map(({ message }) => message);
  };

  it.each<[FieldType, unknown, Partial<Field>, string]>([
    ["rating", "many", {}, "Please enter a whole number between 1 and 5."],
    ["number", 1, { validation: { min: 2 } }, "Please enter a number of 2 or more."],
    ["short_text", "", { required: true }, "Please fill this in."],
    ["short_text", "a", { validation: { min_length: 2 } }, "Please enter at least 2 characters."],
    ["short_text", "a", { validation: { pattern: "\\d+", message: "Digits only." } }, "Digits only."],
    ["checkboxes", ["a", "b"], { ...abc, validation: { max: 1 } }, "Please choose at most 1 option."],
    ["phone", "030 901820", {}, "Please enter a phone number with its country code, like +49 30 901820."],
    ["repeat", [{}, {}], { validation: { max: 1 }, fields: [] }, "Please give at most 1 entry."],
    ["repeat", Array(101).fill({}), { fields: [] }, "Please give at most 100 entries."],
  ])("%s %j", (type, given, more, words) => {
    expect(say(type, given, more)).toEqual([words]);
  });
});

describe("uploads that are known", () => {
  const upload = (id: string) => (id === "upl_1" ? { size: 2_000_000, type: "image/png", name: "cat.PNG" } : undefined);
  const check = (validation: Field["validation"], ...ids: string[]) => {
    const result = evaluateAnswers(
      { fields: [{ name: "f", type: "file", label: "F", validation }] },
      { f: ids },
      { mode: "complete", now: NOW, known: { upload } },
    );
    return result.ok ? "ok" : result.issues.map(({ code, message }) => `${code}: ${message}`);
  };

  it("checks that they are there, their type and their size", () => {
    expect(check({ accept: ["image/*"], max_size: 2_000_000 }, "upl_1")).toBe("ok");
    expect(check({ accept: [".png"] }, "upl_1")).toBe("ok");
    expect(check({}, "upl_2")).toEqual(["unknown_upload: Please upload the file again: it is no longer there."]);
    expect(check({ accept: [".pdf", "text/plain"] }, "upl_1")).toEqual(["file_type: Please choose a file of this kind: PDF, plain text."]);
    expect(check({ max_size: 1_572_864 }, "upl_1")).toEqual(["file_too_large: Please choose a file of at most 1.5 MB."]);
  });
});
