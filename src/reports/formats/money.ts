// pure. Amounts as people read them in a document: with what they are amounts of, which stands in the question and not in the answer.
import type { Field, FormSchema } from "../../forms";

/** A field that has changed its currency has the newest version's. */
export type Currencies = ReadonlyMap<string, string>;

const known = new WeakMap<readonly FormSchema[], Currencies>();
const writers = new Map<string, Intl.NumberFormat>();

/** By path. `schemas`: every published version, oldest first. */
export function currenciesOf(schemas: readonly FormSchema[]): Currencies {
  const found = known.get(schemas) ?? new Map(schemas.flatMap(({ fields }) => [...within(fields, "")]));
  known.set(schemas, found);
  return found;
}

function* within(fields: readonly Field[], prefix: string): Generator<readonly [string, string]> {
  for (const { name, type, currency, fields: inner } of fields) {
    if (type === "currency" && currency !== undefined && /^[A-Z]{3}$/.test(currency)) yield [prefix + name, currency];
    if (inner !== undefined) yield* within(inner, `${prefix}${name}.`);
  }
}

/** With the code: a dollar is not the same everywhere. */
export function moneyText(value: number, currency: string): string {
  let writer = writers.get(currency);
  if (writer === undefined) {
    writer = new Intl.NumberFormat("en", { style: "currency", currency, currencyDisplay: "code" });
    writers.set(currency, writer);
  }
  return writer.format(value);
}
