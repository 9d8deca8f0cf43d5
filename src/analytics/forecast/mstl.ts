// MSTL with an ETS trend, from WebAssembly. The package does not export its module, so it is named by its path; compiled when the
// Worker is, and instantiated by the first forecast that asks.
import { initSync, MSTL } from "@bsull/augurs/mstl";
import module from "../../../node_modules/@bsull/augurs/mstl_bg.wasm?module";
import { AHEAD, type Candidate, WEEK } from "./models";

let ready = false;

function start(): void {
  if (!ready) initSync({ module });
  ready = true;
}

export const mstlEts: Candidate = {
  kind: "mstl_ets",
  leastDays: 3 * WEEK,
  fit: (values) => {
    start();
    const model = MSTL.ets([WEEK]);
    try {
      model.fit(Float64Array.from(values));
      const next = model.predict(AHEAD).point;
      return { next, fitted: () => inSample(values) };
    } finally {
      model.free();
    }
  },
};

/** Fitted anew: whoever wants this wants it once, and a model kept alive in WebAssembly would have to be freed by somebody. */
function inSample(values: readonly number[]): number[] {
  const model = MSTL.ets([WEEK]);
  try {
    model.fit(Float64Array.from(values));
    return model.predictInSample().point;
  } finally {
    model.free();
  }
}
