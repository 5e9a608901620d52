import { contextsFor, modelOf, pinnedContext } from "@bollard/ngsi-ld";
import type { Field } from "@bollard/schema";
import { lookUpUnit } from "@bollard/senml";

const OM = "http://www.opengis.net/def/observationType/OGC-OM/2.0/";

/** The kind of Observation that a field makes: OGC 18-088, table 12. */
export function observationTypeOf({ kind }: Field): string {
  switch (kind) {
    case "quantity":
    case "duration":
      return `${OM}OM_Measurement`;
    case "counter":
      return `${OM}OM_CountObservation`;
    case "boolean":
      return `${OM}OM_TruthObservation`;
    case "enum":
    case "text":
      return `${OM}OM_CategoryObservation`;
    default:
      return `${OM}OM_Observation`;
  }
}

/** Unit of a Datastream: OGC 18-088, clause 8.2.4; every member null where the field has none. */
export interface UnitOfMeasurement {
  readonly name: string | null;
  readonly symbol: string | null;
  readonly definition: string | null;
}

/** A field's unit, defined where SenML's units are registered. */
export function unitOfMeasurementOf(field: Field): UnitOfMeasurement {
  const name = field.kind === "duration" ? "s" : "unit" in field ? field.unit : undefined;
  if (name === undefined) return { name: null, symbol: null, definition: null };
  const unit = lookUpUnit(name);
  return {
    name,
    symbol: unit?.symbol ?? name,
    definition: `https://www.iana.org/assignments/senml/senml.xhtml#${encodeURIComponent(name)}`,
  };
}

/** The IRI of the property that a field becomes in the first model it maps to; OGC's nil for none. */
export function definitionOf({ maps }: Field): string {
  for (const { model, property } of maps) {
    if (!modelOf(model)) continue;
    for (const url of contextsFor(model)) {
      const context = pinnedContext(url)?.document as { "@context"?: Record<string, unknown> };
      const term = context?.["@context"]?.[property];
      const iri =
        typeof term === "object" && term !== null ? (term as { "@id"?: string })["@id"] : term;
      if (typeof iri === "string") return iri;
    }
  }
  return "http://www.opengis.net/def/nil/OGC/0/unknown";
}
