import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { pinnedContexts } from "../contexts.js";
import { answerWith, type BrokerAnswer, type BrokerFault } from "./broker-fault.js";
import {
  type BrokerProblem,
  contextProblem,
  entityProblem,
  formProblem,
  problem,
} from "./broker-rules.js";
import { BrokerStore, type Stored } from "./broker-store.js";

export interface BrokerDoubleOptions {
  /** Context URLs it can fetch besides the shipped ones. Default: none. */
  readonly contexts?: readonly string[];
  /** How it words a 207: the standard's `entityId`, or `id`, or a bare list of errors. Default: entityId. */
  readonly errorShape?: "entityId" | "id" | "list";
  /** Tenants besides the default one; another is refused. Default: any. */
  readonly tenants?: readonly string[];
  /** Client id and secret of its token server at `/token`; then requests need a token. Default: open. */
  readonly client?: { readonly id: string; readonly secret: string };
  /** Serves over TLS and asks for a client certificate of this authority. Default: plain HTTP. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly ca: string };
  /** Most entities in one request. Default: 1000. */
  readonly maxBatch?: number;
}

/** One request as it came. */
export interface RecordedRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: unknown;
}

/**
 * A context broker for tests, on loopback: it keeps entities in memory and refuses what NGSI-LD has
 * refused, more strictly than most brokers do.
 *
 * It has `POST entities`, `POST entityOperations/upsert`, `POST temporal/entities` and
 * `GET entities/{id}`. What goes wrong, and when, is up to the test: see `fault`.
 *
 * @see ETSI GS CIM 009, clauses 5.5, 5.6 and 6.3
 */
export class BrokerDouble {
  /** Requests since the start, without those to `/token`. */
  readonly requests: RecordedRequest[] = [];
  /** What goes wrong with the next requests, one each; `undefined` lets one through. */
  readonly faults: (BrokerFault | undefined)[] = [];
  readonly #options: BrokerDoubleOptions;
  readonly #server: Server;
  readonly #contexts: ReadonlySet<string>;
  readonly #stores = new Map<string, BrokerStore>();
  #tokens = new Set<string>();
  #tokensGiven = 0;

  private constructor(options: BrokerDoubleOptions) {
    this.#options = options;
    this.#contexts = new Set([...pinnedContexts(), ...(options.contexts ?? [])]);
    const serve = (request: IncomingMessage, response: ServerResponse) => {
      this.#serve(request, response).catch((error) => response.destroy(error));
    };
    const { tls } = options;
    this.#server = tls
      ? createTlsServer({ ...tls, requestCert: true, rejectUnauthorized: true }, serve)
      : createServer(serve);
  }

