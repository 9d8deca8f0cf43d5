import { expect, test } from "vitest";
import { send } from "../support/send";

test.each([undefined, "", "short"])("with APP_SECRET %j nothing is served but the sign of life", async (secret) => {
  const settings = { APP_SECRET: secret } as Partial<Env>;
  const body = { email: "ada@example.org", password: "seven green bicycles" };
  for (const reply of [
    await send("POST", "/api/v1/auth/sign-in", body, { settings }),
    await send("GET", "/account/sign-in", undefined, { settings }),
    await send("GET", "/health/ready", undefined, { settings }),
  ]) {
    expect(reply.status).toBe(503);
    expect(await reply.text()).not.toContain("APP_SECRET");
  }
  expect((await send("GET", "/health/live", undefined, { settings })).status).toBe(200);
});
