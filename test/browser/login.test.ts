import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Bridge } from "@bollard/bridge";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildPage } from "./build-page.js";
import { contrastsBelow } from "./contrasts-below.js";
import { openBrowser, skipped } from "./open-page.js";

const TOKEN = "f3b1c9d27a50486e8f11";

describe.skipIf(skipped)("a bridge with a login, in Chromium (apt install chromium)", () => {
  const folder = mkdtempSync(join(tmpdir(), "bollard-login-"));
  let browser: Browser;
  let bridge: Bridge;
  let page: Page;
  let url: string;
  const requests: string[] = [];

  beforeAll(async () => {
    await buildPage();
    browser = await openBrowser();
    const tokenFile = join(folder, "page.token");
    writeFileSync(tokenFile, `${TOKEN}\n`, { mode: 0o600 });
    bridge = new Bridge({
      config: { dataDir: join(folder, "data"), http: { port: 0, tokenFile } },
      logTo: { write: () => {} },
    });
    ({ url } = await bridge.start());
    const context = await browser.newContext({ viewport: { width: 360, height: 740 } });
    page = await context.newPage();
    page.on("request", (request) => requests.push(request.url()));
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await bridge?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("asks for the token first, by keyboard and on a small screen", async () => {
    await page.goto(url);
    await page.getByRole("heading", { name: "Log in to this bridge" }).waitFor();
    expect(new URL(page.url()).pathname).toBe("/login");
    expect(await contrastsBelow(page, 4.5)).toEqual([]);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(wide).toBeLessThanOrEqual(360);
    await page.keyboard.type("not the token, I fear");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").filter({ hasText: "This is not the token." }).waitFor();
  });

  test("shows the page to who has it, and nothing of it to others", async () => {
    await page.getByLabel("Access token").fill(TOKEN);
    await page.keyboard.press("Enter");
    await page.locator(".verdict", { hasText: "it is well" }).waitFor();
    await page.locator(".link", { hasText: "Live" }).waitFor();
    const [cookie] = await page.context().cookies();
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Strict", path: "/" });
    expect(await page.evaluate(() => document.cookie)).toBe("");
    await page.getByRole("link", { name: "Log", exact: true }).click();
    const warning = page.locator(".log-lines li", { hasText: "a wrong token for the page" });
    await warning.waitFor();
    expect(await page.content()).not.toContain(TOKEN);
    expect((await fetch(`${url}/api/v1/log`)).status).toBe(401);
  });

  test("asks again once one has logged out, on every page that is open", async () => {
    const other = await page.context().newPage();
    await other.goto(`${url}/#/spool`);
    await other.getByRole("heading", { name: "Room on disk" }).waitFor();
    await page.getByRole("button", { name: "Log out" }).click();
    await page.getByRole("heading", { name: "Log in to this bridge" }).waitFor();
    await other.getByRole("heading", { name: "Log in to this bridge" }).waitFor();
    expect(requests.filter((request) => request.includes(TOKEN))).toEqual([]);
    expect(requests.filter((request) => !request.startsWith(url))).toEqual([]);
  });
});
