// Where the links in our mails lead. Opening one changes nothing, because mail scanners open every link; a button does.
// Each page calls the same verb as the API route of its name.
import { type Context, Hono } from "hono";
import { createMiddleware } from "hono/factory";
import { acceptInvitation, forgotPassword, lookUpInvitation, resetPassword, signIn, signUp, verifyEmail } from "../../accounts";
import type { AppEnv } from "../../middleware/app-types";
import { passCookies } from "../../middleware/cookies";
import { statusOf } from "../../middleware/problem";
import { rateLimit } from "../../middleware/rate-limit";
import { DomainError, ForbiddenError } from "../../shared/errors";

import { Field, Problem, page } from "./layout";

const MAX_FIELD = 1_000;
const MAX_NAME = 100;

/** A form on somebody else's page could otherwise sign a visitor in to an account that is not theirs. */
const ownFormsOnly = createMiddleware<AppEnv>(async (c, next) => {
  const origin = c.req.header("Origin");
  const ours = [new URL(c.req.url).origin, new URL(c.env.PUBLIC_URL).origin];
  if (origin !== undefined && !ours.includes(origin))
    throw new ForbiddenError("This form belongs to another page.", { reason: "foreign_origin" });
  await next();
});

export const accountPages = new Hono<AppEnv>();
accountPages.use("/account/*", rateLimit("public", "auth"));
accountPages.post("/account/*", ownFormsOnly);

const tokenOf = (c: Context<AppEnv>) => (c.req.query("token") ?? "").slice(0, MAX_FIELD);

accountPages.get("/account/verify-email", (c) =>
  page(
    c,
    "Confirm your address",
    <form method="post">
      <p>One click, and you can sign in.</p>
      <button type="submit">Confirm my address</button>
    </form>,
  ),
);

accountPages.post("/account/verify-email", async (c) => {
  const failed = await problemOf(verifyEmail(c.get("ctx"), tokenOf(c)));
  if (failed !== null) return page(c, "This link does not work", <Problem text={failed.message} />, failed.status);
  return page(c, "Thank you", <SignInLink before="Your address is confirmed." />);
});

accountPages.get("/account/reset-password", (c) => page(c, "Choose a new password", <NewPassword problem={null} />));

accountPages.post("/account/reset-password", async (c) => {
  const form = await fields(c);
  const failed = await problemOf(resetPassword(c.get("ctx"), { token: tokenOf(c), newPassword: form("password") }));
  if (failed !== null) return page(c, "Choose a new password", <NewPassword problem={failed.message} />, failed.status);
  return page(c, "Done", <SignInLink before="Your password is changed, and every session has ended." />);
});

accountPages.get("/account/sign-in", (c) => {
  // Google's way back ends here when it failed; its reasons are for programs.
  const failed = c.req.query("error") !== undefined;
  return page(
    c,
    "Sign in",
    <SignIn problem={failed ? "Signing in with Google did not work. Use your password, or try again." : null} email="" />,
  );
});

accountPages.post("/account/sign-in", async (c) => {
  const form = await fields(c);
  const email = form("email");
  let cookies: string[] = [];
  const failed = await problemOf(
    signIn(c.get("ctx"), { email, password: form("password") }).then((signedIn) => {
      cookies = signedIn.cookies;
    }),
  );
  if (failed !== null) return page(c, "Sign in", <SignIn problem={failed.message} email={email} />, failed.status);
  passCookies(c, cookies);
  return c.redirect("/", 303);
});

accountPages.get("/account/sign-up", (c) => page(c, "Sign up", <SignUp problem={null} name="" email="" />));

accountPages.post("/account/sign-up", async (c) => {
  const form = await fields(c);
  const [name, email] = [form("name").trim().slice(0, MAX_NAME), form("email").trim()];
  const failed = await problemOf(signUp(c.get("ctx"), { name: name || email, email, password: form("password") }));
  if (failed !== null) return page(c, "Sign up", <SignUp problem={failed.message} name={name} email={email} />, failed.status);
  return page(c, "Look into your mailbox", <p>Follow the link we have sent to {email}; then you can sign in.</p>);
});

accountPages.get("/account/forgot-password", (c) => page(c, "Forgotten password", <Forgot />));

accountPages.post("/account/forgot-password", async (c) => {
  const form = await fields(c);
  const failed = await problemOf(forgotPassword(c.get("ctx"), form("email").trim()));
  if (failed !== null) return page(c, "Forgotten password", <Problem text={failed.message} />, failed.status);
  return page(c, "Look into your mailbox", <p>If there is an account with this address, a link to choose a new password is on its way.</p>);
});

