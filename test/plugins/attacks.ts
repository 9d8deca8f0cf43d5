// What a plugin might try. Each attack is the body of a hook, or a whole module; one that gets what it must not have logs ESCAPED.
// All of them are made against a real server, which must go on answering (test/node/plugins.test.ts); the quick ones also in
// test/plugins/escape.test.ts.

export interface Attack {
  name: string;
  source: string;
  /** How it may end; `refused`: it is not even installed. Anything by default. */
  ends?: readonly ("ok" | "error" | "timeout" | "limit" | "refused")[];
}

const hook = (body: string) => `export default class extends FormPlugin {
  async onResponseSubmitted(payload, ctx) {
    const escaped = (what) => ctx.log("ESCAPED " + String(what).slice(0, 200));
    ${body}
  }
}`;
const attack = (name: string, body: string, ends?: Attack["ends"]): Attack => ({ name, source: hook(body), ends });
const stopped = ["limit", "error", "refused"] as const;

const NETWORK = [
  attack("fetch around the gate", `const reply = await fetch("https://example.com/"); escaped(reply.status);`, ["error"]),
  attack("a socket", `const { connect } = await import("cloudflare:sockets"); connect("example.com:80"); escaped("socket");`, ["refused"]),
  attack("a WebSocket", `const socket = new WebSocket("wss://example.com"); escaped(socket);`, ["error"]),
  attack("an event source", `escaped(new EventSource("https://example.com"));`, ["error"]),
  attack("a beacon", `if (typeof navigator !== "undefined") escaped(navigator.userAgent);`),
  attack(
    "the shared cache",
    `if (typeof caches !== "undefined") { await caches.default.put("https://x.example/", new Response("x")); escaped("cache"); }`,
  ),
  attack(
    "a host that was not granted",
    `try { await ctx.fetch("https://example.com/"); escaped("fetched"); } catch (error) { ctx.log(error.message); }`,
    ["ok"],
  ),
  attack(
    "the machine's own addresses",
    `for (const url of ["http://127.0.0.1/", "http://[::1]/", "http://169.254.169.254/latest", "http://0x7f.1/", "http://metadata.google.internal/"]) {
      try { await ctx.fetch(url); escaped(url); } catch {}
    }`,
    ["ok"],
  ),
  attack(
    "a host by another spelling",
    `for (const url of ["https://granted.example.com@evil.example/", "https://granted.example.com.evil.example/", "https://evil.example/#granted.example.com", "//evil.example", "https://granted.example.com:22/"]) {
      try { await ctx.fetch(url); escaped(url); } catch {}
    }`,
    ["ok"],
  ),
  attack(
    "headers that are not its own",
    `try { await ctx.fetch("https://evil.example/", { headers: { "x\\r\\nHost": "granted" } }); escaped("header"); } catch {}`,
    ["ok"],
  ),
];

const SURROUNDINGS: Attack[] = [
  attack(
    "bindings as globals",
    `for (const name of ["env", "DB", "KV", "FILES", "LEDGER", "LOADER", "process", "require", "module", "Deno", "Bun"]) {
      if (typeof globalThis[name] !== "undefined") escaped(name);
    }`,
  ),
  attack("bindings by import", `const { env } = await import("cloudflare:workers"); escaped(Object.keys(env));`, ["refused"]),
  {
    name: "bindings by a static import",
    source: `import { env } from "cloudflare:workers";\nexport default class extends FormPlugin {}`,
    ends: ["refused"],
  },
  {
    name: "re-export of a module",
    source: `export * from "cloudflare:workers";\nexport default class extends FormPlugin {}`,
    ends: ["refused"],
  },
  attack("import.meta", `escaped(import.meta.url);`, ["refused"]),
  attack(
    "the entrypoint's own context",
    `for (let at = this; at; at = Object.getPrototypeOf(at)) for (const key of Reflect.ownKeys(at)) if (/^(env|ctx)$/.test(String(key))) escaped(key);`,
  ),
  attack(
    "the gate itself",
    `for (const part of Object.values(ctx)) for (const key of Reflect.ownKeys(Object(part))) if (String(key) === "gate" || String(key) === "port") escaped(key);`,
  ),
  attack(
    "frames of the harness",
    `Error.prepareStackTrace = (error, frames) => frames; const frames = new Error("x").stack;
    if (typeof frames !== "string") for (const frame of frames) { const made = frame.getFunction?.() ?? frame.getThis?.(); if (made) escaped(made); }`,
  ),
  attack("callers", `function probe() { return probe.caller; } if (probe()) escaped("caller");`),
  attack("arguments of callers", `function probe() { return probe.arguments; } if (probe()) escaped("arguments");`),
];

