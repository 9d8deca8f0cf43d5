// Text of the author's, as paragraphs: a blank line parts them, a single line break stays one. Each takes its own direction.

export function Text({ text }: { text: string }) {
  const paragraphs = text.split(/\n\s*\n/).filter((paragraph) => paragraph.trim() !== "");
  return (
    <>
      {paragraphs.map((paragraph) => (
        <p dir="auto">
          {paragraph.split("\n").map((line, at) => (
            <>
              {at > 0 && <br />}
              {line}
            </>
          ))}
        </p>
      ))}
    </>
  );
}
