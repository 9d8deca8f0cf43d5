// The frame of whatever is printed. It can fetch nothing and run nothing: the policy says so here, and the printer says so again.

import { raw } from "hono/html";
import type { Child } from "hono/jsx";
import { variables } from "./look";
import type { Html } from "./parts";
import { STYLES } from "./styles";
import type { Sheet } from "./template";

const POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src data:";

export function Paper({ sheet, kind, children }: { sheet: Sheet; kind: "body" | "running"; children?: Child }) {
  const { setting, writing, report } = sheet;
  return (
    <html lang={writing.language} dir={writing.rightToLeft ? "rtl" : "ltr"}>
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content={POLICY} />
        <title>{report.title}</title>
        <style>{raw(`${variables(setting.look)}\n${kind === "running" ? "@page{margin:0}" : ""}\n${STYLES}\n${setting.css}`)}</style>
      </head>
      <body class={kind}>{children}</body>
    </html>
  );
}

export function toHtml(page: Html): string {
  return `<!doctype html>${page.toString() as string}`;
}
