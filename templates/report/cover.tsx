// The first page, in two ways: a field of colour, or quiet on white.
import { raw } from "hono/html";
import type { Sheet } from "./template";

export function BlockCover(sheet: Sheet) {
  const { report, setting } = sheet;
  return (
    <section class="cover block">
      <div class="field">
        <Logo src={setting.logo} name={report.workspace} />
        <div class="titles">
          <p class="eyebrow">{sheet.writing.words.report}</p>
          <h1 class={sizeOf(report.title)}>
            <bdi>{report.title}</bdi>
          </h1>
          {report.subtitle !== "" && (
            <p class="subtitle">
              <bdi>{report.subtitle}</bdi>
            </p>
          )}
        </div>
        <Ripples />
      </div>
      <CoverFacts {...sheet} />
    </section>
  );
}

export function QuietCover(sheet: Sheet) {
  const { report, setting } = sheet;
  return (
    <section class="cover quiet">
      <Logo src={setting.logo} name={report.workspace} />
      <div class="titles">
        <p class="eyebrow">{sheet.writing.words.report}</p>
        <h1 class={sizeOf(report.title)}>
          <bdi>{report.title}</bdi>
        </h1>
        {report.subtitle !== "" && (
          <p class="subtitle">
            <bdi>{report.subtitle}</bdi>
          </p>
        )}
      </div>
      <CoverFacts {...sheet} />
    </section>
  );
}

function CoverFacts({ report, writing }: Sheet) {
  const { words } = writing;
  const facts: (readonly [string, string])[] = [
    [words.period, report.period],
    [words.compared_with, report.periodBefore ?? ""],
    [words.responses_count, new Intl.NumberFormat(writing.locale).format(report.counts.responses)],
    [words.questions_count, new Intl.NumberFormat(writing.locale).format(report.counts.questions)],
    [words.made_on, report.madeOn],
  ];
  return (
    <div class="facts">
      <dl>
        {facts
          .filter(([, value]) => value !== "")
          .map(([label, value]) => (
            <div class={label === words.period || label === words.compared_with ? "wide" : ""}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
      <div class="filters">
        <p class="label">{words.filters}</p>
        {report.filters.length === 0 ? (
          <p>{words.all_responses}</p>
        ) : (
          <ul>
            {report.filters.slice(0, MAX_FILTERS).map((filter) => (
              <li>
                <bdi>{filter}</bdi>
              </li>
            ))}
            {report.filters.length > MAX_FILTERS && <li>+ {report.filters.length - MAX_FILTERS}</li>}
          </ul>
        )}
      </div>
    </div>
  );
}

const MAX_FILTERS = 8;

function Logo({ src, name }: { src: string | null; name: string }) {
  return src === null ? (
    <p class="logo words">
      <bdi>{name}</bdi>
    </p>
  ) : (
    <p class="logo">
      <img src={src} alt={name} />
    </p>
  );
}

/** Long titles are set smaller, so that every one fits its field. */
function sizeOf(title: string): string {
  const length = [...title].reduce((sum, char) => sum + ((char.codePointAt(0) ?? 0) > 0x2e80 ? 1.8 : 1), 0);
  return length <= 36 ? "short" : length <= 80 ? "middling" : "long";
}

/** Still water under the title: lines that widen, drawn in the field's own colour. */
function Ripples() {
  const lines = Array.from({ length: 9 }, (_, i) => {
    const y = 6 + i * i * 1.55 + i * 5;
    const lift = 3 + i * 1.7;
    return `M-10 ${y}C70 ${y - lift} 150 ${y + lift} 230 ${y}`;
  });
  const paths = lines.map((path, i) => `<path d="${path}" stroke-opacity="${(0.34 - i * 0.028).toFixed(3)}"/>`).join("");
  return (
    <div class="ripples" dir="ltr">
      {raw(`<svg viewBox="0 0 210 150" preserveAspectRatio="none" fill="none" stroke="currentColor" stroke-width="0.35">${paths}</svg>`)}
    </div>
  );
}
