// PDF reports from the served bundle, printed by a real browser and read by other programs.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { strToU8, zipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findChromium } from "../../tools/lib/chromium.ts";
import { emptyState, type Running, start, until } from "./support/headwater.ts";

const has = (program: string) => spawnSync(program, ["--version"]).error === undefined;
const readable = findChromium() !== null && has("pdftotext") && has("pdfinfo") && has("qpdf");

interface Export {
  id: string;
  status: string;
  progress: number;
  download_url: string | null;
  error: string | null;
  rows: number;
}

const state = emptyState();
const folder = mkdtempSync(join(tmpdir(), "headwater-pdf-"));
let running: Running;
let key = "";

const call = async (method: string, path: string, body?: unknown) => {
  const reply = await fetch(running.url + path, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(body === undefined ? {} : { "content-type": "application/json" }) },
    body: body === undefined ? null : JSON.stringify(body),
  });
  const told = await reply.json();
  expect(reply.ok, `${method} ${path}: ${JSON.stringify(told).slice(0, 500)}`).toBe(true);
  return told as Record<string, unknown>;
};

async function makeForm(fields: object[], answers: Record<string, unknown>[]): Promise<string> {
  const form = await call("POST", "/api/v1/forms", { title: "Umfrage — 調査 — استطلاع 🌊", schema: { fields } });
  await call("POST", `/api/v1/forms/${form.id}/publish`);
  for (let i = 0; i < answers.length; i += 20) {
    await Promise.all(answers.slice(i, i + 20).map((data) => call("POST", `/api/v1/forms/${form.id}/responses`, { data })));
  }
  return String(form.id);
}

async function settled(id: string, whileRunning: (view: Export) => void = () => {}): Promise<Export> {
  for (;;) {
    const view = (await call("GET", `/api/v2/reports/exports/${id}`)) as unknown as Export;
    if (!["queued", "running"].includes(view.status)) return view;
    whileRunning(view);
    await new Promise((done) => setTimeout(done, 50));
  }
}

async function download(view: Export, extension = "pdf"): Promise<string> {
  expect(view).toMatchObject({ status: "done", error: null });
  const url = new URL(view.download_url ?? "");
  const reply = await fetch(running.url + url.pathname + url.search);
  const file = join(folder, `${view.id}.${extension}`);
  writeFileSync(file, new Uint8Array(await reply.arrayBuffer()));
  return file;
}

