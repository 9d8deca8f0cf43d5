// Plugins that come with the build: found in plugins/, offered to every workspace, and run by none until it is installed there.
import BUILT from "../../dist/plugins/built.txt";

export interface OfferedPlugin {
  name: string;
  /** The module as JavaScript, as it could also be uploaded. */
  source: string;
}

const ALL = JSON.parse(BUILT) as OfferedPlugin[];

export function offeredPlugins(): readonly OfferedPlugin[] {
  return ALL;
}

export function offeredPlugin(name: string): OfferedPlugin | undefined {
  return ALL.find((plugin) => plugin.name === name);
}
