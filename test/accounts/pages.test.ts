import { describe, expect, test } from "vitest";
import { linkToken } from "../support/mailbox";
import { makePerson } from "../support/people";
import { cookieOf, send } from "../support/send";
import { createWorld } from "../support/world";

const PASSWORD = "seven green bicycles";
const FORM = { "Content-Type": "application/x-www-form-urlencoded" };
let nth = 0;
const freshEmail = () => `page-${++nth}-${Date.now()}@people.test`;

const open = (page: string, token = "", cookie?: string) =>
  send("GET", `/account/${page}?token=${encodeURIComponent(token)}`, undefined, { cookie });
const submit = (page: string, token: string, fields: Record<string, string>, more: Record<string, string> = {}, cookie?: string) =>
  send("POST", `/account/${page}?token=${encodeURIComponent(token)}`, new URLSearchParams(fields).toString(), {
    headers: { ...FORM, ...more },
    cookie,
  });
const signUp = async (email: string) => {
  await send("POST", "/api/v1/auth/sign-up", { name: "Ada", email, password: PASSWORD });
  return linkToken(email, "verify-email");
};

describe("where the links in mails lead", () => {
  test("opening the link changes nothing; the button confirms the address; then one can sign in", async () => {
    const email = freshEmail();
    const token = await signUp(email);
    const page = await open("verify-email", token);
    expect(page.headers.get("Content-Security-Policy")).toContain("frame-ancestors 'none'");
    expect(page.headers.get("Referrer-Policy")).toBe("same-origin");
    expect((await submit("sign-in", "", { email, password: PASSWORD })).status).toBe(403);
    expect((await submit("verify-email", token, {})).status).toBe(200);
    const signedIn = await submit("sign-in", "", { email, password: PASSWORD });
    expect([signedIn.status, signedIn.headers.get("Location")]).toEqual([303, "/"]);
    expect((await send("GET", "/api/v1/auth/session", undefined, { cookie: cookieOf(signedIn) })).status).toBe(200);
  });

  test("signing up and forgetting the password work without script as well", async () => {
    const email = freshEmail();
    expect((await submit("sign-up", "", { name: "Ada", email, password: "short" })).status).toBe(422);
    expect((await submit("sign-up", "", { name: "Ada", email: "nobody", password: PASSWORD })).status).toBe(422);
    expect((await submit("sign-up", "", { name: "Ada", email, password: PASSWORD })).status).toBe(200);
    expect((await submit("verify-email", await linkToken(email, "verify-email"), {})).status).toBe(200);
    expect((await submit("forgot-password", "", { email })).status).toBe(200);
    expect((await submit("reset-password", await linkToken(email, "reset-password"), { password: "eight brown bicycles" })).status).toBe(
      200,
    );
    expect((await submit("sign-in", "", { email, password: "eight brown bicycles" })).status).toBe(303);
  });

  test("a bad link, a weak password and a wrong password are said on the page", async () => {
    expect((await submit("verify-email", "nonsense", {})).status).toBe(422);
    expect(await (await submit("reset-password", "x", { password: "password123" })).text()).toContain("first that a guesser tries");
    const wrong = await submit("sign-in", "", { email: '"><script>alert(1)</script>', password: "x" });
    expect(wrong.status).toBe(422);
    expect(await wrong.text()).not.toContain("<script>");
  });

  test("an invitation is accepted by making an account, or signed in", async () => {
    const world = await createWorld();
    const invite = async (email: string) => {
      await world.call("POST", "/api/v1/invitations", { email, role: "editor" }, { as: "admin" });
      return linkToken(email, "invitation");
    };
    const email = freshEmail();
    const token = await invite(email);
    expect(await (await open("invitation", token)).text()).toContain(email);
    expect((await submit("invitation", token, { name: "Grace", password: PASSWORD })).status).toBe(200);
    expect((await submit("sign-in", "", { email, password: PASSWORD })).status).toBe(303);
    const person = await makePerson();
    const theirs = await invite(person.email);
    expect((await submit("invitation", theirs, {}, {}, person.cookie)).status).toBe(200);
    expect((await open("invitation", theirs, person.cookie)).status).toBe(409);
  });

  test("a form on another site cannot sign a visitor in", async () => {
    const reply = await submit("sign-in", "", { email: "ada@example.org", password: "x" }, { Origin: "https://evil.example" });
    expect(reply.status).toBe(403);
    expect(await reply.json()).toMatchObject({ code: "foreign_origin" });
  });
});

describe("the development mailbox", () => {
  test("lists mail, shows it in a frame that can do nothing, with links that open", async () => {
    const email = freshEmail();
    const token = await signUp(email);
    const list = await (await send("GET", "/dev/mail")).text();
    expect(list).toContain(email);
    const id = list.match(/\/dev\/mail\/(mail_\w+)/)?.[1] ?? "";
    const shown = await (await send("GET", `/dev/mail/${id}`)).text();
    expect(shown).toMatch(/<iframe [^>]*sandbox="allow-popups allow-popups-to-escape-sandbox"/);
    expect(shown).toContain(`token=${token}`);
    const mail = await send("GET", `/dev/mail/${id}/html`);
    expect(mail.headers.get("Content-Security-Policy")).toMatch(/default-src 'none'.*sandbox/);
    expect(await mail.text()).toContain('<base target="_blank">');
  });

  test("is nowhere but in development, nor in the API's document", async () => {
    for (const path of ["/dev/mail", "/dev/mail/mail_1", "/dev/mail/mail_1/html"]) {
      expect((await send("GET", path, undefined, { settings: { ENVIRONMENT: "production" } })).status).toBe(404);
    }
    expect(await (await send("GET", "/api/openapi.json")).text()).not.toContain("/dev/mail");
  });
});
