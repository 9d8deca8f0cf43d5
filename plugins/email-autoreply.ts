// Answers whoever filled in the form, at the address they gave.
import { type ConfigSchema, FormPlugin, type PluginContext, type ResponsePayload } from "../src/plugins/sdk";

const config = {
  type: "object",
  properties: {
    email_field: { type: "string", title: "Field with the address", default: "email", maxLength: 64 },
    subject: { type: "string", title: "Subject", default: "Thank you for your answer", maxLength: 150 },
    text: {
      type: "string",
      title: "Text",
      description: "{{name}} stands for the answer to the field of that name.",
      default: "We have received your answer.\n\nThank you!",
      maxLength: 5_000,
      format: "textarea",
    },
  },
} as const satisfies ConfigSchema;

export default class EmailAutoreply extends FormPlugin<typeof config> {
  static override title = "E-mail auto-reply";
  static override description = "Thanks whoever answered, by e-mail.";
  static override config = config;
  static override permissions = ["mail"] as const;

  override async onResponseSubmitted(response: ResponsePayload, ctx: PluginContext) {
    const to = response.data[this.config.email_field];
    if (typeof to !== "string" || !to.includes("@")) {
      ctx.log.warn(`no address in "${this.config.email_field}"`);
      return;
    }
    // An event may be told twice; a person is thanked once.
    if ((await ctx.kv.get(`thanked ${response.id}`)) !== null) return;
    await ctx.kv.put(`thanked ${response.id}`, true, { ttlSeconds: 86_400 });
    await ctx.mail.send({
      to,
      subject: fill(this.config.subject, response.data).slice(0, 150),
      text: fill(this.config.text, response.data),
    });
    ctx.log("thanked");
  }
}

function fill(text: string, answers: ResponsePayload["data"]): string {
  return text
    .split("{{")
    .map((part, i) => {
      const end = part.indexOf("}}");
      if (i === 0 || end < 0) return i === 0 ? part : `{{${part}`;
      const value = answers[part.slice(0, end).trim()];
      return (value === undefined || value === null ? "" : typeof value === "string" ? value : JSON.stringify(value)) + part.slice(end + 2);
    })
    .join("");
}
