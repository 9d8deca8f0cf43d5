import { expect, test } from "vitest";
import { type FormSchema, inLanguage, languageNamed, languagesOf } from "../../../src/forms";

const SCHEMA: FormSchema = {
  fields: [
    { name: "home", type: "group", label: "Home", fields: [{ name: "city", type: "short_text", label: "City", placeholder: "Rome" }] },
    { name: "size", type: "select", label: "Size", options: [{ value: "s", label: "Small" }] },
  ],
  pages: [{ name: "first", title: "Your visit", fields: ["home", "size"] }],
  languages: {
    de: {
      fields: { city: { label: "Stadt", placeholder: "Rom" }, size: { options: { s: "Klein", toString: "?" } } },
      pages: { first: { title: "Ihr Besuch" } },
    },
    fr: ["no", "words"],
  },
};

test("a form in another language is the same form, worded as far as that language goes", () => {
  expect(inLanguage(SCHEMA, "DE")).toEqual({
    ...SCHEMA,
    fields: [
      { name: "home", type: "group", label: "Home", fields: [{ name: "city", type: "short_text", label: "Stadt", placeholder: "Rom" }] },
      { name: "size", type: "select", label: "Size", options: [{ value: "s", label: "Klein" }] },
    ],
    pages: [{ name: "first", title: "Ihr Besuch", fields: ["home", "size"] }],
  });
});

test("a language that says nothing readable, or is not there, changes nothing", () => {
  for (const language of ["fr", "it", "__proto__", "constructor"]) expect(inLanguage(SCHEMA, language)).toEqual(SCHEMA);
});

test("languages are known by the form's own names for them", () => {
  expect(languagesOf(SCHEMA)).toEqual(["de", "fr"]);
  expect(languageNamed(SCHEMA, "FR")).toBe("fr");
  expect(languageNamed(SCHEMA, "constructor")).toBeNull();
  expect(languagesOf({ fields: [], languages: ["en"] })).toEqual(["en"]);
  expect(languagesOf({ fields: [] })).toEqual([]);
});
