import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Bridge } from "@bollard/bridge";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  CityReader,
  CutBroker,
  keysTo,
  lampSchema,
  MqttLamp,
  SerialLamp,
} from "../e2e/bridge-parts.js";
import { buildPage } from "./build-page.js";
import { openBrowser, skipped } from "./open-page.js";

describe.skipIf(skipped)("a bridge's page in Chromium (apt install chromium)", () => {
  const folder = mkdtempSync(join(tmpdir(), "bollard-views-"));
  let browser: Browser;
  let page: Page;
  let bridge: Bridge;
  let street: CutBroker;
  let city: CutBroker;
  let reader: CityReader;
  let serial: SerialLamp;
  let mqtt: MqttLamp;
  let url: string;
  const errors: string[] = [];

  beforeAll(async () => {
    await buildPage();
    [browser, street, city] = await Promise.all([
      openBrowser(),
      CutBroker.open(),
      CutBroker.open(),
    ]);
    reader = new CityReader(city);
    bridge = new Bridge({
      config: {
        dataDir: join(folder, "data"),
        sources: {
          serial: [{ name: "cabinet", ports: [join(folder, "tty*")], pollMs: 500 }],
          mqtt: [{ name: "street", url: street.url }],
        },
        sinks: { mqtt: [{ name: "city", url: city.url, prefix: "city" }] },
        nodes: { unknown: "hold", list: { "lamp-a": { name: "oak-street-1" } } },
        spool: { commitDelayMs: 100 },
        http: { port: 0 },
      },
      schemas: [lampSchema],
      logTo: { write: () => {} },
    });
    ({ url } = await bridge.start());
    serial = new SerialLamp("lamp-a", join(folder, "ttyLAMP"));
    await serial.plug();
    mqtt = await MqttLamp.open("lamp-b", street.url);
    for (let number = 0; number < 3; number++) {
      serial.report();
      await mqtt.report();
    }
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.setDefaultTimeout(20_000);
    page.on("pageerror", (error) => errors.push(String(error)));
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await serial?.close();
    await mqtt?.close();
    await bridge?.close();
    await Promise.all([street?.close(), city?.close()]);
    rmSync(folder, { recursive: true, force: true });
    expect(errors).toEqual([]);
  });

  test("a node that is not known waits, is approved, and all it sent arrives in the city", async () => {
    await page.goto(`${url}/#/nodes`);
    const waiting = page.locator(".waiting article", { hasText: "lamp-b" });
    await waiting.getByText("3 messages are held.").waitFor();
    await waiting.getByLabel("Name").fill("oak-street-2");
    await waiting.getByLabel("Latitude, longitude").fill("57.1437, -2.0946");
    await waiting.getByRole("button", { name: "Approve" }).click();
    await page.getByText("oak-street-2 is in the registry now").waitFor();
    const row = page.locator(".stacking tbody tr", { hasText: "oak-street-2" });
    await row.waitFor();
    expect(await row.locator("th").textContent()).toBe("oak-street-2 lamp-b");
    await expect
      .poll(() => reader.arrivals.get("oak-street-2")?.map(({ key }) => key), { timeout: 20_000 })
      .toEqual(keysTo(1, 3));
  });

  test("a command is sent to a node on its port, which does it, and the page tells so", async () => {
    await page.goto(`${url}/#/command?node=oak-street-1`);
    const command = page.getByRole("combobox", { name: /^Command/ });
    const outcomes = page.locator(".outcomes li");
    await command.selectOption("Set the interval");
    await page.getByRole("textbox", { name: "seconds" }).fill("120");
    await page.getByRole("button", { name: "Send" }).click();
    await outcomes.filter({ hasText: "The node has done it." }).waitFor();
    expect(serial.commands).toEqual([{ name: "set-interval", values: { seconds: 120 } }]);
    serial.answer = () => "refused";
    await command.selectOption("Start anew");
    await page.getByRole("button", { name: "Send" }).click();
    await outcomes.filter({ hasText: "The node refused it." }).waitFor();
    expect(serial.commands.map(({ name }) => name)).toEqual(["set-interval", "reboot"]);
  });

  test("the serial port is there with its node, and goes when it is unplugged", async () => {
    await page.goto(`${url}/#/ports`);
    const port = page.locator(".detail-card", { hasText: "ttyLAMP" });
    await port.locator(".facts div", { hasText: "Nodelamp-a" }).waitFor();
    await port.getByText(/good frames; 0 % bad/).waitFor();
    await serial.unplug();
    await port.locator(".state", { hasText: "down" }).waitFor();
  });

  test("its spool has what came, its sink has had it, and its log tells of both", async () => {
    await page.goto(`${url}/#/spool`);
    await page.locator(".facts div", { hasText: "Entries6" }).waitFor();
    await page.locator(".detail-card tr", { hasText: "mqtt:city" }).waitFor();
    await page.goto(`${url}/#/sinks`);
    await page.locator(".detail-card", { hasText: "0 entries waiting" }).waitFor();
    await page.goto(`${url}/#/log`);
    await page.getByText("the registry was changed").waitFor();
  });

  test("its readings are downloaded as a file", async () => {
    await page.goto(`${url}/#/download?node=oak-street-2`);
    await page.getByLabel("Span").selectOption("All there is");
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "Download CSV" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe("oak-street-2.csv");
    const rows = readFileSync(await download.path(), "utf8").split("\r\n");
    expect([rows[0], rows.length]).toEqual(["time,node,temperature", 5]);
    expect(rows[1]).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z,oak-street-2,-20$/);
  });
});
