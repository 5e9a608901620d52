import {
  type Os2iotDevice,
  os2iotPath,
  type PlatformMessage,
  toOs2iotMessage,
  toOs2iotPayload,
} from "@bollard/platforms";
import type { Delivery } from "../../delivery.js";
import type { HttpRequest } from "../http-sender.js";
import type { HttpPlatform, MqttPlatform, Told } from "./platform.js";

/** Node's name to its device in OS2iot; read anew for each delivery. */
export type Os2iotDevices = () => Readonly<Record<string, Os2iotDevice>>;

/** OS2iot's generic HTTP devices: each node has the key of one. */
export function os2iotOverHttp(url: string, devices: Os2iotDevices): HttpPlatform {
  return {
    kind: "os2iot",
    // A key is one device's: where it is unknown, those of others are not.
    refusals: new Set([403]),
    tell: (delivery) =>
      told(delivery, devices, (device, body): HttpRequest | undefined =>
        "apiKey" in device
          ? {
              method: "POST",
              url: new URL(os2iotPath(device.apiKey), url).href,
              headers: { "content-type": "application/json" },
              body: JSON.stringify(body),
            }
          : undefined,
      ),
  };
}

/** OS2iot's own broker: each node publishes to the topic of a device. */
export function os2iotOverMqtt(devices: Os2iotDevices): MqttPlatform {
  return {
    kind: "os2iot",
    tell: (delivery) =>
      told(delivery, devices, (device, body): PlatformMessage | undefined =>
        "device" in device ? toOs2iotMessage(device, body) : undefined,
      ),
  };
}

function told<Out>(
  { node, schema, readings }: Delivery,
  devices: Os2iotDevices,
  toOut: (device: Os2iotDevice, body: ReturnType<typeof toOs2iotPayload>) => Out | undefined,
): Told<Out> {
  const all = devices();
  const device = Object.hasOwn(all, node.name) ? all[node.name] : undefined;
  if (!device) return { out: [], refusals: [`${node.name} has no device in the file of devices`] };
  const out = readings.flatMap(
    (reading) => toOut(device, toOs2iotPayload(node.name, schema.schema.name, reading)) ?? [],
  );
  const refusals =
    out.length < readings.length ? [`the device of ${node.name} is of the other kind`] : [];
  return { out, refusals };
}
