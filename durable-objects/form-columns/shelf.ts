// Segments in the object's own SQLite: a segment and the note that it exists are one transaction, so there is no half of one.
import { type ColumnStats, SEGMENT_FORMAT, type SegmentHead, type Shelf } from "../../src/analytics";
import { makeTables } from "./schema";

const PIECE_BYTES = 1_500_000;

export function openShelf(storage: DurableObjectStorage): Shelf {
  const { sql } = storage;
  makeTables(sql);
  const fact = (name: string) => sql.exec<{ value: string }>("SELECT value FROM facts WHERE name = ?", name).toArray()[0]?.value ?? null;
  const setFact = (name: string, value: string) => sql.exec("INSERT OR REPLACE INTO facts (name, value) VALUES (?, ?)", name, value);

  const remove = (segments: readonly number[]) => {
    for (const id of segments) {
      // Deleting alone leaves the bytes in the file until something else needs the room; answers that were erased must not lie there.
      sql.exec("UPDATE pieces SET bytes = zeroblob(length(bytes)) WHERE segment = ?", id);
      sql.exec("DELETE FROM pieces WHERE segment = ?", id);
      sql.exec("DELETE FROM columns WHERE segment = ?", id);
      sql.exec("DELETE FROM segments WHERE id = ?", id);
    }
  };
  const addPart = (segment: number, name: string, part: string, bytes: Uint8Array<ArrayBuffer>) => {
    for (let at = 0, piece = 0; at < bytes.byteLength; at += PIECE_BYTES, piece++) {
      sql.exec(
        "INSERT INTO pieces (segment, name, part, piece, bytes) VALUES (?, ?, ?, ?, ?)",
        segment,
        name,
        part,
        piece,
        bytes.slice(at, at + PIECE_BYTES).buffer,
      );
    }
  };
  const clear = () => {
    remove(
      sql
        .exec<{ id: number }>("SELECT id FROM segments")
        .toArray()
        .map(({ id }) => id),
    );
    sql.exec("DELETE FROM changed");
    sql.exec("DELETE FROM looked");
  };

  if (fact("format") !== String(SEGMENT_FORMAT)) {
    storage.transactionSync(() => {
      clear();
      setFact("format", String(SEGMENT_FORMAT));
    });
  }

  return {
    segments: () =>
      sql
        .exec<{ id: number; shard: number; first_seq: number; last_seq: number; taken: number; rows: number }>(
          "SELECT id, shard, first_seq, last_seq, taken, rows FROM segments ORDER BY shard, first_seq",
        )
        .toArray()
        .map(
          ({ id, shard, first_seq, last_seq, taken, rows }): SegmentHead => ({
            id,
            shard,
            firstSeq: first_seq,
            lastSeq: last_seq,
            taken,
            rows,
          }),
        ),

    statsOf: (name) =>
      new Map(
        sql
          .exec<{ segment: number; missing: number; min: number | null; max: number | null }>(
            "SELECT segment, missing, min, max FROM columns WHERE name = ?",
            name,
          )
          .toArray()
          .map(({ segment, missing, min, max }): [number, ColumnStats] => [segment, { missing, min, max }]),
      ),

    read: (segment, name, part) => {
      const pieces = sql
        .exec<{ bytes: ArrayBuffer }>(
          "SELECT bytes FROM pieces WHERE segment = ? AND name = ? AND part = ? ORDER BY piece",
          segment,
          name,
          part,
        )
        .toArray();
      const [only] = pieces;
      if (only === undefined) return null;
      return pieces.length === 1 ? new Uint8Array(only.bytes) : joined(pieces.map(({ bytes }) => bytes));
    },

    put: (head, columns, replaced, settled) =>
      storage.transactionSync(() => {
        remove(replaced);
        const { shard, firstSeq, lastSeq, taken, rows } = head;
        const { id } = sql
          .exec<{ id: number }>(
            "INSERT INTO segments (shard, first_seq, last_seq, taken, rows) VALUES (?, ?, ?, ?, ?) RETURNING id",
            ...[shard, firstSeq, lastSeq, taken, rows],
          )
          .one();
        for (const { name, stats, values, dictionary } of columns) {
          sql.exec(
            "INSERT INTO columns (name, segment, missing, min, max) VALUES (?, ?, ?, ?, ?)",
            name,
            id,
            stats.missing,
            stats.min,
            stats.max,
          );
          addPart(id, name, "values", values);
          if (dictionary !== null) addPart(id, name, "dictionary", dictionary);
        }
        sql.exec("DELETE FROM changed WHERE shard = ? AND seq IN (SELECT value FROM json_each(?))", shard, JSON.stringify(settled));
        return { ...head, id };
      }),

    drop: (segments) => storage.transactionSync(() => remove(segments)),

    changed: () => sql.exec<{ shard: number; seq: number }>("SELECT shard, seq FROM changed").toArray(),

    looked: () =>
      new Map(
        sql
          .exec<{ shard: number; seq: number }>("SELECT shard, seq FROM looked")
          .toArray()
          .map(({ shard, seq }) => [shard, seq]),
      ),

    noteChanged: (shard, seqs, looked) =>
      storage.transactionSync(() => {
        sql.exec("INSERT OR IGNORE INTO changed (shard, seq) SELECT ?, value FROM json_each(?)", shard, JSON.stringify(seqs));
        sql.exec("INSERT OR REPLACE INTO looked (shard, seq) VALUES (?, ?)", shard, looked);
      }),

    workspaceId: () => fact("workspace_id"),
    setWorkspaceId: (workspaceId) => {
      setFact("workspace_id", workspaceId);
    },
    clear: () => storage.transactionSync(clear),
  };
}

function joined(parts: readonly ArrayBuffer[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const part of parts) {
    all.set(new Uint8Array(part), at);
    at += part.byteLength;
  }
  return all;
}