accountPages.get("/account/invitation", async (c) => {
  const { actor } = c.get("ctx");
  try {
    const invitation = await lookUpInvitation(c.get("ctx"), tokenOf(c));
    return page(c, `Join ${invitation.workspaceName}`, <Join email={invitation.email} signedIn={"userId" in actor} problem={null} />);
  } catch (error) {
    const failed = toPageProblem(error);
    return page(c, "This invitation does not work", <Problem text={failed.message} />, failed.status);
  }
});

accountPages.post("/account/invitation", async (c) => {
  const ctx = c.get("ctx");
  const form = await fields(c);
  const signedIn = "userId" in ctx.actor;
  const invitationToken = tokenOf(c);
  const joining = signedIn
    ? acceptInvitation(ctx, invitationToken)
    : lookUpInvitation(ctx, invitationToken).then(({ email }) =>
        signUp(ctx, { name: form("name").trim().slice(0, MAX_NAME) || email, email, password: form("password"), invitationToken }),
      );
  const failed = await problemOf(joining);
  if (failed !== null) return page(c, "Join", <Join email="" signedIn={signedIn} problem={failed.message} />, failed.status);
  return page(
    c,
    "Welcome",
    signedIn ? <p>You have joined.</p> : <SignInLink before="Your account is ready, if you did not have one before." />,
  );
});

function NewPassword({ problem }: { problem: string | null }) {
  return (
    <form method="post">
      <Problem text={problem} />
      <Field label="New password" name="password" type="password" autocomplete="new-password" />
      <button type="submit">Use this password</button>
    </form>
  );
}

function SignIn({ problem, email }: { problem: string | null; email: string }) {
  return (
    <form method="post">
      <Problem text={problem} />
      <Field label="E-mail" name="email" type="email" autocomplete="username" value={email} />
      <Field label="Password" name="password" type="password" autocomplete="current-password" />
      <button type="submit">Sign in</button>
      <p class="after">
        <a href="/account/forgot-password">Forgotten your password?</a> · <a href="/account/sign-up">Sign up</a>
      </p>
    </form>
  );
}

function SignUp({ problem, name, email }: { problem: string | null; name: string; email: string }) {
  return (
    <form method="post">
      <Problem text={problem} />
      <Field label="Your name" name="name" type="text" autocomplete="name" value={name} />
      <Field label="E-mail" name="email" type="email" autocomplete="username" value={email} />
      <Field label="Password" name="password" type="password" autocomplete="new-password" />
      <button type="submit">Sign up</button>
    </form>
  );
}

function Forgot() {
  return (
    <form method="post">
      <Field label="E-mail" name="email" type="email" autocomplete="username" />
      <button type="submit">Send me a link</button>
    </form>
  );
}

function Join({ email, signedIn, problem }: { email: string; signedIn: boolean; problem: string | null }) {
  return (
    <form method="post">
      <Problem text={problem} />
      {signedIn ? null : (
        <>
          <p>
            Make your account{email === "" ? "" : ` for ${email}`}. If you have one already, <a href="/account/sign-in">sign in</a> first
            and open the link again.
          </p>
          <Field label="Your name" name="name" type="text" autocomplete="name" />
          <Field label="Password" name="password" type="password" autocomplete="new-password" />
        </>
      )}
      <button type="submit">Join</button>
    </form>
  );
}

function SignInLink({ before }: { before: string }) {
  return (
    <p>
      {before} <a href="/account/sign-in">Sign in</a>.
    </p>
  );
}

async function fields(c: Context<AppEnv>): Promise<(name: string) => string> {
  const body = await c.req.parseBody();
  return (name) => {
    const value = body[name];
    return typeof value === "string" ? value.slice(0, MAX_FIELD) : "";
  };
}

type PageProblem = { message: string; status: Parameters<typeof page>[3] };

async function problemOf(work: Promise<unknown>): Promise<PageProblem | null> {
  try {
    await work;
    return null;
  } catch (error) {
    return toPageProblem(error);
  }
}

/** What the person can mend is shown on the page; anything else goes the way of every failure. */
function toPageProblem(error: unknown): PageProblem {
  if (!(error instanceof DomainError)) throw error;
  const status = statusOf(error.code);
  switch (status) {
    case 401:
    case 403:
    case 404:
    case 409:
    case 410:
    case 422:
    case 429:
      return { message: error.message, status };
    default:
      throw error;
  }
}
