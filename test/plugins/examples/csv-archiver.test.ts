import { expect, test } from "vitest";
import CsvArchiver from "../../../plugins/csv-archiver";
import { tryHook } from "../../../src/plugins/sdk/test-kit";
import { response } from "./sample";

const config = { fields: ["name", "note"] };
const NAME = "responses/frm_1/2026-01-31.csv";
const archive = (files: Map<string, string>, id: string, data: Record<string, unknown>) =>
  tryHook(CsvArchiver, "onResponseSubmitted", response(data, { id }), { config, files });

test("a day's responses are the lines of one file, each once", async () => {
  const files = new Map<string, string>();
  await archive(files, "rsp_1", { name: "Ada", note: 'said "hi", left' });
  await archive(files, "rsp_2", { name: "Grace", note: ["a", "b"] });
  await archive(files, "rsp_1", { name: "Ada", note: "again" });
  expect(files.get(NAME)).toBe(
    'id,submitted_at,name,note\nrsp_1,2026-01-31T09:00:00.000Z,Ada,"said ""hi"", left"\nrsp_2,2026-01-31T09:00:00.000Z,Grace,"[""a"",""b""]"\n',
  );
});

test("what begins like a formula is text to a spreadsheet; a negative number stays one", async () => {
  const files = new Map<string, string>();
  await archive(files, "rsp_1", { name: "=HYPERLINK(1)", note: "-5" });
  expect(files.get(NAME)).toContain("'=HYPERLINK(1),-5\n");
});

test("a full file is followed by its next part", async () => {
  const files = new Map([[NAME, `id\n${"x".repeat(800_000)}\n`]]);
  await archive(files, "rsp_9", { name: "Ada" });
  expect(files.get("responses/frm_1/2026-01-31-2.csv")).toContain("rsp_9,");
});

test("somebody who writes at the same moment is not overwritten", async () => {
  const files = new Map<string, string>();
  const set = files.set.bind(files);
  let meddled = false;
  const get = files.get.bind(files);
  files.get = (name) => {
    const held = get(name);
    // Between the look and the write, another run has begun the file.
    if (!meddled && held === undefined) {
      meddled = true;
      queueMicrotask(() => set(name, "id,submitted_at,name,note\nrsp_0,,Other,\n"));
    }
    return held;
  };
  await archive(files, "rsp_1", { name: "Ada" });
  expect(get(NAME)).toContain("rsp_0,,Other");
  expect(get(NAME)).toContain("rsp_1,");
});
