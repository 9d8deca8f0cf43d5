// A strict reader of the Prometheus text format 0.0.4, after its specification: what it cannot read, it throws at.

export interface Sample {
  name: string;
  labels: Record<string, string | undefined>;
  value: number;
}
export interface Family {
  name: string;
  help: string;
  type: string;
  samples: Sample[];
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/su;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)/suy;

export function parseExposition(text: string): Family[] {
  if (!text.endsWith("\n")) throw new Error("The last line must end with a line feed");
  const families = new Map<string, Family>();
  let current: Family | undefined;
  for (const line of text.slice(0, -1).split("\n")) {
    const comment = line.match(/^# (HELP|TYPE) (\S+) ?(.*)$/s);
    if (comment !== null) {
      const [, kind, name = "", rest = ""] = comment;
      if (!NAME.test(name)) throw new Error(`Not a name: ${name}`);
      if (kind === "HELP") {
        if (families.has(name)) throw new Error(`${name} comes twice`);
        current = { name, help: unescaped(rest), type: "", samples: [] };
        families.set(name, current);
      } else {
        if (current?.name !== name || current.samples.length > 0) throw new Error(`TYPE of ${name} is out of place`);
        if (!["counter", "gauge", "histogram"].includes(rest)) throw new Error(`Unknown type ${rest}`);
        current.type = rest;
      }
      continue;
    }
    const sample = parseSample(line);
    const suffixes = current?.type === "histogram" ? ["_bucket", "_sum", "_count"] : [""];
    if (current === undefined || !suffixes.some((suffix) => sample.name === current?.name + suffix)) {
      throw new Error(`${sample.name} stands under ${current?.name}`);
    }
    current.samples.push(sample);
  }
  for (const family of families.values()) checkFamily(family);
  return [...families.values()];
}

function parseSample(line: string): Sample {
  const [, name = "", labelText = "", value = ""] = line.match(SAMPLE) ?? fail(line);
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < labelText.length) {
    const [, label = "", text = ""] = LABEL.exec(labelText) ?? fail(line);
    if (label in labels) throw new Error(`${label} comes twice: ${line}`);
    labels[label] = unescaped(text);
  }
  const parsed = value === "+Inf" ? Number.POSITIVE_INFINITY : value === "-Inf" ? Number.NEGATIVE_INFINITY : Number(value);
  if (Number.isNaN(parsed) && value !== "NaN") fail(line);
  return { name, labels, value: parsed };
}

function checkFamily(family: Family): void {
  const seen = new Set(family.samples.map(({ name, labels }) => `${name} ${JSON.stringify(Object.entries(labels).sort())}`));
  if (seen.size !== family.samples.length) throw new Error(`${family.name} has the same series twice`);
  if (family.type !== "histogram") return;
  const groups = Map.groupBy(family.samples, ({ labels: { le: _, ...rest } }) => JSON.stringify(rest));
  for (const samples of groups.values()) {
    const buckets = samples.filter(({ name }) => name.endsWith("_bucket"));
    if (buckets.some(({ value }, i) => value < (buckets[i - 1]?.value ?? 0))) throw new Error(`${family.name}: buckets must not fall`);
    const last = buckets.at(-1);
    const count = samples.find(({ name }) => name.endsWith("_count"));
    if (last?.labels.le !== "+Inf" || last.value !== count?.value) throw new Error(`${family.name}: the last bucket is the count`);
  }
}

const unescaped = (text: string) => text.replace(/\\(["\\n])/g, (_, char: string) => (char === "n" ? "\n" : char));

function fail(line: string): never {
  throw new Error(`Not a sample: ${line}`);
}
