import type { Field, SensorSchema } from "@bollard/schema";
import { decimalOf } from "@bollard/schema";
import { nextNice } from "../learn/nice-number.js";

/** A field whose resolution can be coarser. */
type ScaledField = Extract<Field, { readonly resolution: number }>;

/** A schema with one resolution made coarser. */
export interface Coarsening {
  readonly field: string;
  readonly unit: string | undefined;
  readonly from: number;
  readonly to: number;
  readonly schema: SensorSchema;
}

/** Steps that a range is left with at least. */
const fewestSteps = 16;
/** How often the resolution is made coarser by 1, 2 and 5: 0.1 to 0.2, 0.5 and 1. */
const times = 3;
/** Tenfold coarser ones go on to so many typical steps: much below those is noise. */
const mostTypicalSteps = 2;

function isScaled(field: Field): field is ScaledField {
  return field.kind === "quantity" || field.kind === "array" || field.kind === "duration";
}

/**
 * Every field with each resolution that is up to ten times coarser, by 1, 2 and 5, and with tenfold
 * coarser ones as long as its values move that far from reading to reading.
 */
export function coarsenings(schema: SensorSchema): Coarsening[] {
  return schema.fields.flatMap((field, index) => {
    if (!isScaled(field)) return [];
    return coarserOf(field).map((to) => ({
      field: field.name,
      unit: "unit" in field ? field.unit : "s",
      from: field.resolution,
      to,
      schema: { ...schema, fields: schema.fields.with(index, coarsened(field, to)) },
    }));
  });
}

/** The schema with every resolution as coarse as `coarsenings` makes it. */
export function coarsest(schema: SensorSchema): SensorSchema {
  const fields = schema.fields.map((field) => {
    const to = isScaled(field) ? coarserOf(field).at(-1) : undefined;
    return isScaled(field) && to !== undefined ? coarsened(field, to) : field;
  });
  return { ...schema, fields };
}

function coarserOf(field: ScaledField): number[] {
  const range = field.kind === "quantity" || field.kind === "array" ? field : { min: 0, max: 0 };
  const span = "max" in field ? field.max - range.min : 0;
  const found: number[] = [];
  let { resolution } = field;
  for (let time = 0; time < times; time++) {
    resolution = nextNice(resolution);
    if (span / resolution >= fewestSteps) found.push(resolution);
  }
  const most = Math.min(span / fewestSteps, (field.typicalStep ?? 0) * mostTypicalSteps);
  const { exponent = 0, mantissa = 1 } = decimalOf(resolution) ?? {};
  for (let tens = 1; Number(`${mantissa}e${exponent + tens}`) <= most; tens++) {
    found.push(Number(`${mantissa}e${exponent + tens}`));
  }
  return found;
}

/** The field with another resolution; its ends move outwards to whole steps. */
function coarsened(field: ScaledField, resolution: number): Field {
  const decimals = Math.max(0, -(decimalOf(resolution)?.exponent ?? 0));
  const exact = (steps: number) => Number((steps * resolution).toFixed(decimals));
  if (field.kind === "duration") {
    return { ...field, resolution, max: exact(Math.ceil(field.max / resolution - 1e-9)) };
  }
  if (field.kind === "position") return field;
  return {
    ...field,
    resolution,
    min: exact(Math.floor(field.min / resolution + 1e-9)),
    max: exact(Math.ceil(field.max / resolution - 1e-9)),
  };
}
