// pure. A slug is the public name of a form: it stands in links and printed QR codes, so a form keeps every one it ever had.

export const SLUG_PATTERN = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;
const MAX_DERIVED = 48;
const FALLBACK = "form";

/** The slug a title suggests: letters without their accents, words joined by hyphens. */
function slugFromTitle(title: string): string {
  const plain = title
    .normalize("NFKD")
    .replace(/\p{Mark}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, MAX_DERIVED)
    .replace(/^-+|-+$/g, "");
  return plain || FALLBACK;
}

/** What to try, in order, when the form was given no slug of its own. */
export function slugCandidates(title: string, random: () => string): string[] {
  const base = slugFromTitle(title);
  return [base, `${base}-${random()}`, `${base}-${random()}${random()}`];
}
