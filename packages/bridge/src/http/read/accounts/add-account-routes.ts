import type { FastifyInstance } from "fastify";
import type { ReadApiOptions } from "../add-read-api.js";
import { commonAnswers, jsonAnswer } from "../read-schemas.js";
import { algorithmRegister } from "./algorithm-register.js";
import { processingRecord } from "./processing-record.js";
import { resourceFigures } from "./resource-figures.js";

const text = { type: "string" } as const;
const count = { type: "integer", minimum: 0 } as const;
const amount = { type: "number", minimum: 0 } as const;
const truth = { type: "boolean" } as const;
const noQuery = { type: "object", properties: {} } as const;

const algorithms = {
  type: "array",
  items: {
    type: "object",
    required: ["id", "title", "method", "version", "inputs", "purpose", "decides", "attributes"],
    additionalProperties: false,
    properties: {
      id: { ...text, description: "Schema and field." },
      title: text,
      description: text,
      schema: text,
      schemaVersion: count,
      method: {
        type: "object",
        required: ["kind", "text"],
        additionalProperties: false,
        properties: { kind: { enum: ["formula", "model"] }, text },
      },
      version: text,
      inputs: { type: "array", items: text },
      purpose: text,
      limits: { ...text, description: "Where it must not be relied on." },
      decides: { ...truth, description: "Something is decided by it without a person." },
      concernsPersons: truth,
      unit: text,
      attributes: {
        type: "array",
        items: {
          type: "object",
          required: ["type", "name"],
          additionalProperties: false,
          properties: { type: text, name: text },
        },
      },
    },
  },
} as const;

const processing = {
  type: "object",
  required: ["@context", "@id", "@type", "dpv:hasProcess"],
  properties: {
    "@context": { type: "object" },
    "dpv:hasProcess": {
      type: "array",
      items: { type: "object", required: ["@id", "@type", "dpv:hasPersonalData"] },
    },
  },
} as const;

const resources = {
  type: "object",
  required: ["since", "messages", "readings", "payloadBytes", "jsonBytes"],
  additionalProperties: false,
  properties: {
    since: { ...text, format: "date-time" },
    ...{ messages: count, readings: count, payloadBytes: count, jsonBytes: count },
    perReading: {
      type: "object",
      required: ["payloadBytes", "jsonBytes", "messages"],
      additionalProperties: false,
      properties: { payloadBytes: amount, jsonBytes: amount, messages: amount },
    },
    lorawan: {
      description:
        "The mean message on EU868, where LoRaWAN carries it: airtime and energy a reading.",
      type: "array",
      items: {
        type: "object",
        required: ["dataRate", "spreadingFactor", "airtimeS", "transmitMJ"],
        additionalProperties: false,
        properties: {
          ...{ dataRate: count, spreadingFactor: count },
          ...{ airtimeS: amount, transmitMJ: amount },
        },
      },
    },
  },
} as const;

/**
 * Adds what a deployment gives account of: `/v1/algorithms` (values that are made and not measured),
 * `/v1/processing` (what concerns persons) and `/v1/resources` (what a reading takes).
 */
export function addAccountRoutes(app: FastifyInstance, options: ReadApiOptions): void {
  const { data, bridge, history } = options;
  app.get(
    "/v1/algorithms",
    {
      schema: {
        summary: "Values that are made and not measured: by what, what for, with which limits",
        querystring: noQuery,
        response: { 200: jsonAnswer("A register of algorithms.", algorithms), ...commonAnswers },
      },
    },
    async () => algorithmRegister(data.schemas()),
  );

  app.get(
    "/v1/processing",
    {
      schema: {
        summary: "What is done with what concerns persons, in the Data Privacy Vocabulary",
        querystring: noQuery,
        response: {
          200: {
            description: "A record of processing; GDPR, article 30.",
            content: { "application/ld+json": { schema: processing } },
          },
          ...commonAnswers,
        },
      },
    },
    async (_request, reply) =>
      reply
        .type("application/ld+json")
        .send(processingRecord({ bridge, schemas: data.schemas(), historyDays: history.maxDays })),
  );

  app.get(
    "/v1/resources",
    {
      schema: {
        summary: "What a reading takes: bytes, messages, airtime, energy",
        querystring: noQuery,
        response: { 200: jsonAnswer("Since the bridge started.", resources), ...commonAnswers },
      },
    },
    async () => resourceFigures(data.totals(), data.startedMs),
  );
}
