// Ids are text with a prefix and sort by time of creation: 48 bits of time, 80 of chance, Crockford base 32.

const PREFIX = {
  user: "usr",
  session: "ses",
  account: "acc",
  verification: "ver",
  workspace: "ws",
  member: "mem",
  invitation: "inv",
  apiKey: "key",
  audit: "aud",
  mail: "mail",
  form: "frm",
  response: "rsp",
  webhook: "whk",
  delivery: "dlv",
  schedule: "sch",
  scheduleRun: "srn",
  import: "imp",
  export: "exp",
  plugin: "plg",
  run: "run",
  job: "job",
  backup: "bak",
  privacy: "prv",
  alert: "alr",
  detector: "det",
  reportTemplate: "rpt",
  event: "evt",
  request: "req",
  upload: "upl",
} as const;

export type IdKind = keyof typeof PREFIX;

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
let lastTime = 0;
let lastTimeText = "";
let lastRandom = new Uint8Array(10);

/** Within one isolate ids of the same millisecond still sort in the order they were made. */
export function newId(kind: IdKind, now: number = Date.now()): string {
  if (now > lastTime) {
    lastTime = now;
    lastTimeText = encodeTime(now);
    lastRandom = crypto.getRandomValues(new Uint8Array(10));
  } else {
    increment(lastRandom);
  }
  return `${PREFIX[kind]}_${lastTimeText}${encodeBytes(lastRandom)}`;
}

/** For an id that is also what opens the thing: its neighbours of the same millisecond say nothing about it. */
export function newSecretId(kind: IdKind, now: number = Date.now()): string {
  return `${PREFIX[kind]}_${encodeTime(now)}${encodeBytes(crypto.getRandomValues(new Uint8Array(10)))}`;
}

/** Ids made at `time` or later sort at or after this; earlier ones before it. */
export function idFloor(kind: IdKind, time: number): string {
  return `${PREFIX[kind]}_${encodeTime(Math.max(0, time))}`;
}

export function idPattern(kind: IdKind): RegExp {
  return new RegExp(`^${PREFIX[kind]}_[0-9a-z]{1,40}$`);
}

function increment(bytes: Uint8Array): void {
  for (let i = bytes.length - 1; i >= 0; i--) {
    const next = ((bytes[i] ?? 0) + 1) & 0xff;
    bytes[i] = next;
    if (next !== 0) return;
  }
}

function encodeTime(time: number): string {
  let text = "";
  for (let rest = time, i = 0; i < 10; i++, rest = Math.floor(rest / 32)) text = ALPHABET[rest % 32] + text;
  return text;
}

function encodeBytes(bytes: Uint8Array): string {
  let text = "";
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET[(value >>> bits) & 31];
    }
    value &= 0xff;
  }
  return text;
}
