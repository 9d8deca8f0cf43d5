// What a file is by its first bytes, and what it may say it is.
import { describe, expect, test } from "vitest";
import { uploadsNamedIn } from "../../src/uploads";
import { judge } from "../../src/uploads/judge";
import { plainName } from "../../src/uploads/names";
import { sniff } from "../../src/uploads/sniff";

const bytes = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));
const zip = (name: string, content = "") => `PK\x03\x04${"\0".repeat(22)}${String.fromCharCode(name.length)}\0\0\0${name}${content}`;
const OFFICE = "application/vnd.openxmlformats-officedocument";

describe("by its first bytes", () => {
  test.each([
    ["\x89PNG\r\n\x1a\n\0\0", "image/png"],
    ["\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg"],
    ["GIF89a\x01\0", "image/gif"],
    ["RIFF\0\0\0\0WEBPVP8 ", "image/webp"],
    ["RIFF\0\0\0\0WAVEfmt ", "audio/wav"],
    ["\0\0\0\x18ftypmp42\0\0", "video/mp4"],
    ["\0\0\0\x18ftypM4A \0\0", "audio/mp4"],
    ["\0\0\0\x18ftypheic\0\0", "image/heic"],
    ["ID3\x03\0", "audio/mpeg"],
    ["\xff\xfb\x90\x44\0\0", "audio/mpeg"],
    ["%PDF-1.4\n", "application/pdf"],
    [zip("a.txt"), "application/zip"],
    [zip("[Content_Types].xml", `..${zip("word/document.xml")}`), `${OFFICE}.wordprocessingml.document`],
    [zip("[Content_Types].xml", `..${zip("xl/workbook.xml")}`), `${OFFICE}.spreadsheetml.sheet`],
    [zip("mimetype", "application/vnd.oasis.opendocument.textPK"), "application/vnd.oasis.opendocument.text"],
    ["\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"],
    ["MZ\x90\0\x03\0", "application/x-msdownload"],
    ["MZ is how this letter begins", "text/plain"],
    ["BMs are buses", "text/plain"],
    ["  <!DOCTYPE html><p>", "text/html"],
    ["\xef\xbb\xbf<svg xmlns='x'>", "image/svg+xml"],
    ["<?xml version='1.0'?>\n<!-- a -->\n<svg/>", "image/svg+xml"],
    ["<?xml version='1.0'?><note/>", "application/xml"],
    ["K\xc3\xb6ln, a,b\n1,2", "text/plain"],
    ["K\xf6ln", null],
    ["\0\x01\x02\x03", null],
  ])("%j", (head, type) => {
    expect(sniff(bytes(head))).toBe(type);
  });

  test("a character that is cut off at the end of what is looked at is still text", () => {
    expect(sniff(bytes(`${"a".repeat(4_095)}\xc3\xb6`))).toBe("text/plain");
  });
});

describe("what it says", () => {
  const PNG = "\x89PNG\r\n\x1a\n";
  test.each([
    ["a.png", "image/png", PNG, "image/png"],
    ["a.jpg", "image/jpeg", PNG, "image/png"],
    ["a", "", PNG, "image/png"],
    ["a.docx", "", zip("[Content_Types].xml"), `${OFFICE}.wordprocessingml.document`],
    ["a.jar", "application/java-archive", zip("META-INF/"), "application/java-archive"],
    ["a.doc", "application/msword", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/msword"],
    ["a.csv", "text/csv; charset=utf-8", "a,b\n<a href=x>,2", "text/csv"],
    ["a.txt", "text/plain", "<html>", "text/plain"],
    ["a.bin", "not a type", "\0\x01", "application/octet-stream"],
    ["a.aac", "audio/aac", "\xff\xf1\x50\x80", "audio/aac"],
    ["a.svg", "image/svg+xml", "<svg>", "image/svg+xml"],
    ["a.log", "", "K\xf6ln", "application/octet-stream"],
  ])("%s as %j is believed", (name, declared, head, type) => {
    expect(judge({ name, declared, head: bytes(head) })).toEqual({ ok: true, type });
  });

  test.each([
    ["a.png", "image/png", "<html>"],
    ["a.png", "", "<html>"],
    ["a.png", "image/png", "\0\x01"],
    ["a.png", "image/png", "<svg>"],
    ["a.html", "image/png", PNG],
    ["a.exe", "application/pdf", "%PDF-"],
    ["a.pdf", "application/pdf", "MZ\x90\0"],
    ["a.pdf", "application/pdf", zip("a")],
    ["a.zip", "application/zip", "Rar!\x1a\x07"],
    ["a.mp4", "video/mp4", "<script>"],
    ["a.txt", "text/plain", "\x7fELF"],
    ["a.docx", "", "%PDF-"],
  ])("%s as %j is not", (name, declared, head) => {
    expect(judge({ name, declared, head: bytes(head) }).ok).toBe(false);
  });
});

test("names keep their ending and nothing that is not one", () => {
  expect(plainName("C:\\fakepath\\cv.pdf")).toBe("cv.pdf");
  expect(plainName("../../.htaccess")).toBe("htaccess");
  expect(plainName("\u0000\u202e")).toBe("file");
  expect(plainName("\ud800.pdf")).toBe("\ufffd.pdf");
});

test("uploads are found in answers with the question they answer, whatever else is there", () => {
  const id = "upl_01m7z8jpbd4e66kjref49kg9j6";
  expect(uploadsNamedIn({ a: [id], b: { c: id }, d: [{ e: [id] }, { e: id }], f: `${id} `, g: "upl_1", __proto__: null })).toEqual([
    { id, field: "a" },
    { id, field: "b.c" },
    { id, field: "d.e" },
  ]);
  for (const junk of [null, undefined, 1, "x", [[[[[]]]]]]) expect(uploadsNamedIn(junk)).toEqual([]);
});
