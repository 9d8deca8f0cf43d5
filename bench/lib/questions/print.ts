// The table of a bench of questions.
import { type Line, round, type Timing } from "./line.ts";
import { verdicts } from "./targets.ts";

export interface Report {
  rows: number;
  columnsMadeInMs: number;
  memory: { heldMb: number; rssMb: number };
  lines: Line[];
}

const NAMES = ["live", "rollup", "columns", "scan", "plain SQL"];

export function print({ rows, columnsMadeInMs, memory, lines }: Report): void {
  const row = (cells: readonly (string | number)[]) =>
    `  ${cells.map((cell, i) => (i === 0 ? String(cell).padEnd(42) : String(cell).padStart(24))).join("")}`;
  const made = `columns made in ${(columnsMadeInMs / 1_000).toFixed(1)} s; the whole server holds ${memory.rssMb} MB`;
  const text = [
    `\n${rows.toLocaleString("en")} answers; ${made}`,
    "  Milliseconds at the median, warm / of the processor (rows read).",
    row(["", "over the API", ...NAMES]),
    ...lines.flatMap(({ question, asked, plans, refused, complaints }) => [
      row([question, `${asked.ms} ${asked.plan}`, ...NAMES.map((name) => cell(plans[name], refused[name]))]),
      ...complaints.map((complaint) => `    ✗ ${complaint}`),
    ]),
    row(["first time, nothing in memory", "", ...NAMES.map((name) => Math.max(0, ...lines.map(({ plans }) => plans[name]?.coldMs ?? 0)))]),
    "",
    ...verdicts(rows, lines, memory.heldMb),
  ];
  process.stdout.write(`${text.join("\n")}\n\n`);
}

function cell(timing: Timing | undefined, refused: string | undefined): string {
  if (timing === undefined) return refused ?? "";
  return `${timing.warmMs} / ${timing.cpuMs} (${short(timing.rowsRead ?? 0)})`;
}

function short(count: number): string {
  return count >= 1_000_000 ? `${round(count, 1_000_000)}M` : count >= 1_000 ? `${round(count, 1_000)}k` : String(count);
}
