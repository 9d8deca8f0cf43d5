import { env } from "cloudflare:test";
import { expect, test } from "vitest";
import { acceptAll, type LedgerApi, ledgerOf } from "../../src/responses/ledger/api";
import { acceptRequest } from "../durable-objects/form-ledger/support";
import { createForm } from "./support";

const three = (workspaceId: string) =>
  ["one", "two", "three"].map((name) => acceptRequest({ workspaceId, data: JSON.stringify({ name }) }));
const seqs = (outcomes: Awaited<ReturnType<typeof acceptAll>>) =>
  outcomes.map((outcome) => (outcome.kind === "accepted" ? outcome.seq : null));

test("what goes to a ledger together is answered in its order", async () => {
  const { formId, workspaceId } = await createForm();
  const ledger = ledgerOf(env, formId, 0);
  const requests = three(workspaceId);
  const outcomes = await acceptAll(ledger, requests);
  expect(seqs(outcomes)).toEqual([1, 2, 3]);
  expect(outcomes).toMatchObject(requests.map(({ responseId }) => ({ responseId })));
});

test("a ledger of the version before takes them one by one", async () => {
  const { formId, workspaceId } = await createForm();
  const ledger = ledgerOf(env, formId, 0);
  // An object without the method, as the runtime answers for it.
  const without = env.WORKSPACES.getByName("any") as unknown as LedgerApi;
  const before = {
    accept: (request: Parameters<LedgerApi["accept"]>[0]) => ledger.accept(request),
    acceptTogether: (requests: Parameters<LedgerApi["acceptTogether"]>[0]) => without.acceptTogether(requests),
  };
  expect(seqs(await acceptAll(before, three(workspaceId))).toSorted()).toEqual([1, 2, 3]);
});

test("any other failure is one of all, and nothing is sent again", async () => {
  const { formId, workspaceId } = await createForm();
  const ledger = ledgerOf(env, formId, 0);
  const failing = {
    accept: (request: Parameters<LedgerApi["accept"]>[0]) => ledger.accept(request),
    acceptTogether: () => Promise.reject(new TypeError("The object was moved.")),
  };
  await expect(acceptAll(failing, three(workspaceId))).rejects.toThrow("moved");
  expect((await ledger.totals()).complete).toBe(0);
});
