import type { EntityGates } from "@bollard/ngsi-ld";
import fastifyEtag from "@fastify/etag";
import fastifyRateLimit from "@fastify/rate-limit";
import fastifySwagger from "@fastify/swagger";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { BridgeClock } from "../../clock.js";
import { sendProblem } from "../problem.js";
import { addSensorThings } from "../sensor-things/add-sensor-things.js";
import { addAccountRoutes } from "./accounts/add-account-routes.js";
import { addEntityRoutes } from "./add-entity-routes.js";
import { addLdesRoutes, type LdesStreams } from "./add-ldes-routes.js";
import { addOverviewRoutes } from "./add-overview-routes.js";
import type { CityData } from "./city-data.js";
import { LatestReadings } from "./latest-readings.js";
import { openApiInfo } from "./open-api.js";
import { guardReads, type ReadAccess } from "./read-access.js";
import type { ReadCounts } from "./read-counts.js";
import { sharedSchemas } from "./read-schemas.js";
import { ReadSlots } from "./read-slots.js";

/** What the read API is made of. */
export interface ReadApiOptions {
  readonly access: ReadAccess;
  /** Most requests of one address in a minute. */
  readonly requestsPerMinute: number;
  /** Of the bridge, for the description. */
  readonly version: string;
  /** Its name. */
  readonly bridge: string;
  readonly data: CityData;
  /** The event streams there are now. */
  readonly ldes: LdesStreams;
  /** What is published over MQTT, as an AsyncAPI document. */
  readonly asyncApi: () => object;
  /** What entities have to pass. */
  readonly gates: EntityGates;
  readonly counts: ReadCounts;
  /** When the data of the history ends, in words of the configuration. */
  readonly history: { readonly maxDays: number; readonly maxBytes: number };
  readonly clock: BridgeClock;
  /** Told of the address that each wrong token came from. */
  readonly onLoginFailure: (address: string) => void;
}

/** Addresses whose requests are counted; the one that asked longest ago is forgotten first. */
const MOST_ADDRESSES = 5000;

/**
 * Adds what the city reads, below `/v1`: entities, their history, and what describes them.
 *
 * Nothing here changes anything, and nothing waits for it: each request reads a bounded part, lets
 * what comes in go first, and is refused with the seconds to wait where there are too many.
 */
export async function addReadApi(app: FastifyInstance, options: ReadApiOptions): Promise<void> {
  const { access, clock, counts, requestsPerMinute, data } = options;
  guardReads(app, { access, clock, onFailure: options.onLoginFailure });
  // Answers are written out as text here, so nothing is left to be serialized by a schema.
  app.setSerializerCompiler(() => (value) => JSON.stringify(value));
  await app.register(fastifyRateLimit, {
    max: requestsPerMinute,
    timeWindow: "1 minute",
    cache: MOST_ADDRESSES,
    enableDraftSpec: true,
    errorResponseBuilder: () => {
      counts.limited++;
      return new TooManyRequests(`At most ${requestsPerMinute} requests a minute`);
    },
  });
  await app.register(fastifyEtag);
  await app.register(fastifySwagger, openApiInfo(options.version, access));
  for (const schema of sharedSchemas) app.addSchema(schema);
  app.addHook("preValidation", refuseUnknownParameters);
  app.addHook("onResponse", async (_request, reply) => {
    if (reply.statusCode < 400) counts.answered++;
  });
  app.addHook("onSend", async (_request, reply) => {
    // What is kept is asked for again with its tag, and costs little where nothing has changed.
    const isPublic = access.kind === "open";
    if (!reply.hasHeader("cache-control")) {
      reply.header("cache-control", isPublic ? "public, no-cache" : "private, no-cache");
    }
    reply.header("vary", "Accept");
  });
  const latest = new LatestReadings(data);
  addOverviewRoutes(app, { ...options, latest });
  addAccountRoutes(app, options);
  const slots = new ReadSlots(counts);
  addEntityRoutes(app, { ...options, latest, slots });
  addLdesRoutes(app, { streams: options.ldes, isPublic: access.kind === "open" });
  addSensorThings(app, { data, latest, clock, slots });
}

class TooManyRequests extends Error {
  readonly statusCode = 429;
}

/** A parameter that is spelt wrong would change what is answered, without a word. */
async function refuseUnknownParameters(
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply | undefined> {
  const schema = request.routeOptions.schema?.querystring as { properties?: object } | undefined;
  // Where there is none, the route reads its query itself.
  if (!schema) return undefined;
  const known = Object.keys(schema.properties ?? {});
  const stray = Object.keys(request.query as object).find((name) => !known.includes(name));
  if (stray === undefined) return undefined;
  const takes = known.length === 0 ? "it takes none" : `it takes ${known.join(", ")}`;
  return sendProblem(reply, {
    status: 400,
    title: "The request is wrong",
    detail: `There is no parameter ${stray}; ${takes}`,
  });
}
