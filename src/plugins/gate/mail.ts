// Mail in a plugin's name: plain text in our letter, to one address, a few a run and some hundred a day. Forms are open to the
// world, so whoever answers one could otherwise have us write to anybody as often as they like.
import { z } from "zod";
import { sendMail } from "../../mail";
import type { WorkspaceContext } from "../../shared/context";
import { sha256Hex } from "../../shared/crypto";
import { MAX_MAILS_PER_DAY, MAX_MAILS_PER_RUN } from "../limits";
import type { Grant, Usage } from "./index";
import { keep } from "./kv";
import { parseCall, RefusedCall } from "./refused";
import { takeOfDay } from "./usage";

const Letter = z.object({
  to: z.email().max(254),
  subject: z.string().trim().min(1).max(150),
  text: z.string().min(1).max(10_000),
});

export async function pluginMail(ctx: WorkspaceContext, grant: Grant, usage: Usage, argument: unknown): Promise<unknown> {
  if (!grant.permissions.includes("mail")) throw new RefusedCall('This plugin was not granted the permission "mail".');
  const { to, subject, text } = parseCall(Letter, argument);
  if (++usage.mails > MAX_MAILS_PER_RUN) throw new RefusedCall(`At most ${MAX_MAILS_PER_RUN} mails in a run.`);
  await onceAnHour(ctx, grant, to);
  await takeOfDay(ctx, grant.pluginId, "mails", MAX_MAILS_PER_DAY);
  await sendMail(ctx, { to, template: "plugin-mail", data: { plugin: grant.name, subject, text }, workspaceId: ctx.workspaceId });
  return null;
}

async function onceAnHour(ctx: WorkspaceContext, grant: Grant, to: string): Promise<void> {
  const key = `$mail ${(await sha256Hex(to.toLowerCase())).slice(0, 32)}`;
  if ((await keep(ctx, grant.pluginId, { do: "get", key })) !== null) throw new RefusedCall("This address had a mail within the hour.");
  await keep(ctx, grant.pluginId, { do: "put", key, value: 1, ttl_seconds: 3_600 });
}
