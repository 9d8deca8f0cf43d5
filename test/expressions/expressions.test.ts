import { describe, expect, it } from "vitest";
import { listFunctions } from "../../src/expressions";
import { compiled, errorsOf, worth } from "./support";

describe("what people write", () => {
  it.each([
    ["{{first_name}} {{last_name}}", "Ada Lovelace", "text"],
    ["{{submitted_at | date_format('%Y-%m-%d')}}", "2026-01-31", "text"],
    ["{{a}} + {{b}}", 0.3, "number"],
    ["a + b", 0.3, "number"],
    ["{{a}}", 0.1, "number"],
    [" {{ colours }} ", ["red", "blue", "red"], "list"],
    ["({{a}} + {{b}}) * 10", 3, "number"],
    ["({{a}})", "(0.1)", "text"],
    ["{{first_name}} - {{last_name}}", "Ada - Lovelace", "text"],
    ["{{first_name}} and {{last_name}}", "Ada and Lovelace", "text"],
    ["{{first_name}}, {{last_name}}", "Ada, Lovelace", "text"],
    ['"{{first_name}}"', '"Ada"', "text"],
    ["{{a}} > 1 ? 'high' : 'low'", "low", "text"],
    ["if({{b}} >= 0.2, 'Promoter', 'Other')", "Promoter", "text"],
    ["{{first_name}} | upper", "ADA", "text"],
    ["{{a}}% of {{b}}", "0.1% of 0.2", "text"],
    ["{{first_name + ' ' + last_name | upper}}!", "ADA LOVELACE!", "text"],
    ["Hello {{note | trim | default('you')}}", "Hello two  words", "text"],
    ["{{'}}'}}", "}}", "text"],
    ["happy ? 'yes' : 'no'", "yes", "text"],
    ["born + 1", "1990-03-01", "date"],
    ["submitted_at - born", 13121, "number"],
    ["10 * 1.2345 | round(2)", 12.35, "number"],
    ["1 + 2 * 3 ^ 2", 19, "number"],
    ["-2 ^ 2", -4, "number"],
    ["(1 + 2) * 3", 9, "number"],
    ["not happy or a < b", true, "boolean"],
    ["'blue' in colours and 'green' not in colours", true, "boolean"],
    ["people.age", [30, 41], "list"],
    ["sum(people.age)", 71, "number"],
    ["people[0].name", "Bo", "text"],
    ["address.city", "Rome", "text"],
    ["payload.deep.value + 1", 8, "any"],
    ["payload['deep']['nowhere'] ?? 'none'", "none", "any"],
    ["team | label", "Research", "text"],
    ["missing + 1", null, "number"],
    ["sum(missing, 1)", 1, "number"],
    ["a / 0", null, "number"],
    ["opens < '10:00'", true, "boolean"],
    ["first_name == 'Ada' && last_name <> 'Byron'", true, "boolean"],
    ["'it\\'s'", "it's", "text"],
  ])("%s", (source, value, type) => {
    expect(worth(source)).toEqual(value);
    expect(compiled(source).type.kind).toBe(type);
  });

  it("compares a moment with a date by the date that the calendar shows there", () => {
    expect(worth("submitted_at <= '2026-01-31'")).toBe(true);
    expect(worth("submitted_at <= '2026-01-31'", "Europe/Berlin")).toBe(false);
    expect(worth("submitted_at == '2026-02-01'", "Europe/Berlin")).toBe(true);
  });
});

describe("what is wrong is said before there is a value, and where", () => {
  it.each([
    ["a + frist_name", 4, "Did you mean “first_name”"],
    ["a * first_name", 2, "number()"],
    ["{{first_name}} {{lastname}}", 17, "last_name"],
    ["round(first_name)", 6, "number()"],
    ["roundd(a)", 0, "round"],
    ["a +", 3, "stops"],
    ["(a + b", 0, "never closed"],
    ["{{a", 0, "never closed"],
    ["'abc", 0, "never closed"],
    ["a b", 2, "not expected"],
    ["born > '2026-13-40'", 7, "not a date"],
    ["submitted_at | date_format('%Q')", 27, "%Q"],
    ["date_format(now(), '%Y', 'Mars/Base')", 25, "time zone"],
    ["colours == 'red'", 8, "contains()"],
    ["happy and first_name", 6, "yes or no"],
    ["address.town", 8, "city"],
    ["first_name.length", 11, "cannot be taken"],
    ["upper()", 0, "upper(value: text)"],
    ["a ? b", 2, "“:”"],
    ["a # b", 2, "means nothing"],
    ["{{a}} * {{first_name}}", 6, "number()"],
    ["", 0, "nothing"],
    ["constructor", 0, "no “constructor”"],
    ["__proto__", 0, "no “__proto__”"],
    ["address.constructor", 8, "no “constructor”"],
    ["toString()", 0, "no function"],
    ["constructor('return 1')", 0, "no function"],
  ])("%s", (source, offset, words) => {
    const [error] = errorsOf(source);
    expect(error?.message).toContain(words);
    expect(error?.offset).toBe(offset);
  });

  it("names every mistake, not the first alone", () => {
    expect(errorsOf("nope + never").map(({ offset }) => offset)).toEqual([0, 7]);
  });
});

