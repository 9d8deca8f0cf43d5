// Answers that change on their way into another store, because what they name has another id there; and with them every digest that
// is theirs, so that the chain which is made of the lines proves what it holds.
import type { WorkspaceContext } from "../shared/context";
import { openPrimaryStore } from "../store";
import type { CarriedLine, CarriedRow } from "./carry";
import { canonicalJson, dataHash } from "./ledger/chain";

type Answers = Record<string, unknown>;

const MAX_VERSIONS_OF_ONE = 1_000;

/** Lines in order, those before them carried in already. `change` gives back the very answers that it leaves as they are. */
export async function withOtherAnswers(
  ctx: WorkspaceContext,
  formId: string,
  lines: readonly CarriedLine[],
  change: (answers: Answers) => Answers,
): Promise<CarriedLine[]> {
  /** Of the answers that each response has, as far as these lines have come. */
  const digests = new Map<string, string>();
  const changed: CarriedLine[] = [];
  for (const { entry, row } of lines) {
    let own = entry;
    if (entry.kind === "delete" || entry.kind === "restore") {
      // It says again whose answers it found, so it must say the new digest.
      const digest = digests.get(entry.responseId) ?? (await digestBefore(ctx, formId, entry.responseId, entry.seq));
      own = { ...entry, dataHash: digest ?? entry.dataHash };
    } else {
      const data = entry.data === null || entry.salt === null ? entry.data : change(entry.data);
      if (data !== null && data !== entry.data) own = { ...entry, data, dataHash: dataHash(entry.salt ?? "", canonicalJson(data)) };
      digests.set(entry.responseId, own.dataHash);
    }
    changed.push(row === undefined ? { entry: own } : { entry: own, row: changedRow(row, entry, change) });
  }
  return changed;
}

function changedRow(row: CarriedRow, entry: CarriedLine["entry"], change: (answers: Answers) => Answers): CarriedRow {
  const data = change(row.data);
  const salt = row.dataSeq === entry.seq ? entry.salt : row.dataSalt;
  if (data === row.data || typeof salt !== "string") return { ...row, data };
  return { ...row, data, dataHash: dataHash(salt, canonicalJson(data)) };
}

async function digestBefore(ctx: WorkspaceContext, formId: string, responseId: string, seq: number): Promise<string | undefined> {
  const versions = await openPrimaryStore(ctx.env).responseEntries(ctx.workspaceId, formId, responseId, MAX_VERSIONS_OF_ONE);
  return versions.filter((version) => version.seq < seq && version.kind !== "delete" && version.kind !== "restore").at(-1)?.dataHash;
}
