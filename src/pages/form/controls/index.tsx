// The fields of a page, each as what it is.
import type { Field } from "../../../forms";
import { Text } from "../../look/text";
import { asRaw, textOf } from "../answers";
import { Boxes, Matrix, Radios, Ranking, Scale } from "./choices";
import { Files } from "./files";
import type { Asking } from "./frame";
import { Consent, LongText, NumberInput, Select, TextInput } from "./inputs";
import { Address, DateRange, Group, Repeat } from "./parts";
import { idOf } from "./places";

interface FieldsProps {
  asking: Asking;
  fields: readonly Field[];
  /** Where the page is sent. */
  action: string;
  prefix?: string;
  value: unknown;
}

export function Fields({ asking, fields, action, prefix = "", value }: FieldsProps) {
  const seen = fields.filter((field) => asking.sheet.state.visible.has(prefix + field.name));
  return (
    <>
      {seen.map((field) => (
        <OneField asking={asking} field={field} action={action} path={prefix + field.name} value={asRaw(value)[field.name]} />
      ))}
    </>
  );
}

interface OneProps {
  asking: Asking;
  field: Field;
  action: string;
  path: string;
  value: unknown;
}

function OneField({ action, ...props }: OneProps) {
  const { asking, field } = props;
  const render = (inside: readonly Field[], below: string, given: unknown) => (
    <Fields asking={asking} fields={inside} action={action} prefix={below} value={given} />
  );
  switch (field.type) {
    case "short_text":
    case "email":
    case "phone":
    case "url":
    case "date":
    case "time":
    case "datetime":
      return <TextInput {...props} />;
    case "long_text":
      return <LongText {...props} />;
    case "number":
    case "currency":
      return <NumberInput {...props} />;
    case "slider":
    case "rating":
    case "nps":
      return <Scale {...props} />;
    case "date_range":
      return <DateRange {...props} />;
    case "select":
      return <Select {...props} />;
    case "radio":
    case "yes_no":
      return <Radios {...props} />;
    case "multi_select":
    case "checkboxes":
      return <Boxes {...props} />;
    case "ranking":
      return <Ranking {...props} />;
    case "consent":
      return <Consent {...props} />;
    case "matrix":
      return <Matrix {...props} />;
    case "address":
      return <Address {...props} />;
    case "group":
      return <Group {...props} render={render} />;
    case "repeat":
      return <Repeat {...props} action={action} render={render} />;
    case "file":
    case "signature":
      return <Files {...props} />;
    case "calculated":
      return <Worked {...props} />;
    case "heading":
      return <Heading field={field} />;
    case "rich_text":
      return <Prose field={field} />;
    case "image":
      return <Picture field={field} />;
    case "hidden":
    case "page_break":
      return null;
  }
}

/** What the server works out; nothing is shown while there is nothing to say. */
function Worked({ asking, field, path }: { asking: Asking; field: Field; path: string }) {
  const text = textOf(asking.sheet.state.values[path]);
  if (text === "") return null;
  return (
    <div class="field">
      <span class="question" id={`${idOf(path)}-label`}>
        <bdi>{field.label}</bdi>
      </span>
      <output id={idOf(path)} aria-labelledby={`${idOf(path)}-label`}>
        {text}
      </output>
    </div>
  );
}

function Heading({ field }: { field: Field }) {
  return (
    <div class="heading">
      <h2 dir="auto">{field.label}</h2>
      {field.description !== undefined && <Text text={field.description} />}
    </div>
  );
}

function Prose({ field }: { field: Field }) {
  return (
    <div class="prose">
      <Text text={field.label} />
      {field.description !== undefined && <Text text={field.description} />}
    </div>
  );
}

function Picture({ field }: { field: Field }) {
  return (
    <figure>
      <img src={field.src} alt={field.label} loading="lazy" />
      {field.description !== undefined && (
        <figcaption>
          <Text text={field.description} />
        </figcaption>
      )}
    </figure>
  );
}
