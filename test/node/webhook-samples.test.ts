// The samples of docs/webhooks.md, taken out of it and run where their language is installed: a reader copies them as they stand.
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { signHex, signStandard, verifyHexSignature, verifyWebhook } from "../../src/webhooks/verify/index.ts";
import { ROOT } from "../../tools/lib/paths.ts";

const DOC = readFileSync(join(ROOT, "docs/webhooks.md"), "utf8");
const folder = mkdtempSync(join(tmpdir(), "headwater-samples-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function sample(language: string): string {
  const found = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(DOC)?.[1];
  if (found === undefined) throw new Error(`docs/webhooks.md has no sample in ${language}`);
  return found;
}

const SECRET = `whsec_${randomBytes(32).toString("base64")}`;
const OTHER = `whsec_${randomBytes(32).toString("base64")}`;
const BODY = JSON.stringify({ type: "response.submitted", data: { name: "Zoë – “Ünïcode” \u2028 🌊" } });

interface Trial {
  body: string;
  headers: Record<string, string>;
  secret: string;
}

async function signed(secrets: string[], at = Math.floor(Date.now() / 1_000)): Promise<Record<string, string>> {
  const signatures = await Promise.all(secrets.map((secret) => signStandard(secret, "dlv_1", at, BODY)));
  return { "webhook-id": "dlv_1", "webhook-timestamp": String(at), "webhook-signature": signatures.join(" ") };
}

/** What a receiver may be sent, and whether it should believe it. */
async function trials(): Promise<[string, Trial, boolean][]> {
  const headers = await signed([SECRET]);
  return [
    ["as it was sent", { body: BODY, headers, secret: SECRET }, true],
    ["signed with two secrets, by the new one", { body: BODY, headers: await signed([SECRET, OTHER]), secret: SECRET }, true],
    ["signed with two secrets, by the old one", { body: BODY, headers: await signed([OTHER, SECRET]), secret: SECRET }, true],
    ["another body", { body: BODY.replace("Zo", "Xo"), headers, secret: SECRET }, false],
    ["another secret", { body: BODY, headers, secret: OTHER }, false],
    ["another id", { body: BODY, headers: { ...headers, "webhook-id": "dlv_2" }, secret: SECRET }, false],
    ["too old", { body: BODY, headers: await signed([SECRET], Math.floor(Date.now() / 1_000) - 4_000), secret: SECRET }, false],
  ];
}

const RUNNERS: Record<
  string,
  { command: string; version: string[]; file: string; around(code: string): string; run(file: string): string[] }
> = {
  python: {
    command: "python3",
    version: ["--version"],
    file: "sample.py",
    around: (code) =>
      `${code}\nimport json, sys\ntrial = json.load(sys.stdin)\nprint("yes" if verify(trial["body"].encode(), trial["headers"], trial["secret"]) else "no")\n`,
    run: (file) => [file],
  },
  php: {
    command: "php",
    version: ["--version"],
    file: "sample.php",
    around: (code) =>
      `<?php\n${code}\n$trial = json_decode(file_get_contents('php://stdin'), true);\necho verify($trial['body'], $trial['headers'], $trial['secret']) ? 'yes' : 'no';\n`,
    run: (file) => [file],
  },
  go: {
    command: "go",
    version: ["version"],
    file: "sample.go",
    around: (code) =>
      `package main\n\nimport (\n\t"crypto/hmac"\n\t"crypto/sha256"\n\t"encoding/base64"\n\t"encoding/json"\n\t"fmt"\n\t"os"\n\t"strconv"\n\t"strings"\n\t"time"\n)\n\n${code}\nfunc main() {\n\tvar trial struct {\n\t\tBody    string\n\t\tHeaders map[string]string\n\t\tSecret  string\n\t}\n\tif err := json.NewDecoder(os.Stdin).Decode(&trial); err != nil {\n\t\tpanic(err)\n\t}\n\tif verify([]byte(trial.Body), trial.Headers, trial.Secret, 5*time.Minute) {\n\t\tfmt.Print("yes")\n\t} else {\n\t\tfmt.Print("no")\n\t}\n}\n`,
    run: (file) => ["run", file],
  },
};

describe.each(Object.entries(RUNNERS))("%s", (language, runner) => {
  const isThere = spawnSync(runner.command, runner.version).status === 0;

  test.runIf(isThere)("believes what was signed, and nothing else", async () => {
    const file = join(folder, runner.file);
    writeFileSync(file, runner.around(sample(language)));
    for (const [what, trial, wanted] of await trials()) {
      const { stdout, stderr } = spawnSync(runner.command, runner.run(file), { input: JSON.stringify(trial), encoding: "utf8" });
      expect(stdout.trim(), `${what}: ${stderr}`).toBe(wanted ? "yes" : "no");
    }
  });

  test.skipIf(isThere)("is in the guide, and is not installed here", () => expect(sample(language)).toContain("verify"));
});

describe("what the languages compute by themselves is what we send", () => {
  const hmacs: [string, string, string[]][] = [
    [
      "python3",
      "--version",
      ["-c", "import hashlib,hmac,sys;b=sys.stdin.buffer.read();print(hmac.new(sys.argv[1].encode(),b,hashlib.sha256).hexdigest())"],
    ],
    ["php", "--version", ["-r", "echo hash_hmac('sha256', file_get_contents('php://stdin'), $argv[1]);"]],
  ];
  test.each(hmacs.filter(([command, version]) => spawnSync(command, [version]).status === 0))("%s", async (command, _, args) => {
    const { stdout } = spawnSync(command, [...args, SECRET], { input: BODY, encoding: "utf8" });
    expect(stdout.trim()).toBe(await signHex(SECRET, BODY));
  });
});

test("the helper in TypeScript runs in Node as it stands", async () => {
  for (const [what, trial, wanted] of await trials()) {
    expect((await verifyWebhook(trial.body, trial.headers, { secret: trial.secret })).ok, what).toBe(wanted);
  }
  expect(await verifyHexSignature(BODY, await signHex(SECRET, BODY), [OTHER, SECRET])).toBe(true);
});
