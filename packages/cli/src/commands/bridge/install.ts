import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { Command } from "commander";
import type { CliIo } from "../../cli-io.js";
import { CliError } from "../../error.js";
import { type ServiceFile, serviceFiles } from "../../install/service-files.js";

interface InstallOptions {
  readonly root: string;
  readonly config: string;
  readonly command?: string;
  readonly vendor?: boolean;
  readonly dryRun?: boolean;
}

const example = `
Example:
  $ sudo bollard bridge install
  $ bollard bridge install --dry-run

It writes a systemd unit, the user "bollard", a udev rule for serial ports, and a configuration where
there is none. Nothing is started: see what it tells at the end.`;

/** `bollard bridge install`: makes a service of it. */
export function installCommand(io: CliIo): Command {
  return new Command("install")
    .description("install the bridge as a systemd service: unit, user, udev rule")
    .option(
      "--root <dir>",
      "write below this folder, and change nothing of the running system",
      "/",
    )
    .option("--config <file>", "the configuration it runs with", "/etc/bollard/bridge.yaml")
    .option("--command <path>", "what starts it; this program by default")
    .option("--vendor", "below /usr/lib in place of /etc, as a package does")
    .option("--dry-run", "print what would be written")
    .addHelpText("after", example)
    .action((options: InstallOptions) => install(options, io));
}

function install(options: InstallOptions, io: CliIo): void {
  const files = serviceFiles({
    base: options.vendor === true ? "/usr/lib" : "/etc",
    config: options.config,
    command: options.command ?? ownCommand(),
  });
  if (options.dryRun === true) {
    for (const { path, text } of files) io.stdout.write(`# ${path}\n${text}\n`);
    return;
  }
  for (const file of files) write(file, options.root, io);
  if (resolve(options.root) !== "/") return;
  for (const [command, ...words] of afterwards) tell(command, words, io);
  io.stderr.write(`Make ${options.config} your own, then: systemctl enable --now bollard-bridge\n`);
}

/** Programs that take up what was written. */
const afterwards: readonly (readonly [string, ...string[]])[] = [
  ["systemd-sysusers"],
  ["udevadm", "control", "--reload"],
  ["systemctl", "daemon-reload"],
];

function write({ path, text, isOwners }: ServiceFile, root: string, io: CliIo): void {
  const target = join(resolve(root), path);
  if (isOwners && existsSync(target)) {
    io.stdout.write(`kept ${target}\n`);
    return;
  }
  try {
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text, { mode: 0o644 });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `${target} cannot be written: ${why}; run it as root, or see --root and --dry-run`;
    throw new CliError("CLI_FAILED", message, { cause });
  }
  io.stdout.write(`wrote ${target}\n`);
}

function tell(command: string, words: readonly string[], io: CliIo): void {
  try {
    execFileSync(command, words, { stdio: "ignore", timeout: 30_000 });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    io.stderr.write(`bollard: ${[command, ...words].join(" ")} did not work: ${why}\n`);
  }
}

/** This program as it was started, with the Node that runs it: nothing is searched for in a PATH. */
function ownCommand(): string {
  return `${process.execPath} ${resolve(process.argv[1] ?? "bollard")}`;
}
