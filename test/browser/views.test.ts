import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { buildPage } from "./build-page.js";
import { contrastsBelow } from "./contrasts-below.js";
import { FixtureStreet } from "./fixture-street.js";
import {
  type OpenPage,
  type OpenPageOptions,
  openBrowser,
  openPage,
  skipped,
} from "./open-page.js";

const views = ["nodes", "ports", "sinks", "spool", "log", "command", "download"] as const;
/** WCAG 2.2, criterion 1.4.3. */
const LEAST_CONTRAST = 4.5;

describe.skipIf(skipped)("the page's further views in Chromium (apt install chromium)", () => {
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

  test.each(["light", "dark"] as const)(
    "fit 360 px and are easy to read in the %s scheme, ask nobody else, complain of nothing",
    async (colorScheme) => {
      const look = { viewport: { width: 360, height: 740 }, colorScheme };
      const { page, server, errors, requests } = await open({
        ...look,
        street: new FixtureStreet(8),
      });
      server.street.press("city");
      server.tick(20);
      server.details.waiting = [{ reason: "unknown-node", detail: "air-0099", messages: 12 }];
      server.details.write("warn", "connection lost", { sink: "city" });
      server.details.write("error", "cannot read the spool", { err: "EIO" });
      await page.locator(".evidence").waitFor();
      expect(await contrastsBelow(page, LEAST_CONTRAST)).toEqual([]);
      for (const view of views) {
        await page.locator(`.views a[href="#/${view}"]`).click();
        await page.locator(".view h1").first().waitFor();
        await page.locator(".view [role=status]").waitFor({ state: "detached" });
        const wide = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        expect([view, wide]).toEqual([view, 0]);
        expect([view, await contrastsBelow(page, LEAST_CONTRAST)]).toEqual([view, []]);
      }
      expect(requests.filter((address) => !address.startsWith(server.address))).toEqual([]);
      expect(errors).toEqual([]);
    },
  );

  test("are reached by keyboard, and the street is as it was left", async () => {
    const { page } = await open({ hash: "#node=mill-lane-4&field=humidity" });
    await page.locator("#node", { hasText: "mill-lane-4" }).waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Serial ports" }).waitFor();
    expect(page.url()).toMatch(/#\/ports$/);
    expect(await page.locator(".views [aria-current=page]").textContent()).toBe("Ports");
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Enter");
    await page.locator("#node", { hasText: "mill-lane-4" }).waitFor();
    expect(await page.locator(".tile[aria-pressed=true]").textContent()).toContain("humidity");
    await page.goBack();
    await page.getByRole("heading", { name: "Serial ports" }).waitFor();
  });

  test("ports: which node is on each, and how good its link is", async () => {
    const { page, server } = await open({ hash: "#/ports" });
    const port = page.locator(".detail-card", { hasText: "usb-Arduino_Uno" });
    await port.getByText("9,876 good frames; 1.2 % bad").waitFor();
    const facts = await port.locator(".facts div").allTextContents();
    expect(facts).toEqual([
      "Nodeair-0001",
      "Firmwarestreet 1.4",
      "Boot7",
      "Window8",
      "Heardjust now",
      "Round trip12 ms",
      expect.stringMatching(/^Open since/),
      "Bad frames124 (2.5 kB)",
      "Messages4,820",
      "Sent again100 (2.0 %)",
      "Given up0",
      "Not on disk yet3",
      "Strange frames0",
      "Unsent0",
    ]);
    const gone = page.locator(".detail-card", { hasText: "/dev/ttyACM1" });
    expect(await gone.textContent()).toMatch(
      /^ttyACM1down\/dev\/ttyACM1Tries again in4\.1 sLast error .*: it was unplugged$/,
    );
    await page.locator(".detail-card", { hasText: "mqtt://127.0.0.1:1883" }).waitFor();
    server.details.links = [];
    await page.getByText("No serial port is there.").waitFor();
  });

  test("sinks: how far behind each is, what went wrong, and when it is tried again", async () => {
    const street = new FixtureStreet(20);
    street.change = (status) => ({
      ...status,
      sinks: status.sinks.map((sink) => ({
        ...sink,
        state: "down",
        backlog: 12_345,
        dropped: 7,
        oldestAt: "2026-11-24T05:10:43.000Z",
        lastError: { message: "connect ECONNREFUSED", at: "2026-11-24T05:12:40.000Z" },
        retryInMs: 8_200,
      })),
    });
    const { page, server } = await open({ street, hash: "#/sinks" });
    const sink = page.locator(".detail-card");
    await sink.waitFor();
    expect(await sink.textContent()).toBe(
      "citydownmqtt://127.0.0.1:1884, street/…12,345 entries waitingOldest came2 min agoDropped7" +
        "KindmqttMessages486,820Errors0Tries again in8.2 sLast error just now: connect ECONNREFUSED",
    );
    expect(await page.locator(".views a", { hasText: "Sinks" }).textContent()).toBe(
      "Sinks1 to look at",
    );
    street.change = (status) => ({ ...status, sinks: [] });
    server.tick();
    await page.getByText("No sink is set up").waitFor();
  });

  test("spool: its room, what it costs the disk, and where the sinks are", async () => {
    const { page, server } = await open({ hash: "#/spool" });
    await page.getByText("12.0 MB of 48.0 MB").waitFor();
    await page.getByText("Backlog 25 %").waitFor();
    await page.getByText("70.6 B for each of 410,000 entries").waitFor();
    const rows = page
      .locator(".detail-card", { hasText: "Where the sinks are" })
      .locator("tbody tr");
    expect(await rows.allTextContents()).toEqual([
      "mqtt:city1,0000",
      "ngsi-ld:broker too far behind110,0001,204 dropped",
    ]);
    const { spool } = server.details;
    server.details.spool = { ...spool, state: "failing", error: "ENOSPC: no space left" };
    await page.locator(".last-error", { hasText: "ENOSPC" }).waitFor();
  });

  test("log: the newest first, by level and words, and it can be paused", async () => {
    const { page, server } = await open({ hash: "#/log" });
    await page.getByText("Nothing has been logged here yet.").waitFor();
    server.details.write("info", "running", { nodes: "202" });
    server.details.write("warn", "connection lost", { sink: "city" });
    const lines = page.locator(".log-lines li");
    await expect
      .poll(() => lines.allTextContents())
      .toEqual(["05:12:43warnconnection lost sink city", "05:12:43inforunning nodes 202"]);
    await page.getByRole("radio", { name: "warn" }).check();
    await expect.poll(() => lines.count()).toBe(1);
    await page.getByRole("radio", { name: "all" }).check();
    await page.getByRole("searchbox").fill("202 run");
    await expect.poll(() => lines.count()).toBe(1);
    await page.getByRole("searchbox").fill("");
    await page.getByRole("button", { name: "Pause" }).click();
    server.details.write("error", "cannot read the spool");
    await page.getByRole("button", { name: "Paused: go on" }).click();
    await expect.poll(() => lines.first().textContent()).toContain("cannot read the spool");
  });

  test("nodes: what is known of each, and the way to its values and its file", async () => {
    const { page } = await open({ hash: "#/nodes", street: new FixtureStreet(12) });
    const rows = page.locator(".stacking tbody tr");
    await expect.poll(() => rows.count()).toBe(12);
    await page.getByRole("searchbox").fill("market-street-1");
    await expect.poll(() => rows.count()).toBe(1);
    await page.getByText("street 1.4, boot 7").waitFor();
    expect(await rows.locator("td").allTextContents()).toEqual([
      "fresh",
      "just now",
      "40 min ago",
      "street-air",
      "street 1.4, boot 7",
      "–",
      "−97 dBm, SNR 7.2 dB",
      "synchronised",
      "2,410",
      "CSV",
    ]);
    await page.getByRole("link", { name: "Download market-street-1" }).click();
    const node = page.getByLabel("Node");
    await expect.poll(() => node.inputValue()).toBe("market-street-1");
    await page.goBack();
    await page.getByRole("link", { name: "market-street-1", exact: true }).click();
    await page.locator("#node", { hasText: "market-street-1" }).waitFor();
  });

  test("nodes: one that nobody has named is approved with a name and a place", async () => {
    const { page, server } = await open({ hash: "#/nodes", street: new FixtureStreet(4) });
    const { details } = server;
    details.waiting = [
      { reason: "unknown-node", detail: "air/99", messages: 1_204 },
      { reason: "unknown-schema", detail: "21", messages: 1 },
    ];
    const waiting = page.locator(".waiting article");
    await waiting.first().waitFor();
    expect(await waiting.nth(1).textContent()).toBe(
      "21 names a schema that is not configured, or of another layout; 1 message is held.",
    );
    await page.getByText("1,204 messages are held.").waitFor();
    expect(await page.getByLabel("Name", { exact: true }).inputValue()).toBe("air/99");
    await page.getByLabel("Name", { exact: true }).fill("oak-street-12");
    await page.getByLabel("Latitude, longitude").fill("57.1437");
    await page.getByRole("button", { name: "Approve" }).click();
    await page.getByText("Give the place as latitude, longitude").waitFor();
    expect(details.changes).toEqual([]);
    details.answer = { title: "No", detail: "oak-street-12 is the name of air-0001 already" };
    await page.getByLabel("Latitude, longitude").fill("57.1437, -2.0946");
    await page.getByRole("button", { name: "Approve" }).click();
    await page.locator(".mistake", { hasText: "is the name of air-0001 already" }).waitFor();
    details.answer = {};
    details.waiting = [];
    await page.getByRole("button", { name: "Approve" }).click();
    await page.getByText("oak-street-12 is in the registry now").waitFor();
    const approval = { name: "oak-street-12", position: [-2.0946, 57.1437] };
    expect(details.changes).toEqual([
      ["registry/air/99", approval],
      ["registry/air/99", approval],
    ]);
  });

  test("command: a form by the schema, and what came of it", async () => {
    const { page, server } = await open({
      hash: "#/command?node=mill-lane-1",
      street: new FixtureStreet(12),
    });
    const { details } = server;
    await page.getByText("How often it reports.").waitFor();
    expect(await page.getByLabel("Node").inputValue()).toBe("mill-lane-1");
    const send = page.getByRole("button", { name: "Send" });
    await page.getByRole("textbox", { name: "Seconds" }).fill("5");
    await send.click();
    await page.locator(".mistake", { hasText: "from 10 to 3600 s in steps of 10" }).waitFor();
    await page.getByRole("textbox", { name: "Seconds" }).fill("60");
    await page.getByLabel("Mode").selectOption("calm");
    await page.getByLabel("To begin within").selectOption("10 seconds");
    await send.click();
    await page.locator(".outcomes li", { hasText: "The node has done it." }).waitFor();
    const [what, asked] = details.changes[0] ?? [];
    expect([what, asked]).toEqual([
      "nodes/mill-lane-1/commands",
      {
        id: expect.stringMatching(/^[0-9a-f]{24}$/),
        command: "set-interval",
        schema: "street-air",
        values: { seconds: 60, mode: "calm" },
        withinMs: 10_000,
      },
    ]);

    details.answer = { status: "expired" };
    await page.getByRole("combobox", { name: /^Command/ }).selectOption("Start anew");
    await send.click();
    const outcomes = page.locator(".outcomes li");
    await outcomes.first().filter({ hasText: "may have done it all the same" }).waitFor();
    expect(await outcomes.count()).toBe(2);
  });

  test("command: says where there is nothing to ask", async () => {
    const { page, server } = await open({ hash: "#/command", street: new FixtureStreet(2) });
    await page.getByText("Send a command").waitFor();
    server.details.commands = [];
    await page.reload();
    await page.getByText("No schema here has commands").waitFor();
  });

  test("download: one node's readings as a file, of a field and a span of time", async () => {
    const { page, server } = await open({
      hash: "#/download?node=mill-lane-2",
      street: new FixtureStreet(12),
    });
    await page.getByLabel("Field").selectOption("pm25");
    await page.getByLabel("Span").selectOption("range");
    await page.getByLabel("From", { exact: true }).fill("2026-11-24T04:00");
    await page.getByLabel("To", { exact: true }).fill("2026-11-24T03:00");
    await page.getByText("The span ends before it begins.").waitFor();
    await page.getByLabel("To", { exact: true }).fill("2026-11-24T05:00");
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "Download CSV" }).click(),
    ]);
    expect(await download.failure()).toBeNull();
    expect(Object.fromEntries(server.details.downloads[0] ?? [])).toEqual({
      node: "mill-lane-2",
      field: "pm25",
      from: "2026-11-24T04:00:00.000Z",
      to: "2026-11-24T05:00:00.000Z",
    });
  });

  test("say so when the bridge is out of reach, in each of them", async () => {
    const { page, server } = await open({ hash: "#/spool" });
    await page.getByText("12.0 MB of 48.0 MB").waitFor();
    await server.stop();
    await page.getByRole("heading", { name: "The bridge cannot be reached." }).waitFor();
    await page.getByText("12.0 MB of 48.0 MB").waitFor();
    await server.start();
    server.tick();
    await page.getByRole("button", { name: "Try now" }).click();
    await page.locator(".lost").waitFor({ state: "detached" });
  });
});
