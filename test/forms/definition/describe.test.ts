import { describe, expect, it } from "vitest";
import { describeFields, type Field, listPages } from "../../../src/forms/definition";

const text = (name: string): Field => ({ name, type: "short_text", label: `The ${name}` });
const page = (name: string): Field => ({ name, type: "page_break", label: name });
const options = [{ value: "a", label: "A" }];

describe("describeFields", () => {
  it("lists what can hold an answer, flat, with its path", () => {
    const schema = {
      fields: [
        { name: "h", type: "heading" as const, label: "" },
        { ...text("a"), required: true },
        {
          name: "g",
          type: "group" as const,
          label: "",
          fields: [
            text("b"),
            { name: "r", type: "repeat" as const, label: "", fields: [{ name: "c", type: "radio" as const, label: "C", options }] },
          ],
        },
        page("two"),
        text("d"),
      ],
    };
    expect(describeFields(schema)).toEqual([
      { name: "a", path: "a", type: "short_text", label: "The a", required: true, repeated: false, page: "first_page" },
      { name: "b", path: "g.b", type: "short_text", label: "The b", required: false, repeated: false, page: "first_page" },
      { name: "c", path: "g.r.c", type: "radio", label: "C", options, required: false, repeated: true, page: "first_page" },
      { name: "d", path: "d", type: "short_text", label: "The d", required: false, repeated: false, page: "two" },
    ]);
  });
});

describe("listPages", () => {
  it("cuts at page breaks", () => {
    expect(listPages({ fields: [text("a"), page("p"), text("b"), page("q")] })).toMatchObject([
      { name: "first_page", fields: ["a"] },
      { name: "p", title: "p", fields: ["b"] },
      { name: "q", fields: [] },
    ]);
  });

  it("lets a break at the top name the first page", () => {
    expect(listPages({ fields: [page("p"), text("a")] })).toMatchObject([{ name: "p", fields: ["a"] }]);
  });

  it("is one page without breaks, and one without fields", () => {
    expect(listPages({ fields: [text("a")] })).toMatchObject([{ name: "first_page", fields: ["a"] }]);
    expect(listPages({ fields: [] })).toMatchObject([{ name: "first_page", fields: [] }]);
  });

  it("follows the listed pages and loses no field of a draft", () => {
    const pages = [
      { name: "one", title: "One", fields: ["b"] },
      { name: "two", fields: [] },
    ];
    expect(listPages({ fields: [text("a"), text("b")], pages })).toMatchObject([
      { name: "one", title: "One", fields: ["b"] },
      { name: "two", title: "", fields: ["a"] },
    ]);
  });
});
