// Carries out a plan. A plan that finds that it cannot answer after all gives way to the scan, which always can.
import { executeColumns } from "../columns/execute";
import { executeLive, executeRollup } from "./counters";
import type { Execution, Plan, PlanName } from "./plan";
import { executeScan } from "./scan";
import type { QueryResult } from "./types";

export async function executePlan(execution: Execution, plan: Plan): Promise<QueryResult & { plan: PlanName }> {
  const result = await run(execution, plan);
  if (result !== null) return { ...result, plan: plan.plan };
  const scanned = await executeScan(execution, { plan: "scan" });
  if (scanned === null) throw new Error("Impossible: the scan can answer every question");
  return { ...scanned, plan: "scan" };
}

function run(execution: Execution, plan: Plan): Promise<QueryResult | null> {
  switch (plan.plan) {
    case "live":
      return executeLive(execution, plan);
    case "rollup":
      return executeRollup(execution, plan);
    case "columns":
      return executeColumns(execution, plan);
    case "scan":
      return executeScan(execution, { plan: "scan" });
  }
}
