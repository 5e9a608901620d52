import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pageFolder } from "./build-page.js";
import { FixtureDetails } from "./fixture-details.js";
import type { FixtureStreet } from "./fixture-street.js";

/** What the page needs to be allowed, and nothing more. */
export const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const types: Record<string, string> = {
  "index.html": "text/html; charset=utf-8",
  "page.js": "text/javascript; charset=utf-8",
  "page.css": "text/css; charset=utf-8",
  "icon.svg": "image/svg+xml",
};

/** Serves the built page over a fixture street, as the bridge does over a real one. */
export class FixtureServer {
  readonly street: FixtureStreet;
  readonly details = new FixtureDetails();
  /** Whether one had to log in. */
  login = false;
  /** Refuses further streams of events, as a bridge does that has enough pages. */
  full = false;
  readonly #listeners = new Set<ServerResponse>();
  #server: Server | undefined;
  #heartbeat: ReturnType<typeof setInterval> | undefined;
  #port = 0;

  constructor(street: FixtureStreet) {
    this.street = street;
  }

  get address(): string {
    return `http://127.0.0.1:${this.#port}/`;
  }

  /** Listens on a free port, and after `stop` on the same one again. */
  async start(): Promise<void> {
    const server = createServer((request, response) => void this.#answer(request, response));
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(this.#port, "127.0.0.1", resolve);
    });
    this.#port = (server.address() as AddressInfo).port;
    this.#heartbeat = setInterval(() => this.#tell("status", this.street.status()), 1_000);
  }

  /** Ends every connection, as a bridge does that stops. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    clearInterval(this.#heartbeat);
    if (!server) return;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    this.#listeners.clear();
    await closed;
  }

  /** Lets seconds pass in the street and tells every open page. */
  tick(seconds = 1): void {
    for (let second = 0; second < seconds; second++) {
      this.street.tick();
      this.#tell("status", this.street.status());
      this.#tell("nodes", this.street.nodes());
    }
  }

  #tell(kind: string, data: unknown): void {
    const event = `event: ${kind}\ndata: ${JSON.stringify(data)}\n\n`;
    for (const listener of this.#listeners) listener.write(event);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "/", this.address);
    const [, name = "", field = ""] = /^\/api\/v1\/([a-z.]+)(?:\/(.*))?$/.exec(pathname) ?? [];
    if (name === "events") return this.#listen(request, response);
    if (request.method === "PUT" || field.endsWith("/commands")) {
      const body: unknown = JSON.parse(await textOf(request));
      const answer = this.details.take(decodeURIComponent(`${name}/${field}`), body);
      return sendJson(response, answer, answer.title ? 422 : 200);
    }
    if (name === "controls" && request.method === "POST") {
      const known = this.street.press(field);
      if (known) this.#tell("controls", this.street.controls());
      return sendJson(response, known ? this.street.controls() : undefined);
    }
    if (name === "readings.csv") {
      response.writeHead(200, { "content-type": "text/csv" }).end(this.details.csv(searchParams));
      return undefined;
    }
    const answers: Record<string, () => unknown> = {
      session: () => ({ login: this.login }),
      trend: () => this.street.trend(),
      links: () => this.details.links,
      spool: () => this.details.spool,
      waiting: () => this.details.waiting,
      commands: () => this.details.commands,
      log: () => this.details.log(Number(searchParams.get("after"))),
      status: () => this.street.status(),
      controls: () => this.street.controls(),
      nodes: () => {
        if (!field) return this.street.nodes();
        const node = decodeURIComponent(field.replace(/\/history$/, ""));
        const seconds = Number(searchParams.get("seconds"));
        return this.street.history(node, searchParams.get("field") ?? "", seconds);
      },
    };
    if (name) return sendJson(response, answers[name]?.());
    return sendFile(response, pathname.slice(1) || "index.html");
  }

  #listen(request: IncomingMessage, response: ServerResponse): void {
    if (this.full) {
      response.writeHead(503).end();
      return;
    }
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    response.write(":\n\n");
    this.#listeners.add(response);
    request.once("close", () => this.#listeners.delete(response));
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text;
}

function sendJson(response: ServerResponse, body: unknown, status = 200): void {
  if (body === undefined) response.writeHead(404).end();
  else response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

async function sendFile(response: ServerResponse, name: string): Promise<void> {
  const type = types[name];
  if (!type) {
    response.writeHead(404).end();
    return;
  }
  const bytes = await readFile(new URL(name, pageFolder));
  const headers = {
    "content-type": type,
    "content-security-policy": contentSecurityPolicy,
    "x-content-type-options": "nosniff",
    "cache-control": "no-cache",
  };
  response.writeHead(200, headers).end(bytes);
}
