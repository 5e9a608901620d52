import type { FastifyReply } from "fastify";

/** What went wrong with a request. @see RFC 9457 */
export interface Problem {
  readonly status: number;
  readonly title: string;
  readonly detail?: string;
}

/** Answers with `application/problem+json`. */
export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  return reply
    .code(problem.status)
    .type("application/problem+json")
    .send(JSON.stringify({ type: "about:blank", ...problem }));
}
