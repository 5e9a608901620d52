import {
  Bridge,
  type BridgeOptions,
  isBridgeError,
  type LoadedConfig,
  loadConfigFile,
} from "@bollard/bridge";
import type { CliIo } from "../../cli-io.js";
import { CliError } from "../../error.js";

/**
 * Reads the bridge's configuration, with what the environment says in its place.
 *
 * @throws {@link CliError} `CLI_USAGE`, so that a service manager can tell it from a failure that may
 * pass
 */
export function readBridgeConfig(file: string, io: Pick<CliIo, "env">): LoadedConfig {
  try {
    return loadConfigFile(file, io.env ?? {});
  } catch (error) {
    throw asUsage(error);
  }
}

/** Makes a bridge, which reads the files that its configuration names. Throws as above. */
export function makeBridge(options: BridgeOptions): Bridge {
  try {
    return new Bridge(options);
  } catch (error) {
    throw asUsage(error);
  }
}

/** A configuration that cannot be used is for a person to mend: trying again does not help. */
function asUsage(error: unknown): unknown {
  const isOurs = isBridgeError(error) && /^BRIDGE_(CONFIG_|SCHEMA_CONFLICT)/.test(error.code);
  return isOurs ? new CliError("CLI_USAGE", error.message, { cause: error }) : error;
}
