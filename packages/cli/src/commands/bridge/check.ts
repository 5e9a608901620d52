import { Command } from "commander";
import type { CliIo } from "../../cli-io.js";
import { makeBridge, readBridgeConfig } from "./read-bridge-config.js";

const example = `
Example:
  $ bollard bridge check /etc/bollard/bridge.yaml
  /etc/bollard/bridge.yaml: good

The files that it names are read as well: schemas, registry, passwords, certificates. What will do
harm later, such as a node that is named for its host, is told as a warning.`;

/** `bollard bridge check`: would it run? */
export function checkCommand(io: CliIo): Command {
  return new Command("check")
    .description("check a configuration; every mistake is told with its line")
    .argument("<config>", "YAML file, such as /etc/bollard/bridge.yaml")
    .addHelpText("after", example)
    .action((file: string) => {
      const { config, warnings } = readBridgeConfig(file, io);
      const bridge = makeBridge({ config, logTo: { write: () => {} } });
      for (const warning of [...warnings, ...bridge.warnings]) {
        io.stderr.write(`${file}: warning: ${warning}\n`);
      }
      io.stdout.write(`${file}: good\n`);
    });
}
