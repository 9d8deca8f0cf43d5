/** The plugin of this isolate, as source/meter.ts has written it. */
declare const makePlugin: (base: unknown, hooks: unknown) => unknown;
export default makePlugin;
