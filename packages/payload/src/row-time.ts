import type { TimeLayout } from "@bollard/schema";
import type { BitReader } from "./bit-reader.js";
import type { BitWriter } from "./bit-writer.js";
import { PayloadError } from "./error.js";

/** Bits of a time by its mode, without the 10 of its millisecond part. */
const secondBits = { none: 0, absolute: 32, "16": 16, uptime: 32 } as const;

/**
 * A reading's time in whole milliseconds, by the layout's precision.
 *
 * @param time - seconds; what is finer than a millisecond is rounded, and without a millisecond
 * part the rest of the second is dropped
 * @throws {@link PayloadError} `PAYLOAD_MISSING_TIME`, `PAYLOAD_TIME_OUT_OF_RANGE`
 */
export function toMilliseconds(time: number | undefined, layout: TimeLayout): number {
  if (layout.mode === "none") return 0;
  if (time === undefined) {
    throw new PayloadError("PAYLOAD_MISSING_TIME", {}, "The reading has no time");
  }
  const whole = Math.round(time * 1000);
  if (!(whole >= 0 && whole < 2 ** 32 * 1000)) {
    const message = `Time ${time} is out of its range, 0 to ${2 ** 32 - 1} seconds`;
    throw new PayloadError("PAYLOAD_TIME_OUT_OF_RANGE", {}, message);
  }
  return layout.milliseconds ? whole : Math.floor(whole / 1000) * 1000;
}

/** Bits that `putTime` writes. */
export function timeBits(layout: TimeLayout): number {
  return secondBits[layout.mode] + (layout.milliseconds ? 10 : 0);
}

/** Writes a time as a single reading has it. */
export function putTime(milliseconds: number, layout: TimeLayout, writer: BitWriter): void {
  const seconds = Math.floor(milliseconds / 1000);
  if (layout.mode === "16") writer.put(seconds & 0xffff, 16);
  else if (layout.mode !== "none") writer.put(seconds, 32);
  if (layout.milliseconds) writer.put(milliseconds % 1000, 10);
}

/**
 * Reads what `putTime` writes.
 *
 * @param arrival - seconds since 1970 at which the message came in, for a 16-bit time
 * @returns whole milliseconds
 */
export function takeTime(
  layout: TimeLayout,
  arrival: number | undefined,
  reader: BitReader,
): number {
  if (layout.mode === "none") return 0;
  const { offset } = reader;
  reader.note("time", 0);
  let seconds = reader.take(secondBits[layout.mode]);
  if (layout.mode === "16") {
    if (arrival === undefined || !Number.isFinite(arrival)) {
      const message = "A 16-bit time needs the arrival of its message to complete it";
      throw new PayloadError("PAYLOAD_NO_ARRIVAL", { offset }, message);
    }
    seconds = completeTime(seconds, arrival);
  }
  if (!layout.milliseconds) return seconds * 1000;
  const place = { offset: reader.offset };
  reader.note("milliseconds", 0);
  const part = reader.take(10);
  if (part < 1000) return seconds * 1000 + part;
  throw new PayloadError("PAYLOAD_BAD_MILLISECONDS", place, `${part} milliseconds are a second`);
}

/**
 * Completes the low 16 bits of a time: the moment nearest to the arrival that has them, from
 * 9 h 6 min 8 s before it to one second less after it.
 *
 * @param low - 0 to 65535
 * @param arrival - seconds since 1970
 * @returns seconds since 1970, modulo 2^32
 */
export function completeTime(low: number, arrival: number): number {
  const whole = Math.floor(arrival) >>> 0;
  const ahead = ((low - whole) << 16) >> 16;
  return (whole + ahead) >>> 0;
}
