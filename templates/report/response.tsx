import type { Answer, AnswerValue, PrintedFile, PrintedResponse } from "../../src/reports/pdf/model";
import type { Words } from "../../src/reports/pdf/words";
import { responseAnchor } from "./anchors";
import type { Sheet } from "./template";

/** A longer text may be broken over pages; whatever is shorter stays whole. */
const MAY_BREAK_AFTER = 700;
const ONE_LINE = 60;

export function Response({ response, ...sheet }: Sheet & { response: PrintedResponse }) {
  const { words, locale } = sheet.writing;
  const number = new Intl.NumberFormat(locale).format(response.number);
  return (
    <article class="response">
      <header id={responseAnchor(response.number)}>
        <p class="eyebrow">
          {words.response} {number}
        </p>
        <h1>
          <bdi>{response.name === "" ? response.submittedAt : response.name}</bdi>
        </h1>
        <p class="meta">
          {response.facts.map(({ label, value }) => (
            <span>
              {label} <b>{value}</b>
            </span>
          ))}
          <span class="id">{response.id}</span>
        </p>
      </header>
      {response.parts.map(({ title, answers }) => (
        <section>
          {title !== "" && (
            <h2>
              <bdi>{title}</bdi>
            </h2>
          )}
          {answers
            .filter(({ value }) => value.kind !== "none")
            .map((answer) => (
              <AnswerRow answer={answer} sheet={sheet} />
            ))}
          <Unanswered labels={answers.filter(({ value }) => value.kind === "none").map(({ label }) => label)} words={words} />
        </section>
      ))}
    </article>
  );
}

/** On one line at the end: a page of empty rows hides what was said. */
function Unanswered({ labels, words }: { labels: readonly string[]; words: Sheet["writing"]["words"] }) {
  if (labels.length === 0) return null;
  return (
    <p class="unanswered">
      <b>{words.no_answer}:</b>{" "}
      {labels.map((label, i) => (
        <>
          {i > 0 && " · "}
          <bdi>{label}</bdi>
        </>
      ))}
    </p>
  );
}

function AnswerRow({ answer, sheet }: { answer: Answer; sheet: Sheet }) {
  return (
    <div class={mayBreak(answer.value) ? "answer long" : "answer"}>
      <p class="label">
        <bdi>{answer.label}</bdi>
      </p>
      <div class="value">
        <Value value={answer.value} sheet={sheet} />
      </div>
    </div>
  );
}

function mayBreak(value: AnswerValue): boolean {
  if (value.kind === "text") return value.text.length > MAY_BREAK_AFTER;
  if (value.kind === "files") return value.files.length > 1;
  return value.kind === "table" && value.rows.length > 12;
}

function Value({ value, sheet }: { value: AnswerValue; sheet: Sheet }) {
  const { words } = sheet.writing;
  switch (value.kind) {
    case "none":
      return null;
    case "text":
      return (
        <>
          {value.text.split(/\n+/).map((line) => (
            <p dir="auto" lang={languageOf(line)} class={value.text.length <= ONE_LINE ? "short" : undefined}>
              {line}
            </p>
          ))}
        </>
      );
    case "number":
      return (
        <p class="number">
          <bdi>{value.text}</bdi>
        </p>
      );
    case "choice":
      return value.labels.length === 1 ? (
        <p>
          <bdi>{value.labels[0]}</bdi>
        </p>
      ) : value.ordered ? (
        <ol class="ranked">
          {value.labels.map((label) => (
            <li>
              <bdi>{label}</bdi>
            </li>
          ))}
        </ol>
      ) : (
        <ul class="chosen">
          {value.labels.map((label) => (
            <li>
              <bdi>{label}</bdi>
            </li>
          ))}
        </ul>
      );
    case "scale":
      return (
        <p class="scale">
          <span class="steps" aria-hidden="true">
            {Array.from({ length: value.of }, (_, i) => (
              <i class={i < value.value ? "on" : ""} />
            ))}
          </span>
          <span>
            <b>{value.value}</b> {words.of} {value.of}
          </span>
        </p>
      );
    case "yes_no":
      return <p class={value.yes ? "yes" : "no"}>{value.text}</p>;
    case "lines":
      return (
        <>
          {value.lines.map((line) => (
            <p class="line">
              <bdi>{line}</bdi>
            </p>
          ))}
        </>
      );
    case "table":
      return (
        <table class={value.columns.length === 0 ? "pairs" : "rows"}>
          {value.columns.length > 0 && (
            <thead>
              <tr>
                {value.columns.map((column) => (
                  <th>
                    <bdi>{column}</bdi>
                  </th>
                ))}
              </tr>
            </thead>
          )}
          <tbody>
            {value.rows.map((row) => (
              <tr>
                {row.map((cell) => (
                  <td>
                    <bdi>{cell === "" ? "–" : cell}</bdi>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      );
    case "files":
      return (
        <>
          {value.files.map((file) => (
            <FileFigure file={file} words={words} />
          ))}
        </>
      );
  }
}

function FileFigure({ file, words }: { file: PrintedFile; words: Words }) {
  return (
    <figure class="file">
      {/* Named below; one that cannot be drawn after all leaves nothing instead of a broken frame. */}
      {file.image !== null && <img src={file.image} alt="" />}
      <figcaption>
        <bdi>{file.url ? <a href={file.url}>{file.name}</a> : file.name}</bdi>
        {file.tooLarge && <span> {words.picture_too_large}</span>}
      </figcaption>
    </figure>
  );
}

/** Han characters look different in Japanese; kana give it away. Without this a Japanese answer is set in Chinese shapes. */
function languageOf(text: string): string | undefined {
  if (/[\u3040-\u30ff]/.test(text)) return "ja";
  if (/\p{Script=Hangul}/u.test(text)) return "ko";
  return undefined;
}
