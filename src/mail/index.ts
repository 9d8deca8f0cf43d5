export { whyMailCannotLeave } from "./choose-transport";
export { deliverMail, type MailOutcome } from "./deliver";
export { forgetOldMail } from "./forget-old";
export { listMailbox, readMailbox } from "./mailbox";
export { MailMessage } from "./message";
export { type MailRequest, prepareMail, sendMail } from "./send";
export { wakeOverdueMail } from "./wake-overdue";
