import { pinnedContext, pinnedContexts } from "@bollard/ngsi-ld";
import type { FastifyInstance } from "fastify";
import { sendProblem } from "./problem.js";

/** Where the contexts that entities name are served, for brokers without a way out. */
export const CONTEXTS_PATH = "/contexts/";

const DAY_S = 86_400;

/** Adds `/contexts/<name>`: the shipped `@context` documents as published. Anyone may read them. */
export function addContexts(app: FastifyInstance): void {
  const urls = new Map(pinnedContexts().map((url) => [pinnedContext(url)?.name, url]));
  app.get<{ Params: { name: string } }>(`${CONTEXTS_PATH}:name`, async (request, reply) => {
    const context = pinnedContext(urls.get(request.params.name) ?? "");
    if (!context) {
      const names = [...urls.keys()].join(", ");
      return sendProblem(reply, {
        status: 404,
        title: "No such context",
        detail: `One of ${names}`,
      });
    }
    return reply
      .type("application/ld+json")
      .header("cache-control", `public, max-age=${DAY_S}`)
      .send(context.text);
  });
}
