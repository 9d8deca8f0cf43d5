// Many files at once, in one: zipped as they are written, one after the other, or merged where the format knows how.
import { JobFailedError } from "../../jobs";
import { parseFilter } from "../../responses";
import type { BatchRequest } from "../exports/request";
import type { RunningSource } from "../exports/source";
import { type ZipEntry, zip } from "../files/zip";
import { fitting } from "../formats";
import type { ExportFormat, ExportRow, ExportSource, StreamFormat } from "../formats/format";
import { openPrinter } from "../pdf/print/browser";
import { fieldsOfVersions } from "../table/versions";
import { BY_RESPONSE, columnToCutBy, type Group, groupsOf } from "./groups";
import { mergePdfs } from "./merge-pdf";

const MAX_BY_RESPONSE = 2_000;

/** The batch as a format of its own: it is made, stored, cancelled and cleaned up like any other file. */
export function batchOf(format: ExportFormat, batch: BatchRequest): StreamFormat {
  const merge = batch.combine === "merge" ? mergeOf(format) : undefined;
  return {
    ...format,
    kind: "stream",
    extension: merge !== undefined ? format.extension : "zip",
    contentType: merge !== undefined ? format.contentType : "application/zip",
    // What is too long for one file is so within the batch, file by file.
    instead: undefined,
    maxRows: batch.by === BY_RESPONSE ? MAX_BY_RESPONSE : format.maxRows,
    write: (source) =>
      withOneBrowser(format, source as RunningSource, (shared) => {
        const files = partsOf(shared, format, batch);
        return merge !== undefined ? merge(shared, whole(files)) : zip(named(files), shared.meta.madeAt);
      }),
  };
}

export function mergeOf(format: ExportFormat): StreamFormat["merge"] {
  if (format.kind !== "stream") return undefined;
  return format.merge ?? (format.name === "pdf" ? mergePdfs : undefined);
}

/** A browser takes longer to start than a page to print. */
async function* withOneBrowser(
  format: ExportFormat,
  source: RunningSource,
  write: (source: RunningSource) => AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  if (format.name !== "pdf") return yield* write(source);
  const { ctx, control } = source;
  const printer = openPrinter({ binding: ctx.env.BROWSER, log: ctx.log, signal: control.signal });
  try {
    yield* write({ ...source, printer });
  } finally {
    await printer.close();
  }
}

interface Part {
  title: string;
  extension: string;
  bytes: AsyncIterable<Uint8Array>;
}

async function* partsOf(source: RunningSource, format: ExportFormat, batch: BatchRequest): AsyncGenerator<Part> {
  if (batch.by === BY_RESPONSE) {
    let number = 0;
    for await (const page of source.pages()) {
      for (const row of page) {
        number += 1;
        const title = `${source.meta.title} ${number} ${row.response.id}`;
        yield { title, extension: format.extension, bytes: bytesOf(format, only(source, row, title)) };
      }
    }
    return;
  }
  const column = columnToCutBy(source.schemas, batch.by);
  if (column === null) throw new JobFailedError("The form has no such field any more.");
  const groups = await groupsOf(source, column);
  for (const [i, group] of groups.entries()) {
    const part = await within(source, group, i, groups.length);
    const fits = fitting(format, part.meta);
    yield { title: group.title, extension: fits.extension, bytes: bytesOf(fits, part) };
  }
}

/** The same, of the responses of one group. */
async function within(source: RunningSource, group: Group, place: number, of: number): Promise<ExportSource> {
  const { meta } = source;
  const filter = meta.filter === null ? group.filter : { $and: [meta.filter, group.filter] };
  const condition = parseFilter(group.filter, fieldsOfVersions(source.schemas));
  const share = (part: number) => source.control.progress((place + part) / of);
  return {
    ...source,
    meta: { ...meta, title: `${meta.title}: ${group.title}`, filter, expectedRows: await source.countWhere(condition) },
    control: withProgress(source, share),
    newTally: source.newTally,
    pages: async function* () {
      for await (const { rows } of source.pagesWhere(condition)) yield rows;
    },
  };
}

function only(source: RunningSource, row: ExportRow, title: string): ExportSource {
  return {
    ...source,
    meta: { ...source.meta, title, expectedRows: 1 },
    control: withProgress(source, () => source.control.checkCancelled()),
    pages: async function* () {
      yield [row];
    },
  };
}

function withProgress({ control }: RunningSource, progress: (share: number) => Promise<void>): ExportSource["control"] {
  return {
    jobId: control.jobId,
    attempt: control.attempt,
    correlationId: control.correlationId,
    createdBy: control.createdBy,
    saved: control.saved,
    signal: control.signal,
    isTimeUp: () => false,
    progress,
    checkCancelled: () => control.checkCancelled(),
    checkpoint: (state) => control.checkpoint(state),
  };
}

export async function* bytesOf(format: ExportFormat, source: ExportSource): AsyncGenerator<Uint8Array> {
  if (format.kind === "stream") return yield* format.write(source);
  const encoder = new TextEncoder();
  const writer = format.open(source);
  let isFirst = true;
  yield encoder.encode(writer.head());
  for await (const page of source.pages()) {
    let text = "";
    for (const row of page) {
      text += writer.row(row, isFirst);
      isFirst = false;
    }
    yield encoder.encode(text);
  }
  yield encoder.encode(writer.tail());
}

async function* named(parts: AsyncIterable<Part>): AsyncGenerator<ZipEntry> {
  const taken = new Set<string>();
  for await (const { title, extension, bytes } of parts) {
    const plain = fileTitle(title);
    let name = plain;
    for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${plain} ${n}`;
    taken.add(name.toLowerCase());
    yield { path: `${name}.${extension}`, data: bytes };
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: no file system takes them.
const NOT_IN_NAMES = /[\u0000-\u001F<>:"/\\|?*\s]+/g;

function fileTitle(title: string): string {
  const plain = title.replace(NOT_IN_NAMES, " ").replace(/^[. ]+|[. ]+$/g, "");
  return plain.slice(0, 120).trim() || "Untitled";
}

async function* whole(parts: AsyncIterable<Part>): AsyncGenerator<{ title: string; bytes: Uint8Array }> {
  for await (const { title, bytes } of parts) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of bytes) chunks.push(chunk);
    const bytesOfAll = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const chunk of chunks) {
      bytesOfAll.set(chunk, at);
      at += chunk.length;
    }
    yield { title, bytes: bytesOfAll };
  }
}
