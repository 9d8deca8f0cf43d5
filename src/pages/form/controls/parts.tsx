// Fields made of several controls, and those made of other fields.
import type { Child } from "hono/jsx";
import type { Field } from "../../../forms";
import { ADDRESS_PARTS, asRaw, mostTurns, textOf } from "../answers";
import { type Asking, ErrorText, Help, Label, questionOf, Several } from "./frame";
import { timeLimits } from "./inputs";
import { partId } from "./places";

interface Props {
  asking: Asking;
  field: Field;
  path: string;
  value: unknown;
}

export function DateRange({ asking, field, path, value }: Props) {
  const q = questionOf(asking, field, path, value);
  const limits = timeLimits(field, asking);
  return (
    <Several q={q} kind="beside">
      {[
        ["start", "From"],
        ["end", "To"],
      ].map(([part = "", label]) => (
        <Part asking={asking} field={field} path={path} part={part} label={label ?? ""}>
          {(attributes) => (
            <input {...attributes} type="date" class="short" value={textOf(asRaw(q.value)[part])} required={q.required} {...limits} />
          )}
        </Part>
      ))}
    </Several>
  );
}

const ADDRESS: Record<(typeof ADDRESS_PARTS)[number], { label: string; autocomplete: string; class?: string; needed: boolean }> = {
  line1: { label: "Street and number", autocomplete: "address-line1", needed: true },
  line2: { label: "Flat, building, c/o (optional)", autocomplete: "address-line2", needed: false },
  city: { label: "City", autocomplete: "address-level2", needed: true },
  region: { label: "State or region (optional)", autocomplete: "address-level1", needed: false },
  postal_code: { label: "Postal code (optional)", autocomplete: "postal-code", class: "short", needed: false },
  country: { label: "Country", autocomplete: "country-name", needed: true },
};

export function Address({ asking, field, path, value }: Props) {
  const q = questionOf(asking, field, path, value);
  return (
    <Several q={q} kind="address">
      {ADDRESS_PARTS.map((part) => {
        const { label, autocomplete, needed, class: width } = ADDRESS[part];
        return (
          <Part asking={asking} field={field} path={path} part={part} label={label}>
            {(attributes) => (
              <input
                {...attributes}
                type="text"
                dir="auto"
                class={width}
                autocomplete={autocomplete}
                value={textOf(asRaw(q.value)[part])}
                required={q.required && needed}
              />
            )}
          </Part>
        );
      })}
    </Several>
  );
}

interface PartProps {
  asking: Asking;
  field: Field;
  path: string;
  part: string;
  label: string;
  children: (attributes: Record<string, string | undefined>) => Child;
}

function Part({ asking, field, path, part, label, children }: PartProps) {
  const id = partId(field, path, part);
  const message = asking.messages.get(`${path}.${part}`);
  return (
    <div class={message === undefined ? "part" : "part wrong"}>
      <label for={id}>{label}</label>
      {message !== undefined && <ErrorText id={`${id}-error`} message={message} />}
      {children({
        id,
        name: `${path}.${part}`,
        "aria-describedby": message === undefined ? undefined : `${id}-error`,
        "aria-invalid": message === undefined ? undefined : "true",
      })}
    </div>
  );
}

type Render = (fields: readonly Field[], prefix: string, value: unknown) => Child;

export function Group({ asking, field, path, value, render }: Props & { render: Render }) {
  const q = questionOf(asking, field, path, value);
  return (
    <Several q={{ ...q, required: false }} kind="group">
      {render(field.fields ?? [], `${path}.`, value)}
    </Several>
  );
}

/** Adding and taking away are submits like any other; they lead back to the group and judge nothing. */
export function Repeat({ asking, field, path, value, action, render }: Props & { action: string; render: Render }) {
  const q = questionOf(asking, field, path, value);
  const turns = Array.isArray(value) ? value : [];
  const turnId = (at: number) => `${q.id}-t${at}`;
  return (
    <section
      class={q.message === undefined ? "field repeat" : "field repeat wrong"}
      id={q.id}
      tabindex={-1}
      aria-labelledby={`${q.id}-label`}
    >
      <h3 class="question" id={`${q.id}-label`}>
        <Label q={q} />
      </h3>
      <Help q={q} />
      <input type="hidden" name={path} value={String(turns.length)} />
      {turns.map((turn, at) => (
        <fieldset class="turn" id={turnId(at)} tabindex={-1}>
          <legend>
            <bdi>{field.label}</bdi> {at + 1}
          </legend>
          {render(field.fields ?? [], `${path}.${at}.`, asRaw(turn))}
          {turns.length > 1 && (
            <button class="quiet" type="submit" name="_go" value={`remove:${path}:${at}`} formaction={`${action}#${q.id}`}>
              Remove <span class="unseen">{`${field.label} `}</span>
              {at + 1}
            </button>
          )}
        </fieldset>
      ))}
      {turns.length < mostTurns(field) && (
        <button class="quiet" type="submit" name="_go" value={`add:${path}`} formaction={`${action}#${turnId(turns.length)}`}>
          Add another<span class="unseen">{`: ${field.label}`}</span>
        </button>
      )}
    </section>
  );
}
