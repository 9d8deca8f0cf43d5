// Puts a fuel gauge into a WebAssembly module: every loop turn and every call takes some, bulk memory takes by length, and an
// empty gauge asks outside for more, and traps when there is none. A trap cannot be caught by what runs inside. So an interpreter compiled to WebAssembly is bounded in all
// that it does, its native code too: a pattern that backtracks for ever, a search through an array of 2^53 elements.
// Nothing else is changed; whatever instruction this file does not know, it refuses.

const SECTION = { type: 1, import: 2, function: 3, memory: 5, global: 6, export: 7, code: 10 } as const;
const OP = {
  unreachable: 0x00,
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  end: 0x0b,
  call: 0x10,
  drop: 0x1a,
  getGlobal: 0x23,
  setGlobal: 0x24,
  i32: 0x41,
} as const;
const I32 = 0x7f;
const F64 = 0x7c;
const EMPTY = 0x40;
const BYTES_PER_UNIT_LOG2 = 6;

/**
 * The gauge is the export "fuel": a mutable i32. Whoever makes the instance is asked through the import that takes nothing and
 * returns a double (the interpreter's clock): an import of our own would move the number of every function.
 */
export function addFuel(bytes: Uint8Array): { module: Uint8Array<ArrayBuffer>; asks: { module: string; name: string } } {
  const module = new Reader(bytes);
  if (module.u32le() !== 0x6d736100 || module.u32le() !== 1) throw new Error("Not a WebAssembly module");
  const sections: { id: number; body: Uint8Array }[] = [];
  while (!module.done) {
    const id = module.byte();
    sections.push({ id, body: module.take(module.u32()) });
  }
  const find = (id: number) => sections.find((section) => section.id === id)?.body;
  const globals = find(SECTION.global);
  const exports = find(SECTION.export);
  if (globals === undefined || exports === undefined) throw new Error("A module without globals or exports");
  const imports = readImports(find(SECTION.import), clockTypes(find(SECTION.type)));
  if (imports.clock === null) throw new Error("A module that never asks for the time");
  const fuel = imports.globals + new Reader(globals).u32();
  const gauge: Gauge = { fuel, scratch: fuel + 1, ask: imports.clock.index };
  // Full at first: the module's own start function runs before anybody can fill it.
  const full = [I32, 1, OP.i32, 0xff, 0xff, 0xff, 0xff, 0x07, OP.end];
  const zero = [I32, 1, OP.i32, 0, OP.end];
  const out: number[][] = [[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]];
  for (const { id, body } of sections) {
    if (id === SECTION.global) out.push(section(id, appended(body, 2, [...full, ...zero])));
    else if (id === SECTION.export) out.push(section(id, appended(body, 1, [4, ...new TextEncoder().encode("fuel"), 3, ...leb(fuel)])));
    else if (id === SECTION.code) out.push(section(id, codeSection(body, gauge)));
    // Names and other custom sections would be wrong or useless now.
    else if (id !== 0) out.push(section(id, body));
  }
  const length = out.reduce((sum, part) => sum + part.length, 0);
  const result = new Uint8Array(length);
  let at = 0;
  for (const part of out) {
    result.set(part, at);
    at += part.length;
  }
  const { module: from, name } = imports.clock;
  return { module: result, asks: { module: from, name } };
}

interface Gauge {
  fuel: number;
  scratch: number;
  ask: number;
}

/** The types of functions that take nothing and return a double. */
function clockTypes(body: Uint8Array | undefined): Set<number> {
  const found = new Set<number>();
  if (body === undefined) return found;
  const reader = new Reader(body);
  const count = reader.u32();
  for (let i = 0; i < count; i++) {
    if (reader.byte() !== 0x60) throw new Error("A type that is no function");
    const parameters = reader.take(reader.u32());
    const results = reader.take(reader.u32());
    if (parameters.length === 0 && results.length === 1 && results[0] === F64) found.add(i);
  }
  return found;
}

interface Imports {
  globals: number;
  clock: { index: number; module: string; name: string } | null;
}

function readImports(body: Uint8Array | undefined, clocks: Set<number>): Imports {
  const found: Imports = { globals: 0, clock: null };
  if (body === undefined) return found;
  const reader = new Reader(body);
  const text = () => new TextDecoder().decode(reader.take(reader.u32()));
  let functions = 0;
  for (let left = reader.u32(); left > 0; left--) {
    const module = text();
    const name = text();
    const kind = reader.byte();
    if (kind === 0) {
      if (clocks.has(reader.u32())) found.clock ??= { index: functions, module, name };
      functions++;
    } else if (kind === 1) {
      reader.byte();
      limits(reader);
    } else if (kind === 2) limits(reader);
    else if (kind === 3) {
      reader.take(2);
      found.globals++;
    } else throw new Error(`Unknown kind of import ${kind}`);
  }
  return found;
}

function limits(reader: Reader): void {
  const flags = reader.byte();
  reader.u32();
  if ((flags & 1) === 1) reader.u32();
}

