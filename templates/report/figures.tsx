import type { Change, Figure } from "../../src/reports/pdf/model";

export function Figures({ figures, large = false }: { figures: readonly Figure[]; large?: boolean }) {
  return (
    <dl class={large ? "figures large" : "figures"}>
      {figures.map((figure) => (
        <div>
          <dt>
            <bdi>{figure.label}</bdi>
          </dt>
          <dd>
            <span class="value">{figure.value}</span>
            {figure.unit !== undefined && <span class="unit"> {figure.unit}</span>}
            {figure.change !== undefined && <ChangeMark change={figure.change} />}
            {figure.note !== undefined && <span class="note">{figure.note}</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** The sign says which way, so that nothing depends on seeing colour. */
function ChangeMark({ change }: { change: Change }) {
  const kind = change.good === null ? "change" : change.good ? "change good" : "change bad";
  return (
    <span class={kind} dir="ltr">
      {change.text}
    </span>
  );
}
