// The ledger's refusals in words.
import { ConflictError, type DomainError, GoneError, InvalidError } from "../shared/errors";
import type { Refusal } from "./ledger/types";

export function refusalError(reason: Refusal): DomainError {
  switch (reason) {
    case "key_reused":
      return new ConflictError("This Idempotency-Key was already used with another body.", "idempotency_key_reused");
    case "quota_reached":
      return new ConflictError("All places are taken.", "quota_reached");
    case "duplicate":
      return new ConflictError("An answer like this one has already been given.", "duplicate");
    case "changed":
    case "moved":
      return new ConflictError("Others are changing this response; try again.", "busy");
    case "already_complete":
      return new ConflictError("This response is already complete.", "already_complete");
    case "not_open":
      return new GoneError("This form is not open yet.", "not_open");
    case "closed":
      return new GoneError("This form is closed and takes no more answers.", "form_closed");
    case "unknown_resume_token":
      return new InvalidError(
        "The resume token is unknown or has expired.",
        [{ path: "resume_token", message: "Start again without it.", code: "unknown_resume_token" }],
        "unknown_resume_token",
      );
  }
}
