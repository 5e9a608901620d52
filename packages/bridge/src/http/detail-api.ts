import { Readable } from "node:stream";
import type { FastifyInstance, FastifyReply } from "fastify";
import type { LogQuery } from "../details/log-ring.js";
import type { LinkView, LogView, SpoolView, WaitingView } from "../page/detail-types.js";
import { sendProblem } from "./problem.js";

/** What the API tells beside the street's state. */
export interface DetailApiOptions {
  readonly links: () => readonly LinkView[];
  readonly spool: () => SpoolView;
  readonly waiting: () => readonly WaitingView[];
  readonly log: (query: LogQuery) => LogView;
  /** As CSV, piece by piece; undefined for a node, schema or field that is not there. */
  readonly readings: (query: ReadingsWanted) => AsyncIterable<string> | undefined;
}

/** Which readings a download is of. */
export interface ReadingsWanted {
  /** The owner's name of the node. */
  readonly node: string;
  /** Its schema's name; the only or first one when undefined. */
  readonly schema: string | undefined;
  readonly field: string | undefined;
  /** Seconds since the Unix epoch, both included. */
  readonly fromS: number;
  readonly toS: number;
}

interface ReadingsQuerystring {
  readonly node: string;
  readonly schema?: string;
  readonly field?: string;
  readonly from?: string;
  readonly to?: string;
}

const name = { type: "string", minLength: 1, maxLength: 255 };
const logQuery = {
  type: "object",
  properties: {
    after: { type: "integer", minimum: 0, default: 0 },
    level: { enum: ["trace", "debug", "info", "warn", "error", "fatal"], default: "trace" },
    limit: { type: "integer", minimum: 1, maximum: 1000, default: 200 },
  },
};
const time = { type: "string", format: "date-time" };
const readingsQuery = {
  type: "object",
  required: ["node"],
  properties: { node: name, schema: name, field: name, from: time, to: time },
};
/** Each reads through the spool, so a few at a time are enough. */
const MOST_DOWNLOADS = 2;

/** Adds what the page's further views read below `/api/v1`, as `page/detail-types.ts` describes it. */
export function addDetailApi(app: FastifyInstance, options: DetailApiOptions): void {
  app.get("/api/v1/links", async () => options.links());
  app.get("/api/v1/spool", async () => options.spool());
  app.get("/api/v1/waiting", async () => options.waiting());
  app.get<{ Querystring: LogQuery }>(
    "/api/v1/log",
    { schema: { querystring: logQuery } },
    async ({ query }) => options.log(query),
  );

  let downloads = 0;
  app.get<{ Querystring: ReadingsQuerystring }>(
    "/api/v1/readings.csv",
    { schema: { querystring: readingsQuery } },
    async ({ query }, reply) => {
      if (downloads >= MOST_DOWNLOADS) {
        reply.header("retry-after", "10");
        return sendProblem(reply, { status: 503, title: "Two downloads are under way already" });
      }
      const { node, schema, field, from, to } = query;
      const fromS = from === undefined ? 0 : Date.parse(from) / 1000;
      const toS = to === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(to) / 1000;
      const rows = options.readings({ node, schema, field, fromS, toS });
      if (!rows) {
        return sendProblem(reply, {
          status: 404,
          title: "No such readings",
          detail: `No node ${node} with ${field === undefined ? "that schema" : `a field ${field}`}.`,
        });
      }
      downloads++;
      return sendDownload(reply, rows, `${node}.csv`, () => downloads--);
    },
  );
}

function sendDownload(
  reply: FastifyReply,
  text: AsyncIterable<string>,
  fileName: string,
  onEnd: () => void,
): FastifyReply {
  const stream = Readable.from(text, { objectMode: false });
  stream.once("close", onEnd);
  // Nobody waits for a reader that takes nothing: it would keep its place for ever.
  reply.raw.setTimeout(30_000, () => reply.raw.destroy());
  return reply
    .type("text/csv; charset=utf-8; header=present")
    .header("content-disposition", `attachment; filename="${fileName.replace(/[^\w.-]/g, "_")}"`)
    .send(stream);
}
