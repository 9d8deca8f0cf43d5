import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type DestinationPolicy, judgeDestination } from "../../src/shared/destination";
import { isPublicAddress } from "../../src/shared/destination-addresses";
import { checkDestination } from "../../src/shared/destination-dns";
import { fetchDestination } from "../../src/shared/destination-fetch";

const PRODUCTION: DestinationPolicy = { local: false, ownHost: "headwater.example" };
const LOCAL: DestinationPolicy = { local: true, ownHost: "localhost:8787" };
const ENV = { ENVIRONMENT: "production", PUBLIC_URL: "https://headwater.example" } as const satisfies Partial<Env>;
const LOCAL_ENV = { ENVIRONMENT: "development", PUBLIC_URL: "http://localhost:8787" } as const satisfies Partial<Env>;

const reasonOf = (url: string, policy = PRODUCTION) => {
  const verdict = judgeDestination(url, policy);
  return verdict.ok ? "ok" : verdict.reason;
};

describe("in production", () => {
  test.each([
    "https://hooks.example.com/a?b=c",
    "https://hooks.example.com:8443/",
    "https://8.8.8.8/",
    "https://[2606:4700:4700::1111]/",
    "https://bücher.example.org/",
  ])("may send to %s", (url) => expect(reasonOf(url)).toBe("ok"));

  test.each([
    ["http://hooks.example.com/", "scheme"],
    ["ftp://hooks.example.com/", "scheme"],
    ["file:///etc/passwd", "scheme"],
    ["gopher://hooks.example.com/", "scheme"],
    ["hooks.example.com", "not_a_url"],
    ["", "not_a_url"],
    [`https://hooks.example.com/${"a".repeat(2_000)}`, "not_a_url"],
    ["https://user@hooks.example.com/", "credentials"],
    ["https://:secret@hooks.example.com/", "credentials"],
    ["https://good.example.com@127.0.0.1/", "credentials"],
    ["https://hooks.example.com:22/", "port"],
    ["https://hooks.example.com:6379/", "port"],
    ["https://hooks.example.com:80/", "port"],
    ["https://headwater.example/api/v1/forms/x/responses", "own"],
    ["https://headwater.example:8443/", "own"],
    ["https://localhost/", "address"],
    ["https://localhost./", "address"],
    ["https://a.localhost/", "address"],
    ["https://printer.local/", "name"],
    ["https://metadata.google.internal/", "name"],
    ["https://metadata.google.internal./", "name"],
    ["https://router.lan/", "name"],
    ["https://1.0.0.127.in-addr.arpa/", "name"],
    ["https://metadata/", "name"],
    ["https://127.0.0.1/", "address"],
    ["https://127.0.0.1./", "address"],
    ["https://127.1/", "address"],
    ["https://2130706433/", "address"],
    ["https://0x7f000001/", "address"],
    ["https://0x7f.0.0.1/", "address"],
    ["https://0177.0.0.1/", "address"],
    ["https://017700000001/", "address"],
    ["https://①②⑦.0.0.1/", "address"],
    ["https://127。0。0。1/", "address"],
    ["https://%31%32%37.0.0.1/", "address"],
    ["https://0/", "address"],
    ["https://0.0.0.0/", "address"],
    ["https://10.1.2.3/", "address"],
    ["https://0xa.1.2.3/", "address"],
    ["https://172.16.0.1/", "address"],
    ["https://172.31.255.255/", "address"],
    ["https://192.168.0.1/", "address"],
    ["https://3232235521/", "address"],
    ["https://169.254.169.254/latest/meta-data/", "address"],
    ["https://0xa9fea9fe/", "address"],
    ["https://100.100.100.200/", "address"],
    ["https://168.63.129.16/", "address"],
    ["https://198.18.0.1/", "address"],
    ["https://224.0.0.1/", "address"],
    ["https://255.255.255.255/", "address"],
    ["https://[::1]/", "address"],
    ["https://[::]/", "address"],
    ["https://[0:0:0:0:0:0:0:1]/", "address"],
    ["https://[::ffff:127.0.0.1]/", "address"],
    ["https://[::ffff:7f00:1]/", "address"],
    ["https://[::ffff:8.8.8.8]/", "address"],
    ["https://[::127.0.0.1]/", "address"],
    ["https://[64:ff9b::7f00:1]/", "address"],
    ["https://[64:ff9b:1::a00:1]/", "address"],
    ["https://[2002:7f00:1::]/", "address"],
    ["https://[2002:a00:1::1]/", "address"],
    ["https://[2001::1]/", "address"],
    ["https://[2001:db8::1]/", "address"],
    ["https://[fc00::1]/", "address"],
    ["https://[fd00:ec2::254]/", "address"],
    ["https://[fe80::1]/", "address"],
    ["https://[fec0::1]/", "address"],
    ["https://[ff02::1]/", "address"],
  ])("refuses %s (%s)", (url, reason) => expect(reasonOf(url)).toBe(reason));
});

