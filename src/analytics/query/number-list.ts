// pure. Many numbers of one group, as they came; and where in their order one would stand, without putting all of them in order.

const FIRST = 4;

export class NumberList {
  #numbers = new Float64Array(FIRST);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Valid until something is added. */
  get numbers(): Float64Array {
    return this.#numbers.subarray(0, this.#size);
  }

  push(number: number): void {
    if (this.#size === this.#numbers.length) this.#grow(this.#size + 1);
    this.#numbers[this.#size++] = number;
  }

  pushAll(more: Float64Array): void {
    if (this.#size + more.length > this.#numbers.length) this.#grow(this.#size + more.length);
    this.#numbers.set(more, this.#size);
    this.#size += more.length;
  }

  #grow(least: number): void {
    const numbers = new Float64Array(Math.max(least, this.#numbers.length * 2));
    numbers.set(this.numbers);
    this.#numbers = numbers;
  }
}

/** The number at that place in their order, counted from 0; moves the others about, so that none before it is greater and none after it less. */
export function numberAt(numbers: Float64Array, place: number): number {
  let [low, high] = [0, numbers.length - 1];
  while (low < high) {
    // Any of them, so that nobody can send numbers in an order that makes it slow.
    const pivot = numbers[low + Math.floor(Math.random() * (high - low + 1))] as number;
    let [i, j] = [low, high];
    while (i <= j) {
      while ((numbers[i] as number) < pivot) i++;
      while ((numbers[j] as number) > pivot) j--;
      if (i > j) break;
      const swapped = numbers[i] as number;
      numbers[i++] = numbers[j] as number;
      numbers[j--] = swapped;
    }
    if (place <= j) high = j;
    else if (place >= i) low = i;
    else break;
  }
  return numbers[place] as number;
}
