// pure. Wildcards: two pointers and one place to come back to, so the worst is length times length and each step is paid for.
import type { Run } from "../run";

export function isLike(run: Run, value: string, pattern: string): boolean {
  run.makeText(value.length + pattern.length);
  const text = [...value.toLowerCase()];
  const wanted = [...pattern.toLowerCase()];
  let at = 0;
  let want = 0;
  let star = -1;
  let resumed = 0;
  for (let turns = 0; at < text.length; turns++) {
    if ((turns & 31) === 0) run.spend(1);
    if (wanted[want] === "*") {
      star = want++;
      resumed = at;
    } else if (wanted[want] === "?" || wanted[want] === text[at]) {
      at++;
      want++;
    } else if (star !== -1) {
      want = star + 1;
      at = ++resumed;
    } else return false;
  }
  while (wanted[want] === "*") want++;
  return want === wanted.length;
}
