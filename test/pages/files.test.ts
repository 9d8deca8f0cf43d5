// Files on the page that works without script: chosen, sent with the page, kept when it is shown again, handed in once.
import { SELF } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import { ORIGIN } from "../support/world";
import { open, type Page, type Published, publish, toPage } from "./support";

const PDF = "%PDF-1.7\nnothing\n";
const SCHEMA = {
  pages: [
    { name: "one", fields: ["name", "cv", "signed", "people"] },
    { name: "two", fields: ["more"] },
  ],
  fields: [
    { name: "name", type: "short_text", label: "Name", required: true },
    { name: "cv", type: "file", label: "Your CV", required: true, validation: { max: 2, max_size: 2_000, accept: [".pdf", "image/*"] } },
    { name: "signed", type: "signature", label: "Signature" },
    { name: "people", type: "repeat", label: "People", fields: [{ name: "photo", type: "file", label: "Photo" }] },
    { name: "more", type: "short_text", label: "More" },
  ],
};

type Chosen = Record<string, { bytes: string | Uint8Array<ArrayBuffer>; name: string; type: string }[]>;
const pdf = (name = "cv.pdf") => ({ bytes: PDF, name, type: "application/pdf" });

/** As a browser sends a page with files: a control nobody has used sends an empty one without a name. */
async function sendFiles(page: Page, answers: Record<string, string | string[]>, chosen: Chosen, go = "next"): Promise<Response> {
  const form = new FormData();
  for (const [name, value] of page.fillIn(answers, go)) if (!name.startsWith("_file.")) form.append(name, value);
  for (const [name, files] of Object.entries(chosen)) {
    for (const { bytes, name: fileName, type } of files) form.append(name, new File([bytes], fileName, { type }));
  }
  if (Object.keys(chosen).length === 0) form.append("_file.cv", new File([], "", { type: "application/octet-stream" }));
  return SELF.fetch(`${ORIGIN}${page.action}`, {
    method: "POST",
    body: form,
    headers: { Origin: ORIGIN, Accept: "text/html" },
    redirect: "manual",
  });
}

async function uploadsOf(form: Published): Promise<{ id: string; name: string; field: string; response_id: string | null }[]> {
  const reply = await form.call("GET", `/api/v1/uploads?form_id=${form.formId}`);
  return ((await reply.json()) as { uploads: { id: string; name: string; field: string; response_id: string | null }[] }).uploads;
}

