import type { FastifyInstance, FastifyReply } from "fastify";
import { isBridgeError } from "../error.js";
import type { RetryRefused } from "../retry-refused.js";
import { sendProblem } from "./problem.js";

/** What the API needs for what was refused. */
export type RefusedApiOptions = Pick<RetryRefused, "list" | "start">;

/** The latest are told, and how many there are. */
const MOST_TOLD = 1000;

const statusOf: Readonly<Record<string, readonly [number, string]>> = {
  BRIDGE_SINK_UNKNOWN: [404, "No such sink"],
  BRIDGE_RETRY_UNDER_WAY: [409, "It is under way already"],
};

type OfSink = { Params: { name: string } };

/**
 * Adds to `/api/v1`: `GET sinks/{name}/refused`, the entities that a far end or a gate refused, and
 * `POST sinks/{name}/retry`, which sends them once more and answers 202 at once.
 */
export function addRefusedApi(app: FastifyInstance, refused: RefusedApiOptions): void {
  app.get<OfSink>("/api/v1/sinks/:name/refused", async ({ params: { name } }, reply) =>
    carryOut(reply, () => {
      const { count, entries } = refused.list(name);
      const entities = entries.slice(-MOST_TOLD).map(({ position, id, reason, atMs }) => ({
        ...{ position, id, reason, at: new Date(atMs).toISOString() },
      }));
      return { sink: name, count, entities };
    }),
  );
  app.post<OfSink>("/api/v1/sinks/:name/retry", async ({ params: { name } }, reply) =>
    carryOut(reply, () => {
      const { entities } = refused.start(name);
      return reply.code(202).send({ sink: name, entities });
    }),
  );
}

function carryOut(reply: FastifyReply, task: () => unknown): unknown {
  try {
    return task();
  } catch (error) {
    const known = isBridgeError(error) ? statusOf[error.code] : undefined;
    if (!isBridgeError(error) || !known) throw error;
    const [status, title] = known;
    return sendProblem(reply, { status, title, detail: error.message });
  }
}
