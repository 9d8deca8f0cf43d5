// What printing needs of a browser. The one that is behind it may be slow, missing, or die half-way.

export interface Printer {
  /** One document, on pages as its styles say. */
  print(html: string): Promise<Uint8Array>;
  /** A picture of a page of that size, in CSS pixels. */
  picture(html: string, width: number, height: number): Promise<Uint8Array>;
}

/** It was not to be had, or died: worth another try. */
export class PrinterLostError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "PrinterLostError";
  }
}
