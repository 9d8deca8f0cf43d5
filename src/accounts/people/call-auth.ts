// Calls better-auth and puts its errors into our words. Its own are HTTP errors with a code; none of its text goes out.
import { APIError } from "better-call";
import type { ServiceContext } from "../../shared/context";
import { DomainError, ForbiddenError, InvalidError, UnauthenticatedError } from "../../shared/errors";

export async function callAuth<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof APIError && error.statusCode < 500) throw translate(error);
    throw error;
  }
}

/** What better-auth writes into the session: from where, and with what. */
export function clientHeaders(ctx: ServiceContext): Headers {
  const headers = new Headers();
  if (ctx.client.ip !== null) headers.set("cf-connecting-ip", ctx.client.ip);
  if (ctx.client.userAgent !== null) headers.set("user-agent", ctx.client.userAgent);
  return headers;
}

function translate(error: APIError): DomainError {
  switch (error.body?.code) {
    case "INVALID_EMAIL_OR_PASSWORD":
      return new UnauthenticatedError("The e-mail address or the password is wrong.", { reason: "wrong_credentials" });
    case "EMAIL_NOT_VERIFIED":
      return new ForbiddenError("Confirm your e-mail address first: we have just sent you the link again.", {
        reason: "email_not_verified",
      });
    case "INVALID_TOKEN":
    case "TOKEN_EXPIRED":
    case "USER_NOT_FOUND":
      return invalidToken();
    case "INVALID_EMAIL":
      return badEmail();
    case "VALIDATION_ERROR":
      if (error.message.includes("[body.email]")) return badEmail();
      break;
    case "INVALID_PASSWORD":
      return wrongPassword();
    case "PROVIDER_NOT_FOUND":
      return new DomainError("not_found", "This way to sign in is not switched on.");
  }
  return new InvalidError("This could not be done.", [{ path: "", message: "Not accepted.", code: "refused" }]);
}

function badEmail(): InvalidError {
  return new InvalidError("The e-mail address is not one.", [{ path: "email", message: "Not an e-mail address.", code: "bad_email" }]);
}

function invalidToken(): InvalidError {
  return new InvalidError(
    "The link is not valid, was used, or has expired. Ask for a new one.",
    [{ path: "token", message: "Not valid any more.", code: "invalid_token" }],
    "invalid_token",
  );
}

export function wrongPassword(): InvalidError {
  return new InvalidError(
    "The current password is wrong.",
    [{ path: "current_password", message: "Wrong.", code: "wrong_password" }],
    "wrong_password",
  );
}
