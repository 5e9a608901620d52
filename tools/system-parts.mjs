// The real parts the tests use beside npm packages. Installed where that is allowed; elsewhere the
// tests that need one skip by name.
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { run } from "./bootstrap.mjs";

/** Command or file looked for, Debian packages that bring it and what it needs. */
const parts = [
  ["mosquitto", "mosquitto"],
  ["mkfs.ext4", "e2fsprogs"],
  ["chromium", "chromium"],
  ["slurmctld", "slurmctld", "slurmd", "slurm-client"],
  ["systemd-notify", "systemd"],
  ["python3", "python3"],
  ["gcc", "gcc", "libc6-dev"],
  ["clang", "clang", "libclang-rt-dev"],
  ["avr-gcc", "gcc-avr", "avr-libc"],
  ["/usr/share/arduino/hardware/arduino/avr/cores/arduino/Arduino.h", "arduino-core-avr"],
  ["arm-none-eabi-gcc", "gcc-arm-none-eabi", "libnewlib-arm-none-eabi"],
];

const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"];

function isInstalled(command) {
  if (command.startsWith("/")) return existsSync(command);
  return folders.some((folder) => existsSync(join(folder, command)));
}

/** Installs what is missing, as root on Debian; names what is still missing otherwise. */
export async function installSystemParts() {
  const missing = parts
    .filter(([command]) => !isInstalled(command))
    .flatMap(([, ...packages]) => packages);
  if (missing.length === 0) return;
  const mayInstall = process.getuid?.() === 0 && existsSync("/etc/debian_version");
  if (!mayInstall) {
    process.stderr.write(
      `Not installed here, so their tests skip: ${missing.join(", ")}. ` +
        `On Debian: sudo apt-get install ${missing.join(" ")}\n`,
    );
    return;
  }
  process.stderr.write(`Installing ${missing.join(", ")} from Debian …\n`);
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  const update = await run("apt-get", ["update", "-qq"], { env, quiet: true });
  const install = await run(
    "apt-get",
    ["install", "-y", "-qq", "--no-install-recommends", ...missing],
    { env, quiet: true },
  );
  if (install.code !== 0) process.stderr.write(`${update.output}${install.output}\n`);
}
