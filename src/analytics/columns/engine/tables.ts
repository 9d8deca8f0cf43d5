// pure. Hash tables over typed arrays: from keys to numbers 0, 1, 2 … in the order in which the keys were first seen. A Map would take
// five times the memory, and the time of a question is mostly the time of reaching memory.

const FIRST_SLOTS = 64;

/** A question that needs more memory than there is for one; somebody else has to answer it. */
export class TooMuch extends Error {}

/** What one question may hold besides what is kept between questions. */
const MAX_TRANSIENT_BYTES = 24_000_000;
/** Of one field. Twice as many would not fit beside the columns they are in. */
const MAX_TEXTS = 1 << 20;

export function assertRoom(bytes: number): void {
  if (bytes > MAX_TRANSIENT_BYTES) throw new TooMuch(`A question would take ${bytes} bytes at once.`);
}

/** Of numbers; any but NaN. */
export class NumberTable {
  #keys = new Float64Array(FIRST_SLOTS / 2);
  #slots = new Uint32Array(FIRST_SLOTS);
  #mask = FIRST_SLOTS - 1;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get held(): number {
    return this.#keys.byteLength + this.#slots.byteLength;
  }

  keyOf(place: number): number {
    return this.#keys[place] as number;
  }

  /** -1 when it is not there. */
  find(key: number): number {
    let slot = hashNumber(key) & this.#mask;
    for (;;) {
      const taken = this.#slots[slot] as number;
      if (taken === 0) return -1;
      if (this.#keys[taken - 1] === key) return taken - 1;
      slot = (slot + 1) & this.#mask;
    }
  }

  place(key: number): number {
    let slot = hashNumber(key) & this.#mask;
    for (;;) {
      const taken = this.#slots[slot] as number;
      if (taken === 0) break;
      if (this.#keys[taken - 1] === key) return taken - 1;
      slot = (slot + 1) & this.#mask;
    }
    if (this.#size === this.#keys.length) {
      this.#grow();
      return this.place(key);
    }
    this.#keys[this.#size] = key;
    this.#size += 1;
    this.#slots[slot] = this.#size;
    return this.#size - 1;
  }

  #grow(): void {
    const keys = new Float64Array(this.#keys.length * 2);
    keys.set(this.#keys);
    this.#keys = keys;
    this.#slots = new Uint32Array(keys.length * 2);
    this.#mask = this.#slots.length - 1;
    for (let place = 0; place < this.#size; place++) {
      let slot = hashNumber(keys[place] as number) & this.#mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & this.#mask;
      this.#slots[slot] = place + 1;
    }
  }
}

const scratch = new Float64Array(1);
const scratchWords = new Uint32Array(scratch.buffer);

function hashNumber(key: number): number {
  scratch[0] = key;
  let hash = Math.imul((scratchWords[0] as number) ^ Math.imul(scratchWords[1] as number, 0x9e3779b1), 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

// Chosen anew by each isolate: nobody can prepare texts that meet in one hash.
let seeds: Uint32Array | null = null;

/**
 * Of texts, by 96 bits of a seeded hash; the texts themselves are not held, so an erased one leaves nothing here. A million texts have
 * one chance in 10¹⁷ that two of them are taken for one.
 */
export class TextTable {
  #hashes = new Uint32Array((FIRST_SLOTS / 2) * 3);
  #slots = new Uint32Array(FIRST_SLOTS);
  #mask = FIRST_SLOTS - 1;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get held(): number {
    return this.#hashes.byteLength + this.#slots.byteLength;
  }

  /** -1 when it is not there and shall not be added. */
  place(bytes: Uint8Array, from: number, to: number, add: boolean): number {
    hashText(bytes, from, to);
    const [a, b, c] = [hashed[0] as number, hashed[1] as number, hashed[2] as number];
    let slot = a & this.#mask;
    for (;;) {
      const taken = this.#slots[slot] as number;
      if (taken === 0) break;
      const at = (taken - 1) * 3;
      if (this.#hashes[at] === a && this.#hashes[at + 1] === b && this.#hashes[at + 2] === c) return taken - 1;
      slot = (slot + 1) & this.#mask;
    }
    if (!add) return -1;
    if (this.#size >= MAX_TEXTS) throw new TooMuch("A field has too many different texts.");
    if ((this.#size + 1) * 3 > this.#hashes.length) {
      this.#grow();
      slot = a & this.#mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & this.#mask;
    }
    const at = this.#size * 3;
    this.#hashes[at] = a;
    this.#hashes[at + 1] = b;
    this.#hashes[at + 2] = c;
    this.#size += 1;
    this.#slots[slot] = this.#size;
    return this.#size - 1;
  }

  #grow(): void {
    const hashes = new Uint32Array(this.#hashes.length * 2);
    hashes.set(this.#hashes);
    this.#hashes = hashes;
    this.#slots = new Uint32Array(this.#slots.length * 2);
    this.#mask = this.#slots.length - 1;
    for (let place = 0; place < this.#size; place++) {
      let slot = (hashes[place * 3] as number) & this.#mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & this.#mask;
      this.#slots[slot] = place + 1;
    }
  }
}

/** Of the latest text: nothing is made for one. */
const hashed = new Uint32Array(3);

/** Three lanes that are mixed with each other word by word. */
function hashText(bytes: Uint8Array, from: number, to: number): void {
  seeds ??= crypto.getRandomValues(new Uint32Array(3));
  let a = seeds[0] as number;
  let b = seeds[1] as number;
  let c = (seeds[2] as number) ^ (to - from);
  let at = from;
  for (; at + 4 <= to; at += 4) {
    const word =
      (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24);
    a = Math.imul(rotate(a ^ Math.imul(word, 0xcc9e2d51), 15) + b, 0x1b873593);
    b = Math.imul(rotate(b ^ Math.imul(word, 0x85ebca6b), 13) + c, 0xc2b2ae35);
    c = Math.imul(rotate(c ^ Math.imul(word, 0x38b34ae5), 16) + a, 0xa1e38b93);
  }
  let rest = 0x80;
  for (; at < to; at++) rest = (rest << 8) | (bytes[at] as number);
  a = Math.imul(rotate(a ^ Math.imul(rest, 0xcc9e2d51), 15) + b, 0x1b873593);
  b = Math.imul(rotate(b ^ Math.imul(rest, 0x85ebca6b), 13) + c, 0xc2b2ae35);
  c = Math.imul(rotate(c ^ Math.imul(rest, 0x38b34ae5), 16) + a, 0xa1e38b93);
  a = finish(a ^ c);
  b = finish(b + a);
  c = finish(c ^ b);
  hashed[0] = a + c;
  hashed[1] = b;
  hashed[2] = c;
}

function rotate(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}

function finish(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