function run(program: string, ...args: string[]): string {
  const { stdout, stderr, status } = spawnSync(program, args, { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  expect(status, `${program} ${args.join(" ")}\n${stdout}${stderr}`).toBe(0);
  return stdout;
}

/** Text as a person reads it: without the marks that turn direction, and however it was broken. */
const plain = (text: string) =>
  text
    .normalize("NFKC")
    .replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "")
    .replace(/\s+/g, "");

function pagesOf(file: string): string[] {
  return run("pdftotext", "-layout", file, "-").split("\f").slice(0, -1);
}

const chromiums = () =>
  running.pids().filter((pid) => {
    try {
      return /chrom/i.test(readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0")[0] ?? "");
    } catch {
      return false;
    }
  });

beforeAll(async () => {
  if (!readable) return;
  running = await start({ state: state.folder, env: { HEADWATER_EMPTY: "1", HEADWATER_LIMITS: "off" } });
  key = JSON.parse(readFileSync(join(state.folder, "demo.json"), "utf8")).api_key;
}, 300_000);
afterAll(async () => {
  if (running !== undefined) {
    running.signal("SIGTERM");
    await running.exited;
  }
  state.remove();
  rmSync(folder, { recursive: true, force: true });
});

const FIELDS = [
  { name: "full_name", type: "short_text", label: "Name" },
  {
    name: "branch",
    type: "select",
    label: "Which branch?",
    options: Array.from({ length: 40 }, (_, i) => ({ value: `b${i}`, label: `Branch ${i}` })),
  },
  { name: "score", type: "nps", label: "Would you recommend us?" },
  { name: "comment", type: "long_text", label: "Anything else?" },
  { name: "spent", type: "currency", label: "Spent", currency: "EUR" },
  { name: "nobody", type: "long_text", label: "A question nobody answered" },
];
const NAMES = ["Ada Lovelace", "山田太郎", "김민수", "Zoë Ångström", "O’Brien & Söhne <b>"];
const LONG = `${"Donaudampfschifffahrtsgesellschaft".repeat(6)} ${"word ".repeat(900)}`;

describe.runIf(readable)("a report", () => {
  test("has every response's values, and contents that tell the truth", { timeout: 240_000 }, async () => {
    const answers = Array.from({ length: 30 }, (_, i) => ({
      full_name: `${NAMES[i % NAMES.length]} ${i}`,
      branch: `b${(i * 7) % 40}`,
      score: i % 11,
      comment: i === 3 ? LONG : i === 4 ? "سعيد جدًا بالخدمة 🎉" : `Remark number ${i * 1_000 + 7}.`,
      spent: i + 0.5,
    }));
    const formId = await makeForm(FIELDS, answers);
    const made = await call("POST", "/api/v2/reports/exports", { form_id: formId, format: "pdf" });
    const file = await download(await settled(String(made.id)));
    run("qpdf", "--check", file);
    const pages = pagesOf(file);
    expect(Number(/Pages:\s+(\d+)/.exec(run("pdfinfo", file))?.[1])).toBe(pages.length);
    const text = plain(pages.join(""));
    for (const [i, answer] of answers.entries()) {
      expect(text).toContain(plain(answer.full_name));
      expect(text).toContain(`€${(i + 0.5).toFixed(2)}`);
      if (i !== 3 && i !== 4) expect(text).toContain(plain(answer.comment));
    }
    // Heads and feet stand between its pages.
    expect(text.match(/word/g)?.length).toBeGreaterThanOrEqual(900);
    expect(text).toContain("Nobodyhasansweredthisquestion.");

    const entries = [...(pages[1] ?? "").matchAll(/^\s*(\S.*?)\s{2,}(\d+)\s*$/gm)].map(([, title = "", page]) => ({
      title,
      page: Number(page),
    }));
    expect(entries.length).toBeGreaterThan(8);
    for (const { title, page } of entries) {
      // "11–15" leads to where response 11 begins; "Responses" to the first.
      const range = /^(\d+)\s*–/.exec(title)?.[1] ?? (title === "Responses" ? "1" : null);
      const wanted = range === null ? plain(title) : `RESPONSE${range}`;
      expect(plain(pages[page - 1] ?? ""), `${title} on page ${page}`).toContain(wanted);
    }
    for (const [i, page] of pages.entries()) if (i > 0) expect(page).toMatch(new RegExp(`\\b${i + 1} / ${pages.length}\\b`));
    // The long answer goes on over pages, and its heads say whose it is.
    expect(pages.filter((page) => page.includes("(continued)")).length).toBeGreaterThan(0);
    await until(() => chromiums().length === 0);
  });

  test("of nothing is a cover, contents and a summary, on the paper that was asked for", { timeout: 120_000 }, async () => {
    const formId = await makeForm(FIELDS, []);
    const made = await call("POST", "/api/v2/reports/exports", {
      form_id: formId,
      format: "pdf",
      options: { paper: "letter", title: "Nothing yet" },
    });
    const file = await download(await settled(String(made.id)));
    expect(run("pdfinfo", file)).toMatch(/Page size:\s+612 x 792 pts \(letter\)/);
    expect(run("pdfinfo", file)).toMatch(/Title:\s+Nothing yet/);
    expect(pagesOf(file).join("")).toContain("There are no responses yet.");
  });

  test("is finished although its browser is killed in the middle", { timeout: 240_000 }, async () => {
    const formId = await makeForm(
      FIELDS.slice(0, 4),
      Array.from({ length: 260 }, (_, i) => ({ full_name: `Person ${i}`, score: i % 11, comment: LONG })),
    );
    const made = await call("POST", "/api/v2/reports/exports", { form_id: formId, format: "pdf" });
    let killed = 0;
    const view = await settled(String(made.id), () => {
      if (killed > 0) return;
      for (const pid of chromiums()) {
        try {
          running.signal("SIGKILL", pid);
          killed += 1;
        } catch {
          // Gone by itself in between.
        }
      }
    });
    expect(killed).toBeGreaterThan(0);
    const file = await download(view);
    run("qpdf", "--check", file);
    const text = plain(pagesOf(file).join(""));
    for (let i = 0; i < 260; i++) expect(text).toContain(`Person${i}`);
    await until(() => chromiums().length === 0);
  });
});

const W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';
const PARTS: Record<string, string> = {
  "[Content_Types].xml":
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
  "_rels/.rels":
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>',
};

describe.runIf(readable && has("soffice"))("a Word template", () => {
  test("is filled in by the served bundle, and opens in another program", { timeout: 240_000 }, async () => {
    const paragraphs = [
      "{{title}}: {{count}} answers",
      "{{#responses}}",
      "{{number}}. {{full_name}} of {{branch}} gave {{score * 10}}",
      "{{#answers}}{{label}} = {{text}}; {{/answers}}",
      "{{/responses}}",
      "{{#questions}}{{label}}: {{answered}}{{#choices}}{{#count > 0}} {{label}} {{share}}{{/}}{{/choices}}; {{/questions}}",
    ];
    const body = paragraphs.map((text) => `<w:p><w:r><w:t xml:space="preserve">${text.replaceAll(">", "&gt;")}</w:t></w:r></w:p>`).join("");
    const document = `<?xml version="1.0"?><w:document ${W}><w:body>${body}</w:body></w:document>`;
    const parts = { ...PARTS, "word/document.xml": document };
    const docx = zipSync(Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, strToU8(part)])));
    const formId = await makeForm(FIELDS, [
      { full_name: "Ada <b> & Ben", branch: "b7", score: 9 },
      { full_name: "محمد 山田", branch: "b3", score: 4, comment: "Two\nlines" },
    ]);
    const template = await call("POST", "/api/v2/reports/templates", { name: "Letter", kind: "docx" });
    const uploaded = await fetch(`${running.url}/api/v2/reports/templates/${template.id}/file?form_id=${formId}`, {
      method: "PUT",
      headers: { authorization: `Bearer ${key}` },
      body: docx as Uint8Array<ArrayBuffer>,
    });
    expect(uploaded.status, await uploaded.clone().text()).toBe(200);
    const made = await call("POST", "/api/v2/reports/exports", {
      form_id: formId,
      format: "docx",
      options: { template_id: template.id, title: "Visits" },
    });
    const file = await download(await settled(String(made.id)), "docx");
    run(
      "soffice",
      "--headless",
      `-env:UserInstallation=file://${folder}/office`,
      "--convert-to",
      "txt:Text (encoded):UTF8",
      "--outdir",
      folder,
      file,
    );
    const text = readFileSync(file.replace(/docx$/, "txt"), "utf8");
    expect(text).toContain("Visits: 2 answers");
    expect(text).toContain("1. Ada <b> & Ben of Branch 7 gave 90");
    expect(text).toContain("2. محمد 山田 of Branch 3 gave 40");
    expect(text).toContain("Anything else? = Two");
    expect(text).toContain("Which branch?: 2 Branch 3 50 % Branch 7 50 %;");
  });
});
