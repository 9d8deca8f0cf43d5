// What stands at the head and foot of every page. Printed last, when all page numbers are known, and laid over the rest.
import type { RunningPage } from "./parts";
import type { Sheet } from "./template";

export function Running({ page, ...sheet }: Sheet & { page: RunningPage }) {
  const { setting, report, writing } = sheet;
  return (
    <div class="sheet">
      {page.shown && (
        <>
          <div class="head">
            <span class="start" dir="auto">
              {setting.logo === null ? fill(setting.header, sheet) : <img src={setting.logo} alt="" />}
            </span>
            <span class="end" dir="auto">
              {page.section}
            </span>
          </div>
          <div class="foot">
            <span class="start" dir="auto">
              {setting.footer === "" ? report.title : fill(setting.footer, sheet)}
            </span>
            <span class="end">
              <span class="hidden">{writing.words.page} </span>
              <b>{page.number}</b> / {page.of}
            </span>
          </div>
        </>
      )}
    </div>
  );
}

/** `{title}` and its like; anything else in braces stays as it is. */
export function fill(text: string, { report }: Sheet): string {
  const values: Record<string, string> = {
    title: report.title,
    form: report.formTitle,
    workspace: report.workspace,
    date: report.madeOn,
    period: report.period,
  };
  return text.replace(/\{(title|form|workspace|date|period)\}/g, (_, name: string) => values[name] ?? "");
}
