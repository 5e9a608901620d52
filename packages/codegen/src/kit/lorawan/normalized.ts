import type { Field, SensorSchema } from "@bollard/schema";
import { convertUnit } from "@bollard/senml";

/** Where a field's value goes in The Things Stack's vocabulary of normalized payloads. */
export interface NormalizedField {
  readonly field: string;
  readonly group: "air" | "soil" | "wind";
  readonly name: string;
  /** The value there is `value × factor + offset`. */
  readonly factor: number;
  readonly offset: number;
  /** What is outside is left out: the vocabulary refuses it. */
  readonly min: number;
  readonly max: number;
}

interface Term {
  readonly group: NormalizedField["group"];
  readonly name: string;
  readonly unit: string;
  readonly min: number;
  readonly max: number;
}

const term = (
  group: Term["group"],
  name: string,
  unit: string,
  min: number,
  max: number,
): Term => ({
  ...{ group, name, unit, min, max },
});

/** Property of a Smart Data Model, or a field's own name, to the term that says the same. */
const TERMS: Readonly<Record<string, Term>> = {
  temperature: term("air", "temperature", "Cel", -273.15, 1e6),
  relativehumidity: term("air", "relativeHumidity", "%RH", 0, 100),
  humidity: term("air", "relativeHumidity", "%RH", 0, 100),
  atmosphericpressure: term("air", "pressure", "hPa", 900, 1100),
  pressure: term("air", "pressure", "hPa", 900, 1100),
  co2: term("air", "co2", "ppm", 0, 1e6),
  illuminance: term("air", "lightIntensity", "lx", 0, 1e9),
  windspeed: term("wind", "speed", "m/s", 0, 1e3),
  winddirection: term("wind", "direction", "deg", 0, 359.999),
  soiltemperature: term("soil", "temperature", "Cel", -273.15, 1e6),
  soilmoisture: term("soil", "moisture", "/100", 0, 100),
};

/** The fields of a schema that the vocabulary has a term for, each term at most once. */
export function normalizedFields({ fields }: Pick<SensorSchema, "fields">): NormalizedField[] {
  const found = new Map<string, NormalizedField>();
  for (const field of fields) {
    const normalized = normalizedOf(field);
    const key = normalized && `${normalized.group}.${normalized.name}`;
    if (normalized && key && !found.has(key)) found.set(key, normalized);
  }
  return [...found.values()];
}

function normalizedOf(field: Field): NormalizedField | undefined {
  if (field.kind !== "quantity") return undefined;
  const names = [...field.maps.map(({ property }) => property), field.name];
  const known = names.map((name) => TERMS[name.toLowerCase().replaceAll("_", "")]).find(Boolean);
  if (!known) return undefined;
  const zero = convertUnit(0, field.unit, known.unit);
  const hundred = convertUnit(100, field.unit, known.unit);
  if (zero === undefined || hundred === undefined) return undefined;
  const { group, name, min, max } = known;
  return { field: field.name, group, name, factor: (hundred - zero) / 100, offset: zero, min, max };
}
