// pure. What is added up for each group, over rows of one block at a time.
import { assertRoom } from "../tables";
import { Distinct } from "./distinct";
import { NumberExtremes, Rows, Sums } from "./numbers";
import { Quantiles } from "./quantiles";
import { TextExtremes } from "./texts";
import type { Aggregated, Aggregator } from "./types";

export type { Answer } from "./types";

export function aggregatorOf(wanted: Aggregated): Aggregator {
  const { aggregate, field } = wanted;
  assertRoom(wanted.places * 20);
  if (aggregate === "count" || field === null) return new Rows(wanted.places);
  switch (aggregate) {
    case "sum":
    case "avg":
      return new Sums(wanted, field);
    case "median":
      return new Quantiles(wanted, field, 0.5);
    case "p95":
      return new Quantiles(wanted, field, 0.95);
    case "count_distinct":
      return new Distinct(wanted, field);
    case "min":
    case "max":
      if (field.kind === "number" || field.kind === "time" || field.kind === "boolean") return new NumberExtremes(wanted, field);
      return new TextExtremes(wanted, field);
  }
}
