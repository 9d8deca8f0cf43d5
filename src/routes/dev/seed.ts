// Open only while `npm start` prepares a store: the token is a binding of that one run, and nowhere else is there one.
import { z } from "@hono/zod-openapi";
import { seedDemo } from "../../demo";
import { equalInConstantTime } from "../../shared/crypto";
import { NotFoundError } from "../../shared/errors";
import { newApp } from "../new-app";

const Seed = z.object({ email: z.email(), password: z.string().min(8), api_key: z.string().startsWith("hw_"), empty: z.boolean() });

export const devSeed = newApp();

devSeed.post("/dev/seed", async (c) => {
  const token = c.env.SEED_TOKEN;
  const given = c.req.header("Authorization") ?? "";
  const open = c.env.ENVIRONMENT === "development" && token !== undefined && equalInConstantTime(given, `Seed ${token}`);
  if (!open) throw new NotFoundError("The page");
  const { email, password, api_key, empty } = Seed.parse(await c.req.json());
  const demo = await seedDemo(c.get("ctx"), { email, password, apiKey: api_key, empty });
  return c.json({
    workspace_id: demo.workspaceId,
    form_id: demo.formId,
    form_slug: demo.formSlug,
    responses: demo.responses,
    done: demo.done,
  });
});
