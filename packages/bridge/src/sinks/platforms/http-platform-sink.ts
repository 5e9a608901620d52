import type { Logger } from "pino";
import type { BridgeClock } from "../../clock.js";
import type { Delivery } from "../../delivery.js";
import {
  type HttpProblem,
  type HttpRequest,
  HttpSender,
  type HttpTls,
  isOk,
  problemOf,
} from "../http-sender.js";
import { Refusals } from "../refusals.js";
import { Rounds } from "../rounds.js";
import type { Sink, SinkState } from "../sink.js";
import type { HttpPlatform } from "./platform.js";
import { Preparations } from "./preparations.js";

/** What the sink is made of. */
export interface HttpPlatformSinkOptions {
  /** From the configuration. */
  readonly name: string;
  /** Shown in the status: without a secret. */
  readonly url: string;
  readonly platform: HttpPlatform;
  /** Most entries on their way at a time. */
  readonly window: number;
  readonly maxBehind?: number | undefined;
  readonly isLiveFirst?: boolean;
  readonly timeoutMs: number;
  readonly tls: HttpTls;
  /** Headers of each request; read anew each time. */
  readonly headers: () => Readonly<Record<string, string>>;
  readonly clock: BridgeClock;
  readonly log: Logger;
}

/** Answers that say that the request itself is wrong: sent again it fares no better. */
const REFUSALS: ReadonlySet<number> = new Set([400, 404, 405, 409, 410, 413, 415, 422]);

/**
 * Posts readings to a platform, one request after the other, each until it is taken. One that the
 * platform calls wrong is counted with its reason and left out; the rest goes on.
 */
export class HttpPlatformSink implements Sink {
  readonly kind: Sink["kind"];
  readonly name: string;
  readonly window: number;
  readonly maxBehind: number | undefined;
  readonly isLiveFirst: boolean;
  readonly #options: HttpPlatformSinkOptions;
  readonly #rounds: Rounds<Delivery>;
  readonly #http: HttpSender;
  readonly #refusals: Refusals;
  readonly #preparations: Preparations;
  #messages = 0;

  constructor(options: HttpPlatformSinkOptions) {
    const { clock, log, tls, timeoutMs } = options;
    this.kind = options.platform.kind;
    this.name = options.name;
    this.window = options.window;
    this.maxBehind = options.maxBehind;
    this.isLiveFirst = options.isLiveFirst ?? false;
    this.#options = options;
    const send = (taken: readonly Delivery[]) => this.#send(taken);
    this.#rounds = new Rounds({ farEnd: "platform", send, clock, log });
    this.#http = new HttpSender({ tls, timeoutMs, signal: this.#rounds.closing });
    this.#refusals = new Refusals(log);
    this.#preparations = new Preparations(this.#http, this.#refusals);
  }

  open(): void {
    this.#rounds.open();
  }

  deliver(delivery: Delivery): Promise<void> {
    return this.#rounds.add(delivery);
  }

  recall(): void {}

  caughtUp(): void {}

  state(): SinkState {
    const view = this.#rounds.view(this.#options.url);
    const { count: errors, text } = this.#refusals;
    return { ...view, detail: view.detail + text, messages: this.#messages, errors };
  }

  async close(): Promise<void> {
    this.#rounds.close();
    this.#http.close();
  }

  async #send(taken: readonly Delivery[]): Promise<boolean> {
    const { platform } = this.#options;
    for (const delivery of taken) {
      const preparations = platform.preparationsOf?.(delivery) ?? [];
      if (!(await this.#preparations.make(preparations, this.#rounds))) return false;
      const { out, refusals } = await platform.tell(delivery);
      for (const reason of refusals) this.#refuse(reason);
      for (const request of out) if (!(await this.#post(request))) return false;
    }
    return !this.#rounds.isClosed;
  }

  /** False where the sink was closed before the platform had it. */
  async #post(request: HttpRequest): Promise<boolean> {
    for (let attempt = 0; !this.#rounds.isClosed; attempt++) {
      const problem = await this.#postOnce(request);
      if (problem === undefined) return true;
      if (!(await this.#rounds.isDown(problem.reason, attempt, problem.retryAfterMs))) break;
    }
    return false;
  }

  /** Why it has to be sent again; undefined once it is taken or refused. */
  async #postOnce(request: HttpRequest): Promise<HttpProblem | undefined> {
    const outcome = await this.#http.send(request, this.#options.headers);
    const problem = problemOf(outcome);
    if (outcome.kind === "failed") return problem;
    if (isOk(outcome)) this.#messages++;
    else if (!this.#isRefusal(outcome.status)) return problem;
    else this.#refuse(`${problem.reason} ${outcome.body.slice(0, 200)}`);
    this.#rounds.isUp();
    return undefined;
  }

  /** What says who we are, such as 401 and 403, holds up all: it is for a person to put right. */
  #isRefusal(status: number): boolean {
    return REFUSALS.has(status) || this.#options.platform.refusals?.has(status) === true;
  }

  #refuse(reason: string): void {
    this.#refusals.note(this.name, reason.trim());
    this.#rounds.wasRefused(reason.trim());
  }
}
