import { exampleConfig } from "@bollard/bridge";
import { Command } from "commander";
import type { CliIo } from "../../cli-io.js";

const example = `
Example:
  $ bollard bridge example > bridge.yaml`;

/** `bollard bridge example`: a configuration to start from. */
export function exampleCommand(io: CliIo): Command {
  return new Command("example")
    .description("print a configuration with every key, its meaning and its default")
    .addHelpText("after", example)
    .action(() => {
      io.stdout.write(exampleConfig());
    });
}
