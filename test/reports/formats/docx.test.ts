import { unzipSync } from "fflate";
import { describe, expect, test } from "vitest";
import type { FormSchema } from "../../../src/forms";
import { fillingOf } from "../../../src/reports/docx-template/data";
import { docx, RESPONSES_PER_FILE } from "../../../src/reports/formats/docx";
import { WORDS } from "../../../src/reports/formats/docx/words";
import { bytesOf, type Given, sourceOf, written } from "./source";
import { type Element, everyElement, parseXml } from "./xml";

const FIELDS: FormSchema["fields"] = [
  { name: "said", type: "long_text", label: "What did you like?" },
  { name: "score", type: "number", label: "Score" },
  {
    name: "people",
    type: "repeat",
    label: "People & pets",
    fields: [
      { name: "who", type: "short_text", label: "Who" },
      { name: "age", type: "number", label: "Age" },
    ],
  },
];

/** What the schema says may stand in these, in its order; Word calls a document in another order damaged. */
const ORDER: Record<string, string> = {
  "w:pPr": "pStyle keepNext keepLines pageBreakBefore tabs bidi spacing jc outlineLvl rPr sectPr",
  "w:rPr": "rFonts b bCs color sz szCs u rtl lang",
  "w:tblPr": "tblStyle bidiVisual tblW tblInd tblBorders tblLayout tblCellMar tblLook",
  "w:tblBorders": "top left bottom right insideH insideV",
  "w:tcPr": "tcW gridSpan shd",
  "w:tbl": "tblPr tblGrid tr",
  "w:tr": "trPr tc",
  "w:tc": "tcPr p",
  "w:r": "rPr t tab br fldChar instrText",
  "w:style": "name basedOn next uiPriority semiHidden unhideWhenUsed qFormat pPr rPr tblPr",
  "w:sectPr": "headerReference footerReference pgSz pgMar titlePg",
};
const ANY_ORDER = new Set(["w:r"]);

function partsOf(bytes: Uint8Array): Map<string, Element> {
  const parts = Object.entries(unzipSync(bytes)).map(
    ([path, part]) => [path, parseXml(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(part))] as const,
  );
  return new Map(parts);
}

function bodyOf(bytes: Uint8Array): Element {
  const body = partsOf(bytes).get("word/document.xml")?.children[0];
  if (body === undefined) throw new Error("No body");
  return body;
}

/** As one reads it: paragraphs on lines, cells beside each other. */
function lines(body: Element): string[] {
  return body.children.flatMap((part) => {
    if (part.name === "w:p") return [textOf(part)];
    return [...everyElement(part, "w:tr")].map((row) =>
      row.children
        .filter(({ name }) => name === "w:tc")
        .map((cell) => [...everyElement(cell, "w:p")].map(textOf).join("¶"))
        .join(" | "),
    );
  });
}

function textOf(paragraph: Element): string {
  return [...everyElement(paragraph)]
    .map(({ name, text }) => (name === "w:t" ? text : name === "w:br" ? "⏎" : name === "w:tab" ? "⇥" : ""))
    .join("");
}

async function answered(said: string, more: Partial<Given> = {}): Promise<Element> {
  return bodyOf(await written(docx, { fields: FIELDS, answers: [{ said }], options: { cover: false, summary: false }, ...more }));
}

function answerCell(body: Element): Element {
  const row = [...everyElement(body, "w:tr")].find((tr) => tr.text.startsWith("What did you like?"));
  const cell = row?.children.filter(({ name }) => name === "w:tc")[1];
  if (cell === undefined) throw new Error("No answer");
  return cell;
}

