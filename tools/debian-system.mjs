// A new Debian 13 in a folder, to try in it what a user would do. Needs root on Debian; mounts are in
// a namespace of their own and end with it.
import { cpSync, existsSync } from "node:fs";
import { join } from "node:path";
import { run } from "./bootstrap.mjs";

const SUITE = "trixie";
const CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt";

export const mayMakeSystems = process.getuid?.() === 0 && existsSync("/etc/debian_version");

export async function must(command, args) {
  const { code, output } = await run(command, args, { quiet: true });
  if (code !== 0) throw new Error(`${output}\n${command} ${args.join(" ")}: exit code ${code}`);
  return output;
}

/** Debian 13 with these packages besides the smallest there is. */
export async function makeSystem(system, packages) {
  if (!existsSync("/usr/sbin/debootstrap")) {
    await must("apt-get", ["update", "-qq"]);
    await must("apt-get", ["install", "-y", "-qq", "debootstrap"]);
  }
  await must("debootstrap", ["--variant=minbase", "--include=ca-certificates", SUITE, system]);
  // A host behind a proxy has certificates and name servers of its own.
  for (const file of [CERTIFICATES, "/etc/resolv.conf", "/etc/hosts"]) {
    if (existsSync(file)) cpSync(file, join(system, file), { dereference: true });
  }
  await must("chroot", [system, "apt-get", "update", "-qq"]);
  await must("chroot", [
    ...[system, "env", "DEBIAN_FRONTEND=noninteractive"],
    ...["apt-get", "install", "-y", "-qq", "--no-install-recommends", ...packages],
  ]);
  // Installing certificates anew drops the host's.
  if (existsSync(CERTIFICATES))
    cpSync(CERTIFICATES, join(system, CERTIFICATES), { dereference: true });
}

/** Runs a line of shell in the system, with processes and mounts of its own. */
export async function inside(system, line, { cwd = "/root", env = {} } = {}) {
  const mounts = [
    `mount -t proc proc ${system}/proc`,
    `mount --rbind /sys ${system}/sys`,
    `mount --rbind /dev ${system}/dev`,
    `mount -t tmpfs tmpfs ${system}/tmp`,
  ].join(" && ");
  const environment = [
    ...["-i", "HOME=/root", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
    ...["LANG=C.UTF-8", `NODE_EXTRA_CA_CERTS=${CERTIFICATES}`],
    ...(process.env.CI ? [`CI=${process.env.CI}`] : []),
    ...Object.entries(env).map(([name, value]) => `${name}=${value}`),
  ];
  const script = `mount --make-rprivate / && ${mounts} && exec chroot ${system} env "$@"`;
  const { code, output } = await run(
    "unshare",
    [
      ...["--mount", "--pid", "--fork", "--kill-child", "sh", "-c", script, "inside"],
      ...[...environment, "sh", "-c", `cd ${cwd} && ${line}`],
    ],
    { quiet: true },
  );
  if (code !== 0) throw new Error(`${output}\n${line}: exit code ${code}`);
  return output;
}
