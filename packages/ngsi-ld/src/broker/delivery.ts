import { isNgsiLdError, NgsiLdError } from "../error.js";
import type { Refusal } from "./problem-details.js";

/** What became of one entity. */
export type Delivery =
  /** The broker has it. */
  | { readonly state: "accepted" }
  /** The broker will never take it: set it aside with the reason. */
  | { readonly state: "refused"; readonly refusal: Refusal }
  /** Not its fault: try again later, not before `retryAfterMs` milliseconds. */
  | { readonly state: "undelivered"; readonly error: NgsiLdError; readonly retryAfterMs: number };

export const accepted: Delivery = { state: "accepted" };

/** Thrown where a request failed for all it carried, through no fault of an entity. */
export class Interruption extends Error {
  readonly reason: NgsiLdError;
  readonly retryAfterMs: number;

  constructor(reason: NgsiLdError, retryAfterMs = 0) {
    super(reason.message, { cause: reason });
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
  }

  /** Any error as an interruption: what is not known lies on the way to the broker. */
  static from(error: unknown): Interruption {
    if (error instanceof Interruption) return error;
    if (isNgsiLdError(error)) return new Interruption(error);
    const message = error instanceof Error ? error.message : String(error);
    const cause = { cause: error };
    return new Interruption(new NgsiLdError("NGSI_LD_BROKER_AWAY", "broker", message, cause));
  }

  /** The delivery of each entity it stopped. */
  get delivery(): Delivery {
    return { state: "undelivered", error: this.reason, retryAfterMs: this.retryAfterMs };
  }
}
