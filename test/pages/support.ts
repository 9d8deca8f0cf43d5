// A visitor without script: reads a page's form as a browser would, types into it, and sends it back.
import { SELF } from "cloudflare:test";
import { expect } from "vitest";
import { createWorld, ORIGIN, type World } from "../support/world";

export interface Published extends World {
  formId: string;
  slug: string;
  /** Accepted answers, newest first. */
  answers(): Promise<{ data: Record<string, unknown>; meta: Record<string, unknown> }[]>;
}

export async function publish(schema: Record<string, unknown>, title = "Survey", description?: string): Promise<Published> {
  const world = await createWorld();
  const created = await world.call("POST", "/api/v1/forms", { title, description, schema });
  expect(created.status, await created.clone().text()).toBe(201);
  const { id: formId, slug } = await created.json<{ id: string; slug: string }>();
  const published = await world.call("POST", `/api/v1/forms/${formId}/publish`);
  expect(published.status, await published.clone().text()).toBe(200);
  return {
    ...world,
    formId,
    slug,
    answers: async () => {
      const reply = await world.call("GET", `/api/v1/forms/${formId}/responses`);
      return (await reply.json<{ responses: { data: Record<string, unknown>; meta: Record<string, unknown> }[] }>()).responses;
    },
  };
}

export function visit(path: string, headers: Record<string, string> = {}): Promise<Response> {
  return SELF.fetch(`${ORIGIN}${path}`, { headers: { Accept: "text/html", ...headers }, redirect: "manual" });
}

type Pair = [name: string, value: string];

export class Page {
  constructor(
    readonly status: number,
    readonly html: string,
    readonly headers: Headers,
    readonly action: string,
    /** What would be sent if the visitor touched nothing. */
    readonly pairs: readonly Pair[],
  ) {}

  /** The visible words, without markup. */
  get text(): string {
    return this.html
      .replace(/<(style|script)[\s\S]*?<\/\1>/g, "")
      .replace(/<[^>]+>/g, " ")
      .replace(/\s+/g, " ");
  }

  value(name: string): string | undefined {
    return this.pairs.findLast(([candidate]) => candidate === name)?.[1];
  }

  hasControl(name: string): boolean {
    return new RegExp(`<(input|select|textarea)[^>]* name="${name.replaceAll(".", "\\.")}"`).test(this.html);
  }

  /** Types over what is there; a list ticks those boxes. */
  fillIn(answers: Record<string, string | string[]>, go = "next"): URLSearchParams {
    const named = new Set(Object.keys(answers));
    const kept = this.pairs.filter(([name]) => !named.has(name));
    const typed = Object.entries(answers).flatMap(([name, value]) => [value].flat().map((one): Pair => [name, one]));
    return new URLSearchParams([...kept, ...typed, ["_go", go]]);
  }

  async send(answers: Record<string, string | string[]>, go = "next", headers: Record<string, string> = {}): Promise<Page> {
    return toPage(await post(this.action, this.fillIn(answers, go), headers));
  }
}

export function post(path: string, body: URLSearchParams, headers: Record<string, string> = {}): Promise<Response> {
  return SELF.fetch(`${ORIGIN}${path}`, {
    method: "POST",
    body: body.toString(),
    headers: { "Content-Type": "application/x-www-form-urlencoded", Origin: ORIGIN, Accept: "text/html", ...headers },
    redirect: "manual",
  });
}

export async function open(path: string, headers: Record<string, string> = {}): Promise<Page> {
  return toPage(await visit(path, headers));
}

export async function toPage(reply: Response): Promise<Page> {
  const pairs: Pair[] = [];
  let action = "";
  let select: { name: string; disabled: boolean; chosen: string | null; first: string | null } | null = null;
  let area: { name: string; text: string } | null = null;
  const copy = reply.clone();
  const rewriter = new HTMLRewriter()
    .on("form", {
      element: (el) => {
        action = el.getAttribute("action") ?? "";
      },
    })
    .on("form input", {
      element: (el) => {
        const [name, type = "text"] = [el.getAttribute("name"), el.getAttribute("type") ?? "text"];
        if (name === null || el.hasAttribute("disabled")) return;
        if ((type === "radio" || type === "checkbox") && !el.hasAttribute("checked")) return;
        pairs.push([name, fromHtml(el.getAttribute("value") ?? "")]);
      },
    })
    .on("form select", {
      element: (el) => {
        select = { name: el.getAttribute("name") ?? "", disabled: el.hasAttribute("disabled"), chosen: null, first: null };
        el.onEndTag(() => {
          if (select !== null && !select.disabled) pairs.push([select.name, select.chosen ?? select.first ?? ""]);
          select = null;
        });
      },
    })
    .on("form option", {
      element: (el) => {
        if (select === null) return;
        const value = fromHtml(el.getAttribute("value") ?? "");
        select.first ??= value;
        if (el.hasAttribute("selected")) select.chosen = value;
      },
    })
    .on("form textarea", {
      element: (el) => {
        const here = { name: el.getAttribute("name") ?? "", text: "" };
        area = here;
        el.onEndTag(() => {
          pairs.push([here.name, fromHtml(here.text).replace(/^\n/, "")]);
          area = null;
        });
      },
      text: (chunk) => {
        if (area !== null) area.text += chunk.text;
      },
    });
  await rewriter.transform(reply).text();
  return new Page(reply.status, await copy.text(), reply.headers, action, pairs);
}

function fromHtml(text: string): string {
  const named: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };
  return text.replace(/&(amp|lt|gt|quot|#39);/g, (whole, name: string) => named[name] ?? whole);
}
