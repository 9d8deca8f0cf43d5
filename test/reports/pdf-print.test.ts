// What becomes of printed pieces, with a printer that prints blank pages: numbers, contents, bookmarks, and what is done about a
// browser that is missing or a report that is too long. Real printing is in test/node/pdf.test.ts.

import { env } from "cloudflare:test";
import { PDFArray, PDFDict, PDFDocument, PDFName, PDFNumber, type PDFRef } from "@cantoo/pdf-lib";
import { describe, expect, test } from "vitest";
import { JOB_KINDS } from "../../queues/job-kinds";
import type { FormSchema } from "../../src/forms";
import { runNextJob } from "../../src/jobs";
import { createExport } from "../../src/reports";
import { composeReport, type Facts } from "../../src/reports/pdf/compose";
import { questionsOf } from "../../src/reports/pdf/fields";
import { filterBefore, filtersInWords, periodOf } from "../../src/reports/pdf/filters";
import type { PrintedResponse } from "../../src/reports/pdf/model";
import { withPrinter } from "../../src/reports/pdf/print/browser";
import type { Printer } from "../../src/reports/pdf/print/printer";
import { PRINT_LIMITS, printReport } from "../../src/reports/pdf/print-report";
import { Summary, type SummedRow } from "../../src/reports/pdf/summarise";
import { writingOf } from "../../src/reports/pdf/writing";
import { settingOf } from "../../src/reports/templates/settings";
import { asSystem } from "../../src/shared/context";
import { createLogger } from "../../src/shared/log";
import type { Sheet } from "../../templates/report";
import { testContext } from "../support/context";
import { createWorld } from "../support/world";

const DAY = 86_400_000;
const SCHEMA: FormSchema = {
  fields: [
    {
      name: "branch",
      type: "select",
      label: "Branch",
      options: [
        { value: "a", label: "Harbour" },
        { value: "b", label: "Station" },
      ],
    },
    { name: "score", type: "nps", label: "Recommend" },
    { name: "why", type: "long_text", label: "Why" },
    { name: "spent", type: "number", label: "Spent" },
  ],
};
const questions = questionsOf([SCHEMA]);
const writing = writingOf("en", "Europe/Berlin");

function summed(rows: readonly Partial<SummedRow>[]): Summary {
  const summary = new Summary(questions, writing.dayOf);
  for (const row of rows) summary.add({ submittedAt: 0, durationMs: null, data: {}, ...row });
  return summary;
}

function sheetOf(now: Summary, before: Summary | null = null, over: Partial<Facts> = {}): Sheet {
  const facts: Facts = {
    title: "Report",
    subtitle: "",
    formTitle: "Form",
    workspace: "Workspace",
    madeAt: 100 * DAY,
    position: "0:1",
    filters: [],
    period: null,
    completionRate: null,
    printed: now.count,
    ...over,
  };
  return { report: composeReport(facts, questions, now, before, writing), setting: settingOf("annual"), writing };
}

describe("a summary", () => {
  test("adds up what it was given, and says how it compares with the period before", () => {
    const now = summed([
      { data: { branch: "a", score: 10, spent: 10 } },
      { data: { branch: "a", score: 9, spent: 20 } },
      { data: { branch: "b", score: 2 } },
      { data: { why: "slow slow queue" } },
    ]);
    const before = summed([{ data: { score: 2 } }, { data: { score: 9 } }]);
    const { report } = sheetOf(now, before, { period: { from: 10 * DAY, to: 20 * DAY } });
    expect(report.figures.find(({ label }) => label === "Responses")).toMatchObject({ value: "4", change: { text: "+100%", good: true } });
    expect(report.figures.find(({ label }) => label === "NPS")).toMatchObject({ value: "+33", change: { text: "+33", good: true } });
    expect(report.periodBefore).not.toBeNull();
    const branch = report.sections.find(({ path }) => path === "branch");
    expect(branch).toMatchObject({ answered: 3, skipped: 1, chart: { caption: "67% chose Harbour, followed by Station with 33%." } });
    expect(report.sections.find(({ path }) => path === "spent")?.figures[0]).toMatchObject({ label: "Mean", value: "15" });
  });

  test("of nothing says so, and compares with nothing", () => {
    const { report } = sheetOf(summed([]), summed([]), { period: { from: 0, to: DAY } });
    expect(report.figures).toEqual([{ label: "Responses", value: "0" }]);
    expect(report.periodBefore).toBeNull();
    for (const section of report.sections) expect(section).toMatchObject({ chart: null, remark: "Nobody has answered this question." });
  });

  test("of one response is one", () => {
    const { report } = sheetOf(summed([{ data: { branch: "a", score: 7, why: "a single long enough text", spent: 3 } }]));
    expect(report.timeline).toBeNull();
    expect(report.sections.find(({ path }) => path === "spent")?.chart?.caption).toBe("Every answer is 3.");
  });
});

