import { NgsiLdError } from "./error.js";

/** Below this a SenML time is relative to now (RFC 8428, section 4.5.3). */
const firstAbsoluteTime = 2 ** 28;
/** 10000-01-01T00:00:00Z: from here on ISO 8601 needs a sign and more digits. */
const endOfTime = 253_402_300_800;

/** Whether a time can be said: absolute, and of four digits' years. */
export function isObservable(time: number): boolean {
  return time >= firstAbsoluteTime && time < endOfTime;
}

let lastTime = Number.NaN;
let lastText = "";

/**
 * `observedAt` of a record's time: 1320067464 gives `2011-10-31T13:24:24.000Z`.
 *
 * @param time - seconds since the Unix epoch, absolute: from 2^28 (the year 1978) on
 * @param place - what the time belongs to, for the error
 * @throws NgsiLdError `NGSI_LD_BAD_TIME` for a relative or an impossible time
 */
export function observedAt(time: number, place: string): string {
  if (time === lastTime) return lastText;
  if (!isObservable(time)) {
    throw new NgsiLdError(
      "NGSI_LD_BAD_TIME",
      place,
      `the time ${time} is not in seconds since 1970; resolve relative times first`,
    );
  }
  lastText = new Date(Math.round(time * 1000)).toISOString();
  lastTime = time;
  return lastText;
}
