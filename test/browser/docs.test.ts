import { expect, test } from "vitest";
import { useBrowser } from "./support/browser.ts";

const { open } = useBrowser();

test("the API reference draws itself from our own origin alone", async () => {
  const { page, complaints } = await open("/docs");
  await page.getByText("Headwater").first().waitFor();
  expect(complaints).toEqual([]);
});
