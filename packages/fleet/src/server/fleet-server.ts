import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { FleetControls } from "../engine/fleet-controls.js";
import type { LoadProgress } from "../engine/fleet-run.js";
import { FleetError } from "../error.js";
import { FleetMetrics } from "./fleet-metrics.js";
import { readControls } from "./read-controls.js";

/** Where a running fleet is asked, and told. */
export interface FleetServerOptions {
  /** Default: 127.0.0.1. Whoever reaches it can change the run. */
  readonly host?: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly scenario: string;
  readonly controls: FleetControls;
}

/** Bytes of a request's body. */
const MAX_BODY = 4096;
const NAMES = /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/;

/**
 * Tells of a running fleet over HTTP, and takes what is to be changed:
 *
 * - `GET /metrics` for Prometheus, `GET /status` as JSON
 * - `GET /controls`, and `PATCH /controls` with `{"rate":2}`, `nodes`, `faults` or `cut`
 */
export class FleetServer {
  readonly #controls: FleetControls;
  readonly #scenario: string;
  readonly #metrics: FleetMetrics;
  readonly #server: Server;
  readonly #isLoopback: boolean;
  #progress: LoadProgress | undefined;

  private constructor(options: FleetServerOptions) {
    this.#controls = options.controls;
    this.#scenario = options.scenario;
    this.#metrics = new FleetMetrics(options.scenario);
    this.#isLoopback = NAMES.test(options.host ?? "127.0.0.1");
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch(() => response.destroy());
    });
    this.#server.requestTimeout = 10_000;
  }

  /** @throws {@link FleetError} `FLEET_BAD_OPTION` where it cannot listen there */
  static async open(options: FleetServerOptions): Promise<FleetServer> {
    const server = new FleetServer(options);
    const { host = "127.0.0.1", port } = options;
    await new Promise<void>((resolve, reject) => {
      server.#server.once("error", (cause) => {
        const message = `cannot listen on ${host}:${port}: ${cause.message}`;
        reject(new FleetError("FLEET_BAD_OPTION", "http", message, { cause }));
      });
      server.#server.listen(port, host, resolve);
    });
    return server;
  }

  /** Such as `http://127.0.0.1:9400`. */
  get url(): string {
    const { address, port, family } = this.#server.address() as AddressInfo;
    return `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
  }

  update(progress: LoadProgress): void {
    this.#progress = progress;
    this.#metrics.update(progress);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, url = "/", headers } = request;
    const send = (status: number, type: string, text: string) => {
      response.writeHead(status, {
        "content-type": type,
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
      });
      response.end(text);
    };
    const json = (value: unknown) => send(200, "application/json", `${JSON.stringify(value)}\n`);
    const problem = (status: number, title: string) =>
      send(status, "application/problem+json", `${JSON.stringify({ status, title })}\n`);
    // A page elsewhere may have made up a name for this address.
    if (this.#isLoopback && !NAMES.test(headers.host ?? "")) {
      return problem(421, "this host name is not answered; use localhost");
    }
    const path = url.split("?")[0];
    if (path === "/controls" && method === "PATCH") {
      if (headers["content-type"]?.split(";")[0] !== "application/json") {
        return problem(415, "send application/json");
      }
      const body = await readBody(request);
      if (body === undefined) return problem(413, `send at most ${MAX_BODY} bytes`);
      const read = readControls(body);
      if ("problem" in read) return problem(400, read.problem);
      Object.assign(this.#controls, read.controls);
      return json(this.#controls);
    }
    if (method !== "GET" && method !== "HEAD") return problem(405, "only GET, or PATCH /controls");
    if (path === "/metrics")
      return send(200, this.#metrics.contentType, await this.#metrics.text());
    if (path === "/controls") return json(this.#controls);
    if (path === "/status" || path === "/") {
      return json({ scenario: this.#scenario, simulated: true, ...this.#progress });
    }
    return problem(404, "there are /metrics, /status and /controls");
  }
}

/** Undefined for one that is too long. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