describe("functions", () => {
  it("there are more than forty, each explained", () => {
    const all = listFunctions();
    expect(all.length).toBeGreaterThan(80);
    expect(all.every(({ about }) => about.length > 3)).toBe(true);
  });

  it.each([
    ["'ada lovelace' | title", "Ada Lovelace"],
    ["capitalize('éa')", "Éa"],
    ["replace('a-b-c', '-', '+')", "a+b+c"],
    ["substring('hello', 1, 3)", "ell"],
    ["right('hello', 2) + left('hello', 1)", "loh"],
    ["truncate('hello world', 6)", "hello…"],
    ["7 | pad_left(3, '0')", "007"],
    ["split('a,b', ',')", ["a", "b"]],
    ["like('Report.PDF', '*.pdf')", true],
    ["like('aaaaaaaaaaaaaaaaaaaaaaaaaaaab', '*a*a*a*a*a*a*a*c')", false],
    ["slug('Größe & Maß!')", "gro-e-ma"],
    ["mask('DE4412345678')", "********5678"],
    ["initials('Ada King Lovelace')", "AKL"],
    ["word_count(note)", 2],
    ["number(' 12.5 ') + 1", 13.5],
    ["number('twelve')", null],
    ["round(1.005, 2)", 1.01],
    ["round(-2.5)", -3],
    ["round(1234, -2)", 1200],
    ["mod(-1, 3)", 2],
    ["percent(1, 3, 1)", 33.3],
    ["1234567.5 | number_format(2, ',', '.')", "1.234.567,50"],
    ["number_format(-0.4)", "0"],
    ["currency_format(12, 'EUR')", "EUR 12.00"],
    ["median(3, 1, 2)", 2],
    ["avg(people.age)", 35.5],
    ["min([3, 1], 2)", 1],
    ["max([])", null],
    ["clamp(11, 0, 10)", 10],
    ["date_add('2026-01-31', 1, 'month')", "2026-02-28"],
    ["date_subtract('2024-02-29', 1, 'year')", "2023-02-28"],
    ["date_diff('2026-01-31', '2026-03-30', 'months')", 1],
    ["days_between('2026-03-01', '2026-02-01')", -28],
    ["age('2000-03-16')", 25],
    ["age('2000-03-15')", 26],
    ["week('2027-01-01')", 53],
    ["weekday('2026-03-15')", 7],
    ["start_of('2026-03-15', 'week')", "2026-03-09"],
    ["end_of('2026-02-10', 'month')", "2026-02-28"],
    ["quarter(born)", 1],
    ["month_name(born)", "February"],
    ["from_timestamp(0)", "1970-01-01T00:00:00.000Z"],
    ["latest(born, '1991-01-01')", "1991-01-01"],
    ["date('rubbish')", null],
    ["today()", "2026-03-15"],
    ["switch(team, 'rd', 1, 'hr', 2, 0)", 1],
    ["coalesce(null, '', 'x')", "x"],
    ["between(a, 0, 1)", true],
    ["yes_no(happy)", "Yes"],
    ["unique(colours)", ["red", "blue"]],
    ["sort([3, 10, 2], true)", [10, 3, 2]],
    ["join(people.name, ' & ')", "Bo & Cy"],
    ["contains(colours, 'blue') and contains(first_name, 'da')", true],
    ["first(colours) + last(colours)", "redred"],
    ["count(colours)", 3],
    ["where(people, 'age', 41)", [{ name: "Cy", age: 41 }]],
    ["slice([1, 2, 3, 4], 1, 2)", [2, 3]],
    ["upper(missing)", null],
    ["json(address)", '{"city":"Rome"}'],
  ])("%s", (source, value) => {
    expect(worth(source)).toEqual(value);
  });

  it("knows the wall clock where it is asked, also when clocks change", () => {
    expect(worth("hour(submitted_at)", "America/New_York")).toBe(18);
    expect(worth("date_format(submitted_at, '%-d %B %Y, %H:%M %z')", "Asia/Kathmandu")).toBe("1 February 2026, 05:15 +05:45");
    // A day on the calendar, though that one had 23 hours.
    expect(worth("date_add(datetime('2026-03-28T12:00:00+01:00'), 1, 'day')", "Europe/Berlin")).toBe("2026-03-29T10:00:00.000Z");
    expect(worth("date_add(datetime('2026-03-28T12:00:00+01:00'), 24, 'hours')", "Europe/Berlin")).toBe("2026-03-29T11:00:00.000Z");
    expect(worth("end_of(datetime('2026-10-25T00:30:00Z'), 'day')", "Europe/Berlin")).toBe("2026-10-25T22:59:59.999Z");
  });
});
