import type { Privacy } from "./privacy.js";

/** A field of the payload that is kept for a time only. */
export interface ExpiringField {
  readonly name: string;
  /** At most so long after its message came in. */
  readonly keepS: number;
  /** Whether it can be missing; where not, its whole message goes with it. */
  readonly isOptional: boolean;
}

const HOUR_S = 3600;

/** How long before its end a field may be taken off the disk, so that it is gone by then. */
export function headStartS(keepS: number): number {
  return Math.min(HOUR_S, keepS / 8);
}

/**
 * The fields of a message whose time is over.
 *
 * @param ageS - since the message came in; far below 0 where a clock was wrong then: nobody can tell
 * how long it has been kept, so its time is over
 */
export function expiredFields(
  { expiring }: Pick<Privacy, "expiring">,
  ageS: number,
): readonly ExpiringField[] {
  return ageS < -HOUR_S ? expiring : expiring.filter(({ keepS }) => ageS >= keepS);
}

/** The same for what stands on the disk, where it has to be gone in time. */
export function dueFields(
  { expiring }: Pick<Privacy, "expiring">,
  ageS: number,
): readonly ExpiringField[] {
  if (ageS < -HOUR_S) return expiring;
  return expiring.filter(({ keepS }) => ageS >= keepS - headStartS(keepS));
}
