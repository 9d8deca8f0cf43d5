// What a name stands for just now, asked over HTTPS because a Worker has no resolver of its own.
//
// What this leaves open: `fetch` looks the name up again, and a hostile name server may answer the two differently (DNS
// rebinding); the address that was checked cannot be handed to `fetch`. So the check is the second wall, not the first. The first
// is the runtime: on Cloudflare `fetch` has no route into a private network, and workerd on its own refuses private addresses
// when it connects, unless it is told otherwise. What the check adds is that a name which plainly points inside is refused with
// a reason, is never asked, and shows in the log of attempts.
import { z } from "zod";
import { type DestinationVerdict, destinationPolicy, judgeDestination, refuse } from "./destination";
import { isPublicAddress } from "./destination-addresses";

const RESOLVER = "https://cloudflare-dns.com/dns-query";
const RESOLVE_LIMIT_MS = 3_000;
const LONGEST_MEMORY_MS = 30_000;
const MOST_REMEMBERED = 1_000;
const MAX_ANSWERS = 64;
const TYPES = { A: 1, AAAA: 28 } as const;

const DnsAnswer = z.object({
  Status: z.number().int(),
  Answer: z.array(z.object({ type: z.number().int(), TTL: z.number().min(0).optional(), data: z.string().max(1_000) })).optional(),
});

interface Looked {
  addresses: string[];
  until: number;
}

// Values, never promises: one request must not await what another has begun.
const remembered = new Map<string, Looked>();

type DestinationEnv = Pick<Env, "ENVIRONMENT" | "PUBLIC_URL" | "DNS_URL">;

/** The whole verdict: the text of the address, and every address that its name stands for, of both families. */
export async function checkDestination(env: DestinationEnv, address: string, now: number = Date.now()): Promise<DestinationVerdict> {
  const verdict = judgeDestination(address, destinationPolicy(env));
  if (!verdict.ok || verdict.loopback || /^\[|^[\d.]+$/.test(verdict.url.hostname)) return verdict;
  let addresses: string[];
  try {
    addresses = await lookUp(env.DNS_URL ?? RESOLVER, verdict.url.hostname, now);
  } catch {
    return refuse("resolver", "The name could not be looked up.", true);
  }
  if (addresses.length === 0) return refuse("unresolved", "The name has no address.", true);
  // One bad address among good ones is enough: nobody could say which of them `fetch` will take.
  if (!addresses.every(isPublicAddress)) return refuse("address", "The name stands for an address that is not on the public internet.");
  return verdict;
}

async function lookUp(resolver: string, name: string, now: number): Promise<string[]> {
  const known = remembered.get(name);
  if (known !== undefined && now < known.until) return known.addresses;
  const answers = await Promise.all([ask(resolver, name, "A"), ask(resolver, name, "AAAA")]);
  const addresses = answers.flatMap((answer) => answer.addresses);
  const lifeMs = Math.min(LONGEST_MEMORY_MS, ...answers.map((answer) => answer.lifeMs));
  if (addresses.length > 0) remember(name, { addresses, until: now + lifeMs });
  return addresses;
}

async function ask(resolver: string, name: string, type: keyof typeof TYPES): Promise<{ addresses: string[]; lifeMs: number }> {
  const url = new URL(resolver);
  url.searchParams.set("name", name);
  url.searchParams.set("type", type);
  const reply = await fetch(url, {
    headers: { Accept: "application/dns-json" },
    redirect: "manual",
    signal: AbortSignal.timeout(RESOLVE_LIMIT_MS),
  });
  if (!reply.ok) throw new Error(`The resolver answered ${reply.status}`);
  const answer = DnsAnswer.parse(await reply.json());
  const NOT_THERE = 3;
  if (answer.Status !== 0 && answer.Status !== NOT_THERE) throw new Error(`The resolver answered with code ${answer.Status}`);
  const found = (answer.Answer ?? []).filter((record) => record.type === TYPES[type]).slice(0, MAX_ANSWERS);
  return {
    addresses: found.map((record) => record.data),
    lifeMs: Math.min(LONGEST_MEMORY_MS, ...found.map((record) => (record.TTL ?? 0) * 1_000)),
  };
}

function remember(name: string, looked: Looked): void {
  if (remembered.size >= MOST_REMEMBERED) remembered.clear();
  remembered.set(name, looked);
}
