// pure. The functions, for a page or a console that lists them.
import { FUNCTIONS } from "./functions";
import type { Group } from "./functions/define";

export interface FunctionSummary {
  name: string;
  group: Group;
  /** As one writes it: `round(value, places?)`. */
  call: string;
  about: string;
}

export function listFunctions(): FunctionSummary[] {
  const label: FunctionSummary = {
    name: "label",
    group: "text",
    call: "label(choice)",
    about: "What people call the value of a choice field, instead of the value.",
  };
  const others = [...FUNCTIONS.values()].map(({ name, group, parameters, about }) => ({
    name,
    group,
    call: `${name}(${parameters.map(({ name: of, optional, rest }) => (rest ? `...${of}` : optional ? `${of}?` : of)).join(", ")})`,
    about,
  }));
  return [...others, label].sort((a, b) => a.group.localeCompare(b.group) || a.name.localeCompare(b.name));
}
