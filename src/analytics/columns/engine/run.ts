// pure. A question over columns: for each block a mask of rows, then the groups they fall into, then what is added up. Nothing is made
// for a row: all of it is arrays of numbers.
import type { Query, QueryResult } from "../../query/types";
import { aggregatorOf } from "./aggregate";
import type { Block } from "./block";
import type { Dimension, Selected, Vocabularies } from "./dimension";
import { FieldDimension } from "./field-dimension";
import { maskOf } from "./filter";
import { firstRows } from "./order";
import { Pairs } from "./pairs";
import { NumberTable, TooMuch } from "./tables";
import { TimeDimension } from "./time-dimension";

/** So many groups can be counted by their number; of more, those that occur are numbered anew. */
const MAX_PLACES = 1 << 20;

export function runOverColumns(query: Query, blocks: readonly Block[], vocabularies: Vocabularies): QueryResult {
  const selected: Selected[] = [];
  let scannedRows = 0;
  for (const block of blocks) {
    const mask = maskOf(query.condition, block);
    if (mask === false) continue;
    selected.push({ block, mask });
    scannedRows += block.rows;
  }
  const dimensions = query.groups.map((group) =>
    group.by === "value" ? new FieldDimension(group.ref, selected, vocabularies) : new TimeDimension(group.by, group.zone, selected),
  );
  const combinations = dimensions.reduce((product, { size }) => product * size, 1);
  if (combinations > Number.MAX_SAFE_INTEGER) throw new TooMuch("There are more combinations of groups than can be numbered.");
  const numbered = combinations <= MAX_PLACES ? null : numberPairs(selected, dimensions);
  const places = numbered === null ? Math.max(1, combinations) : numbered.size;
  const aggregator = aggregatorOf({ aggregate: query.aggregate, field: query.field?.ref ?? null, blocks: selected, vocabularies, places });
  const occurs = new Uint8Array(places);
  eachBlock(selected, dimensions, (block, pairs) => {
    const { keys, length } = pairs;
    if (numbered !== null) for (let i = 0; i < length; i++) keys[i] = numbered.find(keys[i] as number);
    for (let i = 0; i < length; i++) occurs[keys[i] as number] = 1;
    aggregator.add(block, pairs);
  });
  if (query.groups.length === 0) return { rows: [{ group: [], value: aggregator.valueOf(0) }], scannedRows };
  let groups = 0;
  for (let place = 0; place < places; place++) groups += occurs[place] as number;
  const present = new Uint32Array(groups);
  for (let place = 0, at = 0; place < places; place++) if (occurs[place] === 1) present[at++] = place;
  const rows = firstRows(query, {
    dimensions,
    places: present,
    keyOf: (place) => numbered?.keyOf(place) ?? place,
    valueOf: (place) => aggregator.valueOf(place),
  });
  return { rows, scannedRows };
}

function numberPairs(selected: readonly Selected[], dimensions: readonly Dimension[]): NumberTable {
  const table = new NumberTable();
  eachBlock(selected, dimensions, (_, { keys, length }) => {
    for (let i = 0; i < length; i++) table.place(keys[i] as number);
  });
  return table;
}

function eachBlock(selected: readonly Selected[], dimensions: readonly Dimension[], use: (block: number, pairs: Pairs) => void): void {
  const combinations = dimensions.reduce((product, { size }) => product * size, 1);
  let pairs = new Pairs(8_192, combinations);
  let spare = new Pairs(8_192, combinations);
  for (const [i, { block, mask }] of selected.entries()) {
    pairs.select(block.rows, mask, block.dead);
    for (const dimension of dimensions) {
      dimension.expand(i, pairs, spare);
      [pairs, spare] = [spare, pairs];
    }
    if (pairs.length > 0) use(i, pairs);
  }
}
