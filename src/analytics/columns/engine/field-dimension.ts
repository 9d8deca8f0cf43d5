// pure. Responses told apart by the values of a field.
import { compareValues } from "../../../responses";
import type { FieldRef } from "../../../store";
import type { CodeArray } from "../segment/values";
import { type Block, columnOf, isPresent } from "./block";
import type { Dimension, Selected, Vocabularies } from "./dimension";
import type { Pairs } from "./pairs";
import { assertRoom } from "./tables";
import { mannerOf, type Numbering, type Value, Vocabulary } from "./vocabulary";

/** Four megabytes. */
const MAX_DIRECT = 1 << 20;

type Prepared =
  | { kind: "none" }
  | { kind: "ids"; ids: Uint32Array }
  | { kind: "codes"; codes: CodeArray; numbering: Numbering }
  | { kind: "lists"; offsets: CodeArray; codes: CodeArray; ids: CodeArray };

export class FieldDimension implements Dimension {
  readonly vocabulary: Vocabulary;
  readonly #name: string;
  readonly #blocks: readonly Selected[];
  readonly #prepared: Prepared[];
  readonly #direct: { base: number; scale: number; ids: Uint32Array } | null;

  constructor(field: FieldRef, blocks: readonly Selected[], vocabularies: Vocabularies) {
    this.#name = columnOf(field);
    this.#blocks = blocks;
    const base = vocabularies(this.#name, field);
    const prepared: (Prepared | null)[] = blocks.map(({ block }) => (block.key === null ? null : this.#withDictionary(block, base)));
    // What is not kept is numbered after everything that is, and forgotten with the question.
    this.vocabulary = new Vocabulary(mannerOf(field), base);
    // One number for each row of a column without a dictionary.
    assertRoom(prepared.reduce((sum, known, i) => sum + (known === null ? (blocks[i]?.block.rows ?? 0) * 4 : 0), 0));
    this.#direct = prepared.includes(null) ? this.#directOf(blocks) : null;
    this.#prepared = prepared.map((known, i) => {
      const selected = blocks[i];
      if (known !== null || selected === undefined) return known ?? { kind: "none" };
      return this.#withDictionary(selected.block, this.vocabulary) ?? this.#ofNumbers(selected);
    });
  }

  get size(): number {
    return this.vocabulary.size;
  }

  /** Null when the column has no dictionary. */
  #withDictionary(block: Block, vocabulary: Vocabulary): Prepared | null {
    const column = block.column(this.#name);
    if (column === null) return { kind: "none" };
    if (column.kind === "numbers") return null;
    // A list is a value only where the field is one.
    if (column.kind === "lists" && vocabulary.manner !== "members") return { kind: "none" };
    const known = block.key === null ? undefined : vocabulary.known(block.key);
    const numbering = known ?? vocabulary.numbering(block.key, block.dictionary(this.#name));
    if (column.kind === "codes") return { kind: "codes", codes: column.codes, numbering };
    return { kind: "lists", offsets: column.offsets, codes: column.codes, ids: numbering.ids };
  }

  #ofNumbers({ block, mask }: Selected): Prepared {
    const column = block.column(this.#name);
    if (column === null || column.kind !== "numbers") return { kind: "none" };
    const { values, base, scale, present, rows } = column;
    const ids = new Uint32Array(rows);
    const { vocabulary } = this;
    const direct = values instanceof Float64Array || scale !== this.#direct?.scale ? null : this.#direct.ids;
    const offset = base - (this.#direct?.base ?? 0);
    for (let i = 0; i < rows; i++) {
      if (!(mask === true || mask[i] === 1) || !isPresent(present, i)) continue;
      const kept = values[i] as number;
      let id = direct === null ? 0 : (direct[offset + kept] as number);
      if (id === 0) {
        id = vocabulary.idOfNumber((base + kept) / scale);
        if (direct !== null) direct[offset + kept] = id;
      }
      ids[i] = id;
    }
    return { kind: "ids", ids };
  }

  /** By their distance from the least of them: most numbers lie close enough together to be looked up instead of hashed. */
  #directOf(blocks: readonly Selected[]): { base: number; scale: number; ids: Uint32Array } | null {
    let [from, to, scale] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
    for (const { block } of blocks) {
      const column = block.column(this.#name);
      if (column?.kind !== "numbers" || column.values instanceof Float64Array) continue;
      scale = Math.max(scale, column.scale);
      from = Math.min(from, column.min);
      to = Math.max(to, column.max);
    }
    const base = Math.round(from * scale);
    const span = Math.round(to * scale) - base + 1;
    return span > 0 && span <= MAX_DIRECT ? { base, scale, ids: new Uint32Array(span) } : null;
  }

  expand(block: number, from: Pairs, to: Pairs): void {
    to.length = 0;
    const prepared = this.#prepared[block];
    if (prepared === undefined || prepared.kind === "none") return;
    const { size } = this;
    const { rows, keys, length } = from;
    if (prepared.kind === "lists") {
      const { offsets, codes, ids } = prepared;
      for (let i = 0; i < length; i++) {
        const row = rows[i] as number;
        const first = offsets[row] as number;
        const end = offsets[row + 1] as number;
        for (let at = first; at < end; at++) {
          const id = ids[codes[at] as number] as number;
          if (id !== 0 && !occursBefore(codes, ids, first, at, id)) to.push(row, (keys[i] as number) * size + id - 1);
        }
      }
      return;
    }
    const codes = prepared.kind === "codes" ? prepared.codes : null;
    const ids = prepared.kind === "codes" ? prepared.numbering.ids : prepared.ids;
    const members = prepared.kind === "codes" ? prepared.numbering.members : null;
    for (let i = 0; i < length; i++) {
      const row = rows[i] as number;
      const code = codes === null ? row : (codes[row] as number);
      const id = ids[code] as number;
      if (id !== 0) to.push(row, (keys[i] as number) * size + id - 1);
      else if (members !== null) for (const member of members.get(code) ?? []) to.push(row, (keys[i] as number) * size + member - 1);
    }
  }

  valuesOf(ids: ReadonlySet<number>): Map<number, Value> {
    const found = new Map<number, Value>();
    for (const id of ids) {
      const number = this.vocabulary.numberOf(id);
      if (number !== undefined) found.set(id, this.vocabulary.manner === "boolean" ? number === 1 : number);
    }
    if (found.size === ids.size) return found;
    const open = new Uint8Array(this.size + 1);
    for (const id of ids) if (!found.has(id)) open[id] = 1;
    for (const [i, prepared] of this.#prepared.entries()) {
      if (found.size === ids.size) break;
      const numbering = this.#numberingOf(prepared);
      // The dictionary is read only when there is something in it to look up.
      if (numbering === null || !mentions(numbering, open)) continue;
      const dictionary = this.#blocks[i]?.block.dictionary(this.#name);
      if (dictionary === undefined) continue;
      Vocabulary.collect(numbering, dictionary, open, (id, value) => {
        open[id] = 0;
        found.set(id, value);
      });
    }
    return found;
  }

  first(wanted: Uint8Array, limit: number, descending: boolean): number[] {
    const numbers: { id: number; value: number }[] = [];
    for (let id = this.vocabulary.hasNumbers ? 1 : wanted.length; id < wanted.length; id++) {
      const value = wanted[id] === 1 ? this.vocabulary.numberOf(id) : undefined;
      if (value !== undefined) numbers.push({ id, value });
    }
    numbers.sort(descending ? (a, b) => b.value - a.value : (a, b) => a.value - b.value);
    // Numbers come before texts.
    if (!descending && numbers.length >= limit) return numbers.slice(0, limit).map(({ id }) => id);
    const texts = this.#firstTexts(wanted, limit, descending);
    const inOrder = numbers.map(({ id }) => id);
    return (descending ? [...texts, ...inOrder] : [...inOrder, ...texts]).slice(0, limit);
  }

  #firstTexts(wanted: Uint8Array, limit: number, descending: boolean): number[] {
    const candidates = new Set<number>();
    for (const [i, prepared] of this.#prepared.entries()) {
      const numbering = this.#numberingOf(prepared);
      if (numbering === null) continue;
      // Texts lie in order within each dictionary: no more than `limit` of one can be among the first of all.
      let taken = 0;
      const { ids, members } = numbering;
      const { firstText = 0, firstJson = 0 } = this.#blocks[i]?.block.dictionary(this.#name) ?? {};
      for (let n = 0; n < firstJson - firstText && taken < limit; n++) {
        const id = ids[descending ? firstJson - 1 - n : firstText + n] as number;
        if (id === 0 || wanted[id] !== 1) continue;
        taken += 1;
        candidates.add(id);
      }
      for (const list of members?.values() ?? []) {
        for (const id of list) if (wanted[id] === 1 && this.vocabulary.numberOf(id) === undefined) candidates.add(id);
      }
    }
    const sign = descending ? -1 : 1;
    const texts = [...this.valuesOf(candidates)].sort(([, a], [, b]) => compareValues(a, b) * sign);
    return texts.slice(0, limit).map(([id]) => id);
  }

  #numberingOf(prepared: Prepared): Numbering | null {
    if (prepared.kind === "codes") return prepared.numbering;
    return prepared.kind === "lists" ? { ids: prepared.ids, members: null } : null;
  }
}

function mentions({ ids, members }: Numbering, wanted: Uint8Array): boolean {
  if (members !== null) return true;
  for (let code = 1; code < ids.length; code++) if (wanted[ids[code] as number] === 1) return true;
  return false;
}

/** A value that one response gives twice counts once. Lists are short. */
function occursBefore(codes: CodeArray, ids: CodeArray, from: number, at: number, id: number): boolean {
  for (let before = from; before < at; before++) if (ids[codes[before] as number] === id) return true;
  return false;
}
