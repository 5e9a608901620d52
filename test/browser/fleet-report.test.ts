import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { readResult, runScenario, type Scenario, writeResults } from "@bollard/fleet";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Mosquitto, startMosquitto } from "../e2e/mosquitto.js";
import { findCommand } from "../e2e/need.js";
import { contrastsBelow } from "./contrasts-below.js";
import { openBrowser, skipped } from "./open-page.js";

const scenario: Scenario = {
  name: "report",
  description: 'A street <b>"&amp;"</b> its report',
  streets: [{ name: "nodes", nodes: 20, everyS: 0.1 }],
  receivers: [{ filter: "simulated/nodes/+" }],
  phases: [
    { kind: "hold", durationS: 1.5 },
    { kind: "spike", durationS: 1.5, rate: 3 },
  ],
  expect: { lost: 0, latencyMaxMs: 0 },
};

const isSkipped = skipped || (!findCommand("mosquitto") && process.env.CI !== "true");

describe.skipIf(isSkipped)(
  "the fleet's report, in Chromium (apt install chromium mosquitto)",
  () => {
    const folder = mkdtempSync(join(tmpdir(), "bollard-report-"));
    let broker: Mosquitto;
    let browser: Browser;

    beforeAll(async () => {
      broker = await startMosquitto(["sys_interval 1"]);
      browser = await openBrowser();
      const loaded = { scenario, schemas: new Map(), texts: new Map(), credentials: undefined };
      const play = () => runScenario(loaded, { version: "test", port: broker.port });
      const earlier = await play();
      writeResults(folder, await play(), earlier);
    }, 60_000);

    afterAll(async () => {
      await browser?.close();
      await broker?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    test.each([
      [1280, "light"],
      [1280, "dark"],
      [360, "light"],
      [360, "dark"],
    ] as const)("stands by itself at %i pixels, %s", async (width, colorScheme) => {
      const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme });
      const page = await context.newPage();
      const trouble: string[] = [];
      page.on("console", (message) => trouble.push(message.text()));
      page.on("pageerror", (error) => trouble.push(String(error)));
      page.on("request", (request) => {
        if (!/^(file|data):/.test(request.url())) trouble.push("asks the network");
      });
      await page.goto(pathToFileURL(join(folder, "report.html")).href);
      await page.locator("canvas").nth(5).waitFor();
      expect(await page.locator("h1").textContent()).toBe("report simulated data");
      expect(await page.getByText('A street <b>"&amp;"</b> its report').count()).toBe(1);
      expect(await page.locator(".verdict").textContent()).toMatch(/^1 of 2 expectations broke\./);
      // Each plot has drawn something: not all of it is clear.
      const drawn = await page.locator("canvas").evaluateAll((all) =>
        all.map((canvas) => {
          const { width: w, height: h } = canvas as HTMLCanvasElement;
          const pixels = (canvas as HTMLCanvasElement)
            .getContext("2d")
            ?.getImageData(0, 0, w, h).data;
          return pixels?.some((value) => value > 0);
        }),
      );
      expect(drawn).toEqual([true, true, true, true, true, true]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
      expect(await contrastsBelow(page, 4.5)).toEqual([]);
      expect(trouble).toEqual([]);
      await context.close();
    });

    test("the figures come back from the folder", () => {
      const { result, manifest } = readResult(folder);
      expect(result.sent).toBe(1200);
      expect(result.series.length).toBeGreaterThanOrEqual(2);
      expect(manifest.scenario).toEqual(scenario);
      expect(() => readResult(join(folder, "series.csv"))).toThrow(/series\.csv: cannot be read/);
      expect(() => readResult(join(folder, "manifest.json"))).toThrow(/is not a run of a scenario/);
    });
  },
);
