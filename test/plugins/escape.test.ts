// Nothing that a plugin tries gets it anything but an end of its own run.
import { beforeAll, describe, expect, test } from "vitest";
import { createWorld, type World } from "../support/world";
import { QUICK_ATTACKS } from "./attacks";
import { hook, install, runsOf, tryInstall, tryOut } from "./support";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});

describe.each(["strict", "metered"] as const)("%s", (mode) => {
  test.for(QUICK_ATTACKS)("$name", { timeout: 30_000 }, async ({ source, ends }) => {
    const { status, body } = await tryInstall(world, source, { mode, allowed_hosts: ["granted.example.com"] });
    if (status === 422) {
      expect(body.errors?.[0]).toMatchObject({ path: "source", line: expect.any(Number), column: expect.any(Number) });
      if (ends !== undefined) expect(ends).toContain("refused");
      return;
    }
    expect(status).toBe(201);
    const run = await tryOut(world, body.id);
    expect(run.logs.filter(({ text }) => text.includes("ESCAPED"))).toEqual([]);
    if (ends !== undefined) expect(ends).toContain(run.outcome);
    await world.call("DELETE", `/api/v2/plugins/${body.id}`, undefined, { as: "admin" });
  });

  test("a run leaves nothing behind for the next", async () => {
    const source = `let inModule = 0;
      const kept = [];
      export default class Counter extends FormPlugin {
        static seen = 0;
        async onResponseSubmitted(payload, ctx) {
          kept.push(1);
          inModule++;
          Counter.seen++;
          for (const leave of [
            () => { globalThis.left = (globalThis.left ?? 0) + 1; },
            () => { Object.prototype.left = 1; },
            () => { Array.prototype.left = 1; },
            () => { FormPlugin.left = 1; },
            () => { Math.left = 1; },
            () => { Symbol.for("left").description; Error.left = 1; },
          ]) { try { leave(); } catch {} }
          ctx.log(inModule, kept.length, Counter.seen, globalThis.left ?? 1, payload.before ?? "clean");
        }
      }`;
    const { id } = await install(world, source, { mode });
    const first = await tryOut(world, id);
    const second = await tryOut(world, id);
    expect(first.logs.map(({ text }) => text)).toEqual(["1 1 1 1 clean"]);
    expect(second.logs).toMatchObject([{ text: "1 1 1 1 clean" }]);
  });

  test("another plugin's keys and configuration are out of reach", async () => {
    const owner = await install(world, hook(`await ctx.kv.put("mine", this.config.word); ctx.log(await ctx.kv.get("mine"));`), {
      mode,
      config: { word: "treasure" },
    });
    expect((await tryOut(world, owner.id)).logs).toMatchObject([{ text: "treasure" }]);
    const thief = await install(
      world,
      hook(`for (const key of ["mine", "${owner.id}/mine", "../${owner.id}/mine", "${owner.id}:mine"]) ctx.log(String(await ctx.kv.get(key)));
        ctx.log(await ctx.kv.list(), ctx.config, JSON.stringify(this));
        try { await ctx.kv.get("$mail 1"); ctx.log("ours"); } catch (error) { ctx.log("refused"); }`),
      { mode },
    );
    expect((await tryOut(world, thief.id)).logs.map(({ text }) => text)).toEqual([
      "null",
      "null",
      "null",
      "null",
      '[] {} {"config":{}}',
      "refused",
    ]);
  });

  test("a run that fails has its line of the source in its log", async () => {
    const { id } = await install(world, hook("\n\n    throw new TypeError('no such thing');"), { mode });
    expect(await tryOut(world, id)).toMatchObject({ outcome: "error", error: "TypeError: no such thing (line 6)" });
    expect(await runsOf(world, id)).toMatchObject([{ kind: "test", outcome: "error" }]);
  });
});
