import { contextsFor, type Entity } from "@bollard/ngsi-ld";
import type { SensorSchema } from "@bollard/schema";
import { os2iotDeviceModel } from "../os2iot/device-model.js";

/**
 * The Smart Data Model DeviceModel of a sensor, normalized, for a context broker: what a Device refers to.
 *
 * @param maker - who makes it
 */
export function deviceModelEntity(schema: SensorSchema, maker: string): Entity {
  const { id, type, ...values } = os2iotDeviceModel(schema, maker);
  const properties = Object.entries(values)
    // Not every sensor measures what has a code.
    .filter(([, value]) => !(Array.isArray(value) && value.length === 0))
    .map(([name, value]) => [name, { type: "Property", value }]);
  return {
    ...{ id, type },
    ...Object.fromEntries(properties),
    function: { type: "Property", value: ["sensing"] },
    "@context": contextsFor("DeviceModel"),
  };
}
