// pure. Finds issues one place at a time.
import type { Issue } from "../definition/types";

export type Report = (path: string, code: string, message: string) => void;

/** A form in a bad way is not told more than this at once. */
const MAX_ISSUES = 200;

export function collect(checks: readonly ((report: Report) => void)[]): Issue[] {
  const issues: Issue[] = [];
  const report: Report = (path, code, message) => {
    if (issues.length < MAX_ISSUES) issues.push({ path, code, message });
  };
  for (const check of checks) check(report);
  return issues;
}

export function quoted(text: unknown): string {
  const plain = typeof text === "string" ? text : (JSON.stringify(text) ?? "nothing");
  return `“${plain.length > 60 ? `${plain.slice(0, 60)}…` : plain}”`;
}
