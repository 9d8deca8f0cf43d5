// pure. How wide text will be, without a canvas: widths of a humanist sans in thousandths of the font size. Good to a few
// percent, which is what wrapping a label needs.

const NARROW = new Set([..."iljtfrI.,:;'|!()[]{}`·"]);
const WIDE = new Set([..."mwMWQ@%&—"]);
const EAST_ASIAN =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff00-\uff60\p{Extended_Pictographic}]/u;
const MARK = /\p{M}|[\u200b-\u200f]|\ufe0f/u;

export function textWidth(text: string, fontSize: number): number {
  let thousandths = 0;
  for (const char of text) thousandths += widthOf(char);
  return (thousandths * fontSize) / 1_000;
}

function widthOf(char: string): number {
  const code = char.codePointAt(0) ?? 0;
  if (code < 0x80) {
    if (char === " ") return 260;
    if (NARROW.has(char)) return 310;
    if (WIDE.has(char)) return 880;
    if (char >= "0" && char <= "9") return 572;
    return char >= "A" && char <= "Z" ? 645 : 555;
  }
  if (MARK.test(char)) return 0;
  return EAST_ASIAN.test(char) ? 1_000 : 570;
}

/** Lines of at most that width. A word that is too long is cut where it must be; past `most` lines the last ends in an ellipsis. */
export function wrap(text: string, width: number, fontSize: number, most: number): string[] {
  const lines: string[] = [];
  let line = "";
  const words =
    text
      .replace(/\s+/g, " ")
      .trim()
      .match(/\S+\s*|[\s]/gu) ?? [];
  const put = () => {
    lines.push(line.trimEnd());
    line = "";
  };
  for (const word of words) {
    if (line !== "" && textWidth(line + word.trimEnd(), fontSize) > width) put();
    if (textWidth(word.trimEnd(), fontSize) <= width) {
      line += word;
    } else {
      for (const { segment } of GRAPHEMES.segment(word)) {
        if (line !== "" && textWidth(line + segment, fontSize) > width) put();
        line += segment;
        if (lines.length > most) break;
      }
    }
    if (lines.length > most) break;
  }
  if (line.trim() !== "") put();
  if (lines.length <= most) return lines;
  let last = lines[most - 1] ?? "";
  while (last !== "" && textWidth(`${last}…`, fontSize) > width) last = [...last].slice(0, -1).join("");
  return [...lines.slice(0, most - 1), `${last.trimEnd()}…`];
}

const GRAPHEMES = new Intl.Segmenter(undefined, { granularity: "grapheme" });