describe("on the developer's own machine", () => {
  test.each(["http://localhost:3000/hook", "http://127.0.0.1:9/", "http://[::1]:4000/", "https://localhost/", "http://hooks.example.com/"])(
    "may send to %s",
    (url) => expect(reasonOf(url, LOCAL)).toBe("ok"),
  );
  test.each([
    ["http://localhost:8787/api", "own"],
    ["http://192.168.0.1/", "address"],
    ["http://169.254.169.254/", "address"],
    ["http://[::ffff:127.0.0.1]/", "address"],
    ["http://hooks.example.com:22/", "port"],
  ])("refuses %s (%s)", (url, reason) => expect(reasonOf(url, LOCAL)).toBe(reason));
});

test.each(["", "::", "1.2.3", "1.2.3.4.5", "256.1.1.1", ":::1", "1::2::3", "2606:4700::12345", "nonsense", "2606:4700:1:2:3:4:5:6:7"])(
  "%j, which is no public address, is not taken for one",
  (text) => expect(isPublicAddress(text)).toBe(false),
);

describe("what the name stands for", () => {
  let names: Record<string, { A?: string[]; AAAA?: string[]; status?: number; ttl?: number }>;
  let asked: string[];
  beforeEach(() => {
    names = {};
    asked = [];
    vi.spyOn(globalThis, "fetch").mockImplementation(async (input) => {
      const url = new URL(String(input));
      if (url.hostname !== "cloudflare-dns.com") return new Response("sent");
      const [name, type] = [url.searchParams.get("name") ?? "", url.searchParams.get("type") as "A" | "AAAA"];
      asked.push(`${name} ${type}`);
      const entry = names[name];
      if (entry === undefined) return new Response("down", { status: 503 });
      const number = type === "A" ? 1 : 28;
      return Response.json({
        Status: entry.status ?? 0,
        Answer: [
          { type: 5, TTL: 60, data: "alias.example.net." },
          ...(entry[type] ?? []).map((data) => ({ type: number, TTL: entry.ttl ?? 60, data })),
        ],
      });
    });
  });
  afterEach(() => vi.restoreAllMocks());

  let at = 1_000_000_000;
  const check = async (name: string) => {
    at += 3_600_000;
    const verdict = await checkDestination(ENV, `https://${name}/`, at);
    return verdict.ok ? "ok" : `${verdict.reason}${verdict.passing ? ", for now" : ""}`;
  };

  test("is asked in both families, and every answer must be public", async () => {
    names["good.example.com"] = { A: ["93.184.215.14"], AAAA: ["2606:2800:21f:cb07:6820:80da:af6b:8b2c"] };
    names["inside.example.com"] = { A: ["10.0.0.5"] };
    names["mixed.example.com"] = { A: ["93.184.215.14", "127.0.0.1"] };
    names["six.example.com"] = { A: ["93.184.215.14"], AAAA: ["fd00::1"] };
    names["mapped.example.com"] = { AAAA: ["::ffff:10.0.0.1"] };
    expect(await check("good.example.com")).toBe("ok");
    expect(asked).toEqual(["good.example.com A", "good.example.com AAAA"]);
    for (const name of ["inside", "mixed", "six", "mapped"]) expect(await check(`${name}.example.com`)).toBe("address");
  });

  test("may be nothing, or unknown, for the moment", async () => {
    names["gone.example.com"] = { status: 3 };
    expect(await check("gone.example.com")).toBe("unresolved, for now");
    expect(await check("resolver-down.example.com")).toBe("resolver, for now");
    names["broken.example.com"] = { status: 2 };
    expect(await check("broken.example.com")).toBe("resolver, for now");
  });

  test("is remembered for half a minute at most, and no longer than the name allows", async () => {
    const url = "https://turning.example.com/";
    names["turning.example.com"] = { A: ["93.184.215.14"], ttl: 3_600 };
    expect((await checkDestination(ENV, url, 1_000)).ok).toBe(true);
    names["turning.example.com"] = { A: ["127.0.0.1"], ttl: 3_600 };
    expect((await checkDestination(ENV, url, 30_999)).ok).toBe(true);
    expect((await checkDestination(ENV, url, 31_001)).ok).toBe(false);
    const brief = "https://brief.example.com/";
    names["brief.example.com"] = { A: ["93.184.215.14"], ttl: 1 };
    expect((await checkDestination(ENV, brief, 1_000)).ok).toBe(true);
    names["brief.example.com"] = { A: ["127.0.0.1"], ttl: 1 };
    expect((await checkDestination(ENV, brief, 2_100)).ok).toBe(false);
  });

  test("that points inside is never asked for anything", async () => {
    names["trap.example.com"] = { A: ["169.254.169.254"] };
    const exchange = await fetchDestination(ENV, request("https://trap.example.com/"), LIMITS);
    expect(exchange).toMatchObject({ kind: "refused", reason: "address" });
    expect(asked).toEqual(["trap.example.com A", "trap.example.com AAAA"]);
    expect(vi.mocked(fetch).mock.calls.every(([input]) => String(input).startsWith("https://cloudflare-dns.com/"))).toBe(true);
  });
});

