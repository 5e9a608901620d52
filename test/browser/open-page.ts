import { existsSync } from "node:fs";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { FixtureServer } from "./fixture-server.js";
import { FixtureStreet } from "./fixture-street.js";

const paths = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser"];

/** Where Chromium is, or `undefined` where it is not installed. */
export const chromiumPath = paths.find((path) => path !== undefined && existsSync(path));

/** Without Chromium the tests are skipped by name, but in CI they fail. */
export const skipped = chromiumPath === undefined && process.env.CI !== "true";

/** Starts headless Chromium. */
export function openBrowser(): Promise<Browser> {
  if (!chromiumPath) throw new Error("Chromium is not installed: apt install chromium");
  return chromium.launch({ executablePath: chromiumPath, args: ["--no-sandbox"] });
}

/** An open page, the street it shows, and what it did on the way. */
export interface OpenPage {
  readonly page: Page;
  readonly server: FixtureServer;
  readonly street: FixtureStreet;
  /** Console errors and uncaught exceptions. */
  readonly errors: readonly string[];
  /** The address of every request. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/** How to open it. */
export interface OpenPageOptions extends BrowserContextOptions {
  readonly street?: FixtureStreet;
  /** The part of the address behind the page's own, such as `#node=mill-lane-4`. */
  readonly hash?: string;
}

/** Opens the page over a street of its own. */
export async function openPage(
  browser: Browser,
  { street = new FixtureStreet(), hash = "", ...options }: OpenPageOptions = {},
): Promise<OpenPage> {
  const server = new FixtureServer(street);
  await server.start();
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    locale: "en-GB",
    timezoneId: "UTC",
    reducedMotion: "reduce",
    ...options,
  });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  const errors: string[] = [];
  const requests: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") errors.push(message.text());
  });
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("request", (request) => requests.push(request.url()));
  await page.goto(server.address + hash);
  return {
    page,
    server,
    street,
    errors,
    requests,
    close: async () => {
      await context.close();
      await server.stop();
    },
  };
}
