import { Command } from "commander";
import type { CliIo } from "../../cli-io.js";
import { type AskedBridge, askBridge } from "./ask-bridge.js";

const example = `
Example:
  $ bollard bridge retry city --config /etc/bollard/bridge.yaml
  city: 12 entities are sent once more

What a context broker or a gate refused is noted by the sink. Once what was wrong is mended, such as
the schema or the registry, the bridge that runs sends it again from the bytes in its spool. What is
refused again is noted again: GET /api/v1/sinks/<sink>/refused has each with its reason.`;

/** `bollard bridge retry`: what a sink's broker refused is sent once more. */
export function retryCommand(io: CliIo): Command {
  return new Command("retry")
    .description("send once more what a sink's broker refused")
    .argument("<sink>", "name of the sink in the configuration")
    .option("--config <file>", "of the bridge that runs", "/etc/bollard/bridge.yaml")
    .option("--url <url>", "of its page, where the configuration's port is not the one it took")
    .addHelpText("after", example)
    .action(async (sink: string, options: AskedBridge) => {
      const path = `sinks/${encodeURIComponent(sink)}/retry`;
      const { entities } = await askBridge(options, path, `retry for ${sink}`, io);
      const what = entities === 1 ? "1 entity is" : `${entities} entities are`;
      io.stdout.write(`${sink}: ${what} sent once more\n`);
    });
}