  /** Listens on a free port of 127.0.0.1. */
  static async open(options: BrokerDoubleOptions = {}): Promise<BrokerDouble> {
    const broker = new BrokerDouble(options);
    await new Promise<void>((resolve) => broker.#server.listen(0, "127.0.0.1", resolve));
    return broker;
  }

  /** For `ContextBrokerOptions.url`. */
  get url(): string {
    const scheme = this.#options.tls ? "https" : "http";
    return `${scheme}://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** What a tenant has; the default tenant without a name. */
  store(tenant = ""): BrokerStore {
    const store = this.#stores.get(tenant) ?? new BrokerStore();
    this.#stores.set(tenant, store);
    return store;
  }

  /** The tokens given so far are no longer good. */
  revokeTokens(): void {
    this.#tokens = new Set();
  }

  /** Breaks all connections and stops listening. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString("utf8");
    const path = request.url ?? "/";
    if (path === "/token") {
      await answerWith(undefined, response, () => this.#giveToken(text));
      return;
    }
    const body = parse(text);
    const { method = "", headers } = request;
    this.requests.push({ method, path, headers, body });
    await answerWith(this.faults.shift(), response, () => {
      const refusal = this.#doorProblem(headers);
      if (refusal) return refused(refusal);
      return this.#route(method, new URL(path, this.url), headers, body);
    });
  }

  #giveToken(form: string): BrokerAnswer {
    const { client } = this.#options;
    const sent = new URLSearchParams(form);
    const isClient =
      sent.get("grant_type") === "client_credentials" &&
      sent.get("client_id") === client?.id &&
      sent.get("client_secret") === client?.secret;
    if (!isClient) return { status: 401, body: { error: "invalid_client" } };
    const token = `token-${++this.#tokensGiven}`;
    this.#tokens.add(token);
    return { status: 200, body: { access_token: token, token_type: "Bearer", expires_in: 3600 } };
  }

  #doorProblem(headers: IncomingMessage["headers"]): BrokerProblem | undefined {
    const token = (headers.authorization ?? "").replace(/^Bearer /, "");
    if (this.#options.client && !this.#tokens.has(token)) {
      return problem(401, "Unauthorized", "no valid token");
    }
    const tenant = headers["ngsild-tenant"];
    const { tenants } = this.#options;
    if (typeof tenant === "string" && tenants && !tenants.includes(tenant)) {
      return problem(404, "NonexistentTenant", `there is no tenant "${tenant}"`);
    }
    return undefined;
  }

  #route(
    method: string,
    url: URL,
    headers: IncomingMessage["headers"],
    body: unknown,
  ): BrokerAnswer {
    const store = this.store(String(headers["ngsild-tenant"] ?? ""));
    const path = url.pathname.replace(/^\/ngsi-ld\/v1\//, "");
    if (method === "GET" && path.startsWith("entities/")) {
      const entity = store.entity(decodeURIComponent(path.slice("entities/".length)));
      if (!entity) return refused(problem(404, "ResourceNotFound", "there is no such entity"));
      return { status: 200, body: entity };
    }
    const isPost = ["entities", "entityOperations/upsert", "temporal/entities"].includes(path);
    if (!isPost) return refused(problem(404, "ResourceNotFound", `there is no ${url.pathname}`));
    if (method !== "POST") return refused(problem(405, "OperationNotSupported", method));
    const form = formProblem(headers);
    if (form) return refused(form);
    if (body === undefined) return refused(problem(400, "InvalidRequest", "the body is no JSON"));
    if (path === "entityOperations/upsert") {
      return this.#upsert(store, body, headers, url.searchParams.get("options") === "update");
    }
    const refusal = this.#contextProblem(body, headers) ?? entityProblem(body);
    if (refusal) return refused(refusal);
    const entity = body as Stored;
    if (path === "temporal/entities") {
      return { status: store.addHistory(entity) ? 201 : 204 };
    }
    if (!store.create(entity)) {
      return refused(problem(409, "AlreadyExists", `${entity.id} is there already`));
    }
    return { status: 201, headers: { Location: `/ngsi-ld/v1/entities/${entity.id}` } };
  }

  #upsert(
    store: BrokerStore,
    body: unknown,
    headers: IncomingMessage["headers"],
    isUpdate: boolean,
  ): BrokerAnswer {
    if (!Array.isArray(body) || body.length === 0) {
      return refused(problem(400, "BadRequestData", "a batch is a list of entities, not empty"));
    }
    if (body.length > (this.#options.maxBatch ?? 1000)) {
      return refused(problem(413, "RequestEntityTooLarge", `${body.length} entities are too many`));
    }
    const context = body.map((entity) => this.#contextProblem(entity, headers)).find(Boolean);
    if (context) return refused(context);
    const errors: { id: string; error: BrokerProblem }[] = [];
    const success: string[] = [];
    const created: string[] = [];
    for (const entity of body) {
      const id = String((entity as Stored | null)?.id);
      const isTwice = success.includes(id) || errors.some((error) => error.id === id);
      const twice = problem(400, "BadRequestData", "an id more than once in a batch");
      const refusal = isTwice ? twice : entityProblem(entity);
      if (refusal) errors.push({ id, error: refusal });
      else {
        success.push(id);
        if (store.upsert(entity, isUpdate)) created.push(id);
      }
    }
    if (errors.length > 0) return { status: 207, body: this.#partly(success, errors) };
    return created.length > 0 ? { status: 201, body: created } : { status: 204 };
  }

  #partly(success: string[], errors: { id: string; error: BrokerProblem }[]): unknown {
    switch (this.#options.errorShape) {
      case "id":
        return { success, errors: errors.map(({ id, error }) => ({ id, ...error })) };
      case "list":
        return errors.map(({ id, error }) => ({ id, error }));
      default:
        return { success, errors: errors.map(({ id, error }) => ({ entityId: id, error })) };
    }
  }

  #contextProblem(entity: unknown, headers: IncomingMessage["headers"]): BrokerProblem | undefined {
    return contextProblem(entity, headers, (url) => this.#contexts.has(url));
  }
}

function refused(refusal: BrokerProblem): BrokerAnswer {
  const headers = { "Content-Type": "application/problem+json" };
  return { status: refusal.status, headers, body: refusal };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
