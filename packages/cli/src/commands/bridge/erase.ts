import { Command } from "commander";
import type { CliIo } from "../../cli-io.js";
import { type AskedBridge, askBridge } from "./ask-bridge.js";

const example = `
Example:
  $ bollard bridge erase lamp-12 --config /etc/bollard/bridge.yaml
  lamp-12: 1204 messages erased

The bridge that runs erases what it holds of the node: its messages on the disk, what the page shows,
and what brokers retain of it. What was delivered besides is with those who got it. Flash memory and
snapshots may keep old copies of their own.`;

/** `bollard bridge erase`: what the bridge holds of a node is gone. */
export function eraseCommand(io: CliIo): Command {
  return new Command("erase")
    .description("erase what the running bridge holds of a node")
    .argument("<node>", "the node's own id, as the registry has it")
    .option("--config <file>", "of the bridge that runs", "/etc/bollard/bridge.yaml")
    .option("--url <url>", "of its page, where the configuration's port is not the one it took")
    .addHelpText("after", example)
    .action(async (node: string, options: AskedBridge) => {
      const path = `registry/${encodeURIComponent(node)}/erase`;
      const { messages } = await askBridge(options, path, `erase ${node}`, io);
      io.stdout.write(`${node}: ${messages} message${messages === 1 ? "" : "s"} erased\n`);
    });
}
