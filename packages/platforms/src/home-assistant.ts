import type { Field } from "@bollard/schema";
import { toPlatformField } from "./platform-field.js";
import type { PlatformSchema } from "./platform-schema.js";

/** Where Home Assistant finds what the discovery is about. */
export interface DiscoveryTopics {
  /** First level of the discovery topics; Home Assistant listens to `homeassistant`. */
  readonly prefix: string;
  /** Where the readings are published as JSON. */
  readonly state: string;
  /** Where birth and death of the bridge, and the state of the node, are published. */
  readonly availability: readonly string[];
}

/** A message of MQTT discovery, to be retained. */
export interface DiscoveryMessage {
  readonly topic: string;
  readonly payload: string;
}

/** SenML unit to Home Assistant's class and name of the unit, where it has one for it. */
const CLASS_OF_UNIT: Readonly<Record<string, readonly [deviceClass: string, unit: string]>> = {
  Cel: ["temperature", "°C"],
  K: ["temperature", "K"],
  "%RH": ["humidity", "%"],
  "%EL": ["battery", "%"],
  Pa: ["atmospheric_pressure", "Pa"],
  hPa: ["atmospheric_pressure", "hPa"],
  kPa: ["atmospheric_pressure", "kPa"],
  lx: ["illuminance", "lx"],
  V: ["voltage", "V"],
  mV: ["voltage", "mV"],
  A: ["current", "A"],
  mA: ["current", "mA"],
  W: ["power", "W"],
  kW: ["power", "kW"],
  Wh: ["energy", "Wh"],
  kWh: ["energy", "kWh"],
  dB: ["sound_pressure", "dB"],
  dBSPL: ["sound_pressure", "dB"],
  "m/s": ["speed", "m/s"],
  "km/h": ["speed", "km/h"],
  Hz: ["frequency", "Hz"],
  m3: ["volume", "m³"],
  s: ["duration", "s"],
};

/** Property of a Smart Data Model to the class of a concentration. */
const CLASS_OF_PROPERTY: Readonly<Record<string, string>> = {
  pm1: "pm1",
  pm25: "pm25",
  pm10: "pm10",
  no: "nitrogen_monoxide",
  no2: "nitrogen_dioxide",
  o3: "ozone",
  so2: "sulphur_dioxide",
  co: "carbon_monoxide",
  co2: "carbon_dioxide",
};
const CONCENTRATION_UNITS: Readonly<Record<string, string>> = {
  "ug/m3": "µg/m³",
  ppm: "ppm",
  ppb: "ppb",
};

/**
 * Announces one schema of one node to Home Assistant: a device whose components are the fields.
 *
 * Fields that it has no component for (positions, flags, arrays, bytes) are left out; they are in
 * the JSON all the same. Several schemas of a node become one device there.
 *
 * @param node - the owner's name of it
 * @param expireAfterS - silence after which the values count as unknown; 0: never
 * @param version - of Bollard
 * @returns undefined where no field has a component
 * @see https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload
 */
export function toDiscovery(
  node: string,
  schema: PlatformSchema,
  topics: DiscoveryTopics,
  expireAfterS: number,
  version: string,
): DiscoveryMessage | undefined {
  const id = `bollard_${idOf(node)}`;
  const components: Record<string, unknown> = {};
  for (const field of schema.fields) {
    const component = componentOf(field);
    if (!component) continue;
    const unique_id = `${id}_${idOf(schema.name)}_${field.name}`;
    const expiry = expireAfterS > 0 ? { expire_after: expireAfterS } : {};
    components[field.name] = {
      unique_id,
      name: field.title ?? field.name,
      ...component,
      ...expiry,
    };
  }
  if (Object.keys(components).length === 0) return undefined;
  const document = {
    dev: { ids: [id], name: node, ...(schema.title && { mdl: schema.title }) },
    o: { name: "Bollard", sw: version },
    cmps: components,
    state_topic: topics.state,
    qos: 1,
    availability: topics.availability.map((topic) => ({
      topic,
      value_template: "{{ 'online' if value_json.state == 'up' else 'offline' }}",
    })),
    availability_mode: "all",
  };
  const topic = discoveryTopic(topics.prefix, node, schema.name);
  return { topic, payload: JSON.stringify(document) };
}

/** Where the announcement of one schema of one node goes. */
export function discoveryTopic(prefix: string, node: string, schema: string): string {
  return `${prefix}/device/bollard_${idOf(node)}_${idOf(schema)}/config`;
}

function componentOf(field: Field): object | undefined {
  const value = `value_json.values.${field.name}`;
  switch (field.kind) {
    case "quantity":
    case "duration":
    case "counter":
      return {
        p: "sensor",
        ...classOf(field),
        state_class: field.kind === "counter" ? "total_increasing" : "measurement",
        suggested_display_precision: toPlatformField(field).decimals,
        value_template: `{{ ${value} }}`,
      };
    case "boolean":
      return {
        p: "binary_sensor",
        value_template: `{{ 'None' if ${value} is none else 'ON' if ${value} else 'OFF' }}`,
      };
    case "enum":
      return {
        p: "sensor",
        device_class: "enum",
        options: field.values,
        value_template: `{{ ${value} }}`,
      };
    case "text":
      return { p: "sensor", value_template: `{{ ${value} }}` };
    default:
      return undefined;
  }
}

function classOf(field: Field): object {
  const { unit, displayUnit } = toPlatformField(field);
  const concentration = CONCENTRATION_UNITS[unit];
  if (concentration !== undefined) {
    const property = field.maps
      .map((map) => CLASS_OF_PROPERTY[map.property.toLowerCase()])
      .find(Boolean);
    const deviceClass = property ?? CLASS_OF_PROPERTY[field.name];
    return {
      ...(deviceClass && { device_class: deviceClass }),
      unit_of_measurement: concentration,
    };
  }
  const [deviceClass, name] = CLASS_OF_UNIT[unit] ?? [];
  if (deviceClass) return { device_class: deviceClass, unit_of_measurement: name };
  return displayUnit === "" ? {} : { unit_of_measurement: displayUnit };
}

/** Home Assistant takes letters, digits, `_` and `-` in an id. */
function idOf(name: string): string {
  return name.replace(/[^A-Za-z0-9_-]/g, "_");
}
