import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { sendProblem } from "../problem.js";
import type { ReadSlots } from "../read/read-slots.js";
import { setNames } from "./entity-sets.js";
import { QueryError } from "./query-error.js";
import { SensorThings, type SensorThingsOptions } from "./sensor-things.js";

/** What the routes are made of. */
export interface SensorThingsRouteOptions extends SensorThingsOptions {
  readonly slots: ReadSlots;
}

const conformance = [
  "http://www.opengis.net/spec/iot_sensing/1.1/req/datamodel",
  "http://www.opengis.net/spec/iot_sensing/1.1/req/resource-path/resource-path-to-entities",
  "http://www.opengis.net/spec/iot_sensing/1.1/req/request-data",
];

/** Adds OGC SensorThings 1.1, to read, at `/v1.1`. */
export function addSensorThings(app: FastifyInstance, options: SensorThingsRouteOptions): void {
  const service = new SensorThings(options);

  for (const path of ["/v1.1", "/v1.1/"]) {
    app.get(path, { schema: { hide: true } }, async (request) => {
      const base = baseOf(request);
      return {
        value: setNames.map((name) => ({ name, url: `${base}/${name}` })),
        serverSettings: { conformance },
      };
    });
  }

  app.get<{ Params: { "*": string } }>("/v1.1/*", { schema: { hide: true } }, (request, reply) =>
    options.slots.use(reply, async () => {
      const base = `${request.protocol}://${request.headers.host}/v1.1`;
      const query = [...new URLSearchParams(request.url.split("?")[1])];
      try {
        return await service.answer(request.params["*"], query, base);
      } catch (error) {
        return refuse(reply, error);
      }
    }),
  );
}

/** Links are whole addresses, by the name that the client knows us by. */
function baseOf({ protocol, headers }: FastifyRequest): string {
  return `${protocol}://${headers.host}/v1.1`;
}

function refuse(reply: FastifyReply, error: unknown): FastifyReply {
  if (!(error instanceof QueryError)) throw error;
  const { statusCode: status, message: detail } = error;
  const title = status === 404 ? "Not found" : "The request is wrong";
  return sendProblem(reply, { status, title, detail });
}
