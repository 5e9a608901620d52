import { join } from "node:path";
import type { Filled, LdesSinkConfig } from "../../config/config.js";
import { BridgeError } from "../../error.js";
import { filterOf } from "../filter-of.js";
import type { SharedParts } from "../shared-parts.js";
import { LdesSink } from "./ldes-sink.js";
import { PageStore } from "./page-store.js";

const MINUTE_MS = 60_000;

/**
 * The sink of an event stream, from the configuration, with the pages that are in its folder.
 *
 * @throws BridgeError `BRIDGE_DATA_DIR` where the folder cannot be made, read or written
 */
export function makeLdesSink(
  config: Filled<LdesSinkConfig>,
  parts: SharedParts & { readonly dataDir: string },
): LdesSink {
  const { name, membersPerPage, closeAfterMinutes, keepPages, window } = config;
  const { dataDir, clock } = parts;
  const folder = config.folder ?? join(dataDir, "ldes", name);
  const closeAfterMs = closeAfterMinutes * MINUTE_MS;
  try {
    const pages = new PageStore({ folder, membersPerPage, closeAfterMs, keepPages, clock });
    return new LdesSink({ ...parts, name, folder, window, pages, filter: filterOf(config) });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `The pages of the event stream cannot be kept there: ${why}`;
    throw new BridgeError("BRIDGE_DATA_DIR", folder, message, { cause });
  }
}
