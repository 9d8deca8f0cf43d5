// Every mail that Headwater sends, as pure functions from data to a letter.
import type { Letter } from "./letter";

export { type Letter, letterToHtml, letterToText } from "./letter";

export interface MailData {
  "verify-email": { name: string; url: string };
  "already-registered": { name: string; url: string };
  "reset-password": { name: string; url: string };
  "password-changed": { name: string; at: string; ip: string | null };
  invitation: { workspace: string; inviter: string; role: string; url: string };
  "webhook-dead-letters": { host: string; webhookId: string; count: number; lastError: string; url: string };
  "webhook-paused": { host: string; webhookId: string; since: string; url: string };
  "plugin-mail": { plugin: string; subject: string; text: string };
  "plugin-paused": { plugin: string; pluginId: string; failures: number; lastError: string; url: string };
  "webhook-disabled": { host: string; webhookId: string; url: string };
  "scheduled-report": ReportMail;
}

export interface ReportMail {
  subject: string;
  name: string;
  form: string;
  workspace: string;
  message: string | null;
  /** In words: which days. */
  period: string | null;
  figures: { label: string; value: string }[];
  picture: Letter["picture"];
  bars: Letter["bars"];
  /** `attached`: it lies beside the letter, under that name. */
  file: { kind: "attached"; name: string } | { kind: "link"; url: string; size: string; days: number };
  unsubscribe: string;
}

export type MailTemplate = keyof MailData;

const MAX_NAME = 80;
const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;

/**
 * A name that somebody chose, fit for a subject line: one line, short, and nothing a mail program would turn into a link.
 * Otherwise an invitation to the workspace "Win at https://evil.example" is our mail carrying their advertisement.
 */
export function plainName(name: string): string {
  const line = name
    .normalize("NFC")
    .replace(CONTROL, " ")
    .replace(/(?:[a-z][a-z0-9+.-]*:)?\/\/+/gi, " ")
    .replace(/(\S)\.(?=[\p{L}\p{N}])/gu, "$1 ")
    .replace(/\s+/g, " ")
    .trim();
  return (line.length > MAX_NAME ? `${line.slice(0, MAX_NAME - 1)}…` : line) || "somebody";
}

/** A subject that its author is answerable for: any words, on one line. */
function oneLine(text: string): string {
  return text.normalize("NFC").replace(CONTROL, " ").replace(/\s+/g, " ").trim();
}

/** A host as a URL has it, and nothing that could be more than one. */
function plainHost(host: string): string {
  return host.replace(/[^a-z0-9.:[\]-]+/gi, "").slice(0, MAX_NAME) || "your endpoint";
}

