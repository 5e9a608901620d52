import type { Agent } from "undici";
import type { Filled, MqttTlsConfig } from "../config/config.js";
import { readTextFile } from "../config/read-config.js";

/** One request. */
export interface HttpRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH";
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What came of a request. */
export type HttpOutcome =
  | {
      readonly kind: "answered";
      readonly status: number;
      /** At most 1 MiB of it. */
      readonly body: string;
      /** Where what was made is, if the answer says so. */
      readonly location: string | undefined;
      /** How long the far end asks to be left alone, ms; 0: it asks for nothing. */
      readonly retryAfterMs: number;
    }
  /** No answer, in words why. */
  | { readonly kind: "failed"; readonly reason: string };

/** Certificates of an HTTP end, in PEM files. */
export type HttpTls = Pick<Filled<MqttTlsConfig>, "caFile" | "certFile" | "keyFile">;

/** How requests are sent. */
export interface HttpSenderOptions {
  /** Read again after each failure, so a renewed certificate is taken without a restart. */
  readonly tls: HttpTls;
  readonly timeoutMs: number;
  /** Ends what is under way, as a failure. */
  readonly signal: AbortSignal;
}

const MOST_BYTES = 1024 * 1024;
const MOST_WAIT_MS = 3_600_000;

/**
 * Sends requests over connections that are kept. A redirection is an answer like any other: where
 * readings go is for the configuration to say.
 */
export class HttpSender {
  readonly #options: HttpSenderOptions;
  #agent: Agent | undefined;

  constructor(options: HttpSenderOptions) {
    this.#options = options;
  }

  /**
   * Never rejects.
   *
   * @param moreHeaders - called for each request; where it throws, since a file with a secret cannot be
   * read, nothing goes out and the request has failed
   */
  async send(
    { method, url, headers: given, body }: HttpRequest,
    moreHeaders?: () => Readonly<Record<string, string>>,
  ): Promise<HttpOutcome> {
    const { timeoutMs, signal } = this.#options;
    let headers = given;
    try {
      if (moreHeaders) headers = { ...given, ...moreHeaders() };
    } catch (error) {
      return { kind: "failed", reason: error instanceof Error ? error.message : String(error) };
    }
    try {
      const { Agent, request } = await import("undici");
      this.#agent ??= new Agent({ connect: connectOptions(this.#options.tls) });
      const answer = await request(url, {
        method,
        ...(headers && { headers }),
        ...(body !== undefined && { body }),
        dispatcher: this.#agent,
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      });
      const { location, "retry-after": retryAfter } = answer.headers;
      return {
        kind: "answered",
        status: answer.statusCode,
        body: await readText(answer.body),
        location: Array.isArray(location) ? location[0] : location,
        retryAfterMs: waitOf(retryAfter),
      };
    } catch (error) {
      this.close();
      return { kind: "failed", reason: reasonOf(error, timeoutMs) };
    }
  }

  /** Cuts every connection; the next request opens one anew. */
  close(): void {
    void this.#agent?.destroy().catch(() => {});
    this.#agent = undefined;
  }
}

/** Why a request has to be sent again, and how long the far end asks to be left alone, ms. */
export interface HttpProblem {
  readonly reason: string;
  readonly retryAfterMs: number;
}

/** What an outcome that is no answer, or none that ends the matter, is told as. */
export function problemOf(outcome: HttpOutcome): HttpProblem {
  if (outcome.kind === "failed") return { reason: outcome.reason, retryAfterMs: 0 };
  return { reason: `answered ${outcome.status}`, retryAfterMs: outcome.retryAfterMs };
}

/** Whether an answer says that all is well. */
export function isOk(outcome: HttpOutcome): boolean {
  return outcome.kind === "answered" && outcome.status >= 200 && outcome.status < 300;
}

function connectOptions({ caFile, certFile, keyFile }: HttpTls) {
  return {
    ...(caFile !== undefined && { ca: readTextFile(caFile) }),
    ...(certFile !== undefined && { cert: readTextFile(certFile) }),
    ...(keyFile !== undefined && { key: readTextFile(keyFile) }),
  };
}

async function readText(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) break;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** Only seconds: a date depends on two clocks. */
function waitOf(header: string | string[] | undefined): number {
  const seconds = typeof header === "string" && /^\d{1,6}$/.test(header) ? Number(header) : 0;
  return Math.min(seconds * 1000, MOST_WAIT_MS);
}

function reasonOf(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return `no answer within ${timeoutMs} ms`;
  // A request that was cut off has a number there.
  const { code } = error as { code?: unknown };
  return typeof code === "string" && !code.startsWith("UND_") ? code : error.message;
}
