import fastifyStatic from "@fastify/static";
import { type FastifyInstance, fastify } from "fastify";
import type { BridgeClock } from "../clock.js";
import { BridgeError } from "../error.js";
import type { NodeView } from "../page/api-types.js";
import { type ApiOptions, addApi, toControlView } from "./api.js";
import { type AuditRecord, audit } from "./audit.js";
import { addContexts } from "./contexts.js";
import { EventStreams } from "./event-streams.js";
import { guard } from "./guard.js";
import type { AccessToken } from "./login/access-token.js";
import { addLogin } from "./login/add-login.js";
import { bridgeMetrics } from "./metrics.js";
import { sendProblem } from "./problem.js";
import { addReadApi, type ReadApiOptions } from "./read/add-read-api.js";
import { isReadPath } from "./read/read-access.js";

/** Where the server listens and what it tells. */
export interface HttpServerOptions extends Omit<ApiOptions, "events" | "nodes"> {
  readonly clock: BridgeClock;
  /** Address to listen on. Any but loopback goes with a `token`. */
  readonly host: string;
  /** Host names it answers under besides the machine's own. */
  readonly names: readonly string[];
  /** Whoever has it is let in; undefined: everyone is. */
  readonly token: AccessToken | undefined;
  /** What the city reads; undefined: nothing. */
  readonly readApi: ReadApiOptions | undefined;
  /** 0 takes any free one. */
  readonly port: number;
  /** When the port is in use, try up to 50 higher ones. */
  readonly nextFreePort: boolean;
  readonly maxEventStreams: number;
  /** Folder with the page; without one there is only the API. */
  readonly pageFolder?: string | undefined;
  readonly nodes: () => Iterable<readonly [key: string, node: NodeView]>;
  readonly takeChangedNodes: () => Iterable<readonly [key: string, node: NodeView]>;
  /** Told of each request that failed inside. */
  readonly onError: (error: Error) => void;
  /** Told of the address that each wrong token came from. */
  readonly onLoginFailure: (address: string) => void;
  /** Told of each change that was asked for, and of who was refused. */
  readonly onAudit: (record: AuditRecord) => void;
}

/** A server that runs. */
export interface HttpServer {
  /** Address of the page, such as `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Cuts every connection and frees the port. */
  close(): Promise<void>;
}

const PORTS_TRIED = 50;
/** Of a node in an address, its characters escaped. */
const LONGEST_NAME = 400;

/**
 * Starts the page, the API, `/metrics` and `/health`.
 *
 * @throws {@link BridgeError} `BRIDGE_ADDRESS_IN_USE`
 */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const last = options.nextFreePort && options.port > 0 ? options.port + PORTS_TRIED : options.port;
  for (let port = options.port; port <= Math.min(last, 65_535); port++) {
    const events = new EventStreams({
      clock: options.clock,
      maxStreams: options.maxEventStreams,
      status: options.status,
      controls: () => options.controls.map(toControlView),
      nodes: options.nodes,
      takeChangedNodes: options.takeChangedNodes,
    });
    const app = buildApp(options, events);
    try {
      const url = await app.listen({ host: options.host, port });
      return {
        url: url.replace("[::1]", "localhost"),
        close: async () => {
          events.close();
          await app.close();
        },
      };
    } catch (error) {
      await app.close();
      if (!isAddressInUse(error)) throw error;
    }
  }
  const place = `${options.host}:${options.port}`;
  throw new BridgeError("BRIDGE_ADDRESS_IN_USE", place, "The address is in use by another program");
}

function buildApp(options: HttpServerOptions, events: EventStreams): FastifyInstance {
  const app = fastify({
    forceCloseConnections: true,
    bodyLimit: 65_536,
    logger: false,
    routerOptions: { maxParamLength: LONGEST_NAME },
    // Such as for an address that cannot be decoded.
    frameworkErrors: (error, _request, reply) =>
      void sendProblem(reply, {
        status: error.statusCode ?? 400,
        title: "The request is wrong",
        detail: error.message,
      }),
  });
  audit(app, options.clock, options.onAudit);
  guard(app, options);
  const { token, clock, onLoginFailure, readApi } = options;
  const isElsewhere = readApi && readApi.access.kind !== "page" ? isReadPath : () => false;
  if (token) addLogin(app, { token, clock, onFailure: onLoginFailure, isElsewhere });
  else app.get("/api/v1/session", async () => ({ login: false }));
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) options.onError(error);
    const title = titles[status] ?? (status >= 500 ? titles[500] : titles[400]) ?? "";
    return sendProblem(reply, {
      status,
      title,
      ...(status < 500 && { detail: error.message }),
    });
  });
  app.setNotFoundHandler((_request, reply) =>
    sendProblem(reply, { status: 404, title: "Not found" }),
  );

  const nodes = () => Array.from(options.nodes(), ([, node]) => node);
  addApi(app, { ...options, nodes, events });
  addContexts(app);
  if (readApi) app.register((scope) => addReadApi(scope, readApi));
  const metrics = bridgeMetrics({ ...options, reads: readApi?.counts });
  app.get("/metrics", async (_request, reply) => {
    reply.type(metrics.contentType);
    return metrics.text();
  });
  app.get("/health", async (_request, reply) => {
    // With a login, what is more than one word is for those who have it.
    const { health, summary } = options.status();
    reply.code(health === "failing" ? 503 : 200).header("cache-control", "no-store");
    return token ? { health } : { health, summary };
  });
  if (options.pageFolder !== undefined) {
    app.register(fastifyStatic, { root: options.pageFolder, cacheControl: false });
  }
  return app;
}

const titles: Readonly<Record<number, string>> = {
  400: "The request is wrong",
  429: "Too many requests",
  500: "Something went wrong here",
};

function isAddressInUse(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EADDRINUSE";
}
