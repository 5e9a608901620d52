import type { FastifyReply } from "fastify";
import { sendProblem } from "../problem.js";
import type { ReadCounts } from "./read-counts.js";

/** Each reads through the log, so a few at a time are enough. */
const MOST_AT_ONCE = 2;

/** Places for requests that read the log: one more is refused, and counted. */
export class ReadSlots {
  readonly #counts: ReadCounts;
  #taken = 0;

  constructor(counts: ReadCounts) {
    this.#counts = counts;
  }

  /** Carries out a read, or answers that there are too many. */
  async use(reply: FastifyReply, read: () => Promise<unknown>): Promise<unknown> {
    if (this.#taken >= MOST_AT_ONCE) {
      this.#counts.busy++;
      reply.header("retry-after", "1");
      return sendProblem(reply, { status: 503, title: "Too many read the history already" });
    }
    this.#taken++;
    try {
      return await read();
    } finally {
      this.#taken--;
    }
  }
}
