// pure. Names of places in what is printed, for the browser to tell on which page each has landed.
export const SUMMARY_ANCHOR = "s-summary";
export const QUESTIONS_ANCHOR = "s-questions";

export function anchorOf(path: string): string {
  return `q-${path.replaceAll(".", "-")}`;
}

export function responseAnchor(number: number): string {
  return `r-${number}`;
}
