import type { FastifyInstance } from "fastify";
import type {
  BridgeStatus,
  ControlView,
  FieldHistory,
  NodeView,
  TrendPoint,
} from "../page/api-types.js";
import { addCommandApi, type CommandApiOptions } from "./command-api.js";
import { addDetailApi, type DetailApiOptions } from "./detail-api.js";
import type { EventStreams } from "./event-streams.js";
import { securityHeaders } from "./guard.js";
import { sendProblem } from "./problem.js";
import { addRefusedApi, type RefusedApiOptions } from "./refused-api.js";
import { addRegistryApi, type RegistryApiOptions } from "./registry-api.js";

/** A button on the page, such as a demonstration gives. */
export interface Control {
  readonly id: string;
  /** What the button says now. */
  label(): string;
  active(): boolean;
  toggle(): Promise<void>;
}

/** What the API tells of the bridge. */
export interface ApiOptions extends DetailApiOptions {
  readonly status: () => BridgeStatus;
  readonly nodes: () => readonly NodeView[];
  /** The last two minutes, the oldest first. */
  readonly trend: () => readonly TrendPoint[];
  /** Undefined for a node or field that is not there. */
  readonly history: (name: string, field: string, seconds: number) => FieldHistory | undefined;
  readonly controls: readonly Control[];
  readonly registry: RegistryApiOptions;
  readonly commands: CommandApiOptions;
  readonly refused: RefusedApiOptions;
  readonly events: EventStreams;
}

const historyQuery = {
  type: "object",
  required: ["field"],
  properties: {
    field: { type: "string", minLength: 1, maxLength: 64 },
    seconds: { type: "number", minimum: 1, maximum: 31_536_000, default: 3600 },
  },
};

/** What a button looks like now. */
export function toControlView(control: Control): ControlView {
  return { id: control.id, label: control.label(), active: control.active() };
}

/** Adds `/api/v1`, as `page/api-types.ts` describes it. */
export function addApi(app: FastifyInstance, options: ApiOptions): void {
  const controlViews = () => options.controls.map(toControlView);
  app.addHook("onSend", async (request, reply) => {
    if (request.url.startsWith("/api/")) reply.header("cache-control", "no-store");
  });
  app.get("/api/v1/status", async () => options.status());
  app.get("/api/v1/trend", async () => options.trend());
  app.get("/api/v1/nodes", async () => options.nodes());
  addRegistryApi(app, options.registry);
  app.get("/api/v1/controls", async () => controlViews());
  addDetailApi(app, options);
  addCommandApi(app, options.commands);
  addRefusedApi(app, options.refused);

  app.get<{ Params: { name: string }; Querystring: { field: string; seconds: number } }>(
    "/api/v1/nodes/:name/history",
    { schema: { querystring: historyQuery } },
    async (request, reply) => {
      const { field, seconds } = request.query;
      const history = options.history(request.params.name, field, seconds);
      if (history) return history;
      return sendProblem(reply, {
        status: 404,
        title: "No such field",
        detail: `No node ${request.params.name} with a field ${field} that has numbers.`,
      });
    },
  );

  app.post<{ Params: { id: string } }>("/api/v1/controls/:id", async (request, reply) => {
    const control = options.controls.find(({ id }) => id === request.params.id);
    if (!control) {
      return sendProblem(reply, { status: 404, title: "No such control" });
    }
    await control.toggle();
    options.events.controlsChanged();
    return controlViews();
  });

  app.get("/api/v1/events", (_request, reply) => {
    if (!options.events.add(reply.raw, securityHeaders)) {
      reply.header("retry-after", "10");
      return sendProblem(reply, { status: 503, title: "Too many pages watch already" });
    }
    reply.hijack();
    return reply;
  });
}
