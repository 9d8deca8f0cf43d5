// Pictures of strangers on the pages of a report: what is shown, what is too large, and that a report is made whatever they are.
import { describe, expect, test } from "vitest";
import type { FormSchema } from "../../src/forms";
import { printedResponse } from "../../src/reports/pdf/answers";
import type { PrintedFile } from "../../src/reports/pdf/model";
import { pictureSize } from "../../src/reports/pdf/picture-size";
import { Album, type AlbumLimits } from "../../src/reports/pdf/pictures";
import { writingOf } from "../../src/reports/pdf/writing";
import { asSystem } from "../../src/shared/context";
import type { ResponseRow } from "../../src/store";
import { linksOf } from "../../src/uploads";
import { testContext } from "../support/context";
import { FILE_FIELDS, fileWorld, PDF } from "../uploads/support";

const LIMITS: AlbumLimits = { bytes: 10_000, pixels: 1_000_000, allBytes: 1_000, pictures: 10 };

/** A head that says so many pixels, and nothing to draw. */
function png(width: number, height: number, size = 33): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]);
  new DataView(bytes.buffer).setUint32(16, width);
  new DataView(bytes.buffer).setUint32(20, height);
  return bytes;
}

async function printed(sent: readonly { bytes: Uint8Array | string; name: string; type: string }[], limits: AlbumLimits = LIMITS) {
  const world = await fileWorld();
  const ids: string[] = [];
  for (const file of sent) ids.push((await world.uploaded({ ...file, field: "anything" })).id);
  const ctx = asSystem(testContext(), world.workspaceId);
  const files = await linksOf(ctx, world.formId, ids, ctx.now() + 60_000);
  const gone = ids.find((_, i) => sent[i]?.name === "gone.png");
  if (gone !== undefined) expect((await world.call("DELETE", `/api/v1/uploads/${gone}`)).status).toBe(204);
  const row = { id: "rsp_1", submittedAt: 0, durationMs: null, data: { anything: ids } } as unknown as ResponseRow;
  const context = { schema: { fields: FILE_FIELDS } as unknown as FormSchema, writing: writingOf("en", "UTC") };
  const { parts } = await new Album(ctx, limits).printed(files, (findFile) => printedResponse(row, 1, { ...context, findFile }));
  const shown = parts.flatMap(({ answers }) => answers.flatMap(({ value }) => (value.kind === "files" ? value.files : [])));
  return shown.map(({ name, image, tooLarge }: PrintedFile) => [name, image?.slice(0, 22) ?? null, tooLarge ?? false]);
}

describe("an answer that is a picture", () => {
  test("stands in the report; another file is named, and so is a picture that is not there any more", async () => {
    const told = await printed([
      { bytes: png(300, 100), name: "place.png", type: "image/png" },
      { bytes: PDF, name: "cv.pdf", type: "application/pdf" },
      { bytes: png(1, 1), name: "gone.png", type: "image/png" },
    ]);
    expect(told).toEqual([
      ["place.png", "data:image/png;base64,", false],
      ["cv.pdf", null, false],
      ["gone.png", null, false],
    ]);
  });

  test("is not unfolded when it says more pixels than a browser should hold, nor when it is a large file", async () => {
    const told = await printed([
      { bytes: png(60_000, 60_000), name: "bomb.png", type: "image/png" },
      { bytes: png(10, 10, 10_001), name: "large.png", type: "image/png" },
      { bytes: png(0, 10), name: "none.png", type: "image/png" },
    ]);
    expect(told).toEqual([
      ["bomb.png", null, true],
      ["large.png", null, true],
      ["none.png", null, false],
    ]);
  });

  test("is named alone once there is no room for more", async () => {
    const three = ["a", "b", "c"].map((name) => ({ bytes: png(9, 9, 400), name: `${name}.png`, type: "image/png" }));
    expect((await printed(three)).map(([, image]) => image !== null)).toEqual([true, true, false]);
    expect((await printed(three, { ...LIMITS, pictures: 1 })).map(([, image]) => image !== null)).toEqual([true, false, false]);
  });
});

describe("the size of a picture", () => {
  const bytesOf = (text: string, rest: readonly number[]) => new Uint8Array([...[...text].map((char) => char.charCodeAt(0)), ...rest]);
  const WHOLE: Record<string, Uint8Array> = {
    png: png(700, 500),
    gif: bytesOf("GIF89a", [0xbc, 2, 0xf4, 1]),
    // Two segments and a fill byte before the frame.
    jpeg: new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xc4, 0, 3, 9, 0xff, 0xff, 0xc2, 0, 11, 8, 1, 0xf4, 2, 0xbc]),
    lossy: bytesOf("RIFF....WEBPVP8 ", [0, 0, 0, 0, 0, 0, 0, 0x9d, 1, 0x2a, 0xbc, 0x42, 0xf4, 1]),
    lossless: bytesOf("RIFF....WEBPVP8L", [0, 0, 0, 0, 0x2f, 0xbb, 0xc2, 0x7c, 0]),
    extended: bytesOf("RIFF....WEBPVP8X", [0, 0, 0, 0, 0, 0, 0, 0, 0xbb, 2, 0, 0xf3, 1, 0]),
  };

  test.each(Object.entries(WHOLE))("is read from the head of %s, and unknown when that is cut off", (_, bytes) => {
    expect(pictureSize(bytes)).toEqual({ width: 700, height: 500 });
    for (let length = 0; length < (bytes === WHOLE.png ? 24 : bytes.length); length++)
      expect(pictureSize(bytes.slice(0, length))).toBeNull();
  });

  test("is unknown of anything else", () => {
    for (const text of ["", "<svg width='9'/>", "RIFF....WAVEfmt ", "\u00ff\u00d8\u00ff\u00da\u0000\u0002", "\u00ff\u00d8no"]) {
      expect(pictureSize(bytesOf(text, [])), text).toBeNull();
    }
  });
});
