// Files of exports, opened by programs that are not ours. What they read must be what was answered.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasProgram } from "../../../tools/lib/openers.ts";
import { type Client, clientOf, createForm, exported } from "../support/client.ts";
import { emptyState, type Running, start } from "../support/headwater.ts";
import { cellsOfSheets, textOfDocument } from "./opendocument.ts";

const FIELDS = [
  { name: "said", type: "long_text", label: "Said" },
  { name: "code", type: "short_text", label: "Code" },
  { name: "born", type: "date", label: "Born" },
  { name: "met", type: "datetime", label: "Met" },
  { name: "score", type: "number", label: "Score" },
  { name: "agree", type: "yes_no", label: "Agree" },
  { name: "tags", type: "multi_select", label: "Tags", options: ["a", "b", "c"].map((value) => ({ value, label: value.toUpperCase() })) },
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

const SAID = [
  'commas, "quotes", and; semicolons',
  "two\nlines",
  '=HYPERLINK("http://evil.example","click")',
  "@SUM(A1:A9)",
  "+1+cmd|' /C calc'!A0",
  "שלום עולם",
  "مرحبا بالعالم",
  "wave 🌊 and 👩‍👩‍👧",
  "日本語のテキスト",
  "a\tb",
  "\\input{secret} $x^2$ 100% #1 & co_1 ~ {}",
  "<b>&amp;</b>",
  "_x0041_",
];
const CODES = ["0042", "123456789012345678", "1e5", "00:15", "2026-01-02", "TRUE"];

let server: Running;
let client: Client;
let formId: string;
let folder: string;
const state = emptyState();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "headwater-opened-"));
  server = await start({ state: state.folder, env: { HEADWATER_EMPTY: "1", HEADWATER_LIMITS: "off" } });
  client = clientOf(server, state.folder);
  formId = await createForm(client, "Opened & read", FIELDS);
  for (const [i, said] of SAID.entries()) {
    await client.json("POST", `/api/v1/forms/${formId}/responses`, { data: answers(i, said) });
  }
}, 180_000);

afterAll(async () => {
  server?.signal("SIGTERM");
  await server?.exited;
  state.remove();
  rmSync(folder, { recursive: true, force: true });
});

function answers(i: number, said: string): Record<string, unknown> {
  return {
    said,
    code: CODES[i % CODES.length],
    born: `1987-0${(i % 9) + 1}-28`,
    met: `2026-03-29T0${i % 10}:30:00.000Z`,
    score: i * 1.5 - 4,
    agree: i % 2 === 0,
    tags: ["a", "c"],
    people: [{ who: "Ann", age: 30 + i }, { who: "Bob" }],
  };
}

async function file(name: string, body: Record<string, unknown>): Promise<string> {
  const path = join(folder, name);
  writeFileSync(path, await exported(client, { form_id: formId, ...body }));
  return path;
}

function soffice(to: string, path: string): string {
  const out = join(folder, `out-${to}`);
  mkdirSync(out, { recursive: true });
  const profile = `-env:UserInstallation=file://${join(folder, "profile")}`;
  execFileSync("soffice", [profile, "--headless", "--convert-to", to, "--outdir", out, path], { timeout: 120_000, stdio: "pipe" });
  const base = (path.split("/").at(-1) ?? "").replace(/\.\w+$/, "");
  return readFileSync(join(out, `${base}.${to}`), "utf8");
}

describe("Python reads the CSV", () => {
  test.runIf(hasProgram("python3"))("and finds every answer", { timeout: 60_000 }, async () => {
    const path = await file("answers.csv", {
      format: "csv",
      options: { headers: "name", formula_guard: false, timezone: "Europe/Berlin" },
    });
    const script = "import csv,json,sys\nprint(json.dumps(list(csv.DictReader(open(sys.argv[1],newline='',encoding='utf-8')))))";
    const rows = JSON.parse(execFileSync("python3", ["-c", script, path], { encoding: "utf8" })) as Record<string, string>[];
    expect(rows.map(({ said }) => said)).toEqual(SAID);
    expect(rows.map(({ code }) => code)).toEqual(SAID.map((_, i) => CODES[i % CODES.length]));
    // The clocks go forward at 01:00 UTC.
    expect(rows[0]?.met).toBe("2026-03-29T01:30:00.000+01:00");
    expect(rows[1]?.met).toBe("2026-03-29T03:30:00.000+02:00");
    expect(rows[0]).toMatchObject({
      born: "1987-01-28",
      score: "-4",
      agree: "true",
      tags: "a; c",
      "people.who": "Ann; Bob",
      "people.age": "30; ",
    });
  });

  test.runIf(hasProgram("python3"))("with a byte order mark and the guard, as Excel is given it", { timeout: 60_000 }, async () => {
    const path = await file("guarded.csv", { format: "csv", options: { bom: true } });
    const script = "import csv,json,sys\nprint(json.dumps(list(csv.DictReader(open(sys.argv[1],newline='',encoding='utf-8-sig')))))";
    const rows = JSON.parse(execFileSync("python3", ["-c", script, path], { encoding: "utf8" })) as Record<string, string>[];
    expect(rows.map(({ Said }) => Said)).toEqual(SAID.map((said) => (/^[=@+]/.test(said) ? `'${said}` : said)));
  });
});

