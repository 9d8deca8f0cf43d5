// Checks that a request came from Headwater and is not a replay. For receivers: copy this file or publish it; it needs nothing
// but WebCrypto (browsers, Node 20, Deno, Bun, Workers). Give it the raw body, byte for byte as it came.

export interface VerifyOptions {
  /** `whsec_…`; while a rotation is under way, both. */
  secret: string | readonly string[];
  /** Seconds by which the timestamp may be off. */
  toleranceSeconds?: number;
  /** For tests. */
  now?: number;
}

export type Verified = { ok: true; id: string; timestamp: number } | { ok: false; reason: "headers" | "timestamp" | "signature" };

type HeadersLike = { get(name: string): string | null } | Record<string, string | string[] | undefined>;

const DEFAULT_TOLERANCE_SECONDS = 300;

/** By the Standard Webhooks headers: what is signed is `id.timestamp.body`. */
export async function verifyWebhook(body: string | Uint8Array, headers: HeadersLike, options: VerifyOptions): Promise<Verified> {
  const id = read(headers, "webhook-id");
  const time = read(headers, "webhook-timestamp");
  const given = read(headers, "webhook-signature");
  if (id === null || time === null || given === null || !/^\d{1,12}$/.test(time)) return { ok: false, reason: "headers" };
  const timestamp = Number(time);
  const now = options.now ?? Date.now();
  if (Math.abs(now / 1_000 - timestamp) > (options.toleranceSeconds ?? DEFAULT_TOLERANCE_SECONDS))
    return { ok: false, reason: "timestamp" };
  const signed = concat(`${id}.${time}.`, body);
  const candidates = given
    .split(" ")
    .filter((part) => part.startsWith("v1,"))
    .map((part) => fromBase64(part.slice("v1,".length)));
  for (const secret of secretsOf(options)) {
    const key = await importKey(standardKey(secret), "verify");
    for (const candidate of candidates) {
      if (candidate !== null && (await crypto.subtle.verify("HMAC", key, candidate, signed))) return { ok: true, id, timestamp };
    }
  }
  return { ok: false, reason: "signature" };
}

/** By `X-Webhook-Signature` alone: the body under the whole text of the secret. Says nothing about when it was sent. */
export async function verifyHexSignature(
  body: string | Uint8Array,
  signature: string,
  secret: string | readonly string[],
): Promise<boolean> {
  const given = fromHex(signature);
  if (given === null) return false;
  for (const each of secretsOf({ secret })) {
    const key = await importKey(textKey(each), "verify");
    if (await crypto.subtle.verify("HMAC", key, given, concat("", body))) return true;
  }
  return false;
}

export interface SigningKeys {
  standard: CryptoKey;
  hex: CryptoKey;
}

/** Made once for many signatures: making a key costs more than signing with it. */
export async function signingKeys(secret: string): Promise<SigningKeys> {
  return { standard: await importKey(standardKey(secret), "sign"), hex: await importKey(textKey(secret), "sign") };
}

export async function signStandard(
  secret: string | SigningKeys,
  id: string,
  timestamp: number,
  body: string | Uint8Array,
): Promise<string> {
  const key = typeof secret === "string" ? await importKey(standardKey(secret), "sign") : secret.standard;
  const signature = new Uint8Array(await crypto.subtle.sign("HMAC", key, concat(`${id}.${timestamp}.`, body)));
  return `v1,${btoa(String.fromCharCode(...signature))}`;
}

export async function signHex(secret: string | SigningKeys, body: string | Uint8Array): Promise<string> {
  const key = typeof secret === "string" ? await importKey(textKey(secret), "sign") : secret.hex;
  const signature = new Uint8Array(await crypto.subtle.sign("HMAC", key, concat("", body)));
  return [...signature].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

type Bytes = Uint8Array<ArrayBuffer>;

const encoder = new TextEncoder();

function importKey(bytes: Bytes, use: "sign" | "verify"): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, [use]);
}

function textKey(secret: string): Bytes {
  return Uint8Array.from(encoder.encode(secret));
}

function standardKey(secret: string): Bytes {
  const bytes = fromBase64(secret.replace(/^whsec_/, ""));
  if (bytes === null || bytes.length === 0) throw new Error("The secret is not of the form whsec_<base64>.");
  return bytes;
}

function secretsOf({ secret }: Pick<VerifyOptions, "secret">): readonly string[] {
  return typeof secret === "string" ? [secret] : secret;
}

function read(headers: HeadersLike, name: string): string | null {
  if (typeof headers.get === "function") return (headers as { get(name: string): string | null }).get(name);
  const value = (headers as Record<string, string | string[] | undefined>)[name];
  return (Array.isArray(value) ? value[0] : value) ?? null;
}

function concat(prefix: string, body: string | Uint8Array): Bytes {
  const head = encoder.encode(prefix);
  const tail = typeof body === "string" ? encoder.encode(body) : body;
  const all = new Uint8Array(head.length + tail.length);
  all.set(head);
  all.set(tail, head.length);
  return all;
}

function fromBase64(text: string): Bytes | null {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}

function fromHex(text: string): Bytes | null {
  if (!/^(?:[0-9a-f]{2}){32}$/i.test(text)) return null;
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
