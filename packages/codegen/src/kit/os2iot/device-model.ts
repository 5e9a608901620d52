import { unitCode } from "@bollard/ngsi-ld";
import { toPlatformField } from "@bollard/platforms";
import type { SensorSchema } from "@bollard/schema";

/** Words of OS2iot's list for what a model measures. */
const CONTROLLED: Readonly<Record<string, string>> = {
  temperature: "temperature",
  relativehumidity: "humidity",
  atmosphericpressure: "atmosphericPressure",
  pm25: "airPollution",
  pm10: "airPollution",
  no2: "airPollution",
  o3: "airPollution",
  co2: "airPollution",
  laeq: "noiseLevel",
  illuminance: "light",
  windspeed: "windSpeed",
  winddirection: "windDirection",
  precipitation: "precipitation",
  fillinglevel: "fillingLevel",
  batterylevel: "batterySupply",
  ph: "pH",
  conductivity: "conductivity",
  turbidity: "turbidity",
};

/**
 * A DeviceModel as OS2iot takes it: key-values of the Smart Data Model, with the members that OS2iot
 * itself requires.
 */
export function os2iotDeviceModel(
  schema: SensorSchema,
  maker: string,
): Readonly<Record<string, unknown>> & { readonly id: string; readonly type: "DeviceModel" } {
  const title = schema.title ?? schema.name;
  const properties = schema.fields.flatMap((field) => [
    ...field.maps.map(({ property }) => property),
    field.name,
  ]);
  const controlled = properties.flatMap((name) => CONTROLLED[name.toLowerCase()] ?? []);
  const units = schema.fields.flatMap((field) => unitCode(toPlatformField(field).unit) ?? []);
  return {
    id: `urn:ngsi-ld:DeviceModel:${schema.name}-${schema.version}`,
    type: "DeviceModel",
    name: title,
    category: ["sensor"],
    controlledProperty: controlled.length > 0 ? [...new Set(controlled)] : ["weatherConditions"],
    manufacturerName: maker,
    brandName: maker,
    modelName: `${schema.name}-${schema.version}`,
    ...(schema.description && { description: schema.description.trim() }),
    supportedUnits: [...new Set(units)],
  };
}
