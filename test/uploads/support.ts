import { expect } from "vitest";
import { createWorld, type World } from "../support/world";

export const FILE_FIELDS = [
  { name: "name", type: "short_text", label: "Name" },
  { name: "cv", type: "file", label: "Your CV", validation: { max: 2, max_size: 20_000_000, accept: [".pdf", "image/*", "text/plain"] } },
  { name: "anything", type: "file", label: "Anything else" },
  { name: "signed", type: "signature", label: "Signature" },
  {
    name: "people",
    type: "repeat",
    label: "People",
    fields: [{ name: "photo", type: "file", label: "Photo", validation: { max_size: 2_000 } }],
  },
];

export interface FileWorld extends World {
  formId: string;
  /** As a stranger, unless told otherwise. */
  upload(file: File, options?: Options): Promise<Response>;
  uploaded(file?: Partial<File>, options?: Options): Promise<Receipt>;
  submit(
    data: Record<string, unknown>,
    options?: { key?: string | null; headers?: Record<string, string>; body?: Record<string, unknown> },
  ): Promise<Response>;
}

interface File {
  bytes: Uint8Array | string;
  name: string;
  type: string;
  field: string;
}

interface Options {
  key?: string | null;
  headers?: Record<string, string>;
}

export interface Receipt {
  id: string;
  field: string;
  name: string;
  type: string;
  size: number;
  status: string;
  scan: string;
  expires_at: string | null;
}

export const PDF = "%PDF-1.7\n1 0 obj\nnothing in it\n";
export const PNG = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 1]);

export async function fileWorld(settings: Record<string, unknown> = {}): Promise<FileWorld> {
  const world = await createWorld();
  const made = await world.call("POST", "/api/v1/forms", { title: "Files", schema: { fields: FILE_FIELDS, settings } });
  expect(made.status, await made.clone().text()).toBe(201);
  const { id: formId } = (await made.json()) as { id: string };
  expect((await world.call("POST", `/api/v1/forms/${formId}/publish`)).status).toBe(200);
  const upload = async ({ bytes, name, type, field }: File, { key = null, headers = {} }: Options = {}) => {
    const query = new URLSearchParams({ field, name });
    const body = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
    return world.call("POST", `/api/v1/forms/${formId}/uploads?${query}`, body, { key, headers: { "Content-Type": type, ...headers } });
  };
  return {
    ...world,
    formId,
    upload,
    uploaded: async (file = {}, options) => {
      const reply = await upload({ bytes: PDF, name: "cv.pdf", type: "application/pdf", field: "cv", ...file }, options);
      expect(reply.status, await reply.clone().text()).toBe(201);
      return reply.json();
    },
    submit: (data, { key = null, headers, body = {} } = {}) =>
      world.call("POST", `/api/v1/forms/${formId}/responses`, { data, ...body }, { key, headers }),
  };
}

export async function problemOf(reply: Response): Promise<{ status: number; code: string; errors: string[] }> {
  const { status, code, errors = [] } = (await reply.json()) as { status: number; code: string; errors?: { path: string; code: string }[] };
  return { status, code, errors: errors.map((error) => `${error.code} ${error.path}`) };
}

/** Of a body that is not called a text. */
export async function textOf(reply: Response): Promise<string> {
  return new TextDecoder().decode(await reply.arrayBuffer());
}