describe("a filter", () => {
  test("is told in words, with labels", () => {
    const filter = {
      branch: { $in: ["a", "b"] },
      submitted_at: { $gte: "2026-03-01", $lt: "2026-04-01" },
      $or: [{ score: { $gt: 5 } }, { why: { $exists: true } }],
    };
    expect(filtersInWords(filter, questions, writingOf("en", "UTC"))).toEqual([
      "Branch is one of “Harbour”, “Station”",
      "Submitted from 1 March 2026, before 1 April 2026",
      "Recommend is more than “5”; or Why is answered",
    ]);
  });

  test("that bounds the time has a period before it", () => {
    const filter = { score: 9, submitted_at: { $gte: "2026-03-11T00:00:00Z", $lt: "2026-03-21T00:00:00Z" } };
    const period = periodOf(filter, Date.parse("2026-06-01"));
    expect(period).toEqual({ from: Date.parse("2026-03-11"), to: Date.parse("2026-03-21") });
    expect(period && filterBefore(filter, period)).toEqual({
      score: 9,
      submitted_at: { $gte: "2026-03-01T00:00:00.000Z", $lt: "2026-03-11T00:00:00.000Z" },
    });
    expect(periodOf({ score: 9 }, 0)).toBeNull();
  });
});

/** Blank pages: as many as the piece has responses, or sheets, with the anchors that a browser would note. */
class BlankPrinter implements Printer {
  readonly printed: string[] = [];
  failures = 0;

  constructor(
    private readonly pagesOf: (html: string) => number = (html) =>
      Math.max(1, html.split('<article class="response"').length - 1, html.split('class="sheet"').length - 1),
  ) {}

  async print(html: string): Promise<Uint8Array> {
    this.printed.push(html);
    const document = await PDFDocument.create();
    const pages = Array.from({ length: this.pagesOf(html) }, () => {
      const page = document.addPage([595, 842]);
      page.drawSquare({ x: 1, y: 1, size: 1 });
      return page;
    });
    const anchors = [...html.matchAll(/<a href="#([^"]+)"/g)].map(([, name = ""]) => name);
    const dests = document.context.obj({}) as PDFDict;
    anchors.forEach((name, i) => {
      const page = pages[Math.min(i, pages.length - 1)];
      if (html.includes(`id="${name}"`) && page !== undefined)
        dests.set(PDFName.of(name), document.context.obj([page.ref, "XYZ", 0, 0, 0]));
    });
    document.catalog.set(PDFName.of("Dests"), dests);
    return document.save({ useObjectStreams: false });
  }

  async picture(): Promise<Uint8Array> {
    return new Uint8Array();
  }
}

async function* responses(count: number, text = "x"): AsyncGenerator<PrintedResponse> {
  for (let number = 1; number <= count; number++) {
    yield {
      id: `rsp_${number}`,
      number,
      name: "",
      submittedAt: "",
      facts: [],
      parts: [{ title: "", answers: [{ label: "L", value: { kind: "text", text } }] }],
    };
  }
}

async function printed(count: number, printer: Printer, limits = PRINT_LIMITS) {
  const sheet = sheetOf(summed(Array.from({ length: count }, () => ({ data: { score: 9 } }))));
  const report = await printReport({ sheet, responses: responses(count), madeAt: 0 }, printer, limits);
  const parts: Uint8Array[] = [];
  for await (const part of report.bytes()) parts.push(part);
  return { report, document: await PDFDocument.load(await new Response(new Blob(parts).stream()).arrayBuffer()), parts };
}