const CODE = [
  attack(
    "a function from text",
    `const made = (() => {}).constructor("return typeof process + typeof fetch")(); if (made !== "undefinedundefined") escaped(made);`,
  ),
  attack(
    "an async function from text",
    `const made = await (async () => {}).constructor("return typeof fetch")(); if (made !== "undefined") escaped(made);`,
  ),
  attack(
    "a generator from text",
    `const made = (function* () {}).constructor("yield typeof fetch")().next().value; if (made !== "undefined") escaped(made);`,
  ),
  attack("eval", `if (eval("typeof fetch") !== "undefined") escaped("eval");`, ["ok", "error", "refused"]),
  attack("indirect eval", `const run = (0, globalThis["ev" + "al"]); if (run && run("typeof fetch") !== "undefined") escaped("eval");`),
  attack("a timer from text", `setTimeout("ESCAPED", 1); await new Promise((done) => setTimeout(done, 20));`),
  attack("a class that leaves the wrapper", `}\n}\n});\nexport const x = (function(){ while(1); ({ y() {`, ["refused"]),
  attack("WebAssembly", `new WebAssembly.Memory({ initial: 30000 }); escaped("memory");`, ["error", "refused"]),
  attack(
    "constructor chains",
    `const make = ctx.fetch.constructor.constructor; const made = make && make("return typeof fetch + typeof process")(); if (made && made !== "undefinedundefined") escaped(made);`,
  ),
];

const POLLUTION = [
  attack(
    "prototypes",
    `try { Object.prototype.polluted = 1; } catch {} try { Array.prototype.map = () => "mine"; } catch {} try { Promise.prototype.then = () => {}; } catch {}
    try { JSON.stringify = () => "{}"; } catch {} ctx.log("done");`,
  ),
  attack(
    "JSON with __proto__",
    `const made = JSON.parse('{"__proto__": {"polluted": 1}}'); Object.assign({}, made); if ({}.polluted) escaped("polluted");`,
  ),
  attack(
    "the context",
    `for (const part of [ctx, ctx.kv, ctx.config, ctx.event]) { try { part.added = 1; if (part.added) escaped("context"); } catch {} }`,
  ),
  attack("FormPlugin", `try { FormPlugin.prototype.onResponseSubmitted = () => {}; FormPlugin.shared = 1; } catch {} ctx.log("done");`),
];

