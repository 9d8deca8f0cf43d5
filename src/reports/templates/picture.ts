// pure. Pictures as `data:` addresses: what may be put into a report, told by the bytes and not by their label.

const TYPES: readonly { type: string; begins: readonly number[] }[] = [
  { type: "image/png", begins: [0x89, 0x50, 0x4e, 0x47] },
  { type: "image/jpeg", begins: [0xff, 0xd8, 0xff] },
  { type: "image/webp", begins: [0x52, 0x49, 0x46, 0x46] },
  { type: "image/gif", begins: [0x47, 0x49, 0x46, 0x38] },
];

const DATA = /^data:(image\/(?:png|jpeg|webp|gif|svg\+xml));base64,([A-Za-z0-9+/]+={0,2})$/;

/** The reason why not, or null. */
export function whyNotPicture(address: string): string | null {
  const [, type, base64 = ""] = DATA.exec(address) ?? [];
  if (type === undefined) return "Send the picture as data:image/png;base64,… (or jpeg, webp, gif, svg+xml).";
  const bytes = Uint8Array.fromBase64(base64);
  if (type === "image/svg+xml") return whyNotDrawing(new TextDecoder().decode(bytes));
  const found = pictureType(bytes);
  return found === type ? null : `The bytes are not ${type}.`;
}

function pictureType(bytes: Uint8Array): string | null {
  return TYPES.find(({ begins }) => begins.every((byte, i) => bytes[i] === byte))?.type ?? null;
}

/** As an image nothing in it runs and nothing is fetched; a drawing that tries is refused all the same, for whoever opens it elsewhere. */
function whyNotDrawing(text: string): string | null {
  if (!/<svg[\s>]/i.test(text)) return "The bytes are not an SVG drawing.";
  if (/<script|<foreignObject|<!ENTITY|\son\w+\s*=|javascript:/i.test(text))
    return "The drawing holds more than a drawing: scripts and foreign content are not allowed.";
  return null;
}
