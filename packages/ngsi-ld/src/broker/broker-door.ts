import { coreContext } from "../contexts.js";
import type { LdContext } from "../entity.js";
import type { ContextBrokerOptions } from "./broker-options.js";
import { type HttpAnswer, HttpClient } from "./http-client.js";
import { TokenSource } from "./token-source.js";

/** What a request carries beside its body. */
export interface Envelope {
  /** A context for the Link header; without one the body carries its own. */
  readonly link?: string | undefined;
}

/** Requests to one broker, with its address, tenant, headers and token filled in. */
export class BrokerDoor {
  readonly #options: ContextBrokerOptions;
  readonly #http: HttpClient;
  readonly #tokens: TokenSource | undefined;
  readonly #base: string;

  constructor(options: ContextBrokerOptions, now: () => number) {
    const { tls, timeoutMs = 10_000, maxParallel = 4 } = options;
    this.#options = options;
    this.#base = `${options.url.replace(/\/+$/, "")}/ngsi-ld/v1/`;
    const isTls = this.#base.startsWith("https:");
    this.#http = new HttpClient({ isTls, tls, timeoutMs, maxSockets: maxParallel });
    this.#tokens = options.oauth && new TokenSource(options.oauth, timeoutMs, now);
  }

  /**
   * Posts JSON to a path below `/ngsi-ld/v1`. On a 401 the token is fetched anew and the request sent
   * once more.
   *
   * @throws NgsiLdError as `HttpClient` and `TokenSource`
   */
  async post(path: string, body: unknown, envelope: Envelope = {}): Promise<HttpAnswer> {
    const url = new URL(path, this.#base);
    const text = JSON.stringify(body);
    const answer = await this.#http.send("POST", url, await this.#headers(envelope), text);
    if (answer.status !== 401 || !this.#tokens) return answer;
    this.#tokens.forget();
    return await this.#http.send("POST", url, await this.#headers(envelope), text);
  }

  close(): void {
    this.#http.close();
    this.#tokens?.close();
  }

  async #headers({ link }: Envelope): Promise<Record<string, string>> {
    const { tenant, headers } = this.#options;
    const token = await this.#tokens?.get();
    return {
      Accept: "application/json",
      ...(tenant === undefined ? {} : { "NGSILD-Tenant": tenant }),
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      ...(link === undefined
        ? { "Content-Type": "application/ld+json" }
        : { "Content-Type": "application/json", Link: linkHeader(link) }),
      ...(typeof headers === "function" ? headers() : headers),
    };
  }
}

/**
 * The one context a Link header can name for this entity; undefined where it takes more than one. The
 * core context need not be named: a broker always adds it last.
 */
export function linkable(context: LdContext | undefined): string | undefined {
  const others = [context].flat().filter((item) => item !== coreContext);
  const [only] = others;
  return others.length === 1 && typeof only === "string" ? only : undefined;
}

/** @see ETSI GS CIM 009, clause 6.3.5; JSON-LD 1.1, section 6.1 */
function linkHeader(context: string): string {
  return `<${context}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"`;
}
