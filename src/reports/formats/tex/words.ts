// pure. Text that TeX sets as it is, and the frame around it.
import type { ExportMeta } from "../format";

const SPECIAL: Record<string, string> = {
  "\\": "\\textbackslash{}",
  "{": "\\{",
  "}": "\\}",
  $: "\\$",
  "&": "\\&",
  "#": "\\#",
  _: "\\_",
  "%": "\\%",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
  "<": "\\textless{}",
  ">": "\\textgreater{}",
  "|": "\\textbar{}",
  '"': "\\textquotedbl{}",
  "'": "\\textquotesingle{}",
  "`": "\\textasciigrave{}",
  "-": "{-}",
  ",": "{,}",
};
/** What the T1 fonts of every TeX Live have under its own sign: accented letters of Latin 1 and Latin Extended A. */
const IN_EVERY_FONT = /[\u00C0-\u017E]/;
const NEEDS_CARE = /[^A-Za-z0-9 .:;!?()/@*+=[\]]/gu;

/** Every sign as itself: no command, no comment, no ligature can hide in an answer. */
export function escapeTex(text: string): string {
  return text.toWellFormed().replace(/\r\n?/g, "\n").replace(NEEDS_CARE, texOf);
}

function texOf(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  if (char === "\n") return "\\leavevmode\\newline{}";
  if (char === "\t") return " ";
  if (code < 32 || code === 127) return "";
  if (code < 127) return SPECIAL[char] ?? char;
  if (IN_EVERY_FONT.test(char) && char.normalize("NFD") !== char) return char;
  return `\\sign{${code.toString(16).toUpperCase()}}`;
}

export const README = `This is the source of a document, made by Headwater.

  latexmk -lualatex main.tex     sets every script that your fonts have
  latexmk -pdf main.tex          works too; signs beyond Latin are then shown by their code

Needs nothing beyond a stock TeX Live. In Overleaf: upload the zip as a new project.
`;

interface Shown {
  facts: readonly (readonly [string, string])[];
  summary: boolean;
  files: readonly string[];
}

export function mainTex(meta: ExportMeta, { facts, summary, files }: Shown): string {
  const title = escapeTex(meta.title);
  const lines = facts.map(([label, value]) => `\\fact{${escapeTex(label)}}{${escapeTex(value)}}`).join("\n");
  return `% ${meta.exportId}, ledger position ${meta.position}
\\documentclass[11pt,${meta.options.paper === "letter" ? "letterpaper" : "a4paper"}]{article}
${PREAMBLE}
\\begin{document}
${facts.length === 0 ? "" : `\\begin{center}{\\LARGE\\bfseries ${title}\\par}\\end{center}\n\\bigskip\n${lines}\n`}
${summary ? "\\clearpage\n\\section*{Summary}\n\\input{summary.tex}\n" : ""}
${files.length === 0 ? "" : `\\clearpage\n\\section*{Responses}\n${files.map((file) => `\\input{${file}}`).join("\n")}\n`}
\\end{document}
`;
}

const PREAMBLE = String.raw`\usepackage{iftex}
\usepackage[margin=2.2cm]{geometry}
\usepackage{xcolor}
\definecolor{quiet}{HTML}{5B6B7A}
\ifpdftex
  \usepackage[T1]{fontenc}
  \usepackage[utf8]{inputenc}
  \usepackage{textcomp}
  \IfFileExists{lmodern.sty}{\usepackage{lmodern}}{}
  % Beyond Latin a sign is shown by its code; the common ones have their own.
  \newcommand{\sign}[1]{\ifcsname sign@#1\endcsname\csname sign@#1\endcsname\else{\footnotesize[U+#1]}\fi}
\else
  \IfFileExists{fontspec.sty}{\usepackage{fontspec}}{}
  \newcommand{\sign}[1]{\ifcsname sign@#1\endcsname\csname sign@#1\endcsname\else\iffontchar\font"#1\symbol{"#1}\else{\footnotesize[U+#1]}\fi\fi}
\fi
\expandafter\newcommand\csname sign@A0\endcsname{~}
\expandafter\newcommand\csname sign@AB\endcsname{\guillemotleft}
\expandafter\newcommand\csname sign@BB\endcsname{\guillemotright}
\expandafter\newcommand\csname sign@B7\endcsname{\textperiodcentered}
\expandafter\newcommand\csname sign@B0\endcsname{\textdegree}
\expandafter\newcommand\csname sign@A7\endcsname{\textsection}
\expandafter\newcommand\csname sign@2013\endcsname{\textendash}
\expandafter\newcommand\csname sign@2014\endcsname{\textemdash}
\expandafter\newcommand\csname sign@2018\endcsname{\textquoteleft}
\expandafter\newcommand\csname sign@2019\endcsname{\textquoteright}
\expandafter\newcommand\csname sign@201C\endcsname{\textquotedblleft}
\expandafter\newcommand\csname sign@201D\endcsname{\textquotedblright}
\expandafter\newcommand\csname sign@201E\endcsname{\quotedblbase}
\expandafter\newcommand\csname sign@2026\endcsname{\textellipsis}
\expandafter\newcommand\csname sign@20AC\endcsname{\texteuro}
\expandafter\newcommand\csname sign@DF\endcsname{\ss}
\setlength{\parindent}{0pt}
\setlength{\emergencystretch}{3em}
\newcommand{\fact}[2]{\par\noindent\begin{minipage}[t]{0.25\linewidth}\raggedright\color{quiet}#1\end{minipage}\hfill
  \begin{minipage}[t]{0.72\linewidth}\raggedright #2\end{minipage}\par\smallskip}
\newcommand{\response}[3]{\par\pagebreak[2]\bigskip\noindent{\large\bfseries Response #1}\quad{\small\color{quiet}#2 \quad #3}\par\nopagebreak\smallskip}
\newcommand{\answer}[2]{\par\noindent{\small\color{quiet}#1}\par\nopagebreak\noindent\begingroup\raggedright #2\par\endgroup\smallskip}
\newcommand{\turn}[1]{\par\pagebreak[1]\smallskip\noindent{\bfseries #1}\par\nopagebreak}
\newcommand{\question}[3]{\par\pagebreak[2]\bigskip\noindent{\bfseries #1}\quad{\small\color{quiet}#2 of #3 answered}\par\nopagebreak\smallskip}
\newcommand{\figures}[3]{\noindent Average #1, least #2, most #3\par}
\newcommand{\choice}[3]{\noindent #1\dotfill #2 (#3\,\%)\par}
\pagestyle{plain}`;
