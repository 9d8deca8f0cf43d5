import { unzipSync } from "fflate";
import { expect, test } from "vitest";
import type { FormSchema } from "../../../src/forms";
import { zip } from "../../../src/reports/files/zip";
import { workbook } from "../../../src/reports/formats/xlsx";
import { bytesOf, sourceOf } from "./source";
import { type Element, everyElement, parseXml } from "./xml";

const FIELDS: FormSchema["fields"] = [
  { name: "n", type: "number", label: "N" },
  { name: "people", type: "repeat", label: "People", fields: [{ name: "who", type: "short_text", label: "Who" }] },
];

async function sheets(most: number, answers: Record<string, unknown>[], options = {}): Promise<Record<string, string[]>> {
  const source = sourceOf({ fields: FIELDS, answers, options, choices: "value" });
  const files = unzipSync(await bytesOf(zip(workbook(source, most), 0)));
  const part = (path: string) => parseXml(new TextDecoder().decode(files[path]));
  const rows = (sheet: Element) => [...everyElement(sheet, "row")].map((row) => row.children.map(({ text }) => text).join(" | "));
  const named = [...everyElement(part("xl/workbook.xml"), "sheet")];
  return Object.fromEntries(
    named.map(({ attributes }) => [attributes.name ?? "", rows(part(`xl/worksheets/sheet${attributes.sheetId}.xml`))]),
  );
}

test("what does not fit into a sheet goes on in a further one, responses and turns alike", async () => {
  const answers = [1, 2, 3, 4, 5].map((n) => ({ n, people: [{ who: `a${n}` }, { who: `b${n}` }] }));
  const { Summary, ...tables } = await sheets(4, answers);
  expect(Object.keys(tables)).toEqual(["Responses", "Responses 2", "People", "People 2", "People 3", "People 4"]);
  for (const rows of Object.values(tables)) expect(rows.length).toBeLessThanOrEqual(4);
  const [heads] = tables.Responses ?? [];
  expect(tables["Responses 2"]?.[0]).toBe(heads);
  const numbers = ["Responses", "Responses 2"].flatMap((name) => (tables[name] ?? []).slice(1).map((row) => Number(row.split(" | ")[3])));
  expect(numbers).toEqual([1, 2, 3, 4, 5]);
  const turns = Object.entries(tables).flatMap(([name, rows]) => (name.startsWith("People") ? rows.slice(1) : []));
  expect(turns.map((row) => row.split(" | ")[2])).toEqual(answers.flatMap(({ people }) => people.map(({ who }) => who)));
  expect(Summary).toContain("Responses | 5");
});

test("as many rows as fit leave no empty sheet behind", async () => {
  expect(Object.keys(await sheets(4, [{ n: 1 }, { n: 2 }, { n: 3 }]))).toEqual(["Summary", "Responses", "People"]);
});

test("names head every sheet where names are asked for", async () => {
  const { Responses = [], People = [] } = await sheets(4, [{ n: 1 }], { headers: "name" });
  expect(Responses[0]).toBe("id | submitted_at | status | n | people.who");
  expect(People[0]).toBe("id | turn | people.who");
});

test("a text beyond what a cell holds says that it goes on", async () => {
  const fields: FormSchema["fields"] = [{ name: "said", type: "long_text", label: "Said" }];
  const source = sourceOf({ fields, answers: [{ said: "x".repeat(40_000) }], choices: "value" });
  const files = unzipSync(await bytesOf(zip(workbook(source, 10), 0)));
  const sheet = parseXml(new TextDecoder().decode(files["xl/worksheets/sheet2.xml"]));
  const cell = [...everyElement(sheet, "c")].at(-1)?.text ?? "";
  expect(cell).toHaveLength(32_767);
  expect(cell.endsWith("x…")).toBe(true);
});

test("opens as it is read: from the right where the form is, heads as high as their words, and each page of print with its head", async () => {
  const parts = async (title: string, label: string) => {
    const fields: FormSchema["fields"] = [{ name: "n", type: "number", label }];
    const source = sourceOf({ fields, answers: [{ n: 1 }], options: { title, paper: "letter" }, choices: "value" });
    const files = unzipSync(await bytesOf(zip(workbook(source, 10), 0)));
    return (path: string, name: string) => [...everyElement(parseXml(new TextDecoder().decode(files[path])), name)];
  };
  const sheet = "xl/worksheets/sheet2.xml";
  const hebrew = await parts("איך היה?", "כמה?");
  expect(hebrew(sheet, "sheetView")[0]?.attributes.rightToLeft).toBe("1");
  expect(hebrew(sheet, "row")[0]?.attributes.ht).toBeUndefined();
  const english = await parts("How was it?", "How likely are you to recommend us to a friend or colleague?");
  expect(english(sheet, "sheetView")[0]?.attributes.rightToLeft).toBeUndefined();
  expect(english(sheet, "row").map(({ attributes }) => attributes.ht)).toEqual(["45", undefined]);
  expect(english(sheet, "pageSetup")[0]?.attributes).toMatchObject({ paperSize: "1", orientation: "landscape" });
  expect(english("xl/workbook.xml", "definedName").map(({ text }) => text)).toEqual(["'Responses'!$1:$1"]);
});
