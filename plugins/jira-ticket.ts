// Opens a Jira issue for each response, once, and comments on it when the response is changed.
import { type ConfigSchema, FormPlugin, type PluginContext, type ResponsePayload } from "../src/plugins/sdk";

const config = {
  type: "object",
  properties: {
    site: { type: "string", title: "Site", description: "As in your-team.atlassian.net; grant this host.", minLength: 1, maxLength: 200 },
    project: { type: "string", title: "Project key", minLength: 1, maxLength: 20 },
    issue_type: { type: "string", title: "Type of issue", default: "Task", maxLength: 50 },
    summary_field: { type: "string", title: "Field for the summary", maxLength: 64 },
  },
  required: ["site", "project"],
} as const satisfies ConfigSchema;

const KEEP_SECONDS = 90 * 86_400;

export default class JiraTicket extends FormPlugin<typeof config> {
  static override title = "Jira ticket";
  static override description = "Opens an issue for each response, and comments on it when the response changes.";
  static override config = config;
  static override secrets = ["email", "api_token"];

  override async onResponseSubmitted(response: ResponsePayload, ctx: PluginContext) {
    // An event may be told twice; the issue is opened once.
    const known = await ctx.kv.get(response.id);
    if (known !== null) return;
    const field = this.config.summary_field;
    const told = field === undefined ? undefined : response.data[field];
    const issue = (await this.#ask(ctx, "POST", "/rest/api/2/issue", {
      fields: {
        project: { key: this.config.project },
        issuetype: { name: this.config.issue_type },
        summary: (typeof told === "string" && told !== "" ? told : `Response ${response.id}`).slice(0, 250),
        description: describe(response),
      },
    })) as { key: string };
    await ctx.kv.put(response.id, issue.key, { ttlSeconds: KEEP_SECONDS });
    ctx.log(`opened ${issue.key}`);
  }

  override async onResponseUpdated(response: ResponsePayload, ctx: PluginContext) {
    const key = await ctx.kv.get(response.id);
    if (typeof key !== "string") return;
    await this.#ask(ctx, "POST", `/rest/api/2/issue/${encodeURIComponent(key)}/comment`, {
      body: `The response was changed.\n\n${describe(response)}`,
    });
    ctx.log(`commented on ${key}`);
  }

  async #ask(ctx: PluginContext, method: string, path: string, body: unknown): Promise<unknown> {
    const { email, api_token } = ctx.secrets;
    if (email === undefined || api_token === undefined) throw new Error('Set the secrets "email" and "api_token".');
    const reply = await ctx.fetch(`https://${this.config.site}${path}`, {
      method,
      headers: {
        "Content-Type": "application/json",
        Accept: "application/json",
        Authorization: `Basic ${base64(`${email}:${api_token}`)}`,
      },
      body: JSON.stringify(body),
    });
    if (!reply.ok) throw new Error(`Jira answered ${reply.status}: ${(await reply.text()).slice(0, 200)}`);
    return reply.json();
  }
}

function describe(response: ResponsePayload): string {
  return Object.entries(response.data)
    .map(([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join("\n");
}

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Of ASCII: the strict mode has no btoa, and a header has nothing else in it. */
function base64(text: string): string {
  let out = "";
  for (let i = 0; i < text.length; i += 3) {
    const [a = 0, b = Number.NaN, c = Number.NaN] = [text.charCodeAt(i), text.charCodeAt(i + 1), text.charCodeAt(i + 2)];
    out += DIGITS.charAt(a >> 2) + DIGITS.charAt(((a & 3) << 4) | (b >> 4));
    out += Number.isNaN(b) ? "=" : DIGITS.charAt(((b & 15) << 2) | (c >> 6));
    out += Number.isNaN(c) ? "=" : DIGITS.charAt(c & 63);
  }
  return out;
}
