// The guest inside the interpreter. It is bundled into one script, whose value is this function.
import { describe, FormPlugin, run } from "./guest";

type Factory = (base: typeof FormPlugin) => unknown;

export default function begin(
  call: (operation: string, argument: string) => Promise<string>,
  log: (level: string, text: string) => void,
  sleep: (ms: number) => Promise<string>,
) {
  const cancelled = new Set<number>();
  let timers = 0;
  const set = (name: string, value: unknown) => Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
  set("setTimeout", (work: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) => {
    const id = ++timers;
    sleep(Number(ms)).then(() => {
      if (!cancelled.delete(id)) work(...args);
    });
    return id;
  });
  set("clearTimeout", (id: number) => cancelled.add(id));
  return async (make: Factory, hook: string | null, input: string): Promise<string | null> => {
    const Plugin = make(FormPlugin);
    return hook === null ? describe(Plugin) : run(Plugin, hook, input, { call, log });
  };
}
