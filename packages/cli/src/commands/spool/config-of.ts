import { type ResolvedConfig, readConfigFile } from "@bollard/bridge";
import { CliError } from "../../error.js";
import { findSpool } from "./find-spool.js";

/**
 * The configuration that entries are read by: of a file that is `where` itself, or was named beside a
 * folder, which then holds the data.
 *
 * @throws CliError where there is none
 */
export function configOf(where: string, file: string | undefined): ResolvedConfig {
  const found = findSpool(where);
  if (found.config !== undefined) return found.config;
  if (file === undefined) {
    throw new CliError(
      "CLI_USAGE",
      `${where} is a folder: --config names the bridge's configuration, whose schemas the entries are read by, such as --config /etc/bollard/bridge.yaml`,
    );
  }
  return { ...readConfigFile(file), dataDir: found.dataDir };
}
