// The newest messages, so that who comes back hears what it missed. The number of a message is never given twice.

export interface KeptMessage {
  seq: number;
  type: string;
  key: string;
  /** JSON text; null when it was too much. */
  data: string | null;
}

export const KEPT_MESSAGES = 500;

export class Kept {
  #head: number;

  constructor(readonly sql: SqlStorage) {
    sql.exec("CREATE TABLE IF NOT EXISTS messages (seq INTEGER PRIMARY KEY, type TEXT NOT NULL, key TEXT NOT NULL, data TEXT)");
    this.#head = sql.exec<{ head: number }>("SELECT coalesce(max(seq), 0) AS head FROM messages").one().head;
  }

  get head(): number {
    return this.#head;
  }

  add(messages: readonly Omit<KeptMessage, "seq">[]): KeptMessage[] {
    const added = messages.map(({ type, key, data }) => {
      this.#head += 1;
      this.sql.exec("INSERT INTO messages (seq, type, key, data) VALUES (?, ?, ?, ?)", this.#head, type, key, data);
      return { seq: this.#head, type, key, data };
    });
    this.sql.exec("DELETE FROM messages WHERE seq <= ?", this.#head - KEPT_MESSAGES);
    return added;
  }

  /** Null when some of them are no longer kept, or never were. */
  after(seq: number): KeptMessage[] | null {
    if (seq > this.#head || seq < this.#head - KEPT_MESSAGES) return null;
    return this.sql
      .exec<KeptMessage & Record<string, SqlStorageValue>>("SELECT seq, type, key, data FROM messages WHERE seq > ? ORDER BY seq", seq)
      .toArray();
  }
}
