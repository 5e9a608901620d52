import type { FastifyInstance } from "fastify";
import { describeSensorThings } from "../sensor-things/describe-sensor-things.js";
import type { ReadApiOptions } from "./add-read-api.js";
import type { LatestReadings } from "./latest-readings.js";
import { cityNode, typesOf } from "./read-overview.js";
import { commonAnswers, jsonAnswer, notFoundAnswer } from "./read-schemas.js";

interface OverviewOptions extends ReadApiOptions {
  readonly latest: LatestReadings;
}

const text = { type: "string" } as const;
const moment = { type: "string", format: "date-time" } as const;
const noQuery = { type: "object", properties: {} } as const;

const links = {
  type: "object",
  required: ["version", "nodes", "history", "links"],
  properties: {
    version: text,
    nodes: { type: "integer", minimum: 0 },
    nextUpdate: { ...moment, description: "When the next report of any node should be there." },
    history: {
      type: "object",
      required: ["maxDays", "maxBytes"],
      properties: { maxDays: { type: "number" }, maxBytes: { type: "integer" } },
    },
    links: { type: "object", additionalProperties: text },
  },
} as const;

const types = {
  type: "array",
  items: {
    type: "object",
    required: ["type", "@context", "attributes"],
    additionalProperties: false,
    properties: {
      type: text,
      "@context": { type: "array", items: text },
      attributes: {
        type: "array",
        items: {
          type: "object",
          required: ["name", "title"],
          additionalProperties: false,
          properties: { name: text, title: text, unitCode: text },
        },
      },
    },
  },
} as const;

const nodes = {
  type: "array",
  items: {
    type: "object",
    required: ["node", "ids", "schemas", "observedAt"],
    additionalProperties: false,
    properties: {
      node: text,
      ids: { type: "array", items: text },
      schemas: { type: "array", items: text },
      position: { type: "array", minItems: 2, maxItems: 2, items: { type: "number" } },
      observedAt: moment,
      reportIntervalS: { type: "number" },
      nextUpdate: { ...moment, description: "When its next report should be there." },
    },
  },
} as const;

/** What SensorThings may answer besides: its part of the document is not made by the server. */
const problems = Object.fromEntries(
  Object.entries({ ...commonAnswers, 404: notFoundAnswer }).map(([status, { description }]) => [
    status,
    {
      description,
      content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
    },
  ]),
);

const healthSchema = {
  type: "object",
  required: ["health"],
  additionalProperties: false,
  properties: {
    health: { enum: ["well", "draining", "holding", "failing"] },
    summary: { ...text, description: "In words; only where no login is asked for." },
  },
} as const;

/** Beside the read API, for whoever watches over the machine; no token is asked for. */
const health = {
  get: {
    summary: "How the bridge is",
    security: [],
    responses: Object.fromEntries(
      [
        ["200", "It takes readings, and holds what cannot go out now."],
        ["503", "It cannot keep readings on its disk."],
      ].map(([status, description]) => [
        status,
        { description, content: { "application/json": { schema: healthSchema } } },
      ]),
    ),
  },
} as const;

/** Adds `/v1`, `/v1/types`, `/v1/nodes`, `/v1/openapi.json` and `/v1/asyncapi.json`. */
export function addOverviewRoutes(app: FastifyInstance, options: OverviewOptions): void {
  const { latest, data, version, history } = options;
  const nodeViews = async () =>
    (await latest.nodes()).map(({ name, readings }) => cityNode(name, readings));

  app.get(
    "/v1",
    {
      schema: {
        summary: "What there is to read",
        querystring: noQuery,
        response: { 200: jsonAnswer("An overview, with links.", links), ...commonAnswers },
      },
    },
    async () => {
      const views = await nodeViews();
      const updates = views.flatMap(({ nextUpdate }) => nextUpdate ?? []).sort();
      const now = new Date(options.clock.wallMs()).toISOString();
      // Of nodes that fell silent it is past.
      const next = updates.find((time) => time > now) ?? updates.at(-1);
      return {
        version,
        nodes: views.length,
        ...(next !== undefined && { nextUpdate: next }),
        history,
        links: {
          entities: "v1/entities",
          history: "v1/history",
          nodes: "v1/nodes",
          types: "v1/types",
          openapi: "v1/openapi.json",
          asyncapi: "v1/asyncapi.json",
          sensorThings: "v1.1",
          ldes: "v1/ldes",
          algorithms: "v1/algorithms",
          processing: "v1/processing",
          resources: "v1/resources",
          health: "health",
        },
      };
    },
  );

  app.get(
    "/v1/types",
    {
      schema: {
        summary: "The types of entities, with their attributes and units",
        querystring: noQuery,
        response: { 200: jsonAnswer("In order of their names.", types), ...commonAnswers },
      },
    },
    async () => typesOf(data.schemas()),
  );

  app.get(
    "/v1/nodes",
    {
      schema: {
        summary: "The nodes, each with when its next report should be there",
        querystring: noQuery,
        response: { 200: jsonAnswer("In order of their names.", nodes), ...commonAnswers },
      },
    },
    nodeViews,
  );

  app.get("/v1/openapi.json", { schema: { hide: true } }, async (_request, reply) => {
    // Beside what it describes, whatever a proxy in front puts before it.
    const document = app.swagger();
    const paths = { ...document.paths, ...describeSensorThings(problems), "/health": health };
    return reply
      .type("application/vnd.oai.openapi+json;version=3.1")
      .send(JSON.stringify({ ...document, paths, servers: [{ url: "../" }] }));
  });

  app.get("/v1/asyncapi.json", { schema: { hide: true } }, async (_request, reply) =>
    reply
      .type("application/vnd.aai.asyncapi+json;version=3.0.0")
      .send(JSON.stringify(options.asyncApi())),
  );
}