describe("a document", () => {
  const nasty = [
    'a\tb\r\nc & <d> "e"',
    "\u0000\u0007\u001b \ud800 \udc00x \ufffe",
    "مرحبا hello",
    "日本語 🌊 👩‍👩‍👧",
    "",
    "]]>",
    "x".repeat(200_000),
  ];
  const answers = nasty.map((said, i) => ({ said, score: i, people: [{ who: "Ann", age: 30 }, { who: said.slice(0, 50) }] }));

  test("has every part that it names, each of them well-formed and in the schema's order", async () => {
    const parts = partsOf(await written(docx, { fields: FIELDS, answers, options: { title: 'Ours & "theirs"' } }));
    const types = [...everyElement(parts.get("[Content_Types].xml") as Element, "Override")].map(({ attributes }) =>
      attributes.PartName?.slice(1),
    );
    for (const path of types) expect([...parts.keys()]).toContain(path);
    for (const [path, links] of [...parts].filter(([name]) => name.endsWith(".rels"))) {
      const folder = path.replace(/_rels\/[^/]*$/, "");
      for (const { attributes } of everyElement(links, "Relationship"))
        expect([...parts.keys()]).toContain(`${folder}${attributes.Target}`);
    }
    for (const part of parts.values()) {
      for (const { name, children } of everyElement(part)) {
        const order = ORDER[name]?.split(" ").map((each) => `w:${each}`);
        if (order === undefined) continue;
        const places = children.map((child) => order.indexOf(child.name));
        expect(places, `${name}: ${children.map((child) => child.name)}`).not.toContain(-1);
        if (!ANY_ORDER.has(name)) expect(places, name).toEqual([...places].sort((a, b) => a - b));
      }
    }
    const ids = [...everyElement(parts.get("word/styles.xml") as Element, "w:style")].map(({ attributes }) => attributes["w:styleId"]);
    for (const { attributes } of everyElement(parts.get("word/document.xml") as Element, "w:pStyle"))
      expect(ids).toContain(attributes["w:val"]);
  });

  test("says what it is of, adds up, and has each response with its answers", async () => {
    const bytes = await written(docx, { fields: FIELDS, answers: [{ said: "Fine", score: 2 }, { score: 4 }] });
    expect(lines(bodyOf(bytes)).join("\n")).toBe(`Riverside & sons
Visit
Form | Visit
Responses | 2
Which | Complete responses
Exported at | 2026-01-31 09:00
Time zone | UTC
Ledger position | 0:42
Export | exp_1
Summary
Score
Answered | 2 of 2
Average | 3
Least | 2
Most | 4
Other questions
What did you like? | 1 of 2
Responses
Response 1
2026-01-31 09:00 · rsp_1
What did you like? | Fine
Score | 2
Response 2
2026-01-31 09:00 · rsp_2
Score | 4
`);
    const parts = partsOf(bytes);
    expect(parts.get("word/footer1.xml")?.text).toContain("Ledger position 0:42");
    expect(parts.get("docProps/core.xml")?.text).toContain("Ledger position 0:42");
  });

  test("has a cover without the running head, and says which language it is in", async () => {
    const parts = partsOf(await written(docx, { fields: FIELDS, answers: [{}], language: "de" }));
    const first = (document?: Element) => [...everyElement(document as Element, "w:titlePg")].length;
    expect(first(parts.get("word/document.xml"))).toBe(1);
    expect([...everyElement(parts.get("docProps/core.xml") as Element, "dc:language")].map(({ text }) => text)).toEqual(["de"]);
    const bare = partsOf(await written(docx, { fields: FIELDS, answers: [{}], options: { cover: false } }));
    expect(first(bare.get("word/document.xml"))).toBe(0);
    expect([...everyElement(bare.get("docProps/core.xml") as Element, "dc:language")]).toEqual([]);
  });

  test("says of amounts what they are amounts of, and which group a question of many is of", async () => {
    const fields: FormSchema["fields"] = [
      { name: "spent", type: "currency", label: "Spent?", currency: "EUR" },
      {
        name: "kids",
        type: "repeat",
        label: "Child",
        fields: [
          {
            name: "likes",
            type: "checkboxes",
            label: "Likes",
            options: ["Cake, cream", "Tea"].map((label) => ({ value: label[0] ?? "", label })),
          },
          { name: "kid", type: "short_text", label: "Name" },
          { name: "fee", type: "currency", label: "Fee", currency: "JPY" },
        ],
      },
      { name: "stay", type: "date_range", label: "How long?" },
      { name: "rank", type: "ranking", label: "Best first", options: ["Price", "Speed"].map((label) => ({ value: label, label })) },
    ];
    const kids = [
      { kid: "Ann", likes: ["C", "T"], fee: 300 },
      { kid: "Bo", likes: ["T"] },
      { kid: "Cy", likes: [] },
    ];
    const stay = { start: "2026-08-01", end: "2026-08-03" };
    const answers = [
      { spent: 19.5, kids, stay, rank: ["Speed", "Price"] },
      { spent: 1, rank: ["Speed"] },
    ];
    const told = lines(bodyOf(await written(docx, { fields, answers, options: { cover: false } })));
    expect(told.join("\n").replaceAll("\u00a0", " ")).toBe(`Summary
Spent?
Answered | 2 of 2
Average | EUR 10.25
Least | EUR 1.00
Most | EUR 19.50
Child · Likes
Answered | 1 of 2
Cake, cream | 1 (100 %)
Tea | 1 (100 %)
Child · Fee
Answered | 1 of 2
Average | JPY 300
Least | JPY 300
Most | JPY 300
Best first
Answered | 2 of 2
Speed | place 1 on average, 2 (100 %)
Price | place 2 on average, 1 (50 %)
Other questions
Child · Name | 1 of 2
How long? start | 1 of 2
How long? end | 1 of 2
Responses
Response 1
2026-01-31 09:00 · rsp_1
Spent? | EUR 19.50
Child 1
Likes | Cake, cream, Tea
Name | Ann
Fee | JPY 300
Child 2
Likes | Tea
Name | Bo
Child 3
Name | Cy
How long? start | 2026-08-01
How long? end | 2026-08-03
Best first | 1. Speed⏎2. Price
Response 2
2026-01-31 09:00 · rsp_2
Spent? | EUR 1.00
Best first | Speed
`);
  });

  test("says its own words in the language that is asked for, and the form's in the form's", async () => {
    const fields: FormSchema["fields"] = [
      { name: "again", type: "yes_no", label: "Kommen Sie wieder?" },
      { name: "pick", type: "select", label: "Wahl", options: [{ value: "y", label: "Yes" }] },
    ];
    const parts = partsOf(await written(docx, { fields, answers: [{ again: true, pick: "y" }], language: "de-AT" }));
    const told = lines(parts.get("word/document.xml")?.children[0] as Element);
    expect(told.slice(2)).toEqual([
      "Formular | Visit",
      "Antworten | 1",
      "Auswahl | Vollständige Antworten",
      "Erstellt am | 2026-01-31 09:00",
      "Zeitzone | UTC",
      "Sprache | de-AT",
      "Stand des Hauptbuchs | 0:42",
      "Export | exp_1",
      "Zusammenfassung",
      "Kommen Sie wieder?",
      "Beantwortet | 1 von 1",
      "Ja | 1 (100 %)",
      "Wahl",
      "Beantwortet | 1 von 1",
      "Yes | 1 (100 %)",
      "Antworten",
      "Antwort 1",
      "2026-01-31 09:00 · rsp_1",
      "Kommen Sie wieder? | Ja",
      "Wahl | Yes",
      "",
    ]);
    expect(parts.get("word/footer1.xml")?.text).toContain("Stand des Hauptbuchs 0:42");
  });

  test("whatever it says, it says in each of its languages, with the same places to fill in", () => {
    const keys = Object.keys(WORDS.de);
    for (const [language, words] of Object.entries(WORDS)) {
      expect(Object.keys(words), language).toEqual(keys);
      for (const [english, own] of Object.entries(words)) {
        const places = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();
        expect(places(own), `${language} ${english}`).toEqual(places(english));
      }
    }
  });

  test("without a cover, a summary and responses still opens", async () => {
    const bytes = await written(docx, { fields: FIELDS, answers, options: { cover: false, summary: false, per_response: false } });
    expect(lines(bodyOf(bytes))).toEqual([""]);
  });
});

