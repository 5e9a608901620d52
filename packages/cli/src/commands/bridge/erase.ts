import { readFileSync } from "node:fs";
import type { ResolvedConfig } from "@bollard/bridge";
import { Command } from "commander";
import type { CliIo } from "../../cli-io.js";
import { CliError } from "../../error.js";
import { readBridgeConfig } from "./read-bridge-config.js";

interface EraseOptions {
  readonly config: string;
  readonly url?: string;
}

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
    .action(async (node: string, options: EraseOptions) => {
      const { http } = readBridgeConfig(options.config, io).config;
      const url = options.url ?? `http://${hostOf(http.host)}:${http.port}`;
      const messages = await erase(node, url.replace(/\/$/, ""), http);
      io.stdout.write(`${node}: ${messages} message${messages === 1 ? "" : "s"} erased\n`);
    });
}

async function erase(node: string, url: string, http: ResolvedConfig["http"]): Promise<number> {
  const address = `${url}/api/v1/registry/${encodeURIComponent(node)}/erase`;
  let response: Response;
  try {
    response = await fetch(address, { method: "POST", headers: loginOf(http) });
  } catch (cause) {
    const message = `No bridge answers at ${url}: start it first, or name its page with --url`;
    throw new CliError("CLI_FAILED", message, { cause });
  }
  const answer = (await response.json().catch(() => ({}))) as {
    messages?: number;
    title?: string;
    detail?: string;
  };
  if (response.ok && answer.messages !== undefined) return answer.messages;
  const why = answer.detail ?? answer.title ?? `status ${response.status}`;
  throw new CliError("CLI_FAILED", `The bridge at ${url} did not erase ${node}: ${why}`);
}

function loginOf({ tokenFile }: ResolvedConfig["http"]): Record<string, string> {
  if (tokenFile === undefined) return {};
  const [token = ""] = readFileSync(tokenFile, "utf8").split(/\r?\n/, 1);
  return { authorization: `Bearer ${token}` };
}

/** One that listens everywhere listens here as well. */
function hostOf(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
}
