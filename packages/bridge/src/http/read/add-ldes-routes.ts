import type { FastifyInstance, FastifyReply } from "fastify";
import type { LdesSink } from "../../sinks/ldes/ldes-sink.js";
import { sendProblem } from "../problem.js";
import { commonAnswers, jsonAnswer, notFoundAnswer } from "./read-schemas.js";

/** The event streams there are now. */
export type LdesStreams = () => readonly Pick<LdesSink, "name" | "pages">[];

/** A closed page never changes, so it may be kept for as long as caches keep anything. */
const FOR_EVER = "max-age=31536000, immutable";

const document = { type: "object", required: ["@context", "@id", "tree:view"] } as const;
const page = { ...document, required: [...document.required, "tree:member"] } as const;
const text = { type: "string" } as const;
const name = { ...text, maxLength: 128, description: "Name of the stream." } as const;
const noQuery = { type: "object", properties: {} } as const;

function ldJson(description: string, schema: object): object {
  return { description, content: { "application/ld+json": { schema } } };
}

/** Adds `/v1/ldes`, and the index and the pages of each stream. */
export function addLdesRoutes(
  app: FastifyInstance,
  options: { readonly streams: LdesStreams; readonly isPublic: boolean },
): void {
  const find = (wanted: string) =>
    options.streams().find((stream) => stream.name === wanted)?.pages;
  const streams = {
    type: "array",
    items: { type: "object", properties: { name: text, index: text } },
  };

  app.get(
    "/v1/ldes",
    {
      schema: {
        summary: "The Linked Data Event Streams there are",
        querystring: noQuery,
        response: { 200: jsonAnswer("Each with its index.", streams), ...commonAnswers },
      },
    },
    async () =>
      options.streams().map((stream) => ({
        name: stream.name,
        index: `ldes/${encodeURIComponent(stream.name)}/index.jsonld`,
      })),
  );

  app.get<{ Params: { name: string } }>(
    "/v1/ldes/:name/index.jsonld",
    {
      schema: {
        summary: "The view of a stream: where its pages are",
        params: { type: "object", properties: { name } },
        querystring: noQuery,
        response: {
          200: ldJson("An `ldes:EventStream` with its `tree:view`.", document),
          ...commonAnswers,
          404: notFoundAnswer,
        },
      },
    },
    async ({ params }, reply) => {
      const pages = find(params.name);
      if (!pages) return sendMissing(reply, `There is no stream ${params.name}.`);
      return reply.type("application/ld+json").send(pages.index());
    },
  );

  app.get<{ Params: { name: string; page: string } }>(
    "/v1/ldes/:name/:page",
    {
      schema: {
        summary: "A page of a stream, with its members; a closed one never changes",
        params: {
          type: "object",
          properties: {
            name,
            page: { ...text, maxLength: 32, description: "As the index has it." },
          },
        },
        querystring: noQuery,
        response: {
          200: ldJson("A `tree:Node` with each `tree:member`.", page),
          ...commonAnswers,
          404: notFoundAnswer,
        },
      },
    },
    async ({ params }, reply) => {
      const found = await find(params.name)?.read(params.page);
      if (!found)
        return sendMissing(reply, `There is no page ${params.page}; it may have been deleted.`);
      if (found.isClosed) {
        reply.header("cache-control", `${options.isPublic ? "public" : "private"}, ${FOR_EVER}`);
      }
      return reply.type("application/ld+json").send(found.text);
    },
  );
}

function sendMissing(reply: FastifyReply, detail: string): FastifyReply {
  return sendProblem(reply, { status: 404, title: "Not found", detail });
}
