export { whyMailCannotLeave } from "./choose-transport";
export { deliverMail, isHeavyMail, type MailOutcome } from "./deliver";
export { forgetOldMail } from "./forget-old";
export { listMailbox, readMailbox } from "./mailbox";
export { MailMessage } from "./message";
export type { MailAttachment } from "./open-body";
export { type MailRequest, prepareMail, sendMail } from "./send";
export { wakeOverdueMail } from "./wake-overdue";
