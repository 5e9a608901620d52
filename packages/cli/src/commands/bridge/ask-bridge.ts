import { readFileSync } from "node:fs";
import type { ResolvedConfig } from "@bollard/bridge";
import type { CliIo } from "../../cli-io.js";
import { CliError } from "../../error.js";
import { readBridgeConfig } from "./read-bridge-config.js";

/** Which bridge is asked. */
export interface AskedBridge {
  /** Configuration of the bridge that runs. */
  readonly config: string;
  /** Of its page. Default: as the configuration has it. */
  readonly url?: string;
}

/**
 * Asks the bridge that runs on this machine to do something.
 *
 * @param path - below `/api/v1/`
 * @param what - in the words of a person: "did not … : why"
 * @returns the members of its answer
 * @throws CliError `CLI_FAILED` where none answers, or it refuses
 */
export async function askBridge(
  asked: AskedBridge,
  path: string,
  what: string,
  io: CliIo,
): Promise<Readonly<Record<string, unknown>>> {
  const { http } = readBridgeConfig(asked.config, io).config;
  const url = (asked.url ?? `http://${hostOf(http.host)}:${http.port}`).replace(/\/$/, "");
  let response: Response;
  try {
    response = await fetch(`${url}/api/v1/${path}`, { method: "POST", headers: loginOf(http) });
  } catch (cause) {
    const message = `No bridge answers at ${url}: start it first, or name its page with --url`;
    throw new CliError("CLI_FAILED", message, { cause });
  }
  const answer = (await response.json().catch(() => ({}))) as Record<string, unknown>;
  if (response.ok) return answer;
  const why = answer.detail ?? answer.title ?? `status ${response.status}`;
  throw new CliError("CLI_FAILED", `The bridge at ${url} did not ${what}: ${why}`);
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
