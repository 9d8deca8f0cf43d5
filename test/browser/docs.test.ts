import { expect, test } from "vitest";
import { useBrowser } from "./support/browser.ts";

const { open } = useBrowser();

test("the API reference draws itself from our own origin alone", async () => {
  const { page, complaints } = await open("/docs");
  await page.getByText("Headwater").first().waitFor();
  expect(complaints).toEqual([]);
});

test("the front door leads to the demo form and the reference", async () => {
  const { page, complaints } = await open("/");
  expect(await page.title()).toContain("Headwater");
  await page.locator('a[href="/docs"]').first().waitFor();
  expect(complaints).toEqual([]);
});
