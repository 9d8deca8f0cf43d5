import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus } from "node:os";
import { join } from "node:path";
import { BASELINES, type Baseline, type BenchCase, type Load } from "./types.ts";

const RESULTS = join(import.meta.dirname, "../results");

export interface Report {
  case: string;
  title: string;
  date: string;
  host: { cpu: string; cores: number; node: string; workerd: string; miniflare: string };
  connections: number;
  rounds: number;
  seconds: number;
  /** Medians over the rounds. */
  subjects: Record<string, Load>;
  /** Our rate as a share of the baseline's. */
  ratios: Partial<Record<Baseline, number>>;
  complaints: string[];
}

export function report(bench: BenchCase, loads: Map<string, Load[]>, { rounds, seconds }: { rounds: number; seconds: number }): Report {
  const subjects = Object.fromEntries([...loads].map(([target, all]) => [target, medians(all)]));
  const ours = subjects[bench.name]?.requestsPerSecond ?? 0;
  const ratios = Object.fromEntries(
    BASELINES.filter((baseline) => subjects[baseline] !== undefined).map((baseline) => [
      baseline,
      round(ours / (subjects[baseline]?.requestsPerSecond ?? Number.NaN), 3),
    ]),
  ) as Partial<Record<Baseline, number>>;
  return {
    case: bench.name,
    title: bench.title,
    date: new Date().toISOString().slice(0, 10),
    host: {
      cpu: cpus()[0]?.model ?? "unknown",
      cores: cpus().length,
      node: process.version,
      workerd: versionOf("workerd"),
      miniflare: versionOf("miniflare"),
    },
    connections: bench.connections,
    rounds,
    seconds,
    subjects,
    ratios,
    complaints: complaintsOf(bench, subjects, ratios),
  };
}

function complaintsOf(
  { name, atLeast = {} }: BenchCase,
  subjects: Record<string, Load>,
  ratios: Partial<Record<Baseline, number>>,
): string[] {
  const failures = subjects[name]?.failures ?? 0;
  return [
    ...(failures > 0 ? [`${failures} requests failed`] : []),
    ...BASELINES.flatMap((baseline) => {
      const least = atLeast[baseline];
      return least !== undefined && !((ratios[baseline] ?? 0) >= least)
        ? [`${ratios[baseline]} of ${baseline}; at least ${least} is asked for`]
        : [];
    }),
  ];
}

function medians(loads: Load[]): Load {
  return {
    requestsPerSecond: Math.round(median(loads.map((load) => load.requestsPerSecond))),
    p50Ms: round(median(loads.map((load) => load.p50Ms)), 2),
    p97Ms: round(median(loads.map((load) => load.p97Ms)), 2),
    p99Ms: round(median(loads.map((load) => load.p99Ms)), 2),
    // Of failures the worst round counts, not the middle one.
    failures: Math.max(...loads.map((load) => load.failures)),
  };
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

function round(value: number, places: number): number {
  return Number(value.toFixed(places));
}

function versionOf(name: string): string {
  const entry = createRequire(import.meta.url).resolve(name);
  const folder = entry.slice(0, entry.lastIndexOf(`node_modules/${name}/`) + `node_modules/${name}/`.length);
  return (JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { version: string }).version;
}

export function printReport({ subjects, ratios, complaints }: Report): void {
  const row = (cells: (string | number)[]) =>
    `    ${cells.map((cell, i) => (i === 0 ? String(cell).padEnd(20) : String(cell).padStart(12))).join("")}`;
  const lines = [
    row(["", "requests/s", "p50 ms", "p97.5 ms", "p99 ms", "of it"]),
    ...Object.entries(subjects).map(([name, load]) =>
      row([name, load.requestsPerSecond, load.p50Ms, load.p97Ms, load.p99Ms, ratios[name as Baseline] ?? ""]),
    ),
    ...complaints.map((complaint) => `    ✗ ${complaint}`),
  ];
  process.stdout.write(`\n${lines.join("\n")}\n\n`);
}

export function writeReport(report: Report): void {
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(join(RESULTS, `${report.case}.json`), `${JSON.stringify(report, null, 2)}\n`);
}
