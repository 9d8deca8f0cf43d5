// pure, and also in the browser. A whole palette from one brand colour, in OKLCH, where equal steps look equal; what carries
// text or meaning is darkened until its contrast is enough, whatever colour was chosen.

interface Lch {
  l: number;
  c: number;
  h: number;
}

export interface Palette {
  /** As chosen, or the nearest that can be printed. */
  brand: string;
  /** For text in the brand's colour on white: at least 4.5 : 1. */
  brandText: string;
  /** For bars and lines on white: at least 3 : 1. */
  mark: string;
  /** For what is compared with or of less weight. */
  markSoft: string;
  /** Large quiet areas behind dark text. */
  tint: string;
  tintStrong: string;
  /** What is written on an area of `brand`: white or nearly black, whichever reads better. */
  onBrand: string;
  /** The darkest of the family: covers, headings. */
  deep: string;
  ink: string;
  inkSoft: string;
  inkFaint: string;
  line: string;
  good: string;
  bad: string;
}

const HEX = /^#([0-9a-f]{6})$/i;
export const isHexColour = (text: string) => HEX.test(text);

export function paletteOf(brand: string): Palette {
  const chosen = isHexColour(brand) ? brand.toLowerCase() : "#1f5f8b";
  const lch = toLch(chosen);
  const hue = (l: number, c: number) => toHex({ l, c: Math.min(lch.c, c), h: lch.h });
  const onBrand = contrast(chosen, "#ffffff") >= 4.5 ? "#ffffff" : contrast(chosen, "#16181d") >= 4.5 ? "#16181d" : "#000000";
  return {
    brand: chosen,
    brandText: darkenUntil(lch, 4.6),
    mark: darkenUntil(lch, 3.1),
    markSoft: hue(0.84, 0.06),
    tint: hue(0.972, 0.014),
    tintStrong: hue(0.94, 0.03),
    onBrand,
    deep: toHex({ l: Math.min(lch.l, 0.33), c: Math.min(lch.c, 0.11), h: lch.h }),
    ink: "#1b1e24",
    inkSoft: "#565c67",
    inkFaint: "#7b818c",
    line: "#dcdfe4",
    good: "#23734a",
    bad: "#b03a2e",
  };
}

/** From weak to strong, for the steps of a scale; each next one is darker by the same amount. */
export function ramp(brand: string, steps: number): string[] {
  const { c, h, l } = toLch(isHexColour(brand) ? brand : "#1f5f8b");
  const darkest = Math.min(0.42, l);
  return Array.from({ length: steps }, (_, i) => {
    const t = steps === 1 ? 1 : i / (steps - 1);
    return toHex({ l: 0.93 + (darkest - 0.93) * t, c: Math.min(c, 0.025 + 0.13 * t), h });
  });
}

export function textOn(colour: string): string {
  return ["#ffffff", "#1b1e24"].find((text) => contrast(colour, text) >= 4.5) ?? "#000000";
}

export function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function darkenUntil(lch: Lch, wanted: number): string {
  for (let l = lch.l; l > 0; l -= 0.01) {
    const hex = toHex({ ...lch, l });
    if (contrast(hex, "#ffffff") >= wanted) return hex;
  }
  return "#000000";
}

function channels(hex: string): [number, number, number] {
  const value = Number.parseInt(hex.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255].map((byte) => {
    const part = byte / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
}

function luminance(hex: string): number {
  const [r, g, b] = channels(hex);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function toLch(hex: string): Lch {
  const [r, g, b] = channels(hex);
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  const lightness = 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s;
  const a = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s;
  const bb = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s;
  return { l: lightness, c: Math.hypot(a, bb), h: Math.atan2(bb, a) };
}

/** A colour that the screen cannot show loses saturation, not lightness: contrast has been promised. */
function toHex({ l, c, h }: Lch): string {
  for (let chroma = c; ; chroma -= 0.005) {
    const rgb = toLinear({ l, c: Math.max(0, chroma), h });
    if (chroma <= 0 || rgb.every((part) => part >= -0.0005 && part <= 1.0005)) return `#${rgb.map(byteHex).join("")}`;
  }
}

function toLinear({ l, c, h }: Lch): number[] {
  const a = c * Math.cos(h);
  const b = c * Math.sin(h);
  const x = (l + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const y = (l - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const z = (l - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * x - 3.3077115913 * y + 0.2309699292 * z,
    -1.2684380046 * x + 2.6097574011 * y - 0.3413193965 * z,
    -0.0041960863 * x - 0.7034186147 * y + 1.707614701 * z,
  ];
}

function byteHex(linear: number): string {
  const part = Math.min(1, Math.max(0, linear));
  const encoded = part <= 0.0031308 ? 12.92 * part : 1.055 * part ** (1 / 2.4) - 0.055;
  return Math.round(encoded * 255)
    .toString(16)
    .padStart(2, "0");
}
