import { type Field, positionStepsOf, stepsOf } from "@bollard/schema";
import { displayUnit } from "@bollard/senml";

/** A field as platforms show it. */
export interface PlatformField {
  readonly name: string;
  /** Its title, else its name. */
  readonly title: string;
  /** SenML name of its unit, such as `Cel`; empty for none. */
  readonly unit: string;
  /** The unit as a person writes it, such as `°C`; empty for none. */
  readonly displayUnit: string;
  /** Decimals that its values have. */
  readonly decimals: number;
}

/** What every platform's form of a field begins with. */
export function toPlatformField(field: Field): PlatformField {
  const unit = field.kind === "duration" ? "s" : "unit" in field ? (field.unit ?? "") : "";
  return {
    name: field.name,
    title: field.title ?? field.name,
    unit,
    displayUnit: displayUnit(unit),
    decimals: decimalsOf(field),
  };
}

function decimalsOf(field: Field): number {
  switch (field.kind) {
    case "quantity":
    case "counter":
    case "duration":
    case "array":
      return stepsOf(field).decimals;
    case "position":
      return positionStepsOf(field).latitude.decimals;
    default:
      return 0;
  }
}
