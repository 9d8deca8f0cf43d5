import { env, SELF } from "cloudflare:test";
import { afterEach, describe, expect, test } from "vitest";
import { DEMO_KEY } from "../../src/pages/home";
import { ORIGIN } from "../support/world";
import { visit } from "./support";

describe("what is not there", () => {
  test("a browser gets a page, a program gets a problem", async () => {
    const person = await visit("/nowhere");
    expect([person.status, person.headers.get("Content-Type")]).toEqual([404, "text/html; charset=utf-8"]);
    expect(await person.text()).toContain("There is nothing here");
    const program = await visit("/nowhere", { Accept: "*/*" });
    expect(program.headers.get("Content-Type")).toContain("application/problem+json");
    await program.text();
  });

  test("the API answers in problem+json whoever asks", async () => {
    for (const path of ["/api/v1/nowhere", "/api/v1/forms", "/api/v1/forms/nobody-made-this/public"]) {
      const reply = await visit(path);
      expect(reply.headers.get("Content-Type"), path).toContain("application/problem+json");
      await reply.text();
    }
  });
});

describe("the front door", () => {
  const demo = {
    email: "demo@headwater.example",
    password: "river-of-a-test",
    api_key: "hw_of-a-test",
    form_id: "frm_x",
    form_slug: "customer-feedback",
  };
  afterEach(() => env.KV.delete(DEMO_KEY));

  test("says what this is, how it is, and where to go", async () => {
    const text = await (await visit("/")).text();
    for (const part of ["/docs", "/api/openapi.json", "/health/ready", "Database", "Ledgers"]) expect(text).toContain(part);
    expect(text).not.toContain("Password");
  });

  test("shows the demo's sign-in on the developer's own machine, with an address that can be pasted, and to nobody else", async () => {
    await env.KV.put(DEMO_KEY, JSON.stringify(demo));
    const local = await (await SELF.fetch("http://localhost:4711/")).text();
    expect(local).toContain(demo.password);
    expect(local).toContain("curl -s http://localhost:4711/api/v1/forms/frm_x");
    expect(await (await SELF.fetch(`${ORIGIN}/`)).text()).not.toContain(demo.password);
  });
});
