// A page of a form, as HTML.
import type { FormSchema, PublishedForm } from "../../forms";
import { fileFields } from "../../uploads";
import { Document, Mark } from "../look/document";
import { Text } from "../look/text";
import { Fields } from "./controls";
import type { Asking } from "./controls/frame";
import { linkTo, placeIssues } from "./controls/places";
import { keptControls } from "./kept";
import { TURNSTILE_SCRIPT } from "./policy";
import type { Sheet } from "./step";
import { FORM_STYLE } from "./style";

/** What differs from visitor to visitor on a page that is otherwise the same for all. */
export interface Tokens {
  /** When the page was opened, signed. */
  start: string;
  /** Sending the page twice hands in one answer. */
  key: string;
  /** The site that led here. */
  from: string;
  /** Of Turnstile, for forms that ask for its check; null where it is not set up. The same for all. */
  siteKey: string | null;
}

export const TRAP = "contact-website";

interface FormPageProps {
  form: PublishedForm;
  sheet: Sheet;
  tokens: Tokens;
  /** The visit has been counted. */
  begun: boolean;
  now: number;
  /** What is wrong with the whole, not with one answer. */
  trouble?: string;
  files?: Asking["files"];
}

export function FormPage({ form, sheet, tokens, begun, now, trouble, files = new Map() }: FormPageProps) {
  const { schema, title, description } = form;
  const { page, way } = sheet;
  const action = `/f/${form.slug}`;
  const at = Math.max(0, way.indexOf(page.name));
  const placed = placeIssues(schema, sheet.issues);
  const wrong = trouble !== undefined || placed.summary.length > 0;
  const timezone = schema.settings?.timezone ?? "UTC";
  const asking = { sheet, messages: placed.messages, fresh: new Set(sheet.fresh), now, timezone, files, fileLimits: fileFields(schema) };
  const here = new Set(page.fields);
  const isFirst = at === 0;
  const isLast = at >= way.length - 1;
  const place = way.length > 1 ? `Page ${at + 1} of ${way.length}` : null;
  return (
    <Document
      title={[wrong ? "Check your answers" : null, place, title].filter((part) => part !== null).join(" · ")}
      style={FORM_STYLE}
      lang={languageOf(form)}
      description={description ?? undefined}
    >
      <main class="sheet">
        <header>
          <h1 dir="auto">{title}</h1>
          {isFirst && description !== null && (
            <div class="lead">
              <Text text={description} />
            </div>
          )}
          {place !== null && (
            <div class="progress">
              <label for="progress">{place}</label>
              <progress id="progress" max={way.length} value={at + 1} />
            </div>
          )}
        </header>
        {wrong && <Summary placed={placed.summary} trouble={trouble} />}
        {sheet.fresh.length > 0 && <FreshQuestions form={form} paths={sheet.fresh} focus={!wrong} />}
        <form
          method="post"
          action={action}
          enctype={hasFiles(schema, here) ? "multipart/form-data" : undefined}
          novalidate
          autocomplete="on"
        >
          {page.title !== "" && (
            <div class="heading">
              <h2 dir="auto">{page.title}</h2>
              {page.description !== undefined && <Text text={page.description} />}
            </div>
          )}
          {[...sheet.state.required].some((path) => here.has(path.split(".")[0] ?? "")) && (
            <p class="legend">
              <bdi>
                Questions marked <span class="must">*</span> need an answer.
              </bdi>
            </p>
          )}
          <Fields asking={asking} fields={schema.fields.filter(({ name }) => here.has(name))} action={action} value={sheet.shown} />
          {schema.settings?.honeypot === true && <Trap />}
          {isLast && schema.settings?.turnstile === true && <PeopleCheck siteKey={tokens.siteKey} />}
          <Hidden name="_page" value={page.name} />
          <Hidden name="_start" value={tokens.start} />
          <Hidden name="_key" value={tokens.key} />
          <Hidden name="_from" value={tokens.from} />
          {begun && <Hidden name="_begun" value="1" />}
          {keptControls(schema, sheet).map(([name, value]) => (
            <Hidden name={name} value={value} />
          ))}
          <div class="actions">
            <button type="submit" name="_go" value="next">
              {isLast ? "Send" : "Next"}
            </button>
            {!isFirst && (
              <button class="quiet" type="submit" name="_go" value="back">
                Back
              </button>
            )}
          </div>
        </form>
      </main>
      <Foot />
    </Document>
  );
}