describe.runIf(hasProgram("soffice"))("LibreOffice opens", () => {
  test("the workbook: text is text, numbers, dates and booleans are what they are, nothing is a formula", {
    timeout: 150_000,
  }, async () => {
    const path = await file("answers.xlsx", { format: "xlsx", options: { timezone: "Europe/Berlin" } });
    const xml = soffice("fods", path);
    const sheets = cellsOfSheets(xml);
    expect([...sheets.keys()]).toEqual(["Summary", "Responses", "People & pets"]);
    const [header = [], ...rows] = sheets.get("Responses") ?? [];
    const at = (label: string) => header.findIndex(({ text }) => text === label);
    const column = (label: string) => rows.map((row) => row[at(label)]);
    expect(column("Said").map((cell) => cell?.text)).toEqual(SAID);
    expect(column("Said").every((cell) => cell?.type === "string")).toBe(true);
    expect(column("Code").map((cell) => `${cell?.type} ${cell?.text}`)).toEqual(SAID.map((_, i) => `string ${CODES[i % CODES.length]}`));
    expect(column("Score").map((cell) => Number(cell?.value))).toEqual(SAID.map((_, i) => i * 1.5 - 4));
    expect(column("Born").map((cell) => cell?.value)).toEqual(SAID.map((_, i) => `1987-0${(i % 9) + 1}-28`));
    expect(
      column("Met")
        .slice(0, 2)
        .map((cell) => cell?.value),
    ).toEqual(["2026-03-29T01:30:00", "2026-03-29T03:30:00"]);
    expect(column("Agree").map((cell) => cell?.text)).toEqual(SAID.map((_, i) => (i % 2 === 0 ? "TRUE" : "FALSE")));
    // LibreOffice itself makes a formula of each truth value that it reads, and of nothing else.
    const formulas = new Set([...xml.matchAll(/table:formula="([^"]*)"/g)].map(([, formula]) => formula));
    expect([...formulas].filter((formula) => !/^of:=(TRUE|FALSE)\(\)$/.test(formula ?? ""))).toEqual([]);
    const people = sheets.get("People & pets") ?? [];
    expect(people).toHaveLength(1 + SAID.length * 2);
    expect(people[1]?.map(({ text }) => text).slice(1)).toEqual(["1", "Ann", "30"]);
    const summary = (sheets.get("Summary") ?? []).map((row) => row.map(({ text }) => text));
    expect(summary).toContainEqual(["Responses", String(SAID.length)]);
  });

  test("the document: every answer is in it", { timeout: 150_000 }, async () => {
    const text = textOfDocument(soffice("fodt", await file("answers.docx", { format: "docx" })));
    for (const said of SAID) for (const line of said.split(/[\n\t]/)) expect(text).toContain(line);
    for (const code of CODES) expect(text).toContain(code);
    expect(text).toContain("A\nC");
    expect(text).toContain("Opened & read");
  });
});

describe.runIf(hasProgram("pdflatex"))("TeX sets the source", () => {
  const unzipped = async (name: string): Promise<string> => {
    const path = await file(`${name}.zip`, { format: "tex" });
    const source = join(folder, name);
    mkdirSync(source, { recursive: true });
    execFileSync("python3", ["-c", "import sys,zipfile\nzipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2])", path, source]);
    return source;
  };

  test("with pdflatex, to the end and without an error", { timeout: 150_000 }, async () => {
    const source = await unzipped("tex-pdf");
    execFileSync("pdflatex", ["-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "main.tex"], {
      cwd: source,
      timeout: 100_000,
      stdio: "pipe",
    });
    expect(readdirSync(source)).toContain("main.pdf");
    if (!hasProgram("pdftotext")) return;
    const text = execFileSync("pdftotext", ["-layout", join(source, "main.pdf"), "-"], { encoding: "utf8" });
    for (const code of CODES) expect(text).toContain(code);
    expect(text).toContain('commas, "quotes", and; semicolons');
    expect(text).toContain("\\input{secret} $x^2$ 100% #1 & co_1");
    expect(text).toContain("[U+1F30A]");
    expect(text).toContain('=HYPERLINK("http://evil.example","click")');
  });
});

test("what was not opened here is said", () => {
  const missing = ["python3", "soffice", "pdflatex"].filter((program) => !hasProgram(program));
  if (missing.length > 0) process.stderr.write(`not opened, because these are not installed: ${missing.join(", ")}\n`);
  expect(missing.length).toBeLessThan(4);
});
