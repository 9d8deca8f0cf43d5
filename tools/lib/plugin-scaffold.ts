// The text of a new plugin and of its test.

export function scaffold(name: string): Record<string, string> {
  return { [`plugins/${name}.ts`]: pluginText(name), [`test/plugins/examples/${name}.test.ts`]: testText(name) };
}

function pluginText(name: string): string {
  const className = classNameOf(name);
  return `import { type ConfigSchema, FormPlugin, type PluginContext, type ResponsePayload } from "../src/plugins/sdk";

const config = {
  type: "object",
  properties: {
    greeting: { type: "string", title: "Greeting", default: "Hello", maxLength: 100 },
  },
} as const satisfies ConfigSchema;

export default class ${className} extends FormPlugin<typeof config> {
  static override title = "${titleOf(name)}";
  static override description = "Says hello to each new response.";
  static override config = config;
  // What it will ask for: static hosts = ["api.example.com"], secrets = ["token"], permissions = ["mail"], schedule = "0 * * * *".

  override async onResponseSubmitted(response: ResponsePayload, ctx: PluginContext) {
    const count = await ctx.kv.increment("greeted");
    ctx.log(\`\${this.config.greeting}, \${response.id}: number \${count}\`);
  }
}
`;
}

function testText(name: string): string {
  const className = classNameOf(name);
  return `import { expect, test } from "vitest";
import ${className} from "../../../plugins/${name}";
import { tryHook } from "../../../src/plugins/sdk/test-kit";
import { response } from "./sample";

test("it greets each response, and counts", async () => {
  const kv = new Map<string, unknown>();
  const first = await tryHook(${className}, "onResponseSubmitted", response({ name: "Ada" }), { kv });
  const second = await tryHook(${className}, "onResponseSubmitted", response({ name: "Grace" }, { id: "rsp_2" }), { kv });
  expect([...first.logs, ...second.logs]).toEqual(["Hello, rsp_1: number 1", "Hello, rsp_2: number 2"]);
});
`;
}

function classNameOf(name: string): string {
  return name
    .split("-")
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join("");
}

function titleOf(name: string): string {
  const words = name.replaceAll("-", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
