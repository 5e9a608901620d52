import { Agent as HttpAgent, type IncomingHttpHeaders, request as requestHttp } from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";
import { NgsiLdError } from "../error.js";
import type { BrokerTls } from "./broker-options.js";

/** Longest answer read, in bytes; a longer one is an error. */
const maxAnswerBytes = 8 * 1024 * 1024;

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** One client for one host: connections are kept and reused, at most `maxSockets` of them. */
export class HttpClient {
  readonly #agent: HttpAgent | HttpsAgent;
  readonly #timeoutMs: number;
  readonly #tls: BrokerTls;
  #isClosed = false;

  constructor(options: {
    readonly isTls: boolean;
    readonly tls?: BrokerTls | undefined;
    readonly timeoutMs: number;
    readonly maxSockets: number;
  }) {
    const { maxSockets, timeoutMs } = options;
    const agentOptions = { keepAlive: true, maxSockets };
    this.#agent = options.isTls ? new HttpsAgent(agentOptions) : new HttpAgent(agentOptions);
    this.#timeoutMs = timeoutMs;
    this.#tls = options.tls ?? {};
  }

  /**
   * Sends one request. A connection that the other side closed while it lay idle is replaced once.
   *
   * @throws NgsiLdError `NGSI_LD_BROKER_AWAY`, `NGSI_LD_BROKER_SLOW`, or `NGSI_LD_BROKER_ANSWER` for
   * an answer of more than 8 MiB
   */
  async send(
    method: string,
    url: URL,
    headers: Readonly<Record<string, string>>,
    body = "",
  ): Promise<HttpAnswer> {
    const first = await this.#sendOnce(method, url, headers, body);
    if (!(first instanceof StaleConnection)) return first;
    const second = this.#isClosed ? first : await this.#sendOnce(method, url, headers, body);
    if (!(second instanceof StaleConnection)) return second;
    const place = `${method} ${url.origin}${url.pathname}`;
    throw new NgsiLdError("NGSI_LD_BROKER_AWAY", place, "the connection was closed", {
      cause: second.cause,
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#agent.destroy();
  }

  #sendOnce(
    method: string,
    url: URL,
    headers: Readonly<Record<string, string>>,
    body: string,
  ): Promise<HttpAnswer | StaleConnection> {
    return new Promise((resolve, reject) => {
      const isTls = url.protocol === "https:";
      const length = { "Content-Length": String(Buffer.byteLength(body)) };
      const request = (isTls ? requestHttps : requestHttp)(url, {
        method,
        headers: { ...headers, ...length },
        agent: this.#agent,
        ...(isTls ? this.#tls : {}),
      });
      const place = `${method} ${url.origin}${url.pathname}`;
      const timer = setTimeout(() => {
        const message = `no answer within ${this.#timeoutMs} ms`;
        request.destroy(new NgsiLdError("NGSI_LD_BROKER_SLOW", place, message));
      }, this.#timeoutMs);
      const fail = (cause: Error) => {
        clearTimeout(timer);
        if (cause instanceof NgsiLdError) reject(cause);
        else if (request.reusedSocket) resolve(new StaleConnection(cause));
        else reject(new NgsiLdError("NGSI_LD_BROKER_AWAY", place, reasonOf(cause), { cause }));
      };
      request.on("error", fail);
      request.on("response", (response) => {
        const chunks: Buffer[] = [];
        let length = 0;
        response.on("data", (chunk: Buffer) => {
          chunks.push(chunk);
          length += chunk.length;
          if (length > maxAnswerBytes) {
            request.destroy(new NgsiLdError("NGSI_LD_BROKER_ANSWER", place, "too long an answer"));
          }
        });
        response.on("error", fail);
        response.on("end", () => {
          clearTimeout(timer);
          const { statusCode: status = 0, headers } = response;
          resolve({ status, headers, body: Buffer.concat(chunks).toString("utf8") });
        });
      });
      request.end(body);
    });
  }
}

/** The other side had closed a kept connection: nothing was read, so the request may go again. */
class StaleConnection {
  readonly cause: Error;

  constructor(cause: Error) {
    this.cause = cause;
  }
}

function reasonOf(cause: Error): string {
  const { code } = cause as { code?: string };
  return code === undefined ? cause.message || "the connection failed" : `${code}`;
}
