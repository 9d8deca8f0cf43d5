// pure. The first and the last of texts.
import { compareText, membersOf } from "../../../../responses";
import type { FieldRef } from "../../../../store";
import { type Dictionary, textOf } from "../../segment/dictionary";
import { type Block, columnOf } from "../block";
import type { Selected } from "../dimension";
import type { Pairs } from "../pairs";
import { mannerOf } from "../vocabulary";
import type { Aggregated, Aggregator } from "./types";

/** Texts of one block lie in order: its best for a group is a code, and only that one is compared with those of other blocks. */
export class TextExtremes implements Aggregator {
  readonly #name: string;
  readonly #members: boolean;
  readonly #blocks: readonly Selected[];
  readonly #sign: 1 | -1;
  readonly #best = new Map<number, string>();

  constructor({ aggregate, blocks }: Aggregated, field: FieldRef) {
    this.#name = columnOf(field);
    this.#members = mannerOf(field) === "members";
    this.#blocks = blocks;
    this.#sign = aggregate === "min" ? 1 : -1;
  }

  add(block: number, { rows, keys, length }: Pairs): void {
    const of = this.#blocks[block]?.block as Block;
    const column = of.column(this.#name);
    if (column === null || column.kind === "numbers" || (column.kind === "lists" && !this.#members)) return;
    const dictionary = of.dictionary(this.#name);
    const { firstText, firstJson } = dictionary;
    const best = new Map<number, number>();
    const offer = (place: number, code: number) => {
      if (code >= firstJson) {
        if (this.#members) for (const text of textsIn(dictionary, code)) this.#offer(place, text);
      } else if (code >= firstText) {
        const known = best.get(place);
        if (known === undefined || (code - known) * this.#sign < 0) best.set(place, code);
      }
    };
    for (let i = 0; i < length; i++) {
      const row = rows[i] as number;
      const place = keys[i] as number;
      if (column.kind === "codes") offer(place, column.codes[row] as number);
      else
        for (let at = column.offsets[row] as number; at < (column.offsets[row + 1] as number); at++)
          offer(place, column.codes[at] as number);
    }
    for (const [place, code] of best) this.#offer(place, textOf(dictionary, code));
  }

  #offer(place: number, text: string): void {
    const known = this.#best.get(place);
    if (known === undefined || compareText(text, known) * this.#sign < 0) this.#best.set(place, text);
  }

  valueOf(place: number): string | null {
    return this.#best.get(place) ?? null;
  }
}

function textsIn(dictionary: Dictionary, code: number): string[] {
  return membersOf(JSON.parse(textOf(dictionary, code))).filter((member) => typeof member === "string");
}
