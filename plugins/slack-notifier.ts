// Tells a Slack channel of each response, through an incoming webhook.
import { type ConfigSchema, FormPlugin, type PluginContext, type ResponsePayload } from "../src/plugins/sdk";

const config = {
  type: "object",
  properties: {
    heading: { type: "string", title: "Heading", default: "A new response", maxLength: 150 },
    fields: {
      type: "array",
      items: { type: "string" },
      title: "Fields to show",
      description: "None: the first five answers.",
      default: [],
    },
  },
} as const satisfies ConfigSchema;

const SHOWN = 5;
const LONGEST = 300;

export default class SlackNotifier extends FormPlugin<typeof config> {
  static override title = "Slack notifier";
  static override description = "Posts each new response to a Slack channel.";
  static override config = config;
  static override hosts = ["hooks.slack.com"];
  /** The whole address of the incoming webhook: whoever knows it can post. */
  static override secrets = ["webhook_url"];

  override async onResponseSubmitted(response: ResponsePayload, ctx: PluginContext) {
    const url = ctx.secrets.webhook_url;
    if (url === undefined) throw new Error('Set the secret "webhook_url".');
    const names = this.config.fields.length > 0 ? this.config.fields : Object.keys(response.data).slice(0, SHOWN);
    const lines = names.map((name) => `*${escapeText(name)}*: ${escapeText(show(response.data[name]))}`);
    const text = [`*${escapeText(this.config.heading)}*`, ...lines].join("\n");
    const reply = await ctx.fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ text }),
    });
    if (!reply.ok) throw new Error(`Slack answered ${reply.status}: ${(await reply.text()).slice(0, 100)}`);
    ctx.log(`told Slack of ${response.id}`);
  }
}

function show(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "–");
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/** What Slack would otherwise read as a mention or a link. */
function escapeText(text: string): string {
  return text.split("&").join("&amp;").split("<").join("&lt;").split(">").join("&gt;");
}
