import type { Entity } from "@bollard/ngsi-ld";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { EntityFilter } from "../../entity-filter.js";
import { sendProblem } from "../problem.js";
import type { ReadApiOptions } from "./add-read-api.js";
import type { LatestReadings } from "./latest-readings.js";
import {
  attributeForm,
  csvWriter,
  geoJsonWriter,
  jsonLdWriter,
  mediaTypes,
  type Negotiated,
  negotiate,
  type PageWriter,
  writeEntity,
  writePage,
  writeSenml,
} from "./read-format.js";
import { readHistory } from "./read-history.js";
import { asEntities, asRecords, type ReadForm } from "./read-items.js";
import { readLatest } from "./read-latest.js";
import { typesOf } from "./read-overview.js";
import { filterParameters, pageParameters, parseFilter, type ReadQuery } from "./read-query.js";
import {
  commonAnswers,
  entitiesAnswer,
  entityAnswer,
  notAcceptableAnswer,
  notFoundAnswer,
} from "./read-schemas.js";
import type { ReadSlots } from "./read-slots.js";

interface EntityRouteOptions extends ReadApiOptions {
  readonly latest: LatestReadings;
  readonly slots: ReadSlots;
}

/** A page of what is latest or past. */
interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | undefined;
  readonly isMore: boolean;
}

type ReadPage = <Item>(
  filter: EntityFilter,
  query: ReadQuery,
  form: ReadForm<Item>,
) => Promise<Page<Item>>;

const listQuery = {
  type: "object",
  properties: { ...filterParameters, ...pageParameters },
} as const;
const { format, options: formOptions } = pageParameters;
const oneQuery = {
  type: "object",
  properties: { attrs: filterParameters.attrs, format, options: formOptions },
} as const;
const oneParams = {
  type: "object",
  properties: { id: { type: "string", maxLength: 300, description: "Id of the entity." } },
} as const;
const listAnswers = { 200: entitiesAnswer, ...commonAnswers, 406: notAcceptableAnswer } as const;

/** Adds `/v1/entities`, `/v1/entities/{id}` and `/v1/history`. */
export function addEntityRoutes(app: FastifyInstance, options: EntityRouteOptions): void {
  const { data, latest, clock, counts, gates, slots } = options;
  const entityForm = asEntities(gates, counts);

  const latestPage: ReadPage = async (filter, { limit, after }, form) => {
    const { items, next } = await readLatest({ filter, limit, after }, form, latest, data.pace);
    return { items, next, isMore: next !== undefined };
  };
  const historyPage: ReadPage = (filter, { limit, after }, form) =>
    readHistory({ filter, limit, after }, form, data, clock);

  const answer = async (
    request: FastifyRequest<{ Querystring: ReadQuery }>,
    reply: FastifyReply,
    page: ReadPage,
  ): Promise<FastifyReply> => {
    const { query } = request;
    const wanted = negotiate(query.format, request.headers.accept ?? "");
    if (!wanted) return sendNotAcceptable(reply);
    const filter = parseFilter(query);
    if (wanted.format === "senml") {
      attributeForm(wanted.format, query.options);
      const records = await page(filter, query, asRecords);
      return sendPage(request, reply, wanted, records, writeSenml(records.items));
    }
    const writer = writerOf(wanted, query, () => columnsOf(options, filter));
    const entities = await page(filter, query, entityForm);
    const body = await writePage(entities.items, writer, data.pace);
    return sendPage(request, reply, wanted, entities, body);
  };

  app.get<{ Querystring: ReadQuery }>(
    "/v1/entities",
    {
      schema: {
        summary: "The latest state of entities, in order of their nodes' names",
        querystring: listQuery,
        response: listAnswers,
      },
    },
    (request, reply) => answer(request, reply, latestPage),
  );

  app.get<{ Params: { id: string }; Querystring: ReadQuery }>(
    "/v1/entities/:id",
    {
      schema: {
        summary: "The latest state of one entity",
        params: oneParams,
        querystring: oneQuery,
        response: {
          200: entityAnswer,
          ...commonAnswers,
          404: notFoundAnswer,
          406: notAcceptableAnswer,
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const query = { ...request.query, limit: 1 };
      const wanted = negotiate(query.format, request.headers.accept ?? "");
      if (!wanted) return sendNotAcceptable(reply);
      const filter = parseFilter({ attrs: query.attrs, id } as ReadQuery);
      const form = attributeForm(wanted.format, query.options);
      const { items } = await latestPage(filter, query, entityForm);
      const [entity] = items;
      if (!entity) {
        const detail = `There is no entity ${id}, or it has none of the attributes.`;
        return sendProblem(reply, { status: 404, title: "No such entity", detail });
      }
      if (wanted.format === "senml") {
        const records = await latestPage(filter, query, asRecords);
        return reply.type(wanted.mediaType).send(writeSenml(records.items));
      }
      const writer = writerOf(wanted, query, () => columnsOf(options, filter));
      const body =
        wanted.format === "jsonld"
          ? writeEntity(entity, form)
          : await writePage([entity], writer, data.pace);
      return reply.type(typeOf(wanted.mediaType)).send(body);
    },
  );

  app.get<{ Querystring: ReadQuery }>(
    "/v1/history",
    {
      schema: {
        summary: "Past states of entities, in the order in which they arrived",
        description:
          "What arrived late stands where it arrived, so a client that goes on from the `Next-Cursor` misses nothing, and gets nothing twice. A page may be short, or empty, with more behind it. Readings can be read a second after they arrived.",
        querystring: listQuery,
        response: listAnswers,
      },
    },
    (request, reply) => slots.use(reply, () => answer(request, reply, historyPage)),
  );
}

function writerOf(
  { format }: Negotiated,
  query: ReadQuery,
  columns: () => readonly string[],
): PageWriter<Entity> {
  const form = attributeForm(format, query.options);
  if (format === "csv") return csvWriter(columns());
  return format === "geojson" ? geoJsonWriter(form) : jsonLdWriter(form);
}

/** Attributes that entities of this filter may have, so that each page has the same columns. */
function columnsOf({ data }: EntityRouteOptions, { types, attrs, ids }: EntityFilter): string[] {
  const idTypes = ids && new Set([...ids].map((id) => id.split(":")[2] ?? ""));
  const wanted = typesOf(data.schemas()).filter(
    ({ type }) => (!types || types.has(type)) && (!idTypes || idTypes.has(type)),
  );
  const names = new Set(wanted.flatMap(({ attributes }) => attributes.map(({ name }) => name)));
  return [...names].filter((name) => !attrs || attrs.has(name));
}

function sendPage(
  request: FastifyRequest,
  reply: FastifyReply,
  { mediaType }: Negotiated,
  { next, isMore }: Page<unknown>,
  body: string,
): FastifyReply {
  if (next !== undefined) {
    reply.header("next-cursor", next);
    if (isMore) {
      const query = new URLSearchParams(request.url.split("?")[1]);
      query.set("after", next);
      reply.header("link", `<?${query}>; rel="next"`);
    }
  }
  return reply.type(typeOf(mediaType)).send(body);
}

/** A CSV's first row are the names of its columns. @see RFC 4180, section 3 */
function typeOf(mediaType: string): string {
  return mediaType === "text/csv" ? `${mediaType}; charset=utf-8; header=present` : mediaType;
}

function sendNotAcceptable(reply: FastifyReply): FastifyReply {
  return sendProblem(reply, {
    status: 406,
    title: "Not in this form",
    detail: `Accept one of ${Object.values(mediaTypes).flat().join(", ")}`,
  });
}
