// Fields that are one native control.
import { dateLimit, type Field, numberRule } from "../../../forms";
import { toLocalText } from "../local-time";
import { type Asking, common, Fresh, frameClass, Help, Label, type Question, questionOf, Single, shownText } from "./frame";

interface Props {
  asking: Asking;
  field: Field;
  path: string;
  value: unknown;
}

const INPUTS: Record<string, { type: string; autocomplete?: string; inputmode?: "numeric" | "decimal" }> = {
  short_text: { type: "text" },
  email: { type: "email", autocomplete: "email" },
  phone: { type: "tel", autocomplete: "tel" },
  url: { type: "url", autocomplete: "url" },
  date: { type: "date" },
  time: { type: "time" },
  datetime: { type: "datetime-local" },
};

export function TextInput({ asking, field, path, value }: Props) {
  const hint = hintFor(field, asking);
  const q = questionOf(asking, field, path, value, hint);
  const { type, autocomplete } = INPUTS[field.type] ?? { type: "text" };
  const isTime = field.type === "date" || field.type === "time" || field.type === "datetime";
  const text = field.type === "datetime" ? toLocalText(shownText(q), asking.timezone) : shownText(q);
  return (
    <Single q={q} hint={hint}>
      <input
        {...common(q)}
        type={type}
        value={text}
        autocomplete={autocomplete}
        placeholder={isTime ? undefined : field.placeholder}
        dir={isTime ? undefined : type === "text" ? "auto" : "ltr"}
        class={isTime ? "short" : undefined}
        {...(isTime ? timeLimits(field, asking) : {})}
      />
    </Single>
  );
}

function hintFor(field: Field, { timezone }: Asking): string | undefined {
  if (field.type === "phone" && field.validation?.country === undefined) return "With the country code, like +49 30 901820.";
  return field.type === "datetime" ? `Time zone: ${timezone.replaceAll("_", " ")}` : undefined;
}

export function timeLimits({ type, validation = {} }: Field, { now, timezone }: Asking): { min?: string; max?: string } {
  const limit = (given: unknown) =>
    type === "time" ? (typeof given === "string" ? given : undefined) : (dateLimit(given, { now, timezone }) ?? undefined);
  const [min, max] = [limit(validation.min), limit(validation.max)];
  return type === "datetime" ? { min: min && `${min}T00:00`, max: max && `${max}T23:59` } : { min, max };
}

export function LongText({ asking, field, path, value }: Props) {
  const q = questionOf(asking, field, path, value);
  return (
    <Single q={q}>
      {/* A browser drops the first line break inside; so one is given that is not the answer's. */}
      <textarea {...common(q)} rows={5} placeholder={field.placeholder} dir="auto">
        {`\n${shownText(q)}`}
      </textarea>
    </Single>
  );
}

export function NumberInput({ asking, field, path, value }: Props) {
  const rule = numberRule({ field });
  const hint = rangeHint(field.type, rule.min, rule.max);
  const q = questionOf(asking, field, path, value, hint);
  const step = rule.decimals !== undefined && !rule.integer ? (10 ** -rule.decimals).toFixed(rule.decimals) : rule.integer ? "1" : "any";
  const input = (
    <input
      {...common(q)}
      type="number"
      class="short"
      value={shownText(q)}
      min={rule.min}
      max={rule.max}
      step={step}
      inputmode={rule.integer || rule.decimals === 0 ? "numeric" : "decimal"}
      placeholder={field.placeholder}
      dir="ltr"
    />
  );
  return (
    <Single q={q} hint={hint}>
      {field.type === "currency" && field.currency !== undefined ? (
        <div class="joined" dir="ltr">
          <span aria-hidden="true">{symbolOf(field.currency)}</span>
          {input}
        </div>
      ) : (
        input
      )}
    </Single>
  );
}

function rangeHint(type: Field["type"], min: number | undefined, max: number | undefined): string | undefined {
  if (type === "currency") return undefined;
  return min !== undefined && max !== undefined ? `A number from ${min} to ${max}.` : undefined;
}

function symbolOf(currency: string): string {
  try {
    const parts = new Intl.NumberFormat("en", { style: "currency", currency, currencyDisplay: "narrowSymbol" }).formatToParts(0);
    return parts.find(({ type }) => type === "currency")?.value ?? currency;
  } catch {
    return currency;
  }
}

export function Select({ asking, field, path, value }: Props) {
  const q = questionOf(asking, field, path, value);
  const chosen = shownText(q);
  return (
    <Single q={q}>
      <select {...common(q)}>
        <option value="" selected={chosen === ""}>
          {/* The mark keeps the dots behind the word where all else is read from the right. */}
          {field.placeholder ?? "Choose…\u200e"}
        </option>
        {(field.options ?? []).map((option) => (
          <option value={option.value} selected={option.value === chosen}>
            {option.label}
          </option>
        ))}
      </select>
    </Single>
  );
}

/** One box, with the question as its label. */
export function Consent({ asking, field, path, value }: Props) {
  const q = questionOf(asking, field, path, value);
  return (
    <div class={frameClass(q)}>
      <Fresh q={q} />
      <Help q={q} />
      <Marker q={q} />
      <label class="option">
        <input {...common(q)} type="checkbox" value="true" checked={shownText(q) === "true"} />
        <span>
          <Label q={q} />
        </span>
      </label>
    </div>
  );
}

/** Boxes and buttons that are left open send nothing; this says that they were on the page. */
export function Marker({ q, name = q.path }: { q: Question; name?: string }) {
  return q.fixed ? null : <input type="hidden" name={name} value="" />;
}
