import { readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ResolvedConfig } from "@bollard/bridge";
import type { CliIo } from "../../cli-io.js";
import { CliError } from "../../error.js";
import { readBridgeConfig } from "../bridge/read-bridge-config.js";

/** Where a spool is, and by which configuration a bridge runs on it. */
export interface FoundSpool {
  readonly dir: string;
  /** The bridge's folder, where the spool is that of a bridge. */
  readonly dataDir: string;
  readonly config?: ResolvedConfig;
}

/** For `--help`. */
export const WHERE = "the bridge's configuration, its data folder, or the spool's folder";

/**
 * Finds a spool by a configuration file, a data folder or its own folder.
 *
 * @throws CliError where there is none, or its configuration is wrong
 */
export function findSpool(where: string, io: Pick<CliIo, "env">): FoundSpool {
  if (isFile(where)) {
    const { config } = readBridgeConfig(where, io);
    return { dir: join(config.dataDir, "spool"), dataDir: config.dataDir, config };
  }
  const candidates = [join(where, "spool"), where];
  const dir = candidates.find(looksLikeSpool);
  if (dir !== undefined) return { dir, dataDir: dirname(dir) };
  throw new CliError(
    "CLI_FAILED",
    `${where}: there is no spool here; give the bridge's configuration, such as /etc/bollard/bridge.yaml, or its data folder`,
  );
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function looksLikeSpool(dir: string): boolean {
  try {
    return readdirSync(dir).some((name) => name === "cursors.json" || name.endsWith(".seg"));
  } catch {
    return false;
  }
}
