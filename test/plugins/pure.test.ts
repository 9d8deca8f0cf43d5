// What needs no isolate: the meter in the source, and the clock of schedules.
import { describe, expect, test } from "vitest";
import { nextAfter, whyNotASchedule } from "../../src/plugins/schedule";
import { toMeteredModule } from "../../src/plugins/source/meter";
import { parseSource } from "../../src/plugins/source/parse";
import { InvalidError } from "../../src/shared/errors";

const metered = (body: string) => toMeteredModule(parseSource(`export default class extends FormPlugin { hook() { ${body} } }`));

describe("the meter", () => {
  test.each([
    ["for (;;) x();", "{$hw.t(1); x();}"],
    ["while (a) { b(); }", "{$hw.t(1); b(); }"],
    ["const f = (x) => x;", "=> ($hw.t(1), x)"],
    ["const f = () => ({});", "=> (($hw.t(1), {}))"],
    ["a + b + c;", "$hw.a($hw.a(a + b) + c)"],
    ["s += t;", "$hw.a(s += t)"],
    [`\`\${a}\`;`, `$hw.a(\`\${a}\`)`],
    ["[...a];", "[...$hw.s(a)]"],
    ["a.length = n;", "a.length = $hw.l(n)"],
    ["a[k] = 1;", "a[$hw.k(k)] = 1"],
    ["try {} catch { a(); }", "catch {$hw.t(1); a(); }"],
    ["class A { x = f(); }", "x = ($hw.t(1), f())"],
    ["const [a, ...b] = c;", "= $hw.s(c)"],
    ["/ab/.test(a);", "$hw.r(/ab/, "],
  ])("%s", (body, expected) => {
    expect(metered(body)).toContain(expected);
  });

  test.each([
    "/(a+)+$/.test(a);",
    "new RegExp(a);",
    "1n;",
    "BigInt(1);",
    "eval('1');",
    "Function('1');",
    "new Proxy({}, {});",
    "[a.length] = [1];",
    "a.length += 1;",
    "for (a.length of b);",
    "class B { length = 1; }",
    "const f = ({ ...r }) => r;",
    "const $hwClass = 1;",
    "class B { #$hw = 1; }",
  ])("%s is refused where it stands", (body) => {
    expect(() => metered(body)).toThrow(InvalidError);
  });

  test("words are no variables: a member or a key may have any name", () => {
    expect(() => metered("a.RegExp; ({ Function: 1, BigInt() {} });")).not.toThrow();
  });

  test("lines stay where they are", () => {
    const source =
      'import { FormPlugin } from "headwater";\n\nexport default class A\n  extends FormPlugin {\n  hook() {\n    throw 1;\n  }\n}';
    expect(toMeteredModule(parseSource(source)).split("\n")[5]).toContain("throw 1;");
  });
});

describe("schedules", () => {
  const after = (cron: string, time: string) => {
    const next = nextAfter(cron, Date.parse(time));
    return next === null ? null : new Date(next).toISOString();
  };

  test.each([
    ["* * * * *", "2026-01-31T09:00:30Z", "2026-01-31T09:01:00.000Z"],
    ["*/15 * * * *", "2026-01-31T09:00:00Z", "2026-01-31T09:15:00.000Z"],
    ["0 3 * * *", "2026-01-31T03:00:00Z", "2026-02-01T03:00:00.000Z"],
    ["30 9-11/2 * * *", "2026-01-31T09:30:00Z", "2026-01-31T11:30:00.000Z"],
    ["0 0 1 * *", "2026-12-31T23:59:59Z", "2027-01-01T00:00:00.000Z"],
    ["0 0 29 2 *", "2026-01-01T00:00:00Z", "2028-02-29T00:00:00.000Z"],
    ["0 0 * * 7", "2026-01-31T00:00:00Z", "2026-02-01T00:00:00.000Z"],
    ["0 0 * * 1,3", "2026-02-02T12:00:00Z", "2026-02-04T00:00:00.000Z"],
    // As cron has it: the first of the month, or any Monday.
    ["0 0 1 * 1", "2026-02-02T12:00:00Z", "2026-02-09T00:00:00.000Z"],
  ])("%s after %s is %s", (cron, time, expected) => {
    expect(after(cron, time)).toBe(expected);
  });

  test.each(["", "* * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "*/0 * * * *", "5-1 * * * *", "a * * * *", "0 0 30 2 *", "@daily"])(
    "%j is none",
    (cron) => {
      expect(whyNotASchedule(cron)).not.toBeNull();
    },
  );
});
