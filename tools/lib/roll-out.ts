// From the old version to the new one by shares, with a look at its health before each step, and the way back.
import { Stop, step } from "./steps.mjs";
import { splitTraffic } from "./wrangler.ts";

export interface Target {
  env: string;
  /** The Worker's name, which the override header must name. */
  worker: string;
  url: string;
}

export interface RollOut {
  target: Target;
  before: string;
  version: string;
  watchSeconds: number;
  /** Replaced in tests. */
  split?: (env: string, shares: Record<string, number>) => Promise<void>;
  isHealthy?: (target: Target, version: string) => Promise<string | null>;
  wait?: (ms: number) => Promise<void>;
}

/** 0: the version is there for those who ask for it by name, which is only us. */
const SHARES = [0, 10, 50, 100] as const;
const LOOK_EVERY_MS = 10_000;
const LOOK_TIMEOUT_MS = 10_000;
/** A new deployment takes some seconds to be known everywhere. */
const SETTLE_MS = 15_000;

export async function rollOut({
  target,
  before,
  version,
  watchSeconds,
  split = splitTraffic,
  isHealthy = askVersion,
  wait = (ms) => new Promise((done) => setTimeout(done, ms)),
}: RollOut): Promise<void> {
  for (const share of SHARES) {
    try {
      await step(`${share} % to the new version`, async () => {
        await split(target.env, share === 100 ? { [version]: 100 } : { [version]: share, [before]: 100 - share });
        await wait(SETTLE_MS);
        const looks = share === 0 || share === 100 ? 1 : Math.max(1, Math.ceil((watchSeconds * 1_000) / LOOK_EVERY_MS));
        for (let look = 0; look < looks; look++) {
          if (look > 0) await wait(LOOK_EVERY_MS);
          const complaint = await isHealthy(target, version);
          if (complaint !== null) throw new Stop(complaint);
        }
      });
    } catch (error) {
      await step("Back to the version before", () => split(target.env, { [before]: 100 }));
      throw new Stop(`The new version was taken back: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

/** Why the version is not fit to serve, or null. The header picks it whatever its share is. */
async function askVersion({ url, worker }: Target, version: string): Promise<string | null> {
  try {
    const reply = await fetch(`${url}/health/ready`, {
      headers: { "Cloudflare-Workers-Version-Overrides": `${worker}="${version}"` },
      signal: AbortSignal.timeout(LOOK_TIMEOUT_MS),
    });
    if (reply.ok) return null;
    return `${url}/health/ready answered ${reply.status}: ${(await reply.text()).slice(0, 500)}`;
  } catch (error) {
    return `${url}/health/ready did not answer: ${error instanceof Error ? error.message : String(error)}`;
  }
}
