// `npm run -s picture`: the README's picture, from a street that runs: its city broker is cut for a
// while, so that the picture shows a spool that filled and drained. Needs Chromium.
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { bootstrap, root } from "./bootstrap.mjs";

const OUT = join(root, "docs/street.png");
const SECONDS = { before: 60, cut: 20, after: 25 };
const DRAINED_WITHIN_MS = 180_000;

await bootstrap();
const { chromium } = createRequire(join(root, "test/package.json"))("playwright-core");
const street = spawn(process.execPath, [join(root, "examples/run-street/dist/main.js")], {
  stdio: ["ignore", "pipe", "inherit"],
});
try {
  const url = await addressOf(street);
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu"],
  });
  const page = await browser.newPage({
    viewport: { width: 1280, height: 860 },
    deviceScaleFactor: 2,
    colorScheme: "light",
    locale: "en-GB",
  });
  await page.goto(url);
  await sleep(SECONDS.before * 1000);
  await page.getByRole("button", { name: "Cut the city broker" }).click();
  await sleep(SECONDS.cut * 1000);
  await page.getByRole("button", { name: "Join the city broker" }).click();
  await page.locator(".verdict", { hasText: "it is well" }).waitFor({ timeout: DRAINED_WITHIN_MS });
  await sleep(SECONDS.after * 1000);
  await page.screenshot({ path: OUT });
  await browser.close();
  process.stdout.write(`${OUT}\n`);
} finally {
  street.kill("SIGTERM");
}

/** The address that the street prints once its page is there. */
function addressOf(child) {
  return new Promise((resolve, reject) => {
    let text = "";
    child.stdout.on("data", (chunk) => {
      text += chunk;
      const address = /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0];
      if (address) resolve(address);
    });
    child.on("close", () => reject(new Error(`the street ended early: ${text}`)));
  });
}