const TIME = [
  attack("a loop", `for (;;) {}`, stopped),
  attack("a loop without a body", `while (true);`, stopped),
  attack("loops within catch and finally", `for (;;) { try { for (;;) {} } catch {} finally { continue; } }`, stopped),
  attack("catching the meter's error", `try { for (;;) {} } catch (error) { escaped(error.message); }`, stopped),
  attack("catching it in a promise", `await (async () => { for (;;) {} })().catch((error) => escaped(error.message));`, stopped),
  attack("catching it with allSettled", `await Promise.allSettled([(async () => { for (;;) {} })()]); escaped("settled");`, stopped),
  attack("recursion", `const down = () => down() + 1; down();`, stopped),
  attack("recursion that is caught", `const down = () => { try { down(); } finally { down(); } }; down();`, stopped),
  attack("recursion in defaults", `const f = (d, a = d > 0 ? [f(d - 1), f(d - 1)] : 0) => a; f(60);`, stopped),
  attack("recursion in fields", `let n = 1e9; class A { x = n-- > 0 ? [new A(), new A()] : 0; } new A();`, [
    "limit",
    "error",
    "refused",
    "ok",
  ]),
  attack("a generator without end", `function* on() { for (;;) yield 1; } for (const _ of on());`, stopped),
  attack("an iterator without end", `[...{ [Symbol.iterator]: () => ({ next: () => ({ done: false }) }) }];`, stopped),
  attack("getters without end", `const o = { get x() { return this.x; } }; o.x;`, stopped),
  attack("toString without end", `const o = { toString() { return o + ""; } }; o + "";`, stopped),
  attack("a native search through nothing", `[].indexOf.call({ length: 2 ** 53 - 1 }, 1); escaped("searched");`, stopped),
  attack("a native reversal of nothing", `[].reverse.call({ length: 2 ** 53 - 1 }); escaped("reversed");`, stopped),
  attack("a list that is said to be long", `Math.max.apply(null, { length: 1e9 }); escaped("applied");`, stopped),
  attack("an array from nothing", `Array.from({ length: 1e9 }); escaped("made");`, stopped),
  attack("a pattern that backtracks", `/(a+)+$/.test("a".repeat(40) + "b"); escaped("matched");`, stopped),
  attack("a pattern made at run time", `new RegExp("(a|a)*$").test("a".repeat(40) + "b"); escaped("matched");`, stopped),
  attack("a pattern from a text", `"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab".match("(a+)+$"); escaped("matched");`, stopped),
  attack(
    "a pattern by its constructor",
    `const R = /a/.constructor; new R("(a+)+$").test("a".repeat(40) + "b"); escaped("matched");`,
    stopped,
  ),
  attack("a quadratic pattern on a long text", `/a*b/.test("a".repeat(1e6)); escaped("matched");`, stopped),
  attack("a slow search in a text", `const s = "a".repeat(5e5); s.repeat(2).indexOf(s + "b");`, ["ok", "limit", "error"]),
  attack("large numbers", `let n = 3n; for (;;) n = n * n;`, stopped),
  attack("a comparator that never agrees", `[3, 1, 2].sort(() => { for (;;) {} });`, stopped),
  attack("dates in every language", `for (;;) new Date().toLocaleString("de");`, stopped),
];

const JOBS = [
  attack("a promise that never settles", `await new Promise(() => {});`, ["timeout"]),
  attack("a chain of jobs", `const on = () => Promise.resolve().then(on); await on();`, [...stopped, "timeout"]),
  attack("a chain of jobs that is left behind", `const on = () => Promise.resolve().then(on); on();`),
  attack("a native chain of jobs", `const t = {}; t.then = [].forEach.bind([t]); await t;`, stopped),
  attack("a native chain by a promise", `const t = {}; const p = Promise.resolve(t); t.then = p.then.bind(p); await t;`, stopped),
  attack("a native chain that is left behind", `const t = {}; t.then = Map.prototype.forEach.bind(new Map([[1, t]])); Promise.resolve(t);`),
  attack(
    "thousands of timers",
    `for (let i = 0; i < 100000; i++) setTimeout(() => { for (;;) {} }, 1); await new Promise((done) => setTimeout(done, 50));`,
    ["limit", "error"],
  ),
  attack("timers that work natively", `for (let i = 0; i < 90; i++) setTimeout(Math.random, 1);`),
  attack("a timer after the end", `setTimeout(() => { for (;;) {} }, 30);`),
];