describe("an answer", () => {
  test("of several lines has breaks, and tabs are tabs", async () => {
    const cell = answerCell(await answered("one\r\ntwo\n\nfour\tfive"));
    expect([...everyElement(cell, "w:p")].map(textOf)).toEqual(["one⏎two⏎⏎four⇥five"]);
  });

  test("keeps its spaces, and nothing in it is markup", async () => {
    expect(answerCell(await answered("  <w:p/> &amp; ]]>  ")).text).toBe("  <w:p/> &amp; ]]>  ");
  });

  test("loses only what XML cannot hold", async () => {
    expect(answerCell(await answered("a\u0000b\ud83cc\u001bd🌊e\ufffff")).text).toBe("a\ufffdb\ufffdc\ufffdd🌊e\ufffdf");
  });

  test("that begins right-to-left is set so; words of the other direction are runs of their own", async () => {
    const [hebrew, latin] = [...everyElement(answerCell(await answered("שלום, hello world (2026) וסוף\nplain عربي ok")), "w:p")];
    const runs = (paragraph?: Element) =>
      [...everyElement(paragraph as Element, "w:r")].map((run) => [run.text, [...everyElement(run, "w:rtl")].length === 1]);
    expect([...everyElement(hebrew as Element, "w:bidi")]).toHaveLength(1);
    expect(runs(hebrew)).toEqual([
      ["שלום, ", true],
      ["hello world", false],
      [" (2026) וסוף", true],
    ]);
    expect([...everyElement(latin as Element, "w:bidi")]).toHaveLength(0);
    expect(runs(latin)).toEqual([
      ["plain ", false],
      ["عربي", true],
      [" ok", false],
    ]);
  });

  test("of a megabyte is all there", async () => {
    const said = "All work and no play. ".repeat(50_000);
    expect(answerCell(await answered(said)).text).toBe(said);
  });

  test("in a repeating group stands with its turn", async () => {
    const people = [{ who: "Ann", age: 30 }, {}, { who: "Bob" }];
    const body = await answered("", { answers: [{ people }] });
    expect(lines(body).slice(3)).toEqual([
      "People & pets 1",
      "Who | Ann",
      "Age | 30",
      "People & pets 2",
      "People & pets 3",
      "Who | Bob",
      "",
    ]);
  });

  test("that is files is their names, and each leads to its file", async () => {
    const source = sourceOf({
      fields: [{ name: "photo", type: "file", label: "Photo" }],
      answers: [{}],
      options: { cover: false, summary: false },
    });
    const file = (name: string, url: string) => ({ file: { id: "upl_1", name, url } });
    const photos = [file('a & "b".jpg', "https://files.example/1?a=1&b=2"), file("c.pdf", 'https://files.example/2" \\l "x')];
    const pages = async function* () {
      for await (const [row] of source.pages()) if (row !== undefined) yield [{ ...row, cells: [...row.cells.slice(0, 3), photos] }];
    };
    const body = bodyOf(await bytesOf(docx.write({ ...source, pages })));
    expect(lines(body)).toContain('Photo | a & "b".jpg¶c.pdf');
    expect([...everyElement(body, "w:instrText")].map(({ text }) => text)).toEqual([
      ' HYPERLINK "https://files.example/1?a=1&b=2" ',
      ' HYPERLINK "https://files.example/2%22 %5Cl %22x" ',
    ]);
  });

  test("to a question from right to left has it on the right", async () => {
    const fields: FormSchema["fields"] = [{ name: "who", type: "short_text", label: "שם" }];
    const own = { fields, options: { cover: false, summary: false } };
    const [mirrored] = everyElement(bodyOf(await written(docx, { ...own, answers: [{ who: "משה" }] })), "w:tblPr");
    expect(mirrored?.children.map(({ name }) => name)).toContain("w:bidiVisual");
    const more = [...fields, { name: "where", type: "short_text" as const, label: "Where" }];
    const [half] = everyElement(bodyOf(await written(docx, { ...own, fields: more, answers: [{ who: "משה", where: "חיפה" }] })), "w:tblPr");
    expect(half?.children.map(({ name }) => name)).not.toContain("w:bidiVisual");
  });

  test("that is short stands beside its question, from whichever side that is read; so do the document's own words", async () => {
    const long = "A text of another direction that runs over several lines is read from the side where it begins.";
    const fields: FormSchema["fields"] = ["שם", "גיל", "ספר"].map((label, i) => ({ name: `f${i}`, type: "short_text", label }));
    const sides = async (title: string) => {
      const body = bodyOf(await written(docx, { fields, answers: [{ f0: "משה", f1: "41", f2: long }], options: { title } }));
      return new Map(
        [...everyElement(body, "w:p")].map((paragraph) => [textOf(paragraph), [...everyElement(paragraph, "w:jc")].length === 1]),
      );
    };
    const hebrew = await sides("איך היה?");
    expect(["Summary", "Response 1", "Ledger position", "41"].map((text) => hebrew.get(text))).toEqual([true, true, true, true]);
    expect([hebrew.get("משה"), hebrew.get(long)]).toEqual([false, false]);
    const english = await sides("How was it?");
    expect(["Summary", "Response 1", "Ledger position", "41"].map((text) => english.get(text))).toEqual([false, false, false, true]);
    // Named in another writing than the questions around it, somebody still stands beside them.
    const mixed = bodyOf(await written(docx, { fields: FIELDS, answers: [{ said: "משה" }, { said: "משה ".repeat(30) }] }));
    const ofName = [...everyElement(mixed, "w:p")].filter((paragraph) => textOf(paragraph).startsWith("משה"));
    expect(ofName.map((paragraph) => [...everyElement(paragraph, "w:jc")].length)).toEqual([1, 0]);
  });
});

