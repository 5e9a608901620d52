import type { Deployment } from "../deployment/deployment.js";

/**
 * What evidence says.
 *
 * - `met`: it was seen
 * - `not met`: something else was seen
 * - `not applicable`: there is nothing of the kind here
 * - `not checked`: something is missing to look at it
 */
export type Verdict = "met" | "not met" | "not applicable" | "not checked";

/** The outcome of a check. */
export interface Finding {
  readonly verdict: Verdict;
  /** What was asked, as a person could ask it again. */
  readonly asked: string;
  readonly seen: string;
  /** It is met by something other than what the row names, and by what. */
  readonly equivalent?: string;
}

/** One thing that is looked at. */
export interface Check {
  /** Stable, such as `filters`. */
  readonly id: string;
  readonly title: string;
  /** @throws where it could not be looked at; that is `not checked` */
  run(deployment: Deployment): Promise<Finding>;
}

export const met = (asked: string, seen: string): Finding => ({ verdict: "met", asked, seen });
export const notMet = (asked: string, seen: string): Finding => ({
  verdict: "not met",
  asked,
  seen,
});
export const notApplicable = (asked: string, seen: string): Finding => ({
  verdict: "not applicable",
  asked,
  seen,
});
export const notChecked = (asked: string, seen: string): Finding => ({
  verdict: "not checked",
  asked,
  seen,
});

/** At most three of many, and how many more. */
export function some(items: readonly string[]): string {
  const shown = items.slice(0, 3).join("; ");
  return items.length > 3 ? `${shown}; and ${items.length - 3} more` : shown;
}

/** Seen where a check that needs entities finds none. */
export const NO_ENTITIES = "there is no entity to look at";
