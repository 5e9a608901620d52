import type { ResolvedConfig } from "@bollard/bridge";
import type { CliIo } from "../../cli-io.js";
import { CliError } from "../../error.js";
import { readBridgeConfig } from "../bridge/read-bridge-config.js";
import { findSpool } from "./find-spool.js";

/**
 * The configuration that entries are read by: of a file that is `where` itself, or was named beside a
 * folder, which then holds the data.
 *
 * @throws CliError where there is none
 */
export function configOf(
  where: string,
  file: string | undefined,
  io: Pick<CliIo, "env">,
): ResolvedConfig {
  const found = findSpool(where, io);
  if (found.config !== undefined) return found.config;
  if (file === undefined) {
    throw new CliError(
      "CLI_USAGE",
      `${where} is a folder: --config names the bridge's configuration, whose schemas the entries are read by, such as --config /etc/bollard/bridge.yaml`,
    );
  }
  return { ...readBridgeConfig(file, io).config, dataDir: found.dataDir };
}
