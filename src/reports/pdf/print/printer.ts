// What printing needs of a browser. The one that is behind it may be slow, missing, or die half-way.
import { UnavailableError } from "../../../shared/errors";

export interface Printer {
  /** One document, on pages as its styles say. */
  print(html: string): Promise<Uint8Array>;
  /** A picture of a page of that size, in CSS pixels. */
  picture(html: string, width: number, height: number): Promise<Uint8Array>;
}

/** It was not to be had, or died: worth another try, and words for whoever waits for the report. */
export class PrinterLostError extends UnavailableError {
  constructor(message: string, cause?: unknown) {
    super(message, 30);
    this.cause = cause;
  }
}
