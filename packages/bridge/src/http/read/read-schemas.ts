/** What an answer looks like, for its description. @see JSON Schema 2020-12 */

const text = { type: "string" } as const;
const moment = { type: "string", format: "date-time" } as const;
const context = {
  description: "The JSON-LD context: the model's, the core context last.",
  type: "array",
  items: { type: "string", format: "uri" },
} as const;
const entityId = { type: "string", pattern: "^urn:ngsi-ld:" } as const;

const point = {
  $id: "Point",
  description: "A place in WGS 84, longitude first. RFC 7946.",
  type: "object",
  required: ["type", "coordinates"],
  properties: {
    type: { const: "Point" },
    coordinates: { type: "array", minItems: 2, maxItems: 3, items: { type: "number" } },
  },
} as const;

const entity = {
  $id: "Entity",
  description: "An NGSI-LD entity, normalized. ETSI GS CIM 009, clause 4.5.1.",
  type: "object",
  required: ["id", "type", "@context"],
  properties: { id: entityId, type: text, "@context": context },
  additionalProperties: {
    oneOf: [
      {
        type: "object",
        required: ["type", "value"],
        additionalProperties: false,
        properties: {
          type: { const: "Property" },
          value: {},
          unitCode: { ...text, description: "UN/CEFACT Recommendation 20." },
          observedAt: moment,
        },
      },
      {
        type: "object",
        required: ["type", "value"],
        additionalProperties: false,
        properties: {
          type: { const: "GeoProperty" },
          value: { $ref: "Point#" },
          observedAt: moment,
        },
      },
      {
        type: "object",
        required: ["type", "object"],
        additionalProperties: false,
        properties: {
          type: { const: "Relationship" },
          object: { anyOf: [entityId, { type: "array", items: entityId }] },
        },
      },
    ],
  },
} as const;

const simpleEntity = {
  $id: "SimpleEntity",
  description: "An NGSI-LD entity in its key-values or concise form.",
  type: "object",
  required: ["id", "type", "@context"],
  properties: { id: entityId, type: text, "@context": context },
} as const;

const featureCollection = {
  $id: "FeatureCollection",
  description: "Entities as GeoJSON features. RFC 7946.",
  type: "object",
  required: ["type", "features"],
  additionalProperties: false,
  properties: {
    type: { const: "FeatureCollection" },
    features: {
      type: "array",
      items: {
        type: "object",
        required: ["type", "id", "geometry", "properties"],
        additionalProperties: false,
        properties: {
          type: { const: "Feature" },
          id: entityId,
          geometry: { anyOf: [{ type: "null" }, { $ref: "Point#" }] },
          properties: { type: "object", required: ["type"], properties: { type: text } },
        },
      },
    },
  },
} as const;

const senmlPack = {
  $id: "SenmlPack",
  description: "Records of readings. RFC 8428.",
  type: "array",
  items: {
    type: "object",
    properties: {
      bn: text,
      bt: { type: "number" },
      n: text,
      u: text,
      v: { type: "number" },
      vs: text,
      vb: { type: "boolean" },
      vd: text,
      t: { type: "number" },
    },
  },
} as const;

const problem = {
  $id: "Problem",
  description: "What went wrong. RFC 9457.",
  type: "object",
  required: ["type", "status", "title"],
  properties: {
    type: text,
    status: { type: "integer", minimum: 400, maximum: 599 },
    title: text,
    detail: text,
  },
} as const;

/** Shared by the answers, each under its name. */
export const sharedSchemas = [
  point,
  entity,
  simpleEntity,
  featureCollection,
  senmlPack,
  problem,
] as const;

const entities = {
  anyOf: [
    { type: "array", items: { $ref: "Entity#" } },
    { type: "array", items: { $ref: "SimpleEntity#" } },
  ],
} as const;

/** Headers of a page. */
const pageHeaders = {
  Link: { ...text, description: '`rel="next"`: where to go on. Absent at the end.' },
  "Next-Cursor": { ...text, description: "What `after` takes to go on behind this answer." },
  ETag: text,
} as const;

/** An answer with entities in each form. */
export const entitiesAnswer = {
  description: "Entities, in the form that was asked for.",
  headers: pageHeaders,
  content: {
    "application/ld+json": { schema: entities },
    "application/json": { schema: entities },
    "application/geo+json": { schema: { $ref: "FeatureCollection#" } },
    "text/csv": { schema: text },
    "application/senml+json": { schema: { $ref: "SenmlPack#" } },
  },
} as const;

/** An answer with one entity. */
export const entityAnswer = {
  description: "The entity, in the form that was asked for.",
  headers: { ETag: text },
  content: {
    ...entitiesAnswer.content,
    "application/ld+json": { schema: { anyOf: [{ $ref: "Entity#" }, { $ref: "SimpleEntity#" }] } },
    "application/json": { schema: { anyOf: [{ $ref: "Entity#" }, { $ref: "SimpleEntity#" }] } },
  },
} as const;

/** An answer of JSON of this schema. */
export function jsonAnswer(description: string, schema: object): object {
  return { description, content: { "application/json": { schema } } };
}

const problemContent = { "application/problem+json": { schema: { $ref: "Problem#" } } } as const;
const waits = { "Retry-After": { type: "integer", description: "Seconds to wait." } } as const;

/** What every read may be answered besides. */
export const commonAnswers = {
  400: {
    description: "The request is wrong; the detail names the parameter.",
    content: problemContent,
  },
  401: { description: "A token is needed.", content: problemContent },
  429: { description: "Too many requests.", headers: waits, content: problemContent },
  503: { description: "Too many reads at a time.", headers: waits, content: problemContent },
} as const;

/** What a read of one thing, or in one form, may be answered besides. */
export const notFoundAnswer = { description: "There is no such thing.", content: problemContent };
export const notAcceptableAnswer = {
  description: "None of the forms in `Accept` is offered.",
  content: problemContent,
};
