import { PDFDocument } from "@cantoo/pdf-lib";
import { expect, test } from "vitest";
import { mergePdfs } from "../../../src/reports/batch/merge-pdf";
import type { ExportSource } from "../../../src/reports/formats/format";

const source = { meta: { title: "By department", workspaceName: "Acme", madeAt: 0 } } as unknown as ExportSource;

async function pdfOf(pages: number): Promise<Uint8Array> {
  const document = await PDFDocument.create();
  for (let i = 0; i < pages; i++) document.addPage([300, 400]).drawText(`Page ${i + 1}`);
  return document.save();
}

async function merged(files: { title: string; bytes: Uint8Array }[]): Promise<Uint8Array> {
  const all = (async function* () {
    yield* files;
  })();
  const chunks: Uint8Array[] = [];
  for await (const chunk of mergePdfs(source, all)) chunks.push(chunk);
  return new Uint8Array(await new Response(new Blob(chunks as unknown as ArrayBuffer[])).arrayBuffer());
}

test("finished PDFs become one, page after page", async () => {
  const bytes = await merged([
    { title: "IT", bytes: await pdfOf(2) },
    { title: "HR", bytes: await pdfOf(1) },
  ]);
  const whole = await PDFDocument.load(bytes);
  expect(whole.getPageCount()).toBe(3);
  expect(whole.getPages().map((page) => page.getWidth())).toEqual([300, 300, 300]);
  expect(whole.getTitle()).toBe("By department");
});

test("nothing to merge is said, not merged", async () => {
  await expect(merged([])).rejects.toThrow("no responses");
});
