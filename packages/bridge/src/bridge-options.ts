import type { SensorSchema } from "@bollard/schema";
import type { DestinationStream, Logger } from "pino";
import type { BridgeClock } from "./clock.js";
import type { BridgeConfig, ResolvedConfig } from "./config/config.js";
import type { Control } from "./http/api.js";
import type { DeliveryStatus } from "./page/api-types.js";
import type { OpenPort } from "./sources/serial/open-port.js";

/** What a bridge is made of. */
export interface BridgeOptions {
  /** What it reads, keeps and sends on; from `readConfigFile`, or written in place. */
  readonly config: BridgeConfig | ResolvedConfig;
  /** Schemas besides those of the files that the configuration names. Default: none. */
  readonly schemas?: readonly SensorSchema[];
  /** Opens a serial port. Default: with the `serialport` package. */
  readonly openPort?: OpenPort;
  /** Default: the machine's clocks. */
  readonly clock?: BridgeClock;
  /** Its own log: the page then shows none. Default: see `logTo`. */
  readonly log?: Logger;
  /** Where JSON lines go, at the level of the configuration. Default: the standard output. */
  readonly logTo?: DestinationStream;
  /** Buttons on the page. Default: none. */
  readonly controls?: readonly Control[];
  /** What a checker at the far end counts. Default: nobody counts. */
  readonly delivery?: () => DeliveryStatus;
  /** A line at the foot of the page, such as an attribution. Default: none. */
  readonly notice?: string;
}
