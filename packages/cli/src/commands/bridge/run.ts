import type { Bridge } from "@bollard/bridge";
import { Command } from "commander";
import type { CliIo } from "../../cli-io.js";
import { Supervision } from "../../systemd/supervision.js";
import { makeBridge, readBridgeConfig } from "./read-bridge-config.js";

const example = `
Example:
  $ bollard bridge run /etc/bollard/bridge.yaml

It runs until SIGTERM or Ctrl-C. On SIGHUP it reads its configuration again and takes up what has
changed; one with a mistake is refused, and the old one runs on. Exit code 0: it was told to end;
1: it failed, and may be started again; 2: the configuration has a mistake.

A variable such as BOLLARD_SPOOL_MAX_BYTES or BOLLARD_SINKS_MQTT_CITY_URL stands in place of the
key of the file. Under systemd it tells when it is ready, how it is, and that it gets on.`;

/** `bollard bridge run`: the daemon. */
export function runCommand(io: CliIo): Command {
  return new Command("run")
    .description("run the bridge until it is told to end")
    .argument("<config>", "YAML file, such as /etc/bollard/bridge.yaml")
    .addHelpText("after", example)
    .action((file: string) => run(file, io));
}

async function run(file: string, io: CliIo): Promise<void> {
  const { config, warnings } = readBridgeConfig(file, io);
  const bridge = makeBridge({ config });
  const supervision = new Supervision({
    environment: io.env ?? {},
    status: () => bridge.status().summary,
    stalled: () => bridge.stalled(),
    onProblem: (problem) => io.stderr.write(`bollard: ${problem}\n`),
  });
  const { url } = await bridge.start();
  for (const warning of warnings) io.stderr.write(`bollard: warning: ${warning}\n`);
  if (url) io.stderr.write(`The bridge runs; its page is at ${url}\n`);
  const stopReloading = io.onReload?.(() => void reload(bridge, file, io, supervision));
  supervision.ready();
  await io.interrupted;
  stopReloading?.();
  await supervision.stopping();
  await bridge.close();
}

/** Whatever is wrong with the new configuration is told by the bridge, and the old one runs on. */
async function reload(
  bridge: Bridge,
  file: string,
  io: CliIo,
  supervision: Supervision,
): Promise<void> {
  try {
    await bridge.reload(readBridgeConfig(file, io).config);
  } catch (error) {
    bridge.refuseReload(error);
  }
  supervision.tellStatus();
}
