// Keeps the columns of one form: learns what has come and changed, has segments made of it, and answers questions over all of it. It
// decides nothing: everything here can be thrown away and made again from the store.
import type { PrimaryStore } from "../../../store";
import type { Query, QueryResult } from "../../query/types";
import type { Block } from "../engine/block";
import { runOverColumns } from "../engine/run";
import { TooMuch } from "../engine/tables";
import { mannerOf, Vocabulary } from "../engine/vocabulary";
import type { ColumnCache } from "./cache";
import { Changed } from "./changed";
import { LIMITS, type Limits } from "./limits";
import { liveRows } from "./make";
import { Sealer } from "./sealer";
import { LostSegment, Segments } from "./segments";
import type { SegmentHead, Shelf } from "./shelf";
import { Tail } from "./tail";

/** Of one shard: how far its entries have been accepted, and all of them are in the store. */
export type ColumnMarks = readonly (readonly [shard: number, seq: number])[];

/** Of entries looked through at once for what they have changed. */
const ENTRIES_AT_ONCE = 20_000;

export interface KeeperDeps {
  shelf: Shelf;
  store: Pick<PrimaryStore, "scanResponses" | "responsesAt" | "changedRows" | "marks">;
  cache: ColumnCache;
  formId: string;
  limits?: Partial<Limits>;
}

/** `behind`: too much is not in segments yet. `unfit`: this question is more than columns can hold. */
export type Asked = { kind: "answered"; result: QueryResult } | { kind: "behind" | "unfit" };

export interface Standing {
  segments: number;
  /** In segments. */
  rows: number;
  /** Read from the store and in no segment. */
  tail: number;
  changed: number;
  /** Bytes of arrays in memory: of the tail, and of the columns and vocabularies of every form that shares the isolate. */
  held: number;
}

