// Programs that are not ours and open the files we make: what they read counts, not what we meant to write.
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { mayInstall } from "./chromium.ts";
import { run } from "./run.ts";

interface Opener {
  program: string;
  /** Debian's packages that bring it. */
  packages: string[];
  opens: string;
}

const OPENERS: readonly Opener[] = [
  { program: "soffice", packages: ["libreoffice-calc-nogui", "libreoffice-writer-nogui"], opens: "XLSX and DOCX" },
  { program: "python3", packages: ["python3-minimal"], opens: "CSV" },
  {
    program: "pdflatex",
    packages: ["texlive-latex-base", "texlive-latex-recommended", "texlive-fonts-recommended", "lmodern"],
    opens: "LaTeX",
  },
  { program: "pdftotext", packages: ["poppler-utils"], opens: "PDF" },
  { program: "qpdf", packages: ["qpdf"], opens: "PDF" },
];

const INSTALL_LIMIT_MS = 6 * 60_000;

export function hasProgram(name: string, env: NodeJS.ProcessEnv = process.env): boolean {
  return (env.PATH ?? "").split(delimiter).some((folder) => folder !== "" && existsSync(join(folder, name)));
}

const missingOpeners = (): Opener[] => OPENERS.filter(({ program }) => !hasProgram(program));

/** Installs what is missing where that is ours to do. What then is still missing is said, and its tests say that they did not run. */
export async function ensureOpeners(note: (text: string) => void): Promise<void> {
  const missing = missingOpeners();
  if (missing.length > 0 && mayInstall({})) {
    const options = { env: { DEBIAN_FRONTEND: "noninteractive" }, timeoutMs: INSTALL_LIMIT_MS };
    await run("apt-get", ["update", "-q"], options);
    await run("apt-get", ["install", "-y", "-q", "--no-install-recommends", ...missing.flatMap(({ packages }) => packages)], options);
  }
  const left = missingOpeners();
  note(left.length === 0 ? "all there" : `not opened: ${left.map(({ program, opens }) => `${opens} (no ${program})`).join(", ")}`);
}
