// What every file says of itself.
import type { MomentCell } from "../table/cells";
import type { ExportSource } from "./format";

export interface Fact {
  label: string;
  value: string | number | MomentCell;
}

export function factsOf({ meta }: Pick<ExportSource, "meta">, rows: number): Fact[] {
  return [
    { label: "Form", value: meta.formTitle },
    { label: "Responses", value: rows },
    { label: "Which", value: meta.what },
    ...(meta.filter === null ? [] : [{ label: "Filter", value: JSON.stringify(meta.filter) }]),
    { label: "Exported at", value: { at: meta.madeAt } },
    { label: "Time zone", value: meta.timezone },
    ...(meta.language === null ? [] : [{ label: "Language", value: meta.language }]),
    { label: "Ledger position", value: meta.position },
    { label: "Export", value: meta.exportId },
  ];
}
