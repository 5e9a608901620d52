// `npm run -s test:fresh`: a new Debian 13 with only git, nodejs and npm from its own archive (what a
// Raspberry Pi user has), a clone of this checkout's last commit, and the README's two commands.
// Needs root on Debian; the mounts are in a namespace of their own and end with it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, run } from "./bootstrap.mjs";
import { inside, makeSystem, mayMakeSystems, must } from "./debian-system.mjs";

const say = (line) => process.stderr.write(`${line}\n`);

if (!mayMakeSystems) {
  say("test:fresh needs root on Debian, for debootstrap and chroot. Nothing was tested.");
  process.exit(2);
}

const quick = process.argv.includes("--quick");
const folder = mkdtempSync(join(tmpdir(), "bollard-fresh-"));
const system = join(folder, "debian");
let failed = false;
try {
  const startedAt = Date.now();
  await makeSystem(system, ["git", "nodejs", "npm"]);
  say(`Debian 13 with git, nodejs and npm: ${seconds(startedAt)}`);
  await cloneInto();
  await inClone("the tools", "node -v && npm -v && git --version");
  const street = await inClone("npm start, cold", "npm start -- --duration 20 --json");
  checkStreet(street);
  await inClone("npm start, built", "npm start -- --duration 20 --json");
  if (!quick) await inClone("npm test", "npm test -- --no-checks");
  await nothingLeft();
} catch (error) {
  failed = true;
  say(error.message);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
say(
  failed ? "A fresh Debian 13 does not get through: see above." : "A fresh Debian 13 gets through.",
);
process.exit(failed ? 1 : 0);

async function cloneInto() {
  const bundle = join(system, "bollard.bundle");
  await must("git", ["-C", root, "bundle", "create", bundle, "HEAD"]);
  await must("chroot", [system, "git", "clone", "--quiet", "/bollard.bundle", "/home/bollard"]);
}

/** Runs a line in the clone, in the new system, and returns what it printed. */
async function inClone(title, line) {
  const startedAt = Date.now();
  const output = await inside(system, line, { cwd: "/home/bollard" });
  const last = output.trim().split("\n").at(-1) ?? "";
  say(`${title}: ${seconds(startedAt)}; ${last}`);
  return output;
}

function checkStreet(output) {
  const last = output.trim().split("\n").at(-1) ?? "";
  const result = JSON.parse(last);
  if (result.lost !== 0) throw new Error(`readings were lost: ${last}`);
  if (!(result.delivered > 0)) throw new Error(`nothing was delivered: ${last}`);
}

/** A run leaves the clone as git knows it. */
async function nothingLeft() {
  const { output } = await run(
    "chroot",
    [system, "git", "-C", "/home/bollard", "status", "--porcelain"],
    { quiet: true },
  );
  if (output.trim() !== "") throw new Error(`the run left files behind:\n${output}`);
}

function seconds(startedAt) {
  return `${((Date.now() - startedAt) / 1000).toFixed(1)} s`;
}
