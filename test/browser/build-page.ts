import { execFile } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("../../", import.meta.url));
const sources = `${root}packages/bridge/src/page/browser`;

/** Where the built page lies. */
export const pageFolder = new URL("../../packages/bridge/dist/page/", import.meta.url);

/** Builds the page where a source is newer than what was built. */
export async function buildPage(): Promise<void> {
  const built = fileURLToPath(new URL("page.js", pageFolder));
  const newest = readdirSync(sources, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => statSync(`${entry.parentPath}/${entry.name}`).mtimeMs)
    .reduce((a, b) => Math.max(a, b));
  if (existsSync(built) && statSync(built).mtimeMs > newest) return;
  await promisify(execFile)(process.execPath, ["node_modules/tsup/dist/cli-default.js"], {
    cwd: root,
    env: { ...process.env, BOLLARD_BUILD: "packages/bridge/page" },
  });
}