function codeSection(body: Uint8Array, gauge: Gauge): number[] {
  const reader = new Reader(body);
  const count = reader.u32();
  const out = [...leb(count)];
  for (let i = 0; i < count; i++) {
    const code = functionBody(new Reader(reader.take(reader.u32())), gauge);
    for (const byte of leb(code.length)) out.push(byte);
    for (const byte of code) out.push(byte);
  }
  return out;
}

function functionBody(reader: Reader, { fuel, scratch, ask }: Gauge): number[] {
  const out: number[] = [];
  const copy = (from: number) => {
    for (let at = from; at < reader.at; at++) out.push(reader.bytes[at] ?? 0);
  };
  for (let groups = reader.u32(); groups > 0; groups--) {
    reader.u32();
    reader.byte();
  }
  copy(0);
  const isEmpty = [OP.getGlobal, ...leb(fuel), OP.i32, 0, 0x48];
  const stop = [...isEmpty, OP.if, EMPTY, OP.call, ...leb(ask), OP.drop, ...isEmpty, OP.if, EMPTY, OP.unreachable, OP.end, OP.end];
  const takeOne = [OP.getGlobal, ...leb(fuel), OP.i32, 1, 0x6b, OP.setGlobal, ...leb(fuel), ...stop];
  // The length is what lies on top of the stack; it is put back afterwards.
  const takeByLength = [
    ...[OP.setGlobal, ...leb(scratch), OP.getGlobal, ...leb(fuel), OP.getGlobal, ...leb(scratch), OP.i32, BYTES_PER_UNIT_LOG2, 0x76],
    ...[0x6b, OP.setGlobal, ...leb(fuel), ...stop, OP.getGlobal, ...leb(scratch)],
  ];
  out.push(...takeOne);
  while (!reader.done) {
    const from = reader.at;
    const op = reader.byte();
    const bulk = immediates(reader, op);
    if (bulk) out.push(...takeByLength);
    copy(from);
    if (op === OP.loop) out.push(...takeOne);
  }
  return out;
}

/** Skips what follows an instruction. True for those whose cost is a length on top of the stack. */
function immediates(reader: Reader, op: number): boolean {
  if (op === OP.block || op === OP.loop || op === OP.if) reader.s33();
  else if (op === 0x0c || op === 0x0d || op === 0x10 || (op >= 0x20 && op <= 0x26) || op === 0xd2) reader.u32();
  else if (op === 0x0e) for (let left = reader.u32() + 1; left > 0; left--) reader.u32();
  else if (op === 0x11) {
    reader.u32();
    reader.u32();
  } else if (op >= 0x28 && op <= 0x3e) {
    reader.u32();
    reader.u32();
  } else if (op === 0x3f || op === 0x40 || op === 0xd0) reader.byte();
  else if (op === OP.i32) reader.s33();
  else if (op === 0x42) reader.s64();
  else if (op === 0x43) reader.take(4);
  else if (op === 0x44) reader.take(8);
  else if (op === 0x1c) for (let left = reader.u32(); left > 0; left--) reader.byte();
  else if (op === 0xfc) {
    const sub = reader.u32();
    // 0–7 saturate; 10 copies memory, 11 fills it. The others are for tables and segments, which the interpreter does not touch.
    if (sub === 10) reader.take(2);
    else if (sub === 11) reader.take(1);
    else if (sub > 7) throw new Error(`Unknown instruction 0xfc ${sub}`);
    return sub === 10 || sub === 11;
  } else if (op > 0xc4 || (op > 0x11 && op < 0x1a) || (op > 0x05 && op < 0x0b) || op === 0x27) {
    throw new Error(`Unknown instruction 0x${op.toString(16)}`);
  }
  return false;
}

function appended(body: Uint8Array, more: number, bytes: number[]): number[] {
  const reader = new Reader(body);
  const count = reader.u32();
  return [...leb(count + more), ...body.subarray(reader.at), ...bytes];
}

function section(id: number, body: ArrayLike<number>): number[] {
  const out = [id, ...leb(body.length)];
  for (let i = 0; i < body.length; i++) out.push(body[i] ?? 0);
  return out;
}

function leb(value: number): number[] {
  const out: number[] = [];
  let rest = value;
  do {
    const low = rest & 0x7f;
    rest >>>= 7;
    out.push(rest === 0 ? low : low | 0x80);
  } while (rest !== 0);
  return out;
}

class Reader {
  at = 0;
  readonly bytes: Uint8Array;
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
  get done(): boolean {
    return this.at >= this.bytes.length;
  }
  byte(): number {
    const byte = this.bytes[this.at++];
    if (byte === undefined) throw new Error("The module ends too early");
    return byte;
  }
  take(length: number): Uint8Array {
    if (this.at + length > this.bytes.length) throw new Error("The module ends too early");
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
  u32le(): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.take(4);
    return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0;
  }
  u32(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if ((byte & 0x80) === 0) return value;
    }
  }
  s33(): void {
    while ((this.byte() & 0x80) !== 0);
  }
  s64(): void {
    while ((this.byte() & 0x80) !== 0);
  }
}