/** Only where it is needed: such a page is read as a whole, and sent in a wordier way. */
function hasFiles(schema: FormSchema, here: ReadonlySet<string>): boolean {
  return [...fileFields(schema).keys()].some((path) => here.has(path.split(".")[0] ?? ""));
}

function Hidden({ name, value }: { name: string; value: string }) {
  return <input type="hidden" name={name} value={value} />;
}

/** Out of sight and out of the way of the keyboard; a program that fills in whatever it finds gives itself away. */
function Trap() {
  return (
    <div class="trap" aria-hidden="true">
      <label for="contact-website">Leave this empty</label>
      <input type="text" id="contact-website" name={TRAP} tabindex={-1} autocomplete="off" />
    </div>
  );
}

/** The one thing on a form's page that needs a script: it cannot be earned without. */
function PeopleCheck({ siteKey }: { siteKey: string | null }) {
  if (siteKey === null)
    return <p class="notice bad">This form asks for a check for people that is not set up, so it cannot be sent yet.</p>;
  return (
    <div class="people-check">
      <div class="cf-turnstile" data-sitekey={siteKey} />
      <noscript>
        <p class="notice">
          Before you can send this form, your browser is checked by a script. Please switch scripts on and load the page again.
        </p>
      </noscript>
      <script src={TURNSTILE_SCRIPT} async defer />
    </div>
  );
}

interface SummaryProps {
  placed: readonly { href: string | null; label: string; message: string }[];
  trouble: string | undefined;
}

/** Takes the focus without any script, so that it is the first thing heard. */
function Summary({ placed, trouble }: SummaryProps) {
  const count = placed.length;
  return (
    <section class="notice bad" aria-labelledby="wrong" tabindex={-1} autofocus>
      <h2 id="wrong">{count === 0 ? "Not sent yet" : count === 1 ? "Please check one answer" : `Please check ${count} answers`}</h2>
      {trouble !== undefined && <p>{trouble}</p>}
      {count > 0 && (
        <ul>
          {placed.map(({ href, label, message }) => (
            <li>
              {href === null ? (
                message
              ) : (
                <a href={href}>
                  <bdi>{withStop(label)}</bdi> <bdi>{message}</bdi>
                </a>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function withStop(label: string): string {
  return /[.!?:;…؟。！？：]\s*$/u.test(label) ? label : `${label}:`;
}

function FreshQuestions({ form, paths, focus }: { form: PublishedForm; paths: readonly string[]; focus: boolean }) {
  const links = paths.map((path) => linkTo(form.schema, path)).filter((link) => link !== null);
  return (
    <section class="notice" aria-labelledby="fresh" tabindex={-1} autofocus={focus}>
      <h2 id="fresh">{links.length === 1 ? "One more question" : `${links.length} more questions`}</h2>
      <p>
        <bdi>
          {links.length === 1 ? "Your answers brought up a question" : "Your answers brought up questions"} that you have not seen yet.
        </bdi>
      </p>
      <ul>
        {links.map(({ href, label }) => (
          <li>
            <a href={href}>
              <bdi>{label}</bdi>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function Foot() {
  return (
    <footer class="made">
      <Mark /> Headwater
    </footer>
  );
}

export function languageOf({ schema: { languages } }: PublishedForm): string | undefined {
  const first = Array.isArray(languages) ? languages[0] : undefined;
  return first !== undefined && /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i.test(first) ? first : undefined;
}
