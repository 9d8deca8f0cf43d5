// Files without script: what is there already as boxes that can be unticked, and a control for more. A signature is a picture of one.
import { type Field, inBytes, kindsInWords } from "../../../forms";
import { withoutTurns } from "../../../uploads";
import { FILE, MAX_FILE_BYTES } from "../files";
import { type Asking, Fresh, frameClass, Help, Label, questionOf } from "./frame";
import { Marker } from "./inputs";

interface Props {
  asking: Asking;
  field: Field;
  path: string;
  value: unknown;
}

const DEFAULT_MOST = 10;

export function Files({ asking, field, path, value }: Props) {
  const limits = asking.fileLimits.get(withoutTurns(path));
  const most = field.type === "signature" ? 1 : typeof field.validation?.max === "number" ? field.validation.max : DEFAULT_MOST;
  const accept = limits?.accept ?? [];
  const q = questionOf(asking, field, path, value, hintFor(field, most, accept, limits?.maxSize));
  const kept = [q.value].flat().flatMap((id) => {
    const file = typeof id === "string" ? asking.files.get(id) : undefined;
    return file === undefined ? [] : [file];
  });
  return (
    <div class={frameClass(q)}>
      <Fresh q={q} />
      <label class="question" for={q.id}>
        <Label q={q} />
      </label>
      <Help q={q} hint={hintFor(field, most, accept, limits?.maxSize)} />
      <Marker q={q} />
      {kept.length > 0 && (
        <fieldset class="files">
          <legend>
            <bdi>{most === 1 ? "Received; choose another to replace it" : "Received; untick what you do not want to send"}</bdi>
          </legend>
          {kept.map(({ id, name, size }) => (
            <label class="option">
              <input type="checkbox" name={path} value={id} checked disabled={q.fixed} />
              <span>
                <bdi>{name}</bdi> <bdi>({inBytes(size)})</bdi>
              </span>
            </label>
          ))}
        </fieldset>
      )}
      <input
        type="file"
        id={q.id}
        name={FILE + path}
        multiple={most > 1}
        accept={accept.length === 0 ? undefined : accept.join(",")}
        required={q.required && kept.length === 0}
        disabled={q.fixed}
        aria-describedby={q.describedBy}
        aria-invalid={q.message === undefined ? undefined : "true"}
      />
    </div>
  );
}

function hintFor(field: Field, most: number, accept: readonly string[], maxSize = MAX_FILE_BYTES): string {
  const size = inBytes(Math.min(maxSize, MAX_FILE_BYTES));
  const what = field.type === "signature" ? "A picture of your signature" : most === 1 ? "One file" : `At most ${most} files`;
  const kinds = accept.length === 0 ? "" : ` (${kindsInWords(accept)})`;
  const together = most === 1 ? "" : ` All that you send at once: ${inBytes(MAX_FILE_BYTES)}.`;
  return `${what}${kinds}, ${most === 1 ? "" : "each "}at most ${size}.${together}`;
}