export class ColumnKeeper {
  readonly #deps: KeeperDeps;
  readonly #limits: Limits;
  readonly #segments: Segments;
  readonly #looked: Map<number, number>;
  readonly #tails = new Map<number, Tail>();
  readonly #changed = new Changed();
  readonly #sealer: Sealer;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(deps: KeeperDeps) {
    this.#deps = deps;
    this.#limits = { ...LIMITS, ...deps.limits };
    this.#segments = new Segments(deps.shelf, deps.cache, deps.formId);
    this.#looked = deps.shelf.looked();
    const kept = { segments: this.#segments, tails: this.#tails, changed: this.#changed };
    this.#sealer = new Sealer({ store: deps.store, formId: deps.formId, limits: this.#limits }, kept);
    for (const { shard, seq } of deps.shelf.changed())
      if (this.#segments.holding(shard, seq) !== undefined) this.#changed.note(shard, [seq]);
  }

  get standing(): Standing {
    const tail = [...this.#tails.values()].reduce((sum, { taken }) => sum + taken, 0);
    return { segments: this.#segments.heads.length, rows: this.#segments.rows, tail, changed: this.#changed.count, held: this.#held };
  }

  get #held(): number {
    return this.#deps.cache.bytes + [...this.#tails.values()].reduce((sum, { held }) => sum + held, 0);
  }

  /** Whether there may be work for `work`, as far as can be told without asking the store. */
  isWorthLooking(shard: number, toSeq: number): boolean {
    const last = this.#segments.last(shard);
    if (last === undefined) return toSeq >= this.#limits.segmentRows;
    // Or a question noted it and got no further: what was erased must not lie there until the next entry comes.
    return toSeq > (this.#looked.get(shard) ?? 0) || this.#changed.between(shard, 0, last.lastSeq).length > 0;
  }

  async ask(workspaceId: string, marks: ColumnMarks, query: Query): Promise<Asked> {
    return this.#inTurn({ kind: "behind" }, async () => {
      if (!(await this.#catchUp(workspaceId, marks))) return { kind: "behind" };
      try {
        const result = runOverColumns(query, this.#blocks(), (name, field) => this.#vocabulary(name, mannerOf(field)));
        this.#keepVocabularies();
        return { kind: "answered", result };
      } catch (error) {
        if (error instanceof TooMuch) return { kind: "unfit" };
        throw error;
      } finally {
        this.#used.clear();
      }
    });
  }

  /** How it stands once everything up to the marks is known; null while too much is missing. */
  async stand(workspaceId: string, marks: ColumnMarks): Promise<Standing | null> {
    return this.#inTurn(null, async () => ((await this.#catchUp(workspaceId, marks)) ? this.standing : null));
  }

  /** Makes one segment that is due, or makes one anew that has changed. False when nothing is left to do. */
  async work(workspaceId: string): Promise<boolean> {
    return this.#inTurn(true, async () => {
      const marks = (await this.#deps.store.marks(this.#deps.formId)).map(({ shard, seq }) => [shard, seq] as const);
      for (const [shard, seq] of marks) await this.#look(workspaceId, shard, seq);
      if (await this.#sealer.remakeOne(workspaceId)) return true;
      for (const [shard, seq] of marks) if (await this.#sealer.sealNext(workspaceId, shard, seq, this.#limits.segmentRows)) return true;
      return await this.#sealer.sealShort(workspaceId, marks);
    });
  }

  /** As if nothing had ever been made. */
  async forget(): Promise<void> {
    await this.#inTurn(undefined, async () => {
      this.#deps.shelf.clear();
      this.#deps.cache.forget(`${this.#deps.formId}/`);
      this.#segments.reload();
      this.#looked.clear();
      this.#sealer.forget();
      this.#tails.clear();
      this.#changed.clear();
    });
  }

  /** One after the other: half of a segment made while another part of it changes would be neither. `ifLost`: a segment cannot be read. */
  #inTurn<T>(ifLost: T, work: () => Promise<T>): Promise<T> {
    const careful = async () => {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof LostSegment)) throw error;
        this.#sealer.lose(error.segment);
        return ifLost;
      }
    };
    const turn = this.#turn.then(careful, careful);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #catchUp(workspaceId: string, marks: ColumnMarks): Promise<boolean> {
    let missing = 0;
    for (const [shard, mark] of marks)
      missing += Math.max(0, mark - (this.#tails.get(shard)?.readTo ?? this.#segments.last(shard)?.lastSeq ?? 0));
    const { tailRows, changedRows } = this.#limits;
    if (missing > tailRows) return false;
    for (const [shard, mark] of marks) {
      await this.#look(workspaceId, shard, mark);
      if (!(await this.#readTail(workspaceId, shard, mark))) return false;
    }
    if (this.#changed.count > changedRows) return false;
    await this.#readChanged(workspaceId);
    return true;
  }

  /** What entries up to the mark have changed in rows that were read before. */
  async #look(workspaceId: string, shard: number, mark: number): Promise<void> {
    const { store, formId } = this.#deps;
    const known = this.#segments.last(shard) !== undefined || this.#tails.has(shard);
    let looked = this.#looked.get(shard) ?? 0;
    if (!known && looked < mark) {
      // Nothing was read yet, so nothing read has changed.
      this.#note(shard, [], mark);
      return;
    }
    while (looked < mark) {
      const upTo = Math.min(mark, looked + ENTRIES_AT_ONCE);
      const readTo = Math.max(this.#segments.last(shard)?.lastSeq ?? 0, this.#tails.get(shard)?.readTo ?? 0);
      this.#note(shard, await store.changedRows({ workspaceId, formId, shard, after: looked, upTo }, readTo), upTo);
      looked = upTo;
    }
  }

  #note(shard: number, seqs: readonly number[], looked: number): void {
    const sealedTo = this.#segments.last(shard)?.lastSeq ?? 0;
    // Those of the tail need not outlive it.
    this.#deps.shelf.noteChanged(
      shard,
      seqs.filter((seq) => seq <= sealedTo),
      looked,
    );
    this.#looked.set(shard, looked);
    this.#changed.note(shard, seqs);
  }

  async #readTail(workspaceId: string, shard: number, mark: number): Promise<boolean> {
    const { store, formId } = this.#deps;
    let tail = this.#tails.get(shard);
    if (tail === undefined) {
      tail = new Tail(this.#segments.last(shard)?.lastSeq ?? 0);
      this.#tails.set(shard, tail);
    }
    while (tail.readTo < mark) {
      if (this.standing.tail > this.#limits.tailRows) return false;
      const page = await store.scanResponses(workspaceId, formId, shard, tail.readTo, this.#limits.pageRows);
      tail.add(page);
      // As they are read here they are as new as they could be told anew.
      this.#changed.settle(
        shard,
        page.map(({ seq }) => seq),
      );
      if (page.length < this.#limits.pageRows) {
        // Entries that changed others have numbers too, but no rows.
        tail.readTo = Math.max(tail.readTo, mark);
        break;
      }
    }
    return this.standing.tail <= this.#limits.tailRows;
  }

  async #readChanged(workspaceId: string): Promise<void> {
    for (const shard of this.#changed.shards()) {
      const wanted = this.#changed.unread(shard);
      if (wanted.length === 0) continue;
      const rows = await this.#deps.store.responsesAt(workspaceId, this.#deps.formId, shard, wanted);
      const found = new Map(liveRows(rows).map((row) => [row.seq, row]));
      for (const seq of wanted) this.#changed.set(shard, seq, found.get(seq) ?? null);
      this.#tails.get(shard)?.bury(wanted);
      for (const [head, seqs] of this.#bySegment(shard, wanted)) this.#segments.bury(head, seqs);
    }
  }

  #bySegment(shard: number, seqs: readonly number[]): Map<SegmentHead, number[]> {
    const found = new Map<SegmentHead, number[]>();
    for (const seq of seqs) {
      const head = this.#segments.holding(shard, seq);
      if (head !== undefined) found.set(head, [...(found.get(head) ?? []), seq]);
    }
    return found;
  }

  #blocks(): Block[] {
    return [...this.#segments.blocks(), ...[...this.#tails.values()].flatMap((tail) => tail.blocks()), this.#changed.block()];
  }

  readonly #used = new Map<string, Vocabulary>();

  #vocabulary(name: string, manner: Vocabulary["manner"]): Vocabulary {
    const key = `${this.#deps.formId}/vocabulary/${manner}/${name}`;
    const vocabulary = this.#used.get(key) ?? this.#deps.cache.get<Vocabulary>(key) ?? new Vocabulary(manner);
    vocabulary.keepOnly(this.#segments.keys());
    this.#used.set(key, vocabulary);
    return vocabulary;
  }

  /** They have grown by what was asked. */
  #keepVocabularies(): void {
    for (const [key, vocabulary] of this.#used) this.#deps.cache.put(key, vocabulary);
  }
}
