// Local cron: workerd has the handler but not the clock.
import type { Miniflare } from "miniflare";
import { isDue, parseCron } from "./cron.ts";

const MINUTE_MS = 60_000;

export interface CronRunner {
  /** No further trigger starts; resolves when those that run have ended. */
  stop(): Promise<void>;
}

/** `fire` is called at the full minutes that each trigger means; a trigger still running is not started again. */
export function runCron(
  triggers: readonly string[],
  fire: (trigger: string, at: Date) => Promise<void>,
  now: () => number = Date.now,
): CronRunner {
  const crons = triggers.map((trigger) => ({ trigger, cron: parseCron(trigger) }));
  const running = new Map<string, Promise<void>>();
  let timer: NodeJS.Timeout;
  const arm = () => {
    const next = (Math.floor(now() / MINUTE_MS) + 1) * MINUTE_MS;
    timer = setTimeout(() => {
      const at = new Date(next);
      for (const { trigger, cron } of crons) {
        if (!isDue(cron, at) || running.has(trigger)) continue;
        running.set(
          trigger,
          fire(trigger, at).finally(() => running.delete(trigger)),
        );
      }
      arm();
    }, next - now());
  };
  arm();
  return {
    stop: async () => {
      clearTimeout(timer);
      await Promise.allSettled(running.values());
    },
  };
}

export function scheduledTrigger(miniflare: Miniflare, onError: (trigger: string, error: unknown) => void) {
  return async (trigger: string, at: Date): Promise<void> => {
    try {
      const worker = await miniflare.getWorker();
      const { outcome } = await worker.scheduled({ cron: trigger, scheduledTime: at });
      if (outcome !== "ok") onError(trigger, new Error(`ended with "${outcome}"`));
    } catch (error) {
      onError(trigger, error);
    }
  };
}
