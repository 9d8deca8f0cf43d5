// The port through which mail leaves, and nothing else: one mail, one attempt, in the time it is given.

export interface OutgoingMail {
  /** The same on every attempt, for services that drop a repeat. */
  id: string;
  from: { name: string; address: string };
  to: string;
  subject: string;
  html: string;
  text: string;
  headers?: Readonly<Record<string, string>>;
  attachments?: readonly OutgoingAttachment[];
}

export interface OutgoingAttachment {
  /** In ASCII: what other letters become in a header, mail programs do not agree on. */
  name: string;
  type: string;
  /** base64. */
  content: string;
  /** Shown where the HTML says `cid:…`, instead of beside the letter. */
  cid?: string;
}

export interface MailTransport {
  readonly name: string;
  /** It can show a picture within the letter. */
  readonly showsPictures: boolean;
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