const LIMITS = { timeMs: 2_000, maxBytes: 1_000 };
const request = (url: string) => ({ url, method: "POST", headers: {}, body: "{}" });

describe("an exchange", () => {
  afterEach(() => vi.restoreAllMocks());
  const answering = (reply: () => Promise<Response>) => vi.spyOn(globalThis, "fetch").mockImplementation(reply);

  test("does not follow a redirect", async () => {
    const sent = answering(async () => new Response(null, { status: 302, headers: { Location: "http://169.254.169.254/" } }));
    expect(await fetchDestination(LOCAL_ENV, request("http://localhost:1/"), LIMITS)).toMatchObject({ kind: "answered", status: 302 });
    expect(sent).toHaveBeenCalledTimes(1);
    expect(sent.mock.calls[0]?.[1]).toMatchObject({ redirect: "manual" });
  });

  test("reads so much and hangs up", async () => {
    let given = 0;
    let hungUp = false;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        given += 1;
        controller.enqueue(new Uint8Array(400).fill(65));
      },
      cancel: () => {
        hungUp = true;
      },
    });
    answering(async () => new Response(endless));
    const exchange = await fetchDestination(LOCAL_ENV, request("http://localhost:1/"), LIMITS);
    expect(exchange).toMatchObject({ kind: "answered", truncated: true });
    expect(exchange.kind === "answered" && exchange.body.byteLength).toBe(1_000);
    expect([hungUp, given < 10]).toEqual([true, true]);
  });

  test("ends when its time is over, though the status came and the body drips", async () => {
    const dripping = new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(new Uint8Array([65])) });
    answering(async () => new Response(dripping));
    const exchange = await fetchDestination(LOCAL_ENV, request("http://localhost:1/"), { timeMs: 50, maxBytes: 1_000 });
    expect(exchange).toMatchObject({ kind: "failed", why: "timeout" });
  });

  test("that breaks says so", async () => {
    answering(async () => {
      throw new TypeError("Network connection lost.");
    });
    expect(await fetchDestination(LOCAL_ENV, request("http://localhost:1/"), LIMITS)).toMatchObject({ kind: "failed", why: "connection" });
  });
});