describe("files on a page", () => {
  test("are taken, shown by name when the page comes again, carried to the next and handed in", async () => {
    const form = await publish(SCHEMA);
    const first = await open(`/f/${form.slug}`);
    expect(first.html).toContain('enctype="multipart/form-data"');
    expect(first.text).toContain("At most 2 files (PDF, images), each at most 2 KB.");
    // The name is missing: the page comes again, and the file need not be chosen a second time.
    const again = await toPage(await sendFiles(first, {}, { "_file.cv": [pdf()], "_file.signed": [{ ...pdf("s.pdf") }] }));
    expect(again.status).toBe(422);
    expect(again.text).toContain("cv.pdf (17 bytes)");
    expect(again.text).toContain("Please fill this in.");
    expect(again.text).toContain("Please choose a file of this kind: PNG, JPEG, WEBP.");
    const second = await toPage(await sendFiles(again, { name: "Ada" }, {}));
    expect([second.status, second.text.includes("Page 2 of 2")]).toEqual([200, true]);
    expect(second.html).not.toContain("multipart");
    const sent = await second.send({ more: "" });
    expect(sent.status).toBe(303);
    const [answer] = await form.answers();
    const [upload, ...others] = await uploadsOf(form);
    expect(answer?.data).toEqual({ name: "Ada", cv: [upload?.id] });
    expect([upload?.name, others]).toEqual(["cv.pdf", []]);
  });

  test("can be unticked again, and entries of a group have their own", async () => {
    const form = await publish({ ...SCHEMA, pages: undefined });
    const first = await open(`/f/${form.slug}`);
    const added = await toPage(await sendFiles(first, {}, { "_file.cv": [pdf("one.pdf"), pdf("two.pdf")] }, "add:people"));
    const [one, two] = await uploadsOf(form);
    const ids = added.pairs.filter(([name]) => name === "cv").map(([, value]) => value);
    expect(ids).toEqual(["", one?.id, two?.id]);
    const turn = added.pairs.findLast(([name]) => name.startsWith("people."))?.[0] ?? "";
    const sent = await sendFiles(
      added,
      { name: "Ada", cv: ["", two?.id ?? ""] },
      { [`_file.${turn}`]: [{ bytes: "\x89PNG\r\n", name: "a.txt", type: "text/plain" }] },
    );
    expect(sent.status).toBe(303);
    const [answer] = await form.answers();
    const photo = (await uploadsOf(form)).find(({ field }) => field === "people.photo");
    expect(answer?.data).toEqual({ name: "Ada", cv: [two?.id], people: [{ photo: [photo?.id] }] });
  });

  test("where one is asked for, another takes its place", async () => {
    const form = await publish({ fields: [SCHEMA.fields[0], SCHEMA.fields[2]] });
    const png = (name: string) => ({ bytes: Uint8Array.from("\x89PNG\r\n\x1a\n", (char) => char.charCodeAt(0)), name, type: "" });
    const first = await toPage(await sendFiles(await open(`/f/${form.slug}`), {}, { "_file.signed": [png("one")] }));
    expect(first.status).toBe(422);
    const shown = first.text.includes("one (");
    const sent = await sendFiles(first, { name: "Ada" }, { "_file.signed": [png("two")] });
    expect([shown, sent.status]).toEqual([true, 303]);
    const [answer] = await form.answers();
    const two = (await uploadsOf(form)).find(({ name }) => name === "two");
    expect(answer?.data).toEqual({ name: "Ada", signed: two?.id });
  });

  test("sent twice by a second click, they are one answer", async () => {
    const form = await publish({ ...SCHEMA, pages: undefined });
    const first = await open(`/f/${form.slug}`);
    const click = () => sendFiles(first, { name: "Ada" }, { "_file.cv": [pdf()] });
    const replies = [...(await Promise.all([click(), click()])), await click()];
    expect(replies.map(({ status }) => status)).toEqual([303, 303, 303]);
    expect(await form.answers()).toHaveLength(1);
    expect((await uploadsOf(form)).filter(({ response_id }) => response_id !== null)).toHaveLength(1);
  });

  test("a file that is too large or not what it says is told at its question, and what was typed stays", async () => {
    const form = await publish(SCHEMA);
    const first = await open(`/f/${form.slug}`);
    const large = { ...pdf(), bytes: PDF + "x".repeat(3_000) };
    const page = await toPage(await sendFiles(first, { name: "Ada" }, { "_file.cv": [large] }));
    expect([page.status, page.value("name")]).toEqual([422, "Ada"]);
    expect(page.html).toMatch(/id="f-cv-error"[\s\S]*?Please choose a file of at most 2 KB\./);
    const lying = await toPage(await sendFiles(page, {}, { "_file.cv": [{ bytes: "<html>", name: "cv.pdf", type: "application/pdf" }] }));
    expect(lying.text).toContain("This file is not the PDF that it says it is.");
    expect(await uploadsOf(form)).toEqual([]);
  });

  test("nobody else's file can be ticked, and a form without files takes no page of files", async () => {
    const [form, other] = [await publish({ ...SCHEMA, pages: undefined }), await publish({ ...SCHEMA, pages: undefined })];
    await sendFiles(await open(`/f/${other.slug}`), {}, { "_file.cv": [pdf()] });
    const [theirs] = await uploadsOf(other);
    const page = await open(`/f/${form.slug}?cv=${theirs?.id}`);
    expect(page.html).not.toContain(theirs?.id ?? "-");
    const refused = await toPage(await sendFiles(page, { name: "Ada", cv: ["", theirs?.id ?? ""] }, {}));
    expect([refused.status, refused.text.includes("no longer there")]).toEqual([422, true]);
    expect(refused.text).not.toContain("cv.pdf");

    const plain = await publish({ fields: [{ name: "name", type: "short_text", label: "Name" }] });
    expect((await sendFiles(await open(`/f/${plain.slug}`), { name: "Ada" }, { "_file.cv": [pdf()] })).status).toBe(415);
  });
});
