import { Agent, fetch, type Headers, type RequestInit } from "undici";
import { MimsError } from "../error.js";
import { reasonOf } from "./reason-of.js";

/** What a server answered. */
export interface Answer {
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export interface HttpReaderOptions {
  /** Sent as a bearer token. Default: none. */
  readonly token?: string;
  /** PEM of those who may have signed the server's certificate. Default: the system's. */
  readonly ca?: string;
  /** Default: 10000. */
  readonly timeoutMs?: number;
  /** Longest answer that is read, bytes. Default: 16 MiB. */
  readonly maxBytes?: number;
}

const MEBIBYTE = 1024 * 1024;

/** Asks a server, each question once, and remembers the answers: all checks see the same state. */
export class HttpReader {
  readonly #options: HttpReaderOptions;
  readonly #answers = new Map<string, Promise<Answer>>();
  readonly #agent: Agent | undefined;

  constructor(options: HttpReaderOptions = {}) {
    this.#options = options;
    const { ca } = options;
    this.#agent = ca === undefined ? undefined : new Agent({ connect: { ca } });
  }

  /** @throws the network's error, or that the answer is too long */
  get(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const key = `${url} ${JSON.stringify(headers)}`;
    const known = this.#answers.get(key);
    if (known) return known;
    const asked = this.#ask(url, { headers: { ...this.#authorization(), ...headers } });
    this.#answers.set(key, asked);
    return asked;
  }

  /**
   * What is at an address, as JSON; remembered as `get` does.
   *
   * @throws {@link MimsError} `MIMS_UNREACHABLE` where there is no answer, another status than 200, or no
   *   JSON
   */
  async json(url: string, accept = "application/ld+json"): Promise<unknown> {
    const answer = await this.get(url, { accept }).catch((cause: Error) => {
      throw new MimsError("MIMS_UNREACHABLE", url, reasonOf(cause), { cause });
    });
    if (answer.status !== 200) {
      throw new MimsError("MIMS_UNREACHABLE", url, `it answers ${answer.status}`);
    }
    try {
      return JSON.parse(answer.text);
    } catch (cause) {
      const type = answer.headers.get("content-type");
      throw new MimsError("MIMS_UNREACHABLE", url, `it answers no JSON but ${type}`, { cause });
    }
  }

  /** Asks as it is told to, without the token, and does not remember the answer. */
  send(url: string, request: RequestInit = {}): Promise<Answer> {
    return this.#ask(url, request);
  }

  #authorization(): Record<string, string> {
    const { token } = this.#options;
    return token === undefined ? {} : { authorization: `Bearer ${token}` };
  }

  async #ask(url: string, init: RequestInit): Promise<Answer> {
    const { timeoutMs = 10_000, maxBytes = 16 * MEBIBYTE } = this.#options;
    const response = await fetch(url, {
      ...init,
      ...(this.#agent && { dispatcher: this.#agent }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const parts: Uint8Array[] = [];
    let bytes = 0;
    for await (const part of response.body ?? []) {
      bytes += (part as Uint8Array).length;
      if (bytes > maxBytes) throw new Error(`the answer is longer than ${maxBytes} bytes`);
      parts.push(part as Uint8Array);
    }
    const text = Buffer.concat(parts).toString("utf8");
    return { url, status: response.status, headers: response.headers, text };
  }
}
