import type { Filled, FrostSinkConfig } from "../../config/config.js";
import { requestHeaders } from "../platforms/request-headers.js";
import { FrostSink, type FrostSinkOptions } from "./frost-sink.js";

/**
 * The sink of a SensorThings server, from the configuration.
 *
 * @throws BridgeError `BRIDGE_CONFIG_UNREADABLE` for a file with a secret
 */
export function makeFrostSink(
  config: Filled<FrostSinkConfig>,
  parts: Pick<FrostSinkOptions, "clock" | "log">,
): FrostSink {
  const { name, url, window, maxBehind, timeoutMs, tls, order } = config;
  return new FrostSink({
    ...{ name, url, window, maxBehind, timeoutMs, tls },
    ...parts,
    headers: requestHeaders(config),
    isLiveFirst: order === "live-first",
  });
}