describe("a document", () => {
  test("has every page once, its number on each, and bookmarks that lead there", async () => {
    const printer = new BlankPrinter();
    const { report, document } = await printed(250, printer);
    // Cover, contents, summary with questions, 250 responses.
    expect(document.getPageCount()).toBe(253);
    expect(report.pages).toBe(253);
    const numbers = printer.printed.flatMap((html) => [...html.matchAll(/<b>(\d+)<\/b> \/ (\d+)/g)].map(([, page, of]) => `${page}/${of}`));
    expect(numbers).toEqual(Array.from({ length: 252 }, (_, i) => `${i + 2}/253`));
    const contents = printer.printed.findLast((html) => html.includes('class="contents"')) ?? "";
    const entries = [...contents.matchAll(/page\.invalid\/(\d+)"><span class="title"><bdi>([^<]*)/g)].map(([, page, title]) => [
      title,
      Number(page),
    ]);
    expect(entries).toContainEqual(["At a glance", 3]);
    expect(entries).toContainEqual(["Responses", 4]);
    expect(entries.at(-1)?.[1]).toBeLessThanOrEqual(253);
    const outlines = document.catalog.lookup(PDFName.of("Outlines"), PDFDict);
    const first = outlines.lookup(PDFName.of("First"), PDFDict);
    const target = first.lookup(PDFName.of("Dest"), PDFArray).get(0) as PDFRef;
    expect(target.objectNumber).toBe(document.getPage(2).ref.objectNumber);
    expect(outlines.lookup(PDFName.of("Count"), PDFNumber).asNumber()).toBe(3);
  });

  test("goes out in parts, never as a whole", async () => {
    const { parts } = await printed(600, new BlankPrinter());
    expect(parts.length).toBeGreaterThan(0);
    for (const part of parts.slice(0, -1)) expect(part.byteLength).toBeGreaterThan(200_000);
  });

  test("of no responses still has its front", async () => {
    const { document } = await printed(0, new BlankPrinter());
    expect(document.getPageCount()).toBe(3);
  });

  test("whose contents grows moves what comes after it", async () => {
    const printer = new BlankPrinter((html) =>
      html.includes('class="contents"') && html.includes("page.invalid")
        ? 3
        : Math.max(1, html.split('<article class="response"').length - 1, html.split('class="sheet"').length - 1),
    );
    const { document } = await printed(10, printer);
    expect(document.getPageCount()).toBe(15);
    const last = printer.printed.findLast((html) => html.includes('class="contents"')) ?? "";
    expect(last).toContain('page.invalid/5"><span class="title"><bdi>At a glance');
  });

  test("that would be too long or too large is refused in words", async () => {
    await expect(printed(30, new BlankPrinter(), { ...PRINT_LIMITS, pages: 20 })).rejects.toThrow("33 pages; at most 20");
    await expect(printed(30, new BlankPrinter(), { ...PRINT_LIMITS, bytes: 100 })).rejects.toThrow("too large to be printed");
  });

  test("a printer that fails fails the report, whichever piece it was", async () => {
    const printer = new BlankPrinter();
    let calls = 0;
    printer.print = async () => {
      calls += 1;
      throw new Error(`broken ${calls}`);
    };
    await expect(printed(500, printer)).rejects.toThrow("broken 1");
    expect(calls).toBeLessThan(5);
  });
});

test("without a browser it is said that there is none", async () => {
  const options = { binding: undefined, log: createLogger({}, () => {}) };
  await expect(withPrinter(options, (printer) => printer.print("<p>x"))).rejects.toThrow("this installation has none");
});

test("a report without a browser is tried again, and then says why", async () => {
  const world = await createWorld();
  const form = (await (await world.call("POST", "/api/v1/forms", { title: "Alone", schema: SCHEMA })).json()) as { id: string };
  await world.call("POST", `/api/v1/forms/${form.id}/publish`);
  // Nobody is woken, so that it is this test alone who runs it; the clock goes on by what there is to wait.
  let now = Date.now();
  const settings = { BROWSER: undefined, REPORTS: { send: async () => {} } } as unknown as Partial<Env>;
  const ctx = { ...testContext({ now: () => now }, settings), now: () => now };
  const { id, jobId } = await createExport(asSystem(ctx, world.workspaceId), { form_id: form.id, format: "pdf" });
  const read = async () =>
    (await (await world.call("GET", `/api/v2/reports/exports/${id}`)).json()) as { status: string; error: string | null };
  // Other files may have left jobs in this queue; they are taken in turn.
  for (let runs = 0; (await read()).status !== "failed" && runs < 100; runs++) {
    await runNextJob(ctx, "reports", JOB_KINDS);
    now += 600_000;
  }
  expect(await (await world.call("GET", `/api/v2/jobs/${jobId}`)).json()).toMatchObject({ status: "failed", attempts: 5 });
  expect(await read()).toMatchObject({ status: "failed", error: "Printing needs a browser, and this installation has none." });
  expect((await env.FILES.list({ prefix: `exports/${world.workspaceId}/` })).objects).toEqual([]);
});
