import { contextsFor } from "./contexts.js";
import type { Entity, LdContext, Property } from "./entity.js";
import type { Location } from "./to-entity.js";

/** A property that a device measures, by the model that has it. */
export interface MeasuredProperty {
  /** A Smart Data Model, such as `AirQualityObserved`. */
  readonly model: string;
  /** The property's name there, such as `pm25`. */
  readonly property: string;
}

/** What a Device and a DeviceModel have in common. */
interface DeviceCommon {
  /** From `entityId("Device", name)` or `entityId("DeviceModel", name)`. */
  readonly id: string;
  readonly name: string;
  /** What it measures. At least one; the model asks for it. */
  readonly measures: readonly MeasuredProperty[];
  /** The `@context`. Default: `contextsFor` of the type. */
  readonly context?: LdContext;
}

/** A node, for the context broker's register of devices. */
export interface DeviceDescription extends DeviceCommon {
  /** The node's own id, which it tells itself. */
  readonly serialNumber?: string;
  /** Where it hangs, WGS 84. */
  readonly location?: Location;
  /** Id of its DeviceModel. */
  readonly refDeviceModel?: string;
}

/** A kind of node. */
export interface DeviceModelDescription extends DeviceCommon {
  readonly manufacturer: string;
  readonly brand: string;
  readonly description?: string;
  /** UN/CEFACT codes of the units it measures in. */
  readonly unitCodes: readonly string[];
}

/** Words of the Device model's `controlledProperty` by property name, where the name tells. */
const byProperty: Readonly<Record<string, string>> = {
  temperature: "temperature",
  relativeHumidity: "humidity",
  atmosphericPressure: "atmosphericPressure",
  pressure: "atmosphericPressure",
  precipitation: "precipitation",
  solarRadiation: "solarRadiation",
  illuminance: "light",
  windSpeed: "windSpeed",
  windDirection: "windDirection",
  fillingLevel: "fillingLevel",
  batteryLevel: "batterySupply",
  averageVehicleSpeed: "averageVelocity",
  pH: "pH",
  conductivity: "conductivity",
  turbidity: "turbidity",
  salinity: "salinity",
  tds: "tds",
  tss: "tss",
};

/** The word for all other properties of a model. */
const byModel: Readonly<Record<string, string>> = {
  AirQualityObserved: "airPollution",
  WeatherObserved: "weatherConditions",
  NoiseLevelObserved: "noiseLevel",
  TrafficFlowObserved: "trafficFlow",
  CrowdFlowObserved: "movementActivity",
  ParkingSpot: "occupancy",
  OnStreetParking: "occupancy",
  Streetlight: "light",
  WasteContainer: "fillingLevel",
  WaterQualityObserved: "waterPollution",
  WaterObserved: "waterLevel",
  FloodMonitoring: "waterLevel",
};

/** The words for what a device measures, in alphabetical order; none for what has no word. */
export function controlledProperties(measures: readonly MeasuredProperty[]): readonly string[] {
  const words = measures.flatMap(({ model, property }) => {
    const word = Object.hasOwn(byProperty, property) ? byProperty[property] : byModel[model];
    return word ?? [];
  });
  return [...new Set(words)].sort();
}

/**
 * The Device entity of a node: what relationships such as `refDevice` lead to.
 *
 * @returns undefined where nothing that it measures has a word in the Device model
 * @see Smart Data Models, dataModel.Device/Device
 */
export function toDevice(device: DeviceDescription): Entity | undefined {
  const { id, name, serialNumber, location, refDeviceModel } = device;
  const controlled = controlledProperties(device.measures);
  if (controlled.length === 0) return undefined;
  return {
    id,
    type: "Device",
    name: property(name),
    category: property(["sensor"]),
    controlledProperty: property(controlled),
    ...(serialNumber !== undefined && { serialNumber: property(serialNumber) }),
    ...(refDeviceModel !== undefined && {
      refDeviceModel: { type: "Relationship", object: refDeviceModel },
    }),
    ...(location && {
      location: {
        type: "GeoProperty",
        value: { type: "Point", coordinates: [location.longitude, location.latitude] },
      },
    }),
    "@context": device.context ?? contextsFor("Device"),
  };
}

/**
 * The DeviceModel entity of a kind of node.
 *
 * @returns undefined where nothing that it measures has a word in the DeviceModel model
 * @see Smart Data Models, dataModel.Device/DeviceModel
 */
export function toDeviceModel(model: DeviceModelDescription): Entity | undefined {
  const { id, name, manufacturer, brand, description, unitCodes } = model;
  const controlled = controlledProperties(model.measures);
  if (controlled.length === 0) return undefined;
  return {
    id,
    type: "DeviceModel",
    name: property(name),
    modelName: property(name),
    manufacturerName: property(manufacturer),
    brandName: property(brand),
    category: property(["sensor"]),
    function: property(["sensing"]),
    controlledProperty: property(controlled),
    ...(unitCodes.length > 0 && { supportedUnits: property([...new Set(unitCodes)].sort()) }),
    ...(description !== undefined && { description: property(description) }),
    "@context": model.context ?? contextsFor("DeviceModel"),
  };
}

function property(value: string | readonly string[]): Property {
  return { type: "Property", value };
}
