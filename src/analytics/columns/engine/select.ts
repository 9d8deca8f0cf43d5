// pure. The k-th smallest of many numbers, without sorting them all.

/** Moves the numbers of `from…to` about until the one at `k` is where sorting would put it, none larger before and none smaller after. */
export function select(numbers: Float64Array, k: number, from: number, to: number): number {
  let low = from;
  let high = to - 1;
  while (low < high) {
    const pivot = medianOf(numbers[low] as number, numbers[(low + high) >> 1] as number, numbers[high] as number);
    let less = low;
    let at = low;
    let more = high;
    // In three parts, because answers repeat: of a million ratings most are equal.
    while (at <= more) {
      const number = numbers[at] as number;
      if (number < pivot) {
        numbers[at] = numbers[less] as number;
        numbers[less] = number;
        less += 1;
        at += 1;
      } else if (number > pivot) {
        numbers[at] = numbers[more] as number;
        numbers[more] = number;
        more -= 1;
      } else at += 1;
    }
    if (k < less) high = less - 1;
    else if (k > more) low = more + 1;
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

function medianOf(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
