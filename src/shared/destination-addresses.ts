// Which addresses belong to the public internet. Pure. Addresses come as a URL's host or a resolver writes them: IPv4 dotted,
// IPv6 in any legal form. What cannot be read counts as not public.

/** `[network, prefix length]` of everything in IPv4 that is not a public host, after the special-purpose registries. */
const NOT_PUBLIC_V4: readonly (readonly [string, number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  // The wire server of Azure's virtual machines: a public address that answers only from inside, with credentials.
  ["168.63.129.16", 32],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
];

// Global unicast is 2000::/3 and nothing else: mapped (::ffff:0:0/96), NAT64 (64:ff9b::/96 and :1::/48), ULA, link-local,
// site-local and multicast all lie outside. Within it, these are tunnels and paper: Teredo and ORCHID, documentation, 6to4.
const GLOBAL_V6 = ["2000::", 3] as const;
const NOT_PUBLIC_V6: readonly (readonly [string, number])[] = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
];

export function isPublicAddress(address: string): boolean {
  const v4 = parseV4(address);
  if (v4 !== null) return !NOT_PUBLIC_V4.some(([network, length]) => inside(v4, parseV4(network), length, 32n));
  const v6 = parseV6(address);
  if (v6 === null) return false;
  if (!inside(v6, parseV6(GLOBAL_V6[0]), GLOBAL_V6[1], 128n)) return false;
  return !NOT_PUBLIC_V6.some(([network, length]) => inside(v6, parseV6(network), length, 128n));
}

export function isLoopbackAddress(address: string): boolean {
  const v4 = parseV4(address);
  if (v4 !== null) return v4 >> 24n === 127n;
  return parseV6(address) === 1n;
}

export function isAddress(host: string): boolean {
  return parseV4(host) !== null || parseV6(host) !== null;
}

function inside(address: bigint, network: bigint | null, length: number, bits: bigint): boolean {
  const rest = bits - BigInt(length);
  return network !== null && address >> rest === network >> rest;
}

function parseV4(text: string): bigint | null {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number);
  if (parts === undefined || parts.some((part) => part > 255)) return null;
  return parts.reduce((sum, part) => (sum << 8n) | BigInt(part), 0n);
}

function parseV6(text: string): bigint | null {
  if (!/^[0-9a-f:.]+$/i.test(text) || !text.includes(":")) return null;
  const lastColon = text.lastIndexOf(":");
  const dotted = text.includes(".") ? parseV4(text.slice(lastColon + 1)) : null;
  if (text.includes(".") && dotted === null) return null;
  const groups =
    dotted === null ? text : `${text.slice(0, lastColon + 1)}${(dotted >> 16n).toString(16)}:${(dotted & 0xffffn).toString(16)}`;
  const halves = groups.split("::");
  if (halves.length > 2) return null;
  const [head = [], tail = []] = halves.map((half) => (half === "" ? [] : half.split(":")));
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return null;
  const all = [...head, ...Array<string>(Math.max(0, missing)).fill("0"), ...tail];
  if (all.some((group) => !/^[0-9a-f]{1,4}$/i.test(group))) return null;
  return all.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
}
