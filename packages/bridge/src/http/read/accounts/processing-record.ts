import type { DerivedField, Field } from "@bollard/schema";
import type { FieldPrivacyConfig } from "../../../config/config.js";
import type { KnownSchema } from "../../../schema-set.js";

/** What the record is told of the bridge. */
export interface RecordOf {
  readonly bridge: string;
  readonly schemas: readonly KnownSchema[];
  /** How long what has no time of its own is kept at most. */
  readonly historyDays: number;
}

const context = {
  dpv: "https://w3id.org/dpv#",
  "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
  dct: "http://purl.org/dc/terms/",
  xsd: "http://www.w3.org/2001/XMLSchema#",
} as const;

/**
 * What the bridge does with what concerns persons, as a record of processing: each such field with its
 * rule, its purpose where it leaves, and how long it is kept. Who is the controller, and on what ground, a
 * bridge does not know.
 *
 * @see Regulation (EU) 2016/679, article 30; W3C Data Privacy Vocabulary 2
 */
export function processingRecord({ bridge, schemas, historyDays }: RecordOf): object {
  const processes = schemas.flatMap(({ schema, privacy }) =>
    [...schema.fields, ...schema.derived]
      .filter(({ concernsPersons }) => concernsPersons)
      .map((field) => {
        const rule = Object.hasOwn(privacy.stated, field.name) ? privacy.stated[field.name] : {};
        const leaves = !privacy.dropped.has(field.name);
        return processOf(schema.name, field, rule ?? {}, leaves, historyDays);
      }),
  );
  return {
    "@context": context,
    "@id": "#processing",
    "@type": "dpv:Process",
    "dct:title": `Readings that concern persons, at the bridge ${bridge}`,
    "dpv:hasProcess": processes,
  };
}

function processOf(
  schema: string,
  field: Field | DerivedField,
  rule: FieldPrivacyConfig,
  leaves: boolean,
  historyDays: number,
): object {
  // What is derived is made anew each time, and is on no disk of the bridge.
  const isDerived = "inputs" in field;
  const isKept = !isDerived && rule.drop !== "spool";
  const duration = rule.keepHours === undefined ? daysOf(historyDays) : `PT${rule.keepHours}H`;
  return {
    "@id": `#${schema}/${field.name}`,
    "@type": "dpv:Process",
    "dpv:hasPersonalData": {
      "@type": "dpv:PersonalData",
      "dct:identifier": `${schema}/${field.name}`,
      "dct:title": field.title ?? field.name,
    },
    "dpv:hasProcessing": [
      { "@id": isDerived ? "dpv:Derive" : "dpv:Collect" },
      ...(isKept ? [{ "@id": "dpv:Store" }] : []),
      ...(rule.drop === "spool" ? [{ "@id": "dpv:Erase" }] : []),
      ...(leaves ? [{ "@id": "dpv:MakeAvailable" }] : []),
    ],
    ...(rule.allow !== undefined && {
      "dpv:hasPurpose": { "@type": "dpv:Purpose", "dct:description": rule.allow },
    }),
    "dpv:hasTechnicalOrganisationalMeasure": measuresOf(rule, leaves).map((description) => ({
      "@type": "dpv:TechnicalMeasure",
      "dct:description": description,
    })),
    ...(isKept && {
      "dpv:hasStorageCondition": {
        "@type": "dpv:StorageCondition",
        "dpv:hasDuration": { "@type": "xsd:duration", "@value": duration },
      },
      "dpv:hasRight": [{ "@id": "eu-gdpr:A15" }, { "@id": "eu-gdpr:A17" }],
    }),
  };
}

/** An xsd:duration has no fractions but of seconds. */
function daysOf(days: number): string {
  return Number.isInteger(days) ? `P${days}D` : `PT${Math.round(days * 86_400)}S`;
}

function measuresOf({ drop, atLeast, step }: FieldPrivacyConfig, leaves: boolean): string[] {
  if (drop === "spool") return ["Taken out before it comes to a disk"];
  if (!leaves) return ["Goes to no one: not to a sink, nor to the page, nor to who reads here"];
  return [
    ...(atLeast === undefined ? [] : [`Left out where it is below ${atLeast}`]),
    ...(step === undefined ? [] : [`Rounded down to a multiple of ${step}`]),
    ...(atLeast === undefined && step === undefined ? ["Leaves as it is, for its purpose"] : []),
  ];
}
