import { NgsiLdError } from "../error.js";
import type { ClientCredentials } from "./broker-options.js";
import { HttpClient } from "./http-client.js";

/** A token is renewed this long before it ends. */
const marginMs = 30_000;

/**
 * Bearer tokens by OAuth 2 client credentials, kept until shortly before they end.
 *
 * @see RFC 6749, section 4.4
 */
export class TokenSource {
  readonly #credentials: ClientCredentials;
  readonly #url: URL;
  readonly #http: HttpClient;
  readonly #now: () => number;
  #token: { readonly text: string; readonly until: number } | undefined;
  #pending: Promise<string> | undefined;

  constructor(credentials: ClientCredentials, timeoutMs: number, now: () => number) {
    this.#credentials = credentials;
    this.#url = new URL(credentials.tokenUrl);
    const isTls = this.#url.protocol === "https:";
    this.#http = new HttpClient({ isTls, timeoutMs, maxSockets: 1 });
    this.#now = now;
  }

  /**
   * The token, fetched where there is none or it ends within 30 s.
   *
   * @throws NgsiLdError `NGSI_LD_BROKER_DENIED` where the token server refuses, and as `HttpClient`
   */
  async get(): Promise<string> {
    if (this.#token && this.#token.until > this.#now()) return this.#token.text;
    this.#pending ??= this.#fetch().finally(() => {
      this.#pending = undefined;
    });
    return await this.#pending;
  }

  /** The broker refused the token: the next `get` fetches another. */
  forget(): void {
    this.#token = undefined;
  }

  close(): void {
    this.#http.close();
  }

  async #fetch(): Promise<string> {
    const { clientId, clientSecret, scope } = this.#credentials;
    const form = new URLSearchParams({
      grant_type: "client_credentials",
      client_id: clientId,
      client_secret: clientSecret,
      ...(scope === undefined ? {} : { scope }),
    });
    const headers = { "Content-Type": "application/x-www-form-urlencoded" };
    const answer = await this.#http.send("POST", this.#url, headers, form.toString());
    const token = answer.status === 200 ? readToken(answer.body) : undefined;
    if (!token) {
      const message = `the token server answered ${answer.status} without a token`;
      throw new NgsiLdError("NGSI_LD_BROKER_DENIED", this.#url.href, message);
    }
    const lifetimeMs = (token.expires_in ?? 300) * 1000;
    this.#token = { text: token.access_token, until: this.#now() + lifetimeMs - marginMs };
    return token.access_token;
  }
}

function readToken(
  body: string,
): { access_token: string; expires_in: number | undefined } | undefined {
  try {
    const { access_token, expires_in } = JSON.parse(body);
    if (typeof access_token !== "string") return undefined;
    return { access_token, expires_in: typeof expires_in === "number" ? expires_in : undefined };
  } catch {
    return undefined;
  }
}
