// What the bench asks of its Worker.
export type BenchOrder =
  | { do: "sql"; sql: string; values: (string | number)[] }
  | { do: "adopt"; formId: string; workspaceId: string; entries: number }
  | { do: "stand"; formId: string; workspaceId: string; position: string }
  | { do: "plan"; plan: ForcedPlan; formId: string; workspaceId: string; position: string; query: unknown };

export type ForcedPlan = "counters" | "columns" | "scan";

export type PlanReply =
  /** Null: this plan cannot answer it. */
  | { result: { rows: { group: unknown[]; value: unknown }[]; scannedRows: number } | null; plan: string }
  /** The reason, as a client would have been told. */
  | { refused: string };