const MEMORY = [
  attack("arrays", `const kept = []; for (;;) kept.push(new Array(10000).fill(1));`, stopped),
  attack("objects", `const kept = []; for (;;) kept.push({ a: 1, b: 2, c: 3, d: 4 });`, stopped),
  attack("texts", `const kept = []; for (let i = 0; ; i++) kept.push("x".repeat(100000) + i);`, stopped),
  attack("one long text", `let s = "x"; for (;;) s += s;`, stopped),
  attack("repeat", `"x".repeat(2 ** 29); escaped("repeated");`, stopped),
  attack("padding", `"x".padEnd(2 ** 29); escaped("padded");`, stopped),
  attack("join", `new Array(1e6).fill("x".repeat(1e5)).join(""); escaped("joined");`, stopped),
  attack("a length", `const kept = []; for (;;) { const a = []; a.length = 3e7; kept.push(a); }`, stopped),
  attack("a length by another name", `const kept = []; for (;;) { const a = []; a["len" + "gth"] = 3e7; kept.push(a); }`, stopped),
  attack(
    "a length by reflection",
    `const kept = []; for (;;) { const a = []; Reflect.set(a, "length", 3e7); Object.defineProperty(a, "length", { value: 3e7 }); kept.push(a); }`,
    stopped,
  ),
  attack("spreading", `let a = [1]; for (;;) a = [...a, ...a];`, stopped),
  attack("concatenation", `let a = [1]; for (;;) a = a.concat(a);`, stopped),
  attack("a bomb of JSON", `let a = [0]; for (let i = 0; i < 40; i++) a = [a, a]; JSON.stringify(a); escaped("written");`, stopped),
  attack("a bomb by flat", `let a = [0]; for (let i = 0; i < 40; i++) a = [a, a]; a.flat(Infinity); escaped("flat");`, stopped),
  attack("a bomb by text", `let a = [0]; for (let i = 0; i < 40; i++) a = [a, a]; String(a); escaped("text");`, stopped),
  attack("a replacement that grows", `"a".repeat(1e5).replaceAll("a", "b".repeat(1e5)); escaped("replaced");`, stopped),
  attack("maps", `const m = new Map(); for (let i = 0; ; i++) m.set(i, "x".repeat(1000) + i);`, stopped),
  attack("typed arrays", `const kept = []; for (;;) kept.push(new Uint8Array(1e7));`, stopped),
  attack("what it returns", `return "x".repeat(500000);`, ["error", "limit"]),
  attack(
    "a call that is too large",
    `try { await ctx.kv.put("key", "x".repeat(900000)); escaped("kept"); } catch (error) { ctx.log("refused"); }`,
    ["ok"],
  ),
];

const NOISE = [
  attack("a flood of the log", `for (let i = 0; i < 1e9; i++) ctx.log("x".repeat(10000));`, stopped),
  attack("a log of everything", `const o = {}; o.self = o; ctx.log(o, ctx, globalThis); ctx.log({ get x() { throw new Error("x"); } });`, [
    "ok",
    "error",
  ]),
  attack("an error that lies", `throw { get message() { for (;;) {} }, get name() { throw 1; } };`, ["error", "limit"]),
  attack("an error that is huge", `throw new Error("x".repeat(900000));`, ["error", "limit"]),
  attack(
    "too many calls",
    `let made = 0; for (let i = 0; i < 5000; i++) { try { await ctx.kv.get("k"); made++; } catch {} } if (made > 200) escaped(made);`,
    ["ok", "limit"],
  ),
  attack("a verdict that is none", `return { toJSON() { for (;;) {} } };`, stopped),
];

/** Those that take no time to speak of. */
export const QUICK_ATTACKS: readonly Attack[] = [...NETWORK, ...SURROUNDINGS, ...CODE, ...POLLUTION];
export const ATTACKS: readonly Attack[] = [...NETWORK, ...SURROUNDINGS, ...CODE, ...POLLUTION, ...TIME, ...JOBS, ...MEMORY, ...NOISE];
