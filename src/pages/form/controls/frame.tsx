// What stands around every control: its question, what helps to answer it, what is wrong with the answer.
import type { Child } from "hono/jsx";
import type { Field } from "../../../forms";
import type { FileField } from "../../../uploads";
import { Text } from "../../look/text";
import { textOf } from "../answers";
import { isFixed } from "../kept";
import type { Sheet } from "../step";
import { idOf } from "./places";

export interface Asking {
  sheet: Sheet;
  messages: ReadonlyMap<string, string>;
  fresh: ReadonlySet<string>;
  now: number;
  timezone: string;
  /** What has been uploaded and stands in the answers, by id. */
  files: ReadonlyMap<string, { id: string; name: string; size: number }>;
  /** By the path of the question, without the numbers of turns. */
  fileLimits: ReadonlyMap<string, Pick<FileField, "maxSize" | "accept">>;
}

export interface Question {
  asking: Asking;
  field: Field;
  path: string;
  id: string;
  /** As typed, or as the rules give it. */
  value: unknown;
  required: boolean;
  fixed: boolean;
  message: string | undefined;
  /** Ids of what describes the control. */
  describedBy: string | undefined;
}

export function questionOf(asking: Asking, field: Field, path: string, typed: unknown, hint?: string): Question {
  const { state } = asking.sheet;
  const fixed = isFixed(asking.sheet, path);
  const id = idOf(path);
  const message = asking.messages.get(path);
  const hasHint = field.description !== undefined || hint !== undefined;
  const described = [hasHint ? `${id}-hint` : "", message !== undefined ? `${id}-error` : ""].filter((part) => part !== "");
  return {
    asking,
    field,
    path,
    id,
    value: fixed && Object.hasOwn(state.values, path) ? state.values[path] : typed,
    required: state.required.has(path),
    fixed,
    message,
    describedBy: described.length === 0 ? undefined : described.join(" "),
  };
}

/** One control with its label. */
export function Single({ q, hint, children }: { q: Question; hint?: string; children: Child }) {
  return (
    <div class={frameClass(q)}>
      <Fresh q={q} />
      <label class="question" for={q.id}>
        <Label q={q} />
      </label>
      <Help q={q} hint={hint} />
      {children}
    </div>
  );
}

/** Several controls under one question. */
export function Several({ q, hint, kind, children }: { q: Question; hint?: string; kind?: string; children: Child }) {
  return (
    <fieldset class={kind === undefined ? frameClass(q) : `${frameClass(q)} ${kind}`} aria-describedby={q.describedBy} disabled={q.fixed}>
      <legend class="question">
        <Fresh q={q} />
        <Label q={q} />
      </legend>
      <Help q={q} hint={hint} />
      {children}
    </fieldset>
  );
}

export function frameClass({ message, asking, path }: Question): string {
  return ["field", message === undefined ? "" : "wrong", asking.fresh.has(path) ? "fresh" : ""].filter((name) => name !== "").join(" ");
}

export function Fresh({ q }: { q: Question }) {
  return q.asking.fresh.has(q.path) ? <span class="tag">New question</span> : null;
}

export function Label({ q: { field, required } }: { q: Pick<Question, "field" | "required"> }) {
  return (
    <>
      <bdi>{field.label}</bdi>
      {required && (
        <>
          {" "}
          <span class="must" aria-hidden="true">
            *
          </span>
        </>
      )}
    </>
  );
}

export function Help({ q: { id, field, message }, hint }: { q: Question; hint?: string | undefined }) {
  return (
    <>
      {(field.description !== undefined || hint !== undefined) && (
        <div class="hint" id={`${id}-hint`}>
          {field.description !== undefined && <Text text={field.description} />}
          {hint !== undefined && (
            <p>
              <bdi>{hint}</bdi>
            </p>
          )}
        </div>
      )}
      {message !== undefined && <ErrorText id={`${id}-error`} message={message} />}
    </>
  );
}

export function ErrorText({ id, message }: { id: string; message: string }) {
  return (
    <p class="error" id={id}>
      <span class="unseen">Error: </span>
      <bdi>{message}</bdi>
    </p>
  );
}

/** What most controls have in common. */
export function common(q: Question) {
  return {
    id: q.id,
    name: q.path,
    required: q.required,
    disabled: q.fixed,
    "aria-describedby": q.describedBy,
    "aria-invalid": q.message === undefined ? undefined : ("true" as const),
  };
}

export const shownText = (q: Question) => textOf(q.value);
