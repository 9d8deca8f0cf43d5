// The decisions of a ledger over its own storage: one writer, `now` passed in, nothing here waits. The caller wraps a group of
// calls in one transaction; when that fails it must `load` again, because memory is then ahead of the disk.
import type {
  Accepted,
  AcceptRequest,
  ChangeRequest,
  Effect,
  Outcome,
  Refusal,
  StartOutcome,
  StartRef,
  StartRequest,
} from "../../src/responses";
import { Books } from "./books";
import { fullQuota } from "./quota";

const DAY_MS = 86_400_000;
/** In place of an entry. */
const MOVED_AWAY = 0;
/** Longer than any submit is under way. */
const HANDED_OVER_MS = 2 * 60_000;
const PARTIAL_KEPT_MS = 30 * DAY_MS;
const START_KEPT_MS = 7 * DAY_MS;
const PLACE_HELD_MS = 10 * 60_000;
const MAX_PLACES_PER_ADDRESS = 3;

export class Ledger extends Books {
  replay(key: string, fingerprint: string, now: number): Outcome | null {
    const reply = this.disk.respondents.reply(key, now);
    if (reply === null) return null;
    if (reply.seq === MOVED_AWAY) return refused("moved");
    if (reply.fingerprint !== fingerprint) return refused("key_reused");
    const { seq, responseId, formVersion, status, submittedAt } = reply;
    const data = this.disk.entry(seq)?.data ?? null;
    return { kind: "replayed", seq, position: this.position(seq), responseId, formVersion, status, submittedAt, data };
  }

  /** Another ledger is about to take this key: either it was taken here before, or it never will be. */
  handOver(key: string, fingerprint: string, now: number): Outcome | null {
    const known = this.replay(key, fingerprint, now);
    if (known !== null) return known;
    const gone = { fingerprint, seq: MOVED_AWAY, responseId: "", formVersion: 0, status: "complete" as const, submittedAt: now };
    this.disk.respondents.addReply(key, gone, now + HANDED_OVER_MS);
    return null;
  }

  accept(request: AcceptRequest, now: number): Outcome {
    const { idempotency, guards, start } = request;
    if (idempotency !== null) {
      const replayed = this.replay(idempotency.key, idempotency.fingerprint, now);
      if (replayed !== null) return replayed;
    }
    // A response from the past was let in by somebody who may do that; the doors are for those who come now.
    if (request.submittedAt === null) {
      if (guards.opensAt !== null && now < guards.opensAt) return refused("not_open");
      if (guards.closesAt !== null && now >= guards.closesAt) return refused("closed");
    }
    const before = request.resumes === null ? null : this.disk.respondents.partial(request.responseId, now);
    if (request.resumes !== null) {
      if (before === null || before.tokenHash !== request.resumeHash) return refused("unknown_resume_token");
      if (before.done) return refused("already_complete");
      if (before.basedOn !== request.resumes.basedOn) return refused("changed");
    }
    if (request.status === "complete") {
      const obstacle = this.#obstacle(request.responseId, request, now, start);
      if (obstacle !== null) return refused(obstacle);
    }
    if (this.head === 0) this.belongTo(request.workspaceId);

    const submittedAt = request.submittedAt ?? this.tick(now);
    const startedAt = before?.startedAt ?? request.startedAt;
    const durationMs = request.status === "complete" && startedAt !== null ? Math.max(0, submittedAt - startedAt) : null;
    const { status, cells } = request;
    const add: Effect = { status, submittedAt, durationMs, cells };
    const entry = this.write(request, before === null ? "accept" : "update", now, {
      rowSeq: before?.seq ?? null,
      submittedAt,
      startedAt,
      durationMs,
      startAt: before === null && start !== null && this.#useStart(start.id, submittedAt) ? start.at : null,
      take: before === null ? null : { status: "partial", submittedAt: before.submittedAt, durationMs: null, cells: before.cells },
      add,
    });
    if (request.status === "complete" && guards.duplicateKey !== null)
      this.disk.respondents.holdDuplicateKey(request.responseId, guards.duplicateKey);
    if (request.resumeHash !== null) {
      const partial = {
        ...entry,
        seq: entry.rowSeq,
        basedOn: entry.seq,
        tokenHash: request.resumeHash,
        data: request.data,
        meta: request.meta,
        cells,
      };
      this.disk.respondents.savePartial(partial, request.status === "partial" ? request.data : null, now + PARTIAL_KEPT_MS);
    }
    const accepted: Accepted = {
      kind: "accepted",
      seq: entry.seq,
      position: this.position(entry.seq),
      responseId: entry.responseId,
      formVersion: entry.formVersion,
      status: entry.status,
      submittedAt,
      data: null,
    };
    if (idempotency !== null)
      this.disk.respondents.addReply(idempotency.key, { ...accepted, fingerprint: idempotency.fingerprint }, now + idempotency.keptMs);
    return accepted;
  }

