// Stylesheets with a name that tells what is in them: whoever has one may keep it for ever.
import { createHash } from "node:crypto";
import BASE_CSS from "./base.css";

export interface Stylesheet {
  name: string;
  href: string;
  css: string;
}

export function stylesheet(name: string, ...parts: string[]): Stylesheet {
  const css = [BASE_CSS, ...parts].join("\n");
  const hash = createHash("sha256").update(css).digest("base64url").slice(0, 12);
  return { name, href: `/styles/${name}.${hash}.css`, css };
}
