// Progress for a person: one line a step, with its time. On a terminal the line ticks; in a log what takes long is announced.
const live = process.stdout.isTTY === true && process.env.CI === undefined;
const TICK_MS = 250;
const LONG_MS = 1_500;

/**
 * @template T
 * @param {string} title
 * @param {(note: (text: string, failed?: boolean) => void) => T | Promise<T>} work `note` says what came of it, in a few words
 * @returns {Promise<T>}
 */
export async function step(title, work) {
  const startedAt = Date.now();
  const seconds = () => `${((Date.now() - startedAt) / 1000).toFixed(1)} s`;
  let outcome = "";
  let mark = "✓";
  const tick = () => process.stdout.write(`\r\x1b[2K  … ${title}  ${seconds()}`);
  if (live) tick();
  const timer = live ? setInterval(tick, TICK_MS) : setTimeout(() => process.stdout.write(`  … ${title}\n`), LONG_MS);
  try {
    const result = await work((text, failed = false) => {
      outcome = text;
      mark = failed ? "✗" : "✓";
    });
    finish(live, mark, title, seconds(), outcome);
    return result;
  } catch (error) {
    finish(live, "✗", title, seconds(), "");
    throw error;
  } finally {
    clearInterval(timer);
  }
}

function finish(rewrite, mark, title, time, outcome) {
  process.stdout.write(`${rewrite ? "\r\x1b[2K" : ""}  ${mark} ${title}${outcome === "" ? "" : ` — ${outcome}`}  ${time}\n`);
}

/** What stops a command that a person can put right: shown as it is, without a stack. */
export class Stop extends Error {}

/** @param {unknown} error */
export function explain(error) {
  const text = error instanceof Stop ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`\n${text}\n`);
}