  /** Somebody has begun. While there are places to run out of, one is held for a while, but not all for one address. */
  start(request: StartRequest, now: number): StartOutcome {
    const { start, address, guards } = request;
    if (guards.opensAt !== null && now < guards.opensAt) return { kind: "refused", reason: "not_open" };
    if (guards.closesAt !== null && now >= guards.closesAt) return { kind: "refused", reason: "closed" };
    let heldUntil = 0;
    if (guards.quota !== null) {
      if (this.counters.total("complete") + guards.elsewhere.complete + this.disk.respondents.placesHeld(now, start.id) >= guards.quota)
        return { kind: "refused", reason: "quota_reached" };
      if (address === null || this.disk.respondents.placesHeldBy(address, now) < MAX_PLACES_PER_ADDRESS) heldUntil = now + PLACE_HELD_MS;
    }
    this.belongTo(request.workspaceId);
    const isNew = this.disk.respondents.addStart(start.id, address, heldUntil, now + START_KEPT_MS);
    if (isNew) {
      this.counters.seen("starts", 1, start.at);
      this.disk.journeys.begin(start, request.first);
    }
    this.disk.journeys.turn(start.id, request.place, now);
    return { kind: "started", heldUntil: heldUntil === 0 ? null : heldUntil };
  }

  /** Before a response takes the start's place. */
  #useStart(id: string, sentAt: number): boolean {
    this.disk.journeys.end(id, sentAt);
    return this.disk.respondents.useStart(id);
  }

  viewed(times: number, at: number, workspaceId: string): void {
    this.belongTo(workspaceId);
    this.counters.seen("views", times, at);
  }

  /** `changed`: somebody else was faster, or so much has happened that it can no longer be told. Read again. */
  change(request: ChangeRequest, now: number): Outcome {
    const { responseId, basedOn, readAt, row } = request;
    const newest = this.disk.newestOf(responseId);
    const floor = this.disk.floor() ?? this.head + 1;
    if ((newest !== null && newest > basedOn) || readAt + 1 < floor) return refused("changed");
    const entersAgain = request.kind === "restore" || (request.add?.status === "complete" && request.take?.status !== "complete");
    if (request.add?.status === "complete") {
      const obstacle = this.#obstacle(responseId, request, now, null, entersAgain ? null : request.take);
      if (obstacle !== null) return refused(obstacle);
    }
    const entry = this.write(request, request.kind, now, {
      rowSeq: row.seq,
      submittedAt: row.submittedAt,
      startedAt: request.startedAt,
      durationMs: row.durationMs,
      startAt: null,
      take: request.take,
      add: request.add,
    });
    const partial = this.disk.respondents.partial(responseId, now);
    if (partial !== null && !partial.done) {
      if (request.add === null) this.disk.respondents.removePartial(responseId);
      else
        this.disk.respondents.savePartial(
          { ...partial, basedOn: entry.seq, cells: request.add.cells },
          request.data ?? partial.data,
          now + PARTIAL_KEPT_MS,
        );
    }
    const { duplicateKey } = request.guards;
    if (request.add === null || request.freesDuplicate) this.disk.respondents.holdDuplicateKey(responseId, null);
    else if (duplicateKey !== null) this.disk.respondents.holdDuplicateKey(responseId, duplicateKey);
    const { seq, formVersion, status, submittedAt } = entry;
    return { kind: "accepted", seq, position: this.position(seq), responseId, formVersion, status, submittedAt, data: null };
  }

  #obstacle(
    responseId: string,
    request: Pick<AcceptRequest, "cells"> & { guards: Pick<AcceptRequest["guards"], "quota" | "quotas" | "elsewhere" | "duplicateKey"> },
    now: number,
    start: StartRef | null,
    leaves: Effect | null = null,
  ): Refusal | null {
    const { guards } = request;
    if (guards.duplicateKey !== null) {
      const owner = this.disk.respondents.duplicateOwner(guards.duplicateKey);
      if (owner !== null && owner !== responseId) return "duplicate";
    }
    if (guards.quota === null && guards.quotas.length === 0) return null;
    const held = guards.quota === null || leaves !== null ? 0 : this.disk.respondents.placesHeld(now, start?.id ?? null);
    return fullQuota(this.counters, guards, request.cells, held, leaves) ? "quota_reached" : null;
  }
}

function refused(reason: Refusal): Outcome {
  return { kind: "refused", reason };
}
