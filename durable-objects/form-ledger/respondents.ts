// What the ledger keeps of those who fill in, most of it for a while: replies to be repeated, answers to go on with, places held, and
// which response is whose where each may answer once.
import type { Cell, SavedPartial } from "../../src/responses";

export interface Reply {
  fingerprint: string;
  seq: number;
  responseId: string;
  formVersion: number;
  status: "complete" | "partial";
  submittedAt: number;
}

export interface PartialRow extends SavedPartial {
  tokenHash: string;
  /** Its answers are gone from here once it is complete; the token is kept a while to say so. */
  done: boolean;
  /** What it adds to the roll-ups. */
  cells: readonly Cell[];
}

export class Respondents {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  reply(key: string, now: number): Reply | null {
    const [row] = this.#sql
      .exec<{ fingerprint: string; seq: number; response_id: string; form_version: number; status: Reply["status"]; submitted_at: number }>(
        "SELECT * FROM replies WHERE key = ? AND expires_at > ?",
        key,
        now,
      )
      .toArray();
    if (row === undefined) return null;
    return {
      fingerprint: row.fingerprint,
      seq: row.seq,
      responseId: row.response_id,
      formVersion: row.form_version,
      status: row.status,
      submittedAt: row.submitted_at,
    };
  }

  addReply(key: string, reply: Reply, expiresAt: number): void {
    this.#sql.exec(
      `INSERT OR REPLACE INTO replies (key, fingerprint, seq, response_id, form_version, status, submitted_at, expires_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      key,
      reply.fingerprint,
      reply.seq,
      reply.responseId,
      reply.formVersion,
      reply.status,
      reply.submittedAt,
      expiresAt,
    );
  }

  duplicateOwner(key: string): string | null {
    const [row] = this.#sql.exec<{ response_id: string }>("SELECT response_id FROM duplicates WHERE key = ?", key).toArray();
    return row?.response_id ?? null;
  }

  /** Null frees whatever the response held. */
  holdDuplicateKey(responseId: string, key: string | null): void {
    this.#sql.exec("DELETE FROM duplicates WHERE response_id = ?", responseId);
    if (key !== null) this.#sql.exec("INSERT OR REPLACE INTO duplicates (key, response_id) VALUES (?, ?)", key, responseId);
  }

  partial(responseId: string, now: number): PartialRow | null {
    const [row] = this.#sql.exec("SELECT * FROM partials WHERE response_id = ? AND expires_at > ?", responseId, now).toArray();
    if (row === undefined) return null;
    return {
      responseId,
      tokenHash: String(row.token_hash),
      seq: Number(row.seq),
      basedOn: Number(row.last_seq),
      formVersion: Number(row.form_version),
      startedAt: row.started_at === null ? null : Number(row.started_at),
      submittedAt: Number(row.submitted_at),
      data: String(row.data ?? "{}"),
      meta: String(row.meta ?? "{}"),
      done: row.data === null,
      cells: row.cells === null ? [] : JSON.parse(String(row.cells)),
    };
  }

  savePartial(partial: Omit<PartialRow, "done">, data: string | null, expiresAt: number): void {
    this.#sql.exec(
      `INSERT OR REPLACE INTO partials (response_id, token_hash, seq, last_seq, form_version, started_at, submitted_at, data, meta, cells, expires_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      partial.responseId,
      partial.tokenHash,
      partial.seq,
      partial.basedOn,
      partial.formVersion,
      partial.startedAt,
      partial.submittedAt,
      data,
      data === null ? null : partial.meta,
      data === null ? null : JSON.stringify(partial.cells),
      expiresAt,
    );
  }

  removePartial(responseId: string): void {
    this.#sql.exec("DELETE FROM partials WHERE response_id = ?", responseId);
  }

  /** True the first time: the page that says so may be sent twice. `heldUntil` 0: counted, but no place is held for it. */
  addStart(id: string, address: string | null, heldUntil: number, expiresAt: number): boolean {
    const { rowsWritten } = this.#sql.exec(
      "INSERT OR IGNORE INTO starts (id, address, held_until, expires_at) VALUES (?, ?, ?, ?)",
      id,
      address,
      heldUntil,
      expiresAt,
    );
    return rowsWritten > 0;
  }

  /** True the first time: a start belongs to one response. */
  useStart(id: string): boolean {
    return this.#sql.exec("DELETE FROM starts WHERE id = ?", id).rowsWritten > 0;
  }

  placesHeld(now: number, exceptId: string | null): number {
    return this.#sql.exec<{ n: number }>("SELECT count(*) AS n FROM starts WHERE held_until > ? AND id <> ?", now, exceptId ?? "").one().n;
  }

  placesHeldBy(address: string, now: number): number {
    return this.#sql.exec<{ n: number }>("SELECT count(*) AS n FROM starts WHERE held_until > ? AND address = ?", now, address).one().n;
  }

  forgetExpired(now: number): void {
    for (const table of ["replies", "partials", "starts"]) this.#sql.exec(`DELETE FROM ${table} WHERE expires_at <= ?`, now);
  }
}