const LETTERS: { [T in MailTemplate]: (data: MailData[T]) => Letter } = {
  "verify-email": ({ name, url }) => ({
    subject: "Confirm your e-mail address",
    preview: "One click and your account is ready.",
    heading: `Welcome, ${plainName(name)}`,
    paragraphs: ["Please confirm that this address is yours. After that you can sign in."],
    action: { label: "Confirm my address", url },
    notes: ["The link works for 24 hours. If you did not sign up, do nothing: without it the account cannot be used."],
  }),
  "already-registered": ({ name, url }) => ({
    subject: "You already have an account",
    preview: "Somebody, perhaps you, tried to sign up with this address.",
    heading: `Hello ${plainName(name)}`,
    paragraphs: [
      "Somebody, perhaps you, tried to sign up with this address. You already have an account, so nothing was changed.",
      "Sign in as usual, or choose a new password if you have lost yours.",
    ],
    action: { label: "Go to Headwater", url },
    notes: ["If that was not you, there is nothing to do."],
  }),
  "reset-password": ({ name, url }) => ({
    subject: "Choose a new password",
    preview: "You asked for a new password.",
    heading: `Hello ${plainName(name)}`,
    paragraphs: ["You asked for a new password. Choosing one signs you out everywhere else."],
    action: { label: "Choose a new password", url },
    notes: ["The link works once, for one hour. If you did not ask for it, do nothing: your password stays as it is."],
  }),
  "password-changed": ({ name, at, ip }) => ({
    subject: "Your password was changed",
    preview: "If this was not you, act now.",
    heading: `Hello ${plainName(name)}`,
    paragraphs: [`Your password was changed on ${at}${ip === null ? "" : `, from the address ${ip}`}. Other sessions were signed out.`],
    notes: ["If this was not you, ask for a new password at once from the sign-in page, and tell the admin of your workspace."],
  }),
  invitation: ({ workspace, inviter, role, url }) => ({
    subject: `${plainName(inviter)} invites you to ${plainName(workspace)}`,
    preview: `Join ${plainName(workspace)} on Headwater.`,
    heading: `Join ${plainName(workspace)}`,
    paragraphs: [`${plainName(inviter)} invites you to the workspace “${plainName(workspace)}” on Headwater, as ${role}.`],
    action: { label: "Accept the invitation", url },
    notes: ["The link works for 7 days, for this address alone. If you do not know the sender, ignore this mail."],
  }),
  "webhook-dead-letters": ({ host, webhookId, count, lastError, url }) => ({
    subject: `${count === 1 ? "A delivery" : `${count} deliveries`} to ${plainHost(host)} failed for good`,
    preview: "They are kept as dead letters, and can be sent again.",
    heading: count === 1 ? "A delivery failed for good" : `${count} deliveries failed for good`,
    paragraphs: [
      `Your endpoint at “${plainHost(host)}” (${webhookId}) did not take them in six attempts. The last said: ${plainName(lastError)}`,
      "They are kept as dead letters: look at them, mend the endpoint, and send them again.",
    ],
    action: { label: "Open Headwater", url },
    notes: ["For one endpoint this mail comes once an hour at most, and counts what has failed since the one before."],
  }),
  "webhook-paused": ({ host, webhookId, since, url }) => ({
    subject: `Deliveries to ${plainHost(host)} are paused`,
    preview: "Nothing is lost: what is due waits until you resume it.",
    heading: "An endpoint is paused",
    paragraphs: [
      `Your endpoint at “${plainHost(host)}” (${webhookId}) has not taken a single delivery since ${since}. It is paused.`,
      "What is due to it waits for three days. Mend the endpoint and resume it.",
    ],
    action: { label: "Open Headwater", url },
    notes: [],
  }),
  "plugin-mail": ({ plugin, subject, text }) => ({
    subject: oneLine(subject),
    preview: "",
    heading: oneLine(subject),
    paragraphs: text
      .split(/\n{2,}/)
      .map((part) => part.trim())
      .filter((part) => part !== ""),
    notes: [`Sent by “${plainName(plugin)}”, in answer to a form on Headwater.`],
  }),
  "plugin-paused": ({ plugin, pluginId, failures, lastError, url }) => ({
    subject: `The plugin ${plainName(plugin)} is paused`,
    preview: `${failures} runs failed one after another.`,
    heading: "A plugin is paused",
    paragraphs: [
      `“${plainName(plugin)}” (${pluginId}) failed ${failures} times one after another. The last said: ${plainName(lastError)}`,
      "It runs no more until it is enabled again. Responses are taken as before.",
    ],
    action: { label: "Open Headwater", url },
    notes: [],
  }),
  "webhook-disabled": ({ host, webhookId, url }) => ({
    subject: `Deliveries to ${plainHost(host)} have ended`,
    preview: "The endpoint answered that it is gone for good.",
    heading: "An endpoint is disabled",
    paragraphs: [
      `Your endpoint at “${plainHost(host)}” (${webhookId}) answered 410: gone for good. Nothing is sent there any more.`,
      "What was still due is kept as dead letters. If the endpoint is back, resume it and send them again.",
    ],
    action: { label: "Open Headwater", url },
    notes: [],
  }),
  "scheduled-report": ({ subject, name, form, workspace, message, period, figures, picture, bars, file, unsubscribe }) => ({
    subject: plainName(subject),
    preview: figures.map(({ label, value }) => `${value} ${label}`).join(" · "),
    heading: plainName(name),
    paragraphs: [
      ...(message === null ? [] : message.replace(/\r\n?/g, "\n").split(/\n\s*\n/)),
      `Responses to “${plainName(form)}”${period === null ? "" : ` ${period}`}.`,
      ...(file.kind === "attached" ? [`The report is attached: ${file.name}.`] : []),
    ],
    figures,
    picture,
    bars,
    ...(file.kind === "link" ? { action: { label: `Download the report (${file.size})`, url: file.url } } : {}),
    notes: [
      ...(file.kind === "link" ? [`The link works for ${file.days} days; whoever has it can open the file.`] : []),
      `You get this because somebody in the workspace “${plainName(workspace)}” sends it to you.`,
    ],
    unsubscribe,
  }),
};

export function writeLetter<T extends MailTemplate>(template: T, data: MailData[T]): Letter {
  return LETTERS[template](data);
}
