import { navigations, type SetName, setNames } from "./entity-sets.js";

const text = { type: "string" } as const;
const uri = { type: "string", format: "uri" } as const;
const moment = { type: "string", format: "date-time" } as const;
const point = { $ref: "#/components/schemas/Point" } as const;

const properties: Readonly<Record<SetName, Readonly<Record<string, object>>>> = {
  Things: { name: text, description: text, properties: { type: "object" } },
  Locations: { name: text, description: text, encodingType: text, location: point },
  Sensors: { name: text, description: text, encodingType: text, metadata: {} },
  ObservedProperties: { name: text, description: text, definition: uri },
  Datastreams: {
    name: text,
    description: text,
    observationType: uri,
    unitOfMeasurement: {
      type: "object",
      required: ["name", "symbol", "definition"],
      properties: Object.fromEntries(
        ["name", "symbol", "definition"].map((name) => [name, { type: ["string", "null"] }]),
      ),
    },
  },
  Observations: { phenomenonTime: moment, resultTime: moment, result: {} },
  FeaturesOfInterest: { name: text, description: text, encodingType: text, feature: point },
};

const query = [
  [
    "$filter",
    text,
    "Comparisons joined by `and`, such as `phenomenonTime ge 2026-09-01T00:00:00Z`.",
  ],
  ["$orderby", text, "Such as `phenomenonTime desc`."],
  ["$top", { type: "integer", minimum: 0, default: 100 }, "Most entities; 1000 at most."],
  ["$skip", { type: "integer", minimum: 0, default: 0 }, "So many are left out first."],
  ["$count", { type: "boolean", default: false }, "Whether all are counted."],
  ["$select", text, "Only these properties."],
  ["$expand", text, "Linked entities in place, such as `Datastreams($expand=Sensor)`."],
  ["$skiptoken", text, "As an `@iot.nextLink` has it."],
] as const;

/**
 * The paths of SensorThings for the OpenAPI document: every set, one of each, and what each leads to.
 *
 * @param common - answers that every read may get
 */
export function describeSensorThings(common: object): object {
  const paths: Record<string, object> = {};
  const add = (path: string, summary: string, schema: object, hasId: boolean) => {
    const id = { name: "id", in: "path", required: true, schema: text };
    const parameters = query.map(([name, schema, description]) => ({
      ...{ name, in: "query", schema, description },
    }));
    const content = { "application/json": { schema } };
    const responses = { 200: { description: summary, content }, ...common };
    paths[path] = {
      get: { summary, parameters: hasId ? [id, ...parameters] : parameters, responses },
    };
  };
  for (const set of setNames) {
    const one = itemSchema(set);
    add(`/v1.1/${set}`, `SensorThings: ${set}`, listSchema(one), false);
    add(`/v1.1/${set}('{id}')`, `SensorThings: one of ${set}`, one, true);
    for (const [name, link] of Object.entries(navigations[set])) {
      const target = itemSchema(link.set);
      const schema = link.isOne ? target : listSchema(target);
      add(`/v1.1/${set}('{id}')/${name}`, `SensorThings: ${name} of one of ${set}`, schema, true);
    }
  }
  return paths;
}

/** What is expanded or not selected comes and goes, so nothing but the shape of each is fixed. */
function itemSchema(set: SetName): object {
  const links = Object.keys(navigations[set]);
  return {
    type: "object",
    properties: {
      "@iot.id": text,
      "@iot.selfLink": uri,
      ...properties[set],
      ...Object.fromEntries(links.map((name) => [`${name}@iot.navigationLink`, uri])),
      ...Object.fromEntries(links.map((name) => [`${name}@iot.nextLink`, uri])),
      ...Object.fromEntries(links.map((name) => [`${name}@iot.count`, { type: "integer" }])),
      ...Object.fromEntries(links.map((name) => [name, { type: ["object", "array", "null"] }])),
    },
    additionalProperties: false,
  };
}

function listSchema(items: object): object {
  return {
    type: "object",
    required: ["value"],
    additionalProperties: false,
    properties: {
      "@iot.count": { type: "integer", minimum: 0 },
      "@iot.nextLink": uri,
      value: { type: "array", items },
    },
  };
}
