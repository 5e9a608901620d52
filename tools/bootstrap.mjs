// What every command of a checkout needs first: the right Node, the dependencies, a fresh build.
// Plain JavaScript without dependencies, since it runs before anything is installed.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));
const cache = join(root, ".cache");

/** Runs a command in the checkout; its stdout goes to stderr, so ours stays free for results. */
export function run(command, args, { env = {}, quiet = false, cwd = root } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", quiet ? "pipe" : 2, quiet ? "pipe" : 2],
    });
    let output = "";
    child.stdout?.on("data", (chunk) => {
      output += chunk;
    });
    child.stderr?.on("data", (chunk) => {
      output += chunk;
    });
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code: code ?? 1, signal, output }));
  });
}

function say(line) {
  process.stderr.write(`${line}\n`);
}

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  say(`Bollard needs Node 20.19 or later; this is ${process.versions.node}.`);
  process.exit(2);
}

/** Runs `work` while no other process of this checkout does; a lock of a dead process is taken over. */
async function alone(name, work) {
  mkdirSync(cache, { recursive: true });
  const lock = join(cache, `${name}.lock`);
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: "wx" });
      break;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
      if (!isAlive(lock)) rmSync(lock, { force: true });
      else await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
  const release = () => rmSync(lock, { force: true });
  process.once("exit", release);
  try {
    return await work();
  } finally {
    process.removeListener("exit", release);
    release();
  }
}

function isAlive(lock) {
  try {
    const pid = Number(readFileSync(lock, "utf8"));
    // The file is empty for an instant while its owner writes it.
    if (!pid) return Date.now() - statSync(lock).mtimeMs < 2_000;
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** The pinned pnpm, through `npx`: `package.json` names the version. */
export function pnpm(args, options) {
  const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  return run("npx", ["--yes", packageManager, ...args], options);
}

async function install() {
  const lockfile = readFileSync(join(root, "pnpm-lock.yaml"));
  const wanted = createHash("sha256").update(lockfile).digest("hex");
  const stamp = join(root, "node_modules", ".bollard-installed");
  const installed = () => existsSync(stamp) && readFileSync(stamp, "utf8") === wanted;
  if (installed()) return;
  await alone("install", async () => {
    if (installed()) return;
    say("Installing the dependencies (once, about half a minute) …");
    const { code, output } = await pnpm(
      [
        "install",
        "--frozen-lockfile",
        "--config.confirm-modules-purge=false",
        "--reporter=append-only",
      ],
      { quiet: true },
    );
    if (code !== 0) {
      say(output);
      say("The dependencies could not be installed: the lines above say why.");
      process.exit(1);
    }
    writeFileSync(stamp, wanted);
  });
}

/** Folders with something to build, each with the files its build is made of. */
function buildFolders() {
  const below = (folder) =>
    existsSync(join(root, folder))
      ? readdirSync(join(root, folder)).map((name) => `${folder}/${name}`)
      : [];
  return [
    ...below("packages"),
    ...below("examples"),
    "firmware-sim",
    "firmware-sim/firmware",
  ].filter(
    (folder) =>
      existsSync(join(root, folder, "src/index.ts")) || existsSync(join(root, folder, "main.ts")),
  );
}

function fingerprintOf(folder) {
  const hash = createHash("sha256");
  const visit = (path) => {
    for (const entry of readdirSync(join(root, path), { withFileTypes: true })) {
      if (entry.name === "node_modules" || entry.name === "dist") continue;
      const inner = `${path}/${entry.name}`;
      if (entry.isDirectory()) visit(inner);
      else {
        const { mtimeMs, size } = statSync(join(root, inner));
        hash.update(`${inner}\0${mtimeMs}\0${size}\0`);
      }
    }
  };
  visit(folder);
  hash.update(readFileSync(join(root, "tsup.config.ts")));
  return hash.digest("hex");
}

/** Builds the packages whose files changed since their last build. */
export async function build({ force = false } = {}) {
  await alone("build", async () => {
    const stale = buildFolders().flatMap((folder) => {
      const stamp = join(root, folder, "dist/.built");
      const fingerprint = fingerprintOf(folder);
      const fresh = existsSync(stamp) && readFileSync(stamp, "utf8") === fingerprint;
      return fresh && !force ? [] : [{ folder, stamp, fingerprint }];
    });
    if (stale.length === 0) return;
    say(`Building ${stale.length === 1 ? stale[0].folder : `${stale.length} packages`} …`);
    // What an earlier build left behind would be published along.
    for (const { folder } of stale) {
      rmSync(join(root, folder, "dist"), { recursive: true, force: true });
    }
    const { code, output } = await run(
      process.execPath,
      ["node_modules/tsup/dist/cli-default.js"],
      {
        env: { BOLLARD_BUILD: stale.map(({ folder }) => folder).join(",") },
        quiet: true,
      },
    );
    if (code !== 0) {
      say(output);
      say("The build failed: the lines above say where.");
      process.exit(1);
    }
    for (const { stamp, fingerprint } of stale) writeFileSync(stamp, fingerprint);
  });
}

/** Everything a fresh clone needs before it can run. */
export async function bootstrap() {
  requireNode();
  await install();
  await build();
}
