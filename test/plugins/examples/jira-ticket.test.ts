import { expect, test } from "vitest";
import JiraTicket from "../../../plugins/jira-ticket";
import { tryHook } from "../../../src/plugins/sdk/test-kit";
import { response } from "./sample";

const around = () => ({
  config: { site: "team.atlassian.net", project: "OPS", summary_field: "title" },
  secrets: { email: "ada@example.org", api_token: "token" },
  reply: () => ({ status: 201, body: { key: "OPS-7" } }),
  kv: new Map<string, unknown>(),
});

test("an issue is opened with the summary of the answer, by basic authentication", async () => {
  const { requests } = await tryHook(JiraTicket, "onResponseSubmitted", response({ title: "Printer", floor: 3 }), around());
  expect(requests[0]).toMatchObject({ url: "https://team.atlassian.net/rest/api/2/issue", method: "POST" });
  expect(requests[0]?.headers.Authorization).toBe(`Basic ${btoa("ada@example.org:token")}`);
  expect(JSON.parse(requests[0]?.body ?? "").fields).toEqual({
    project: { key: "OPS" },
    issuetype: { name: "Task" },
    summary: "Printer",
    description: "title: Printer\nfloor: 3",
  });
});

test("an event that is told twice opens one issue; a change is a comment on it", async () => {
  const same = around();
  await tryHook(JiraTicket, "onResponseSubmitted", response({ title: "Printer" }), same);
  expect((await tryHook(JiraTicket, "onResponseSubmitted", response({ title: "Printer" }), same)).requests).toEqual([]);
  const { requests } = await tryHook(JiraTicket, "onResponseUpdated", response({ title: "Printer, again" }), same);
  expect(requests[0]?.url).toBe("https://team.atlassian.net/rest/api/2/issue/OPS-7/comment");
});

test("a change of a response without an issue is nobody's business", async () => {
  expect((await tryHook(JiraTicket, "onResponseUpdated", response({}), around())).requests).toEqual([]);
});

test("a refusal fails the run, and nothing is remembered", async () => {
  const refusing = { ...around(), reply: () => ({ status: 400, body: { errors: { project: "unknown" } } }) };
  await expect(tryHook(JiraTicket, "onResponseSubmitted", response({}), refusing)).rejects.toThrow("Jira answered 400");
  expect(refusing.kv.size).toBe(0);
});
