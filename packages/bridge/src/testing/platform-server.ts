import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A request as it came. */
export interface PlatformRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: NodeJS.Dict<string | string[]>;
  /** Parsed JSON; undefined for none. */
  readonly body: unknown;
}

/** A status with a body, or `reset` for a connection that breaks, before or after it was handled. */
export type PlatformAnswer =
  | { readonly status: number; readonly body?: unknown; readonly retryAfterS?: number }
  | "reset";

/** A platform's HTTP server on loopback, by its own rules. */
export class PlatformServer {
  readonly requests: PlatformRequest[] = [];
  /** Answers in place of the rules', the next one first; what they refuse is not handled. */
  readonly faults: PlatformAnswer[] = [];
  /** Breaks the connection of the next request after it was handled. */
  losesNextAnswer = false;
  readonly #server: Server;

  private constructor(rules: (request: PlatformRequest) => PlatformAnswer) {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        const { method = "", url: path = "", headers } = request;
        const body = text === "" ? undefined : JSON.parse(text);
        const asked = { method, path, headers, body };
        this.requests.push(asked);
        const answer = this.faults.shift() ?? rules(asked);
        if (answer === "reset" || this.losesNextAnswer) {
          this.losesNextAnswer = false;
          request.socket.destroy();
        } else send(response, answer);
      });
    });
  }

  static async open(
    rules: (request: PlatformRequest) => PlatformAnswer = () => ({ status: 204 }),
  ): Promise<PlatformServer> {
    const server = new PlatformServer(rules);
    await new Promise<void>((resolve) => server.#server.listen(0, "127.0.0.1", resolve));
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function send(response: ServerResponse, answer: Exclude<PlatformAnswer, "reset">): void {
  const { status, body, retryAfterS } = answer;
  if (retryAfterS !== undefined) response.setHeader("retry-after", String(retryAfterS));
  if (body === undefined) response.writeHead(status).end();
  else {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  }
}
