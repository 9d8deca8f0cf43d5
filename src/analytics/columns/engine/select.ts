// pure. The k-th smallest of many numbers, without sorting them all.

/** Moves the numbers of `from…to` about until the one at `k` is where sorting would put it, none larger before and none smaller after. */
export function select(numbers: Float64Array, k: number, from: number, to: number): number {
  let low = from;
  let high = to - 1;
  while (low < high) {
    // Somewhere at random: nobody can send answers in an order that makes this slow.
    const pivot = numbers[low + Math.floor(Math.random() * (high - low + 1))] as number;
    let i = low;
    let j = high;
    // Both sides stop at what equals the pivot, so that a million equal answers are halved like any others.
    while (i <= j) {
      while ((numbers[i] as number) < pivot) i++;
      while ((numbers[j] as number) > pivot) j--;
      if (i > j) break;
      const number = numbers[i] as number;
      numbers[i] = numbers[j] as number;
      numbers[j] = number;
      i++;
      j--;
    }
    if (k <= j) high = j;
    else if (k >= i) low = i;
    else break;
  }
  return numbers[k] as number;
}

/** Between neighbours, as spreadsheets do it; the numbers of `from…to` are moved about. */
export function quantileOf(numbers: Float64Array, q: number, from: number, to: number): number | null {
  const n = to - from;
  if (n === 0) return null;
  const at = q * (n - 1);
  const place = from + Math.floor(at);
  const below = select(numbers, place, from, to);
  if (Math.ceil(at) === Math.floor(at)) return below;
  let above = Number.POSITIVE_INFINITY;
  for (let i = place + 1; i < to; i++) if ((numbers[i] as number) < above) above = numbers[i] as number;
  if (above === below) return below;
  const value = below + (above - below) * (at - Math.floor(at));
  return Number.isFinite(value) ? value : null;
}
