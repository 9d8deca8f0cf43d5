import { expect, test } from "vitest";
import SlackNotifier from "../../../plugins/slack-notifier";
import { tryHook } from "../../../src/plugins/sdk/test-kit";
import { response } from "./sample";

const secrets = { webhook_url: "https://hooks.slack.com/services/T/B/x" };

test("it posts the answers to the channel's address", async () => {
  const { requests } = await tryHook(SlackNotifier, "onResponseSubmitted", response({ name: "Ada", score: 9 }), { secrets });
  expect(requests).toHaveLength(1);
  expect(requests[0]).toMatchObject({ url: secrets.webhook_url, method: "POST" });
  expect(JSON.parse(requests[0]?.body ?? "").text).toBe("*A new response*\n*name*: Ada\n*score*: 9");
});

test("an answer can neither mention everybody nor make a link", async () => {
  const { requests } = await tryHook(SlackNotifier, "onResponseSubmitted", response({ name: "<!channel> & <https://x.example|me>" }), {
    secrets,
  });
  expect(JSON.parse(requests[0]?.body ?? "").text).toContain("&lt;!channel&gt; &amp; &lt;https://x.example|me&gt;");
});

test("only the chosen fields are told", async () => {
  const config = { fields: ["score"], heading: "Score" };
  const { requests } = await tryHook(SlackNotifier, "onResponseSubmitted", response({ name: "Ada", score: 9 }), { secrets, config });
  expect(JSON.parse(requests[0]?.body ?? "").text).toBe("*Score*\n*score*: 9");
});

test("a refusal of Slack's, or a secret that is missing, fails the run", async () => {
  const reply = () => ({ status: 404, body: "no_service" });
  await expect(tryHook(SlackNotifier, "onResponseSubmitted", response({}), { secrets, reply })).rejects.toThrow(
    "Slack answered 404: no_service",
  );
  await expect(tryHook(SlackNotifier, "onResponseSubmitted", response({}))).rejects.toThrow("webhook_url");
});
