import { expect, test } from "vitest";
import EmailAutoreply from "../../../plugins/email-autoreply";
import { tryHook } from "../../../src/plugins/sdk/test-kit";
import { response } from "./sample";

test("whoever answered is thanked with their own words, once", async () => {
  const kv = new Map<string, unknown>();
  const config = { text: "Dear {{name}}, you gave {{ score }}. {{nothing}}{{open" };
  const answer = response({ email: "ada@example.org", name: "Ada", score: 9 });
  const { mails } = await tryHook(EmailAutoreply, "onResponseSubmitted", answer, { kv, config });
  expect(mails).toEqual([{ to: "ada@example.org", subject: "Thank you for your answer", text: "Dear Ada, you gave 9. {{open" }]);
  expect((await tryHook(EmailAutoreply, "onResponseSubmitted", answer, { kv, config })).mails).toEqual([]);
});

test("without an address nothing is sent, and the log says so", async () => {
  const { mails, logs } = await tryHook(EmailAutoreply, "onResponseSubmitted", response({ email: "none" }));
  expect(mails).toEqual([]);
  expect(logs).toEqual(['no address in "email"']);
});
