// `npm run -s test:fresh`: a new Debian 13 with only git, nodejs and npm from its own archive (what a
// Raspberry Pi user has), a clone of this checkout's last commit, and the README's two commands.
// Needs root on Debian; the mounts are in a namespace of their own and end with it.
import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, run } from "./bootstrap.mjs";

const SUITE = "trixie";
const say = (line) => process.stderr.write(`${line}\n`);

if (process.getuid?.() !== 0 || !existsSync("/etc/debian_version")) {
  say("test:fresh needs root on Debian, for debootstrap and chroot. Nothing was tested.");
  process.exit(2);
}

const quick = process.argv.includes("--quick");
const folder = mkdtempSync(join(tmpdir(), "bollard-fresh-"));
const system = join(folder, "debian");
let failed = false;
try {
  await makeSystem();
  await cloneInto();
  await inside("the tools", "node -v && npm -v && git --version");
  const street = await inside("npm start, cold", "npm start -- --duration 20 --json");
  checkStreet(street);
  await inside("npm start, built", "npm start -- --duration 20 --json");
  if (!quick) await inside("npm test", "npm test -- --no-checks");
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

async function makeSystem() {
  if (!existsSync("/usr/sbin/debootstrap")) {
    await must("apt-get", ["update", "-qq"]);
    await must("apt-get", ["install", "-y", "-qq", "debootstrap"]);
  }
  const startedAt = Date.now();
  await must("debootstrap", ["--variant=minbase", "--include=ca-certificates", SUITE, system]);
  // A host behind a proxy has certificates and name servers of its own.
  for (const file of ["/etc/ssl/certs/ca-certificates.crt", "/etc/resolv.conf", "/etc/hosts"]) {
    if (existsSync(file)) cpSync(file, join(system, file), { dereference: true });
  }
  await must("chroot", [system, "apt-get", "update", "-qq"]);
  await must("chroot", [
    ...[system, "env", "DEBIAN_FRONTEND=noninteractive"],
    ...["apt-get", "install", "-y", "-qq", "--no-install-recommends", "git", "nodejs", "npm"],
  ]);
  // Installing certificates anew drops the host's.
  const certificates = "/etc/ssl/certs/ca-certificates.crt";
  if (existsSync(certificates))
    cpSync(certificates, join(system, certificates), { dereference: true });
  say(`Debian 13 with git, nodejs and npm: ${seconds(startedAt)}`);
}

async function cloneInto() {
  const bundle = join(system, "bollard.bundle");
  await must("git", ["-C", root, "bundle", "create", bundle, "HEAD"]);
  await must("chroot", [system, "git", "clone", "--quiet", "/bollard.bundle", "/home/bollard"]);
}

/** Runs a line in the clone, in the new system, and returns what it printed. */
async function inside(title, line) {
  const startedAt = Date.now();
  const mounts = [
    `mount -t proc proc ${system}/proc`,
    `mount --rbind /sys ${system}/sys`,
    `mount --rbind /dev ${system}/dev`,
    `mount -t tmpfs tmpfs ${system}/tmp`,
  ].join(" && ");
  const environment = [
    ...["-i", "HOME=/root", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
    ...["LANG=C.UTF-8", "NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt"],
    ...(process.env.CI ? [`CI=${process.env.CI}`] : []),
  ].join(" ");
  const script = `mount --make-rprivate / && ${mounts} && exec chroot ${system} env ${environment} sh -c 'cd /home/bollard && ${line}'`;
  const { code, output } = await run(
    "unshare",
    ["--mount", "--pid", "--fork", "--kill-child", "sh", "-c", script],
    { quiet: true },
  );
  if (code !== 0) throw new Error(`${output}\n${title}: exit code ${code}`);
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

async function must(command, args) {
  const { code, output } = await run(command, args, { quiet: true });
  if (code !== 0) throw new Error(`${output}\n${command} ${args.join(" ")}: exit code ${code}`);
}

function seconds(startedAt) {
  return `${((Date.now() - startedAt) / 1000).toFixed(1)} s`;
}
