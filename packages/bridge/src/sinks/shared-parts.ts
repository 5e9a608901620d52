import type { EntityGates } from "@bollard/ngsi-ld";
import type { Logger } from "pino";
import type { BridgeClock } from "../clock.js";

/** What a sink of entities shares with the rest of the bridge. */
export interface SharedParts {
  readonly gates: EntityGates;
  readonly clock: BridgeClock;
  readonly log: Logger;
}
