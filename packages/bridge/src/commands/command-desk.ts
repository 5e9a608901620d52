import type { SensorSchema } from "@bollard/schema";
import type { BridgeClock } from "../clock.js";
import { type CommandRequest, parseCommandRequest } from "./command-request.js";
import { encodeCommand } from "./encode-command.js";

/**
 * What came of a command.
 *
 * - `done`, `refused`, `failed`, `unknown-command`: the node's own answer
 * - `sent`: it is on its way, and this kind of node does not answer
 * - `expired`: the node did not answer in time, and may have done it all the same
 * - `unreachable`: it was not sent
 * - `invalid`: the request is wrong
 */
export type CommandStatus =
  | "done"
  | "refused"
  | "failed"
  | "unknown-command"
  | "sent"
  | "expired"
  | "unreachable"
  | "invalid";

/** The answer to a request. */
export interface CommandResult {
  /** The request's; empty where it had none. */
  readonly id: string;
  /** The owner's name. */
  readonly node: string;
  readonly status: CommandStatus;
  /** In words, where there is more to say. */
  readonly message?: string;
  /** When it was known, ISO 8601 UTC. */
  readonly at: string;
}

/** What a way to a node says came of a command. */
export type CommandAnswer = Pick<CommandResult, "status" | "message">;

/** One way to a node: a source that it has been heard by. */
export interface CommandRoute {
  /**
   * Sends a command to a node.
   *
   * @returns undefined where this way does not lead to the node now
   */
  command(
    node: string,
    payload: Uint8Array,
    request: Pick<CommandRequest, "id" | "withinMs">,
  ): Promise<CommandAnswer> | undefined;
}

/** What a desk works with. */
export interface CommandDeskOptions {
  /** Whose commands there are. */
  readonly schemas: () => readonly SensorSchema[];
  /** Every way there is, asked in turn. */
  readonly routes: () => readonly Partial<CommandRoute>[];
  /** The id of the node of this name; undefined for one that is not known. */
  readonly idOf: (name: string) => string | undefined;
  readonly clock: BridgeClock;
}

/** Most commands under way at a time. */
const MAX_PENDING = 256;
/** Answers remembered for those who ask again. */
const MAX_REMEMBERED = 1000;

/**
 * Takes commands for nodes, checks them by the node's schema, sends them on the way that leads to the
 * node, and answers each once.
 *
 * A request that comes again, under the same id for the same node, is not sent again: it gets the
 * same answer. The last thousand answers are remembered.
 */
export class CommandDesk {
  readonly #options: CommandDeskOptions;
  readonly #answers = new Map<string, Promise<CommandResult>>();
  #pending = 0;

  constructor(options: CommandDeskOptions) {
    this.#options = options;
  }

  /**
   * Never rejects.
   *
   * @param name - the owner's name of the node
   * @param asked - a {@link CommandRequest}, unchecked
   * @param command - told by the topic, where it is
   */
  ask(name: string, asked: unknown, command?: string): Promise<CommandResult> {
    const request = parseCommandRequest(asked, command);
    if (typeof request === "string") {
      return Promise.resolve(
        this.#answer(idIn(asked), name, { status: "invalid", message: request }),
      );
    }
    const key = `${request.id} ${name}`;
    const before = this.#answers.get(key);
    if (before) return before;
    const answer = this.#send(name, request).then((result) =>
      this.#answer(request.id, name, result),
    );
    this.#answers.set(key, answer);
    // One that was wrong may be put right and asked for again.
    void answer.then(({ status }) => {
      if (status === "invalid") this.#answers.delete(key);
    });
    const eldest = this.#answers.keys().next();
    if (this.#answers.size > MAX_REMEMBERED && !eldest.done) this.#answers.delete(eldest.value);
    return answer;
  }

  async #send(name: string, request: CommandRequest): Promise<CommandAnswer> {
    const { schemas, idOf, routes } = this.#options;
    const node = idOf(name);
    if (node === undefined) return { status: "invalid", message: "there is no node of this name" };
    const payload = encodeCommand(schemas(), request);
    if (typeof payload === "string") return { status: "invalid", message: payload };
    if (this.#pending >= MAX_PENDING) {
      return { status: "unreachable", message: `${MAX_PENDING} commands are under way; try later` };
    }
    this.#pending++;
    try {
      for (const route of routes()) {
        const answer = route.command?.(node, payload, request);
        if (answer) return await answer;
      }
      return { status: "unreachable", message: "no port and no broker leads to it now" };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { status: "unreachable", message };
    } finally {
      this.#pending--;
    }
  }

  #answer(id: string, node: string, result: CommandAnswer): CommandResult {
    return { id, node, ...result, at: new Date(this.#options.clock.wallMs()).toISOString() };
  }
}

function idIn(asked: unknown): string {
  const id = typeof asked === "object" && asked !== null && "id" in asked ? asked.id : "";
  return typeof id === "string" ? id.slice(0, 64) : "";
}
