// The live feed as a client resumes it: what it missed, message by message, up to how things stand now.
import type { HttpClient } from "../http-client.ts";

const WITHIN_MS = 20_000;

export interface FeedChange {
  position: string;
  data: { id: string; change: string; data: Record<string, unknown> | null };
}

/** Null when the ledger no longer keeps what was asked for. Who missed more than a stream holds at once comes again for the rest. */
export async function missedSince(http: HttpClient, apiKey: string, formId: string, after: string): Promise<FeedChange[] | null> {
  const changes: FeedChange[] = [];
  for (let position = after; ; ) {
    const part = await listen(http, apiKey, formId, position);
    if (part === null) return null;
    changes.push(...part.changes);
    if (part.isAll) return changes;
    const last = part.changes.at(-1);
    if (last === undefined) throw new Error(`The feed of ${formId} ended before it said how things stand.`);
    position = last.position;
  }
}

async function listen(http: HttpClient, apiKey: string, formId: string, after: string) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), WITHIN_MS);
  const changes: FeedChange[] = [];
  try {
    const url = `http://127.0.0.1:${http.port}/api/v2/analytics/forms/${formId}/live/events?after_seq=${encodeURIComponent(after)}`;
    const reply = await fetch(url, { headers: { Authorization: `Bearer ${apiKey}` }, signal: stop.signal });
    if (!reply.ok || reply.body === null) throw new Error(`The feed of ${formId}: ${reply.status} ${await reply.text()}`);
    let text = "";
    for await (const chunk of reply.body.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const messages = text.split("\n\n");
      text = messages.pop() ?? "";
      for (const message of messages) {
        const line = message.split("\n").find((one) => one.startsWith("data: "));
        if (line === undefined) continue;
        const said = JSON.parse(line.slice("data: ".length)) as { type: string; batch?: FeedChange[] } & FeedChange;
        if (said.type === "resync") return null;
        if (said.type === "response") changes.push(...(said.batch ?? [said]));
        if (said.type === "metrics") return { changes, isAll: true };
      }
    }
    return { changes, isAll: false };
  } finally {
    clearTimeout(timer);
    stop.abort();
  }
}
