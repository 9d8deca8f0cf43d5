// The port through which mail leaves, and nothing else: one mail, one attempt, in the time it is given.

export interface OutgoingMail {
  /** The same on every attempt, for services that drop a repeat. */
  id: string;
  from: { name: string; address: string };
  to: string;
  subject: string;
  html: string;
  text: string;
}

export interface MailTransport {
  readonly name: string;
  send(mail: OutgoingMail, signal: AbortSignal): Promise<void>;
}

/** The other side said no. `permanent`: it will say no again, so asking again only annoys it. */
export class MailRefusedError extends Error {
  constructor(
    message: string,
    readonly permanent: boolean,
  ) {
    super(message);
    this.name = "MailRefusedError";
  }
}
