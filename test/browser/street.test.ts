import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { StreetProcess } from "../e2e/street-process.js";
import { openBrowser, skipped } from "./open-page.js";

interface Delivery {
  readonly produced: number;
  readonly delivered: number;
  readonly lost: number;
  readonly held: number;
}

describe.skipIf(skipped)("the street's page in Chromium (apt install chromium)", () => {
  const folder = mkdtempSync(join(tmpdir(), "bollard-page-"));
  let browser: Browser;
  let street: StreetProcess;
  let page: Page;
  let url: string;
  const requests: string[] = [];
  const errors: string[] = [];

  beforeAll(async () => {
    browser = await openBrowser();
    street = new StreetProcess(["--port", "18090"], folder);
    url = await street.url();
    page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    page.setDefaultTimeout(20_000);
    page.on("request", (request) => requests.push(request.url()));
    page.on("pageerror", (error) => errors.push(String(error)));
    await page.goto(url);
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    street?.kill("SIGTERM");
    await street?.ended();
    rmSync(folder, { recursive: true, force: true });
  });

  async function delivery(): Promise<Delivery> {
    const status = await (await fetch(`${url}/api/v1/status`)).json();
    return status.delivery;
  }

  /** Polls the bridge until its counts are as wanted. */
  async function untilDelivery(isReached: (now: Delivery) => boolean): Promise<Delivery> {
    return await expect
      .poll(delivery, { timeout: 30_000, interval: 100 })
      .toSatisfy(isReached)
      .then(delivery);
  }

  test("shows 202 nodes and readings that move", async () => {
    await expect.poll(() => page.locator(".map-node").count(), { timeout: 20_000 }).toBe(202);
    const readings = page.locator("dt:has-text('Readings') + dd").first();
    const before = await readings.textContent();
    await expect.poll(() => readings.textContent(), { timeout: 20_000 }).not.toBe(before);
  });

  test.each([
    ["city broker", "Cut the city broker", "Join the city broker"],
    ["serial cable", "Cut the serial cable", "Join the serial cable"],
  ])(
    "the %s is cut: what is held grows, then drains, and nothing is lost",
    async (_, cut, join) => {
      await page.getByRole("button", { name: cut }).click();
      await page.getByRole("button", { name: join }).waitFor();
      const least = cut.includes("city") ? 300 : 8;
      await untilDelivery(({ held }) => held > least);
      await page.getByRole("button", { name: join }).click();
      await page.getByRole("button", { name: cut }).waitFor();
      const joined = await delivery();
      const drained = await untilDelivery(
        ({ held, delivered }) => held < 250 && delivered >= joined.produced,
      );
      expect(drained.lost).toBe(0);
    },
  );

  test("asks nobody but the bridge, and complains of nothing", () => {
    expect(requests.filter((request) => !request.startsWith(url))).toEqual([]);
    expect(errors).toEqual([]);
  });
});
