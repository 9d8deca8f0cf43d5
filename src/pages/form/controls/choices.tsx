// Fields where something is picked from what is on the page.
import { type Field, numberRule, type Option } from "../../../forms";
import { asRaw, partsOf, textOf } from "../answers";
import { type Asking, ErrorText, type Question, questionOf, Several, shownText } from "./frame";
import { Marker, NumberInput } from "./inputs";
import { partId } from "./places";

interface Props {
  asking: Asking;
  field: Field;
  path: string;
  value: unknown;
}

const YES_NO: Option[] = [
  { value: "true", label: "Yes" },
  { value: "false", label: "No" },
];
const FEW_STEPS = 11;
const COLUMNS_FROM = 9;

interface BoxProps {
  q: Question;
  type: "radio" | "checkbox";
  option: Option;
  /** The first has the id that links to the question lead to. */
  id: string;
  chosen: boolean;
  name?: string;
  describedBy?: string;
}

function Box({ q, type, option, id, chosen, name = q.path, describedBy }: BoxProps) {
  return (
    <label class="option">
      <input
        type={type}
        id={id}
        name={name}
        value={option.value}
        checked={chosen}
        required={type === "radio" && q.required}
        aria-invalid={q.message === undefined ? undefined : "true"}
        aria-describedby={describedBy}
      />
      <span dir="auto">{option.label}</span>
    </label>
  );
}

export function Radios({ asking, field, path, value }: Props) {
  const q = questionOf(asking, field, path, value);
  const options = field.type === "yes_no" ? YES_NO : (field.options ?? []);
  const chosen = spoken(shownText(q), field);
  return (
    <Several q={q} kind={field.type === "yes_no" ? "inline" : undefined}>
      <Marker q={q} />
      <div class={options.length >= COLUMNS_FROM ? "options columns" : "options"}>
        {options.map((option, at) => (
          <Box q={q} type="radio" option={option} id={at === 0 ? q.id : `${q.id}-o${at}`} chosen={option.value === chosen} />
        ))}
      </div>
    </Several>
  );
}

function spoken(text: string, { type }: Field): string {
  if (type !== "yes_no") return text;
  return /^(true|yes|on|1)$/i.test(text) ? "true" : /^(false|no|off|0)$/i.test(text) ? "false" : "";
}

export function Boxes({ asking, field, path, value }: Props) {
  const { min, max } = field.validation ?? {};
  const hint = countHint(min, max);
  const q = questionOf(asking, field, path, value, hint);
  const chosen = new Set(Array.isArray(q.value) ? q.value.map(textOf) : []);
  const options = field.options ?? [];
  return (
    <Several q={q} hint={hint}>
      <Marker q={q} />
      <div class={options.length >= COLUMNS_FROM ? "options columns" : "options"}>
        {options.map((option, at) => (
          <Box q={q} type="checkbox" option={option} id={at === 0 ? q.id : `${q.id}-o${at}`} chosen={chosen.has(option.value)} />
        ))}
      </div>
    </Several>
  );
}

function countHint(min: unknown, max: unknown): string | undefined {
  if (typeof min === "number" && typeof max === "number") return min === max ? `Choose ${min}.` : `Choose ${min} to ${max}.`;
  if (typeof max === "number") return `Choose up to ${max}.`;
  return typeof min === "number" && min > 1 ? `Choose at least ${min}.` : undefined;
}

/** A few whole steps beside each other; more of them are typed. */
export function Scale({ asking, field, path, value }: Props) {
  const { min = 0, max = 0, integer } = numberRule({ field });
  const steps = max - min + 1;
  const whole = Number.isInteger(min) && Number.isInteger(max) && (integer === true || field.type === "slider");
  if (!whole || steps > FEW_STEPS || steps < 2) return <NumberInput asking={asking} field={field} path={path} value={value} />;
  const q = questionOf(asking, field, path, value);
  const chosen = shownText(q);
  const isRating = field.type === "rating";
  return (
    <Several q={q} kind={isRating ? "rating" : "scale"}>
      <Marker q={q} />
      <div class="steps">
        {Array.from({ length: steps }, (_, at) => String(min + at)).map((step, at) => (
          <label class="step">
            <input
              type="radio"
              id={at === 0 ? q.id : `${q.id}-o${at}`}
              name={q.path}
              value={step}
              checked={step === chosen}
              required={q.required}
              aria-invalid={q.message === undefined ? undefined : "true"}
            />
            <span>
              {isRating && <Star />}
              {step}
              {field.type === "nps" && at === 0 && <span class="unseen">, not at all likely</span>}
              {field.type === "nps" && at === steps - 1 && <span class="unseen">, extremely likely</span>}
            </span>
          </label>
        ))}
      </div>
      {field.type === "nps" && (
        <div class="ends" aria-hidden="true">
          <span>Not at all likely</span>
          <span>Extremely likely</span>
        </div>
      )}
    </Several>
  );
}

function Star() {
  return (
    <svg class="star" viewBox="0 0 24 24" aria-hidden="true">
      <path d="m12 2.800 2.850 5.900 6.400.9-4.650 4.500 1.130 6.400L12 17.450 6.270 20.500l1.130-6.400L2.750 9.600l6.400-.9z" />
    </svg>
  );
}

/** A place after the other: each picks one option, and all share a name, so that they arrive in order. */
export function Ranking({ asking, field, path, value }: Props) {
  const options = field.options ?? [];
  const { max } = field.validation ?? {};
  const places = Math.min(typeof max === "number" ? max : options.length, options.length);
  const hint = "Each option at most once, the most important first.";
  const q = questionOf(asking, field, path, value, hint);
  const ranked = Array.isArray(q.value) ? q.value.map(textOf) : [];
  return (
    <Several q={q} hint={hint} kind="ranking">
      <ol>
        {Array.from({ length: places }, (_, at) => (
          <li>
            <select
              id={at === 0 ? q.id : `${q.id}-o${at}`}
              name={q.path}
              aria-label={`Place ${at + 1}`}
              aria-invalid={q.message === undefined ? undefined : "true"}
            >
              <option value="">–</option>
              {options.map((option) => (
                <option value={option.value} selected={ranked[at] === option.value}>
                  {option.label}
                </option>
              ))}
            </select>
          </li>
        ))}
      </ol>
    </Several>
  );
}

/** A question for each row: a table of buttons cannot be read on a phone, nor well by ear. */
export function Matrix({ asking, field, path, value }: Props) {
  const q = questionOf(asking, field, path, value);
  const columns = field.options ?? [];
  const answers = asRaw(q.value);
  return (
    <Several q={q} kind="matrix">
      {(partsOf(field) ?? []).map((row) => {
        const id = partId(field, path, row);
        const message = asking.messages.get(`${path}.${row}`);
        return (
          <fieldset
            class={message === undefined ? "row" : "row wrong"}
            aria-describedby={message === undefined ? undefined : `${id}-error`}
          >
            <legend dir="auto">{field.rows?.find((candidate) => candidate.value === row)?.label ?? row}</legend>
            {message !== undefined && <ErrorText id={`${id}-error`} message={message} />}
            <Marker q={q} name={`${path}.${row}`} />
            <div class="options">
              {columns.map((option, at) => (
                <Box
                  q={q}
                  type="radio"
                  name={`${path}.${row}`}
                  option={option}
                  id={at === 0 ? id : `${id}-o${at}`}
                  chosen={textOf(answers[row]) === option.value}
                />
              ))}
            </div>
          </fieldset>
        );
      })}
    </Several>
  );
}
