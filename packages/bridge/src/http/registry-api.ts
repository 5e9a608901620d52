import type { FastifyInstance, FastifyReply } from "fastify";
import type { NodeConfig } from "../config/config.js";
import { type BridgeErrorCode, isBridgeError } from "../error.js";
import type { Around, NodeRegistry } from "../registry/node-registry.js";
import type { SetAsideGroup } from "../set-aside-log.js";
import { sendProblem } from "./problem.js";

/** What the registry's part of the API works with. */
export interface RegistryApiOptions {
  readonly nodes: NodeRegistry;
  /** Nodes that are not known, and how many of their messages are held. */
  readonly held: () => readonly SetAsideGroup[];
  readonly around: Around;
  /** Erases what is held of a node; resolves with the messages erased. */
  readonly erase: (id: string) => Promise<number>;
  /** Told of each change that was made. */
  readonly onChange: (what: RegistryChange) => void;
}

/** A change of the registry, for the log. */
export interface RegistryChange {
  readonly action: "put" | "patch" | "remove" | "replace" | "erase";
  readonly node: string;
  /** The hardware that took its place. */
  readonly by?: string;
}

const statusOf: Readonly<Partial<Record<BridgeErrorCode, readonly [number, string]>>> = {
  BRIDGE_NODE_UNKNOWN: [404, "No such node"],
  BRIDGE_NODE_FIXED: [409, "This node stands in the configuration"],
  BRIDGE_CONFIG_INVALID: [422, "The node cannot be registered so"],
  BRIDGE_CONFIG_UNREADABLE: [500, "The registry file cannot be read"],
  BRIDGE_REGISTRY_UNWRITABLE: [500, "The registry file cannot be written"],
};

const anObject = { type: "object" };
const byBody = {
  type: "object",
  required: ["by"],
  additionalProperties: false,
  properties: { by: { type: "string", minLength: 1, maxLength: 200 } },
};

type OfNode = { Params: { id: string } };

/**
 * Adds the registry to `/api/v1`: `GET registry`, `GET|PUT|PATCH|DELETE registry/{id}` and
 * `POST registry/{id}/replace` and `registry/{id}/erase`. An id is percent-encoded; a body is what stands in the registry file.
 */
export function addRegistryApi(app: FastifyInstance, options: RegistryApiOptions): void {
  const { nodes, around } = options;

  /** Carries out a change; a replay goes on by itself, however long a sink is away. */
  const change = (
    reply: FastifyReply,
    what: RegistryChange,
    make: () => Promise<number>,
  ): unknown => {
    try {
      make().catch(() => {});
    } catch (error) {
      return refuse(reply, error);
    }
    options.onChange(what);
    if (what.action === "remove") return reply.code(204).send();
    return nodes.get(what.by ?? what.node);
  };

  app.get("/api/v1/registry", async () => ({
    file: nodes.file,
    nodes: nodes.list(),
    held: options.held().map(({ detail, count }) => ({ id: detail, messages: count })),
  }));

  app.get<OfNode>("/api/v1/registry/:id", async (request, reply) => {
    try {
      return nodes.get(request.params.id);
    } catch (error) {
      return refuse(reply, error);
    }
  });

  app.put<OfNode & { Body: NodeConfig }>(
    "/api/v1/registry/:id",
    { schema: { body: anObject } },
    async ({ params: { id }, body }, reply) =>
      change(reply, { action: "put", node: id }, () => nodes.put(id, body, around)),
  );

  app.patch<OfNode & { Body: Record<string, unknown> }>(
    "/api/v1/registry/:id",
    { schema: { body: anObject } },
    async ({ params: { id }, body }, reply) =>
      change(reply, { action: "patch", node: id }, () => nodes.patch(id, body, around)),
  );

  app.delete<OfNode>("/api/v1/registry/:id", async ({ params: { id } }, reply) =>
    change(reply, { action: "remove", node: id }, () => nodes.remove(id, around)),
  );

  app.post<OfNode & { Body: { by: string } }>(
    "/api/v1/registry/:id/replace",
    { schema: { body: byBody } },
    async ({ params: { id }, body: { by } }, reply) =>
      change(reply, { action: "replace", node: id, by }, () =>
        nodes.replaceHardware(id, by, around),
      ),
  );

  app.post<OfNode>("/api/v1/registry/:id/erase", async ({ params: { id } }) => {
    const messages = await options.erase(id);
    options.onChange({ action: "erase", node: id });
    return { node: id, messages };
  });
}

function refuse(reply: FastifyReply, error: unknown): FastifyReply {
  const known = isBridgeError(error) ? statusOf[error.code] : undefined;
  if (!isBridgeError(error) || !known) throw error;
  const [status, title] = known;
  return sendProblem(reply, { status, title, detail: error.message });
}
