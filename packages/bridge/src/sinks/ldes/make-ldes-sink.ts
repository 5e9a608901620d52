import { join } from "node:path";
import type { Filled, LdesSinkConfig } from "../../config/config.js";
import { filterOf } from "../filter-of.js";
import type { SharedParts } from "../shared-parts.js";
import { LdesSink } from "./ldes-sink.js";
import { PageStore } from "./page-store.js";

const MINUTE_MS = 60_000;

/** The sink of an event stream, from the configuration. */
export function makeLdesSink(
  config: Filled<LdesSinkConfig>,
  parts: SharedParts & { readonly dataDir: string },
): LdesSink {
  const { name, membersPerPage, closeAfterMinutes, keepPages, window } = config;
  const { dataDir, clock } = parts;
  const folder = config.folder ?? join(dataDir, "ldes", name);
  const closeAfterMs = closeAfterMinutes * MINUTE_MS;
  const options = { folder, membersPerPage, closeAfterMs, keepPages, clock };
  const openPages = () => new PageStore(options);
  return new LdesSink({ ...parts, name, folder, window, openPages, filter: filterOf(config) });
}
