import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { buildPage, pageFolder } from "./build-page.js";
import { FixtureStreet } from "./fixture-street.js";
import {
  type OpenPage,
  type OpenPageOptions,
  openBrowser,
  openPage,
  skipped,
} from "./open-page.js";

const MOST_BYTES = 60_000;
const pageFiles = ["index.html", "page.js", "page.css", "icon.svg"];
const sizes = [
  { width: 360, height: 740 },
  { width: 768, height: 1024 },
  { width: 1440, height: 900 },
];
const looks = sizes.flatMap((viewport) =>
  (["light", "dark"] as const).map((colorScheme) => ({ viewport, colorScheme })),
);

describe.skipIf(skipped)("the bridge's page in Chromium (apt install chromium)", () => {
  let browser: Browser;
  let opened: OpenPage | undefined;

  beforeAll(async () => {
    await buildPage();
    browser = await openBrowser();
  }, 60_000);
  afterEach(async () => {
    await opened?.close();
    opened = undefined;
  });
  afterAll(() => browser?.close());

  async function open(options?: OpenPageOptions): Promise<OpenPage> {
    opened = await openPage(browser, options);
    return opened;
  }

  test("weighs at most 60 kB, compressed", () => {
    const sizesOfFiles = pageFiles.map(
      (name) => gzipSync(readFileSync(new URL(name, pageFolder))).length,
    );
    expect(sizesOfFiles.reduce((total, size) => total + size)).toBeLessThanOrEqual(MOST_BYTES);
  });

  test.each(looks)(
    "fits $viewport.width px in the $colorScheme scheme, asks nobody else, and complains of nothing",
    async (look) => {
      const { page, server, errors, requests } = await open(look);
      await page.waitForSelector(".plot-canvas canvas");
      server.tick(30);
      await page
        .getByText("PM2.5 of castle-road-1")
        .or(page.locator(".plot-canvas"))
        .first()
        .waitFor();
      expect(await page.locator(".nodes tbody tr").count()).toBe(202);
      expect(await page.locator(".map-node").count()).toBe(201);

      const wide = await page.evaluate(() => {
        const width = document.documentElement.clientWidth;
        const outside = [...document.querySelectorAll("body *")].filter(
          (element) =>
            element.getBoundingClientRect().right > width + 0.5 &&
            !element.closest(".list-box, .map-box, .unseen"),
        );
        return {
          scrollWidth: document.documentElement.scrollWidth - width,
          outside: outside.map(String),
        };
      });
      expect(wide).toEqual({ scrollWidth: 0, outside: [] });
      const listBox = await page
        .locator(".list-box")
        .evaluate((box) => box.scrollWidth - box.clientWidth);
      expect(listBox).toBe(0);

      const ground = await page.evaluate(
        () => getComputedStyle(document.documentElement).backgroundColor,
      );
      expect(ground).toBe(look.colorScheme === "light" ? "rgb(243, 245, 244)" : "rgb(13, 18, 17)");
      expect(requests.filter((address) => !address.startsWith(server.address))).toEqual([]);
      expect(errors).toEqual([]);
    },
  );

  test("answers at its top in words and one figure", async () => {
    const { page } = await open();
    expect(
      await page.locator(".verdict").filter({ hasText: "Yes, it is well." }).textContent(),
    ).toBe("Yes, it is well.");
    expect(await page.locator(".summary").textContent()).toBe(
      "200 of 202 nodes report, and all they produced has arrived.",
    );
    expect(await page.locator(".figure").textContent()).toBe(
      "0readings lostof 486,820 produced, counted by key at the far end",
    );
    expect(await page.locator(".notice").textContent()).toContain("ODbL");
  });

  test("follows the readings as they come", async () => {
    const { page, server } = await open({ hash: "#node=mill-lane-4&field=temperature" });
    const tile = page.locator(".tile", { hasText: "Temperature" });
    const before = await tile.textContent();
    const readings = page.locator(".facts");
    await readings.filter({ hasText: "2,410" }).waitFor();
    server.tick(7);
    await readings.filter({ hasText: "2,417" }).waitFor();
    expect(await tile.textContent()).not.toBe(before);
  });

  test("cuts the city broker and joins it again, and nothing is lost", async () => {
    const { page, server } = await open();
    await page.getByRole("button", { name: "Cut the city broker" }).click();
    const join = page.getByRole("button", { name: "Join the city broker again" });
    await join.waitFor();
    server.tick(20);
    await page.locator(".verdict", { hasText: "it is holding" }).waitFor();
    expect(await page.locator(".summary").textContent()).toBe(
      "The city broker is away; 4,000 readings are held.",
    );
    await page.locator(".card", { hasText: "4,000 entries" }).waitFor();
    await page
      .locator(".ends li", { hasText: "refuses the connection" })
      .getByText("down")
      .waitFor();

    await join.click();
    await page.getByRole("button", { name: "Cut the city broker" }).waitFor();
    server.tick(2);
    await page.locator(".verdict", { hasText: "catching up" }).waitFor();
    server.tick(6);
    await page.locator(".verdict", { hasText: "it is well" }).waitFor();
    expect(await page.locator(".figure strong").textContent()).toBe("0");
  });

  test("shows no buttons where the bridge gives none", async () => {
    const street = new FixtureStreet(5);
    street.controls = () => [];
    const { page } = await open({ street });
    await page.locator(".verdict", { hasText: "it is well" }).waitFor();
    expect(await page.locator(".controls").count()).toBe(0);
  });

  test("selects nodes on the map by keyboard", async () => {
    const { page } = await open({ hash: "#node=market-street-12" });
    const title = page.locator("#node");
    await title.filter({ hasText: "market-street-12" }).waitFor();
    await page.getByRole("listbox").focus();
    await page.keyboard.press("ArrowRight");
    await title.filter({ hasNotText: "market-street-12" }).waitFor();
    const next = await title.textContent();
    const active = await page.getByRole("listbox").getAttribute("aria-activedescendant");
    const option = page.locator(`#${active}`);
    expect(await option.getAttribute("aria-label")).toMatch(`${next}, fresh, `);
    expect(await option.getAttribute("aria-selected")).toBe("true");
    await page.keyboard.press("ArrowLeft");
    await title.filter({ hasText: "market-street-12" }).waitFor();
    const zoomOut = page.getByRole("button", { name: "Zoom out" });
    await page.keyboard.press("+");
    await expect.poll(() => zoomOut.isEnabled()).toBe(true);
    await page.keyboard.press("0");
    await expect.poll(() => zoomOut.isEnabled()).toBe(false);
  });

  test("selects a node on the map by a click near it, and names one under the mouse", async () => {
    const { page } = await open();
    const option = page.getByRole("option", { name: /^harbour-street-30,/ });
    const box = await option.boundingBox();
    if (!box) throw new Error("harbour-street-30 is not on the map");
    await page.mouse.move(box.x + 3, box.y + 3);
    await page.locator(".map-tip", { hasText: "harbour-street-30" }).waitFor();
    await page.mouse.click(box.x + 3, box.y + 3);
    await page.locator("#node", { hasText: "harbour-street-30" }).waitFor();
  });

  test("selects nodes in the list by keyboard", async () => {
    const { page } = await open();
    await page.locator(".node-name").first().focus();
    for (const key of ["ArrowDown", "ArrowDown", "Enter"]) await page.keyboard.press(key);
    await page.locator("#node", { hasText: "castle-road-3" }).waitFor();
    const selected = page.locator(".node-name[aria-pressed=true]");
    expect(await selected.textContent()).toContain("castle-road-3");
    await page.keyboard.press("End");
    expect(await page.evaluate(() => document.activeElement?.textContent)).toContain(
      "school-road-33",
    );
  });

  test("sorts and filters the list", async () => {
    const { page } = await open();
    const names = () => page.locator(".nodes tbody th span:first-of-type").allTextContents();
    const values = async () =>
      (await page.locator(".nodes tbody td:nth-child(2)").allTextContents()).map(Number);
    await page.locator(".nodes tbody tr").first().waitFor();
    for (const order of ["ascending", "descending"]) {
      await page.getByRole("button", { name: "PM2.5 µg/m³", exact: true }).click();
      await page.locator(`th[aria-sort=${order}]`, { hasText: "PM2.5" }).waitFor();
    }
    const numbers = (await values()).filter((value) => !Number.isNaN(value));
    expect(numbers).toEqual([...numbers].sort((a, b) => b - a));

    await page.getByRole("searchbox").fill("cable");
    await expect.poll(names).toEqual(["harbour-street-1", "market-street-1"].sort());
    await page.getByRole("searchbox").fill("no such node");
    await page.getByText("No node is like that.").waitFor();
    await page.getByRole("searchbox").fill("");
    await page.getByRole("radio", { name: "stale 2" }).check();
    await expect.poll(names).toHaveLength(2);
  });

  test("plots a field, with its figures and the values under the pointer", async () => {
    const { page } = await open({ hash: "#node=mill-lane-4&field=humidity" });
    const plot = page.getByRole("img", { name: /^Relative humidity of mill-lane-4: from \d/ });
    await plot.waitFor();
    expect((await inkOf(page)).reduce((total, ink) => total + ink)).toBeGreaterThan(300);
    const figures = page.locator(".plot-table tbody tr");
    expect(await figures.textContent()).toMatch(/^ mill-lane-4(\d\d\.\d\d){4}$/);
    await page.locator(".u-over").hover({ position: { x: 200, y: 60 } });
    await page.locator(".plot-table thead", { hasText: /05:\d\d:\d\d/ }).waitFor();
    await page.locator(".tile", { hasText: "Pressure" }).click();
    await page.getByRole("img", { name: /^Pressure of mill-lane-4: from 102,\d\d\d/ }).waitFor();
  });

  test("compares up to six nodes, each in its own colour", async () => {
    const { page } = await open({ hash: "#node=mill-lane-4" });
    for (const name of [
      "castle-road-1",
      "castle-road-2",
      "castle-road-3",
      "castle-road-4",
      "castle-road-5",
    ]) {
      await page.getByRole("button", { name: `Keep ${name} in the plot`, exact: true }).click();
    }
    const rows = page.locator(".plot-table tbody tr");
    await expect.poll(() => rows.count()).toBe(6);
    const swatches = await page
      .locator(".plot-table .swatch")
      .evaluateAll((all) => all.map((swatch) => getComputedStyle(swatch).stroke));
    expect(new Set(swatches).size).toBe(6);
    const seventh = page.getByRole("button", {
      name: "Keep castle-road-6 in the plot",
      exact: true,
    });
    expect(await seventh.isDisabled()).toBe(true);
    await page.getByRole("button", { name: "Take castle-road-2 out of the plot" }).click();
    await expect.poll(() => rows.count()).toBe(5);
    expect(page.url()).toContain("with=castle-road-1&with=castle-road-3");
  });

  test("draws a silence as a gap", async () => {
    const { page } = await open({ hash: "#node=market-street-2" });
    await page.waitForSelector(".plot-canvas canvas");
    const gap = async () => Math.max(...(await gapsOf(page)));
    // 45 of the 300 seconds that are drawn.
    await expect.poll(gap).toBeCloseTo(0.15, 1);
    await page.getByRole("button", { name: "castle-road-1 fresh" }).click();
    await page.getByRole("img", { name: /of castle-road-1:/ }).waitFor();
    expect(await gap()).toBeLessThan(0.01);
  });

  test("shows a silent node as stale, by shape and word", async () => {
    const { page } = await open({ hash: "#node=school-road-7" });
    await page.locator(".panel.node", { hasText: "stale, heard 4 min ago" }).waitFor();
    await page.locator(".nodes tr.selected em", { hasText: "stale" }).waitFor();
    expect(await page.locator(".map-stale").count()).toBe(2);
  });

  test("says that the bridge is unreachable, keeps what it knows, and finds it again", async () => {
    const { page, server } = await open();
    await page.locator(".link", { hasText: "Live" }).waitFor();
    await server.stop();
    await page.locator(".verdict", { hasText: "The bridge cannot be reached." }).waitFor();
    await page.locator(".summary", { hasText: "Everything below is from 05:12:43" }).waitFor();
    await page.getByText(/Trying again/).waitFor();
    expect(await page.locator(".nodes tbody tr").count()).toBe(202);
    expect(await page.title()).toBe("Bollard: unreachable");
    await server.start();
    server.tick();
    await page.getByRole("button", { name: "Try now" }).click();
    await page.locator(".link", { hasText: "Live" }).waitFor();
    await page.locator(".verdict", { hasText: "it is well" }).waitFor();
  });

  test("says so when the bridge never answered", async () => {
    opened = await openPage(browser);
    const { page } = opened;
    await page.route("**/api/v1/**", (route) => route.abort());
    await page.reload();
    await page.getByText("It has not answered yet.").waitFor();
    expect(await page.locator(".evidence").count()).toBe(0);
  });

  test("is drawn for a street without nodes", async () => {
    const { page, errors } = await open({ street: new FixtureStreet(0) });
    await page.getByText("No node has reported yet.").waitFor();
    await page.getByText("Nodes appear here once they report.").waitFor();
    expect(errors).toEqual([]);
  });

  test("is loud about what is lost, and about a spool that runs full", async () => {
    const street = new FixtureStreet(20);
    street.change = (status) => ({
      ...status,
      health: "failing",
      summary: "The spool is full.",
      spool: {
        ...status.spool,
        bytes: 0.97 * status.spool.maxBytes,
        backlog: 9_000,
        dropped: 1_204,
      },
      delivery: { produced: 20_000, delivered: 9_796, duplicated: 0, lost: 1_204, held: 9_000 },
    });
    const { page } = await open({ street });
    await page.locator(".verdict", { hasText: "No: data is at risk." }).waitFor();
    expect(await page.locator(".figure strong").textContent()).toBe("1,204");
    expect(await page.locator(".warnings li").allTextContents()).toEqual([
      "1,204 readings produced that never arrived and are held nowhere.",
      "The spool was full and dropped 1,204 readings.",
      "The spool is 97 % full: soon there is no room for more.",
    ]);
  });

  test("asks now and then where the bridge has no room for one more live page", async () => {
    const { page, server } = await open();
    await page.locator(".link", { hasText: "Live" }).waitFor();
    server.full = true;
    server.tick(3);
    await page.reload();
    await page.locator(".link", { hasText: "Every 10 s" }).waitFor();
    await page.getByText("so this one asks every 10 seconds").waitFor();
    await page.locator(".facts", { hasText: "2,413" }).waitFor();
    expect(await page.locator(".nodes tbody tr").count()).toBe(202);
  });

  test("shows what a person should look at, the newest first", async () => {
    const street = new FixtureStreet(5);
    const alarms = [1, 2, 3, 4, 5].map((number) => ({
      code: "NODE_UNKNOWN",
      place: `air-${number}`,
      message: `The node air-${number} is not in the registry: its messages are held.`,
      since: "2026-11-24T05:00:00.000Z",
      count: number,
    }));
    street.change = (status) => ({ ...status, alarms });
    const { page } = await open({ street });
    const rows = page.locator(".alarms li");
    await rows.first().waitFor();
    expect(await rows.nth(1).textContent()).toBe(
      "The node air-2 is not in the registry: its messages are held.NODE_UNKNOWN, 2 times, first 12 min ago",
    );
    expect(await rows.nth(4).isVisible()).toBe(false);
    await page.getByText("1 more").click();
    expect(await rows.nth(4).isVisible()).toBe(true);
  });

  test("counts what the bridge dropped where nothing checks at the far end", async () => {
    const street = new FixtureStreet(5);
    street.change = ({ delivery: _, notice: __, ...status }) => status;
    const { page } = await open({ street });
    await page.locator(".figure", { hasText: "readings dropped" }).waitFor();
    await page.getByText("No delay is measured").waitFor();
    expect(await page.locator(".notice").count()).toBe(0);
  });
});

/** For each column of the plot, without the axis below it, the pixels in the first series' colour. */
function inkOf(page: OpenPage["page"]): Promise<number[]> {
  return page.locator(".plot-canvas canvas").evaluate((canvas: HTMLCanvasElement) => {
    const { width, height } = canvas;
    const { data } = canvas.getContext("2d")?.getImageData(0, 0, width, height) ?? { data: [] };
    const ink = Array.from({ length: width }, () => 0);
    for (let at = 0; at < width * (height - 32 * devicePixelRatio); at++) {
      const [red = 0, green = 0, blue = 0] = data.slice(4 * at, 4 * at + 3);
      const drawn = red < 60 && green > 90 && green < 140 && blue > 80 && blue < 125;
      if (drawn) ink[at % width] = (ink[at % width] ?? 0) + 1;
    }
    return ink;
  });
}

/** The widths of the stretches without ink between the line's ends, as shares of its length. */
async function gapsOf(page: OpenPage["page"]): Promise<number[]> {
  const columns = (await inkOf(page)).map((ink) => (ink > 0 ? "x" : " ")).join("");
  const line = columns.trim();
  return line.split(/x+/).map((gap) => gap.length / line.length);
}