test("a template of one's own takes five hundred responses, and says what to do with more", async () => {
  const { message } = await fillingOf(sourceOf({ fields: FIELDS, answers: Array.from({ length: 501 }, () => ({})) })).catch(
    (error) => error,
  );
  expect(message).toContain("at most 500 responses");
  expect((await fillingOf(sourceOf({ fields: FIELDS, answers: Array.from({ length: 500 }, () => ({})) }))).data.count).toBe(500);
});

describe("more than one document holds", () => {
  const fields: FormSchema["fields"] = [{ name: "n", type: "number", label: "N" }];
  const answers = Array.from({ length: RESPONSES_PER_FILE + 2 }, (_, n) => ({ n }));

  test("is several, zipped: the figures of all, and every response once", { timeout: 60_000 }, async () => {
    const source = sourceOf({ fields, answers });
    const format = docx.instead?.(source.meta);
    expect(format).toMatchObject({ extension: "zip", contentType: "application/zip" });
    const files = unzipSync(await bytesOf((format ?? docx).write(source)));
    expect(Object.keys(files)).toEqual(["Summary.docx", "Responses from 0001.docx", "Responses from 2001.docx"]);
    expect(lines(bodyOf(files["Summary.docx"] as Uint8Array))).toContain(`Answered | ${answers.length} of ${answers.length}`);
    const seen = Object.entries(files).flatMap(([path, bytes]) =>
      path === "Summary.docx" ? [] : lines(bodyOf(bytes)).filter((line) => line.startsWith("N | ")),
    );
    expect(seen).toEqual(answers.map(({ n }) => `N | ${n}`));
  });

  test("unless it is short enough, or the responses are not asked for", () => {
    expect(docx.instead?.(sourceOf({ fields, answers: answers.slice(2) }).meta)).toBeNull();
    expect(docx.instead?.(sourceOf({ fields, answers, options: { per_response: false } }).meta)).toBeNull();
  });
});
