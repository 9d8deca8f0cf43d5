// The tables of one form's columns. What is in them can be made again from the primary store, so another version of the format clears
// them instead of changing them.

const TABLES = [
  `CREATE TABLE IF NOT EXISTS segments (id INTEGER PRIMARY KEY AUTOINCREMENT, shard INTEGER NOT NULL, first_seq INTEGER NOT NULL,
     last_seq INTEGER NOT NULL, taken INTEGER NOT NULL, rows INTEGER NOT NULL)`,
  // Of each column, what can be told without reading it.
  `CREATE TABLE IF NOT EXISTS columns (name TEXT NOT NULL, segment INTEGER NOT NULL, missing INTEGER NOT NULL, min REAL, max REAL,
     PRIMARY KEY (name, segment)) WITHOUT ROWID`,
  // In pieces, because a value may have two megabytes at most.
  `CREATE TABLE IF NOT EXISTS pieces (segment INTEGER NOT NULL, name TEXT NOT NULL, part TEXT NOT NULL, piece INTEGER NOT NULL,
     bytes BLOB NOT NULL)`,
  "CREATE UNIQUE INDEX IF NOT EXISTS pieces_in_order ON pieces (segment, name, part, piece)",
  "CREATE TABLE IF NOT EXISTS changed (shard INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (shard, seq)) WITHOUT ROWID",
  "CREATE TABLE IF NOT EXISTS looked (shard INTEGER PRIMARY KEY, seq INTEGER NOT NULL)",
  "CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
];

export function makeTables(sql: SqlStorage): void {
  for (const statement of TABLES) sql.exec(statement);
}
