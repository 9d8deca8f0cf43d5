// pure. Hosts that a plugin may be granted: a name, a name under which everything is meant (`*.example.com`), with a port or not.

const LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
const HOST = new RegExp(`^(?:\\*\\.(?:${LABEL}\\.)+${LABEL}|(?:${LABEL}\\.)*${LABEL})(?::\\d{1,5})?$`);

/** Null when it can be granted. `*.com` would be half the internet. */
export function whyNotAHost(text: string): string | null {
  return text.length <= 253 && HOST.test(text) ? null : "Name a host as in `api.example.com` or `*.example.com`, in lower case.";
}

export function isHostGranted(url: URL, granted: readonly string[]): boolean {
  return granted.some((pattern) => matches(pattern, url));
}

function matches(pattern: string, url: URL): boolean {
  const [name = "", port] = pattern.split(":");
  if (port === undefined ? url.port !== "" && !isLocal(url.hostname) : port !== (url.port || defaultPort(url))) return false;
  if (!name.startsWith("*.")) return url.hostname === name;
  return url.hostname.endsWith(name.slice(1)) && url.hostname.length > name.length - 1;
}

/** On the developer's own machine, where nothing listens on 443. */
function isLocal(hostname: string): boolean {
  return hostname === "localhost" || hostname === "127.0.0.1";
}

function defaultPort(url: URL): string {
  return url.protocol === "https:" ? "443" : "80";
}
