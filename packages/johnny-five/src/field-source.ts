import type { Field } from "@bollard/schema";
import { canConvertUnit, convertUnit } from "@bollard/senml";
import { JohnnyFiveError } from "./error.js";

/** What every component of johnny-five does: `data` comes once it has measured. */
export interface Component {
  on(event: "data", listener: () => void): unknown;
}

/** A component that measures: Thermometer, Hygrometer, Barometer, Light, Sensor, in this order. */
export type SensorComponent = Component &
  (
    | { readonly celsius: number }
    | { readonly relativeHumidity: number }
    | { readonly pressure: number }
    | { readonly lux: number; readonly level: number }
    | { readonly value: number | null }
  );

/** Where the values of a field come from: a component, or a function of your own. */
export type FieldSource = SensorComponent | (() => unknown);

/** Reads one field. */
export interface FieldReader {
  readonly field: Field;
  /** Its component has measured at least once. */
  readonly hasMeasured: () => boolean;
  /** In the field's unit; null where there is no value. */
  readonly read: () => unknown;
}

/** What a component gives: the property, and what it is in units that SenML names. */
const QUANTITIES = [
  { property: "celsius", unit: "Cel", factor: 1, component: "Thermometer" },
  { property: "relativeHumidity", unit: "%RH", factor: 1, component: "Hygrometer" },
  // In kilopascals.
  { property: "pressure", unit: "Pa", factor: 1000, component: "Barometer" },
  { property: "lux", unit: "lx", factor: 1, component: "Light" },
] as const;

/**
 * Makes the reader of a field: what a component measures comes in the field's unit.
 *
 * @throws {@link JohnnyFiveError} `JOHNNY_FIVE_BAD_SENSOR` where the component measures in a unit that
 *   is not the field's
 */
export function fieldReader(field: Field, source: FieldSource): FieldReader {
  if (typeof source === "function") return { field, hasMeasured: () => true, read: source };
  const read = readerOf(field, source);
  let hasMeasured = false;
  source.on("data", () => {
    hasMeasured = true;
  });
  return {
    field,
    hasMeasured: () => hasMeasured,
    read: () => (hasMeasured ? finite(read()) : null),
  };
}

function readerOf(field: Field, source: SensorComponent): () => unknown {
  const wanted = "unit" in field ? field.unit : undefined;
  const properties = source as unknown as Readonly<Record<string, unknown>>;
  const quantity = QUANTITIES.find(({ property }) => property in source);
  if (quantity === undefined) {
    if (!("value" in source)) {
      throw new JohnnyFiveError(
        "JOHNNY_FIVE_BAD_SENSOR",
        field.name,
        "this is no Thermometer, Hygrometer, Barometer, Light or Sensor of johnny-five; for anything else give a function",
      );
    }
    return () => properties.value;
  }
  const { property, unit, factor, component } = quantity;
  if (wanted === undefined) return () => properties[property];
  // A Light knows how bright it is as a share of what it can see, too.
  if (component === "Light" && canConvertUnit("/", wanted)) {
    return () => convert(properties.level, "/", wanted);
  }
  if (!canConvertUnit(unit, wanted)) {
    throw new JohnnyFiveError(
      "JOHNNY_FIVE_BAD_SENSOR",
      field.name,
      `it is in ${wanted}, and a ${component} measures in ${unit}`,
    );
  }
  return () => convert(properties[property], unit, wanted, factor);
}

function convert(value: unknown, from: string, to: string, factor = 1): unknown {
  return typeof value === "number" ? convertUnit(value * factor, from, to) : value;
}

/** What a sensor is not sure of, it does not say. */
function finite(value: unknown): unknown {
  return value === undefined || (typeof value === "number" && !Number.isFinite(value))
    ? null
    : value;
}
