import { Swarm, type SwarmOptions } from "@bollard/mqtt-engine";
import type { DriverEvents, FleetDriver } from "./fleet-driver.js";
import { MqttDriver } from "./mqtt-driver.js";

/**
 * What speaks MQTT: `engine` is our own, `mqtt` is the package of that name, one client a node, to
 * compare with. Both put the same packets on the wire.
 */
export type DriverName = "engine" | "mqtt";

/** How a driver connects, and whom it tells. */
export type DriverOptions = Omit<SwarmOptions, "events"> & { readonly events: DriverEvents };

/** Opens a driver. */
export function openDriver(name: DriverName, options: DriverOptions): FleetDriver {
  return name === "mqtt" ? new MqttDriver(options) : new Swarm(options);
}
