import { isDeepStrictEqual } from "node:util";
import {
  BatchEncoder,
  compileSchema,
  type DecodedPayload,
  learnProfile,
  type Reading,
} from "@bollard/payload";
import { layoutFingerprint, type SensorSchema } from "@bollard/schema";
import { CliError } from "../error.js";
import type { Recording } from "../recording/read-recording.js";
import { entropyBound } from "./entropy-bound.js";
import { binaryPeers } from "./peers/binary-peers.js";
import type { Peer } from "./peers/peer.js";
import { countValues } from "./peers/plain-reading.js";
import { textPeers } from "./peers/text-peers.js";

/** What is to be measured. */
export interface MeasureOptions {
  /** Readings of one message, 1 to 255 each; 1 is a single reading. */
  readonly rows: readonly number[];
  /** `learn`: from the first fifth, measured on the rest. `schema`: the schema's own, on all. */
  readonly profile: "schema" | "learn";
}

/** Bytes of all messages of one size, and of one way to write them. */
export interface Measured {
  readonly name: string;
  readonly bytes: number;
  readonly bytesPerValue: number;
  readonly bytesPerReading: number;
}

/** All ways to write messages of one size. */
export interface MeasuredRows {
  /** Readings of one message. */
  readonly rows: number;
  readonly messages: number;
  readonly payload: Measured;
  /** `payload` in multiples of the bound. */
  readonly timesBound: number;
  readonly peers: readonly Measured[];
}

/** What a recording takes. */
export interface Measurement {
  readonly schema: SensorSchema;
  readonly fingerprint: string;
  readonly profile: "schema" | "learn";
  readonly readings: number;
  readonly values: number;
  /** Of those, values that the recording has with more digits than the schema's resolution. */
  readonly rounded: number;
  readonly bound: { readonly bytes: number; readonly bytesPerValue: number };
  readonly batches: readonly MeasuredRows[];
}

/**
 * Encodes a recording, decodes it again, compares every value at the schema's resolution, and counts
 * the bytes, beside what an ideal code and other formats take for the same rows.
 *
 * @throws CliError that names the line of a reading that is refused
 */
export function measureRecording(
  schema: SensorSchema,
  recording: Recording,
  options: MeasureOptions,
): Measurement {
  const { readings } = recording;
  const learnt = options.profile === "learn" ? Math.floor(readings.length / 5) : 0;
  const measured = learnt === 0 ? schema : learnProfile(schema, readings.slice(0, learnt));
  const { quantised, rounded } = quantise(measured, recording, learnt);
  const values = quantised.reduce((sum, reading) => sum + countValues(reading.values), 0);
  const bound = Math.ceil(entropyBound(measured, quantised) / 8);
  const peers = [...textPeers(measured), ...binaryPeers(measured)];
  const named = (name: string, bytes: number): Measured => ({
    name,
    bytes,
    bytesPerValue: bytes / values,
    bytesPerReading: bytes / quantised.length,
  });
  const batches = options.rows.map((rows): MeasuredRows => {
    const groups = groupsOf(quantised, rows);
    const bytes = payloadBytes(measured, groups);
    return {
      rows,
      messages: groups.length,
      payload: named("Bollard", bytes),
      timesBound: bytes / bound,
      peers: peers.map((peer) => named(peer.name, peerBytes(peer, groups))),
    };
  });
  return {
    schema: measured,
    fingerprint: layoutFingerprint(measured),
    profile: options.profile,
    readings: quantised.length,
    values,
    rounded,
    bound: { bytes: bound, bytesPerValue: bound / values },
    batches,
  };
}

/** Each reading as it travels alone, which is what a batch has to give back. */
function quantise(
  schema: SensorSchema,
  { readings, lines, file }: Recording,
  from: number,
): { quantised: readonly Reading[]; rounded: number } {
  const codec = compileSchema(schema);
  let rounded = 0;
  const quantised = readings.slice(from).map((reading, index) => {
    let decoded: DecodedPayload;
    try {
      decoded = codec.decode(codec.encode(reading), { arrival: reading.time ?? 0 });
    } catch (error) {
      const message = `${file}:${lines[from + index]} ${error instanceof Error ? error.message : error}`;
      throw new CliError("CLI_FAILED", message, { cause: error });
    }
    const [back = reading] = decoded.readings;
    for (const [name, value] of Object.entries(back.values)) {
      if (!isDeepStrictEqual(value, reading.values[name] ?? null)) rounded++;
    }
    return back;
  });
  return { quantised, rounded };
}

function groupsOf(readings: readonly Reading[], size: number): readonly (readonly Reading[])[] {
  const groups: Reading[][] = [];
  for (let start = 0; start < readings.length; start += size) {
    groups.push(readings.slice(start, start + size));
  }
  return groups;
}

/** The bytes of all groups, each a message; each is decoded again and compared. */
function payloadBytes(schema: SensorSchema, groups: readonly (readonly Reading[])[]): number {
  const codec = compileSchema(schema);
  const encoder = new BatchEncoder(schema);
  const out = new Uint8Array(255 * (codec.maxSingleBytes + 2 * codec.layout.slots.length + 8));
  let bytes = 0;
  for (const group of groups) {
    const message = group.length === 1 ? encodeOne(codec, group) : encodeMany(encoder, group, out);
    const arrival = group[0]?.time ?? 0;
    const { readings } = codec.decode(message, { arrival });
    if (!isDeepStrictEqual(readings, group)) {
      throw new CliError("CLI_FAILED", `a message of ${group.length} readings came back as others`);
    }
    bytes += message.length;
  }
  return bytes;
}

function encodeOne(
  codec: ReturnType<typeof compileSchema>,
  [reading]: readonly Reading[],
): Uint8Array {
  return reading === undefined ? new Uint8Array(0) : codec.encode(reading);
}

function encodeMany(
  encoder: BatchEncoder,
  readings: readonly Reading[],
  out: Uint8Array,
): Uint8Array {
  encoder.open(out);
  for (const reading of readings) {
    if (!encoder.append(reading)) {
      const message = `${readings.length} readings do not go into one message; take fewer rows`;
      throw new CliError("CLI_FAILED", message);
    }
  }
  return encoder.close();
}

function peerBytes(peer: Peer, groups: readonly (readonly Reading[])[]): number {
  return groups.reduce((sum, group) => sum + peer.measure(group), 0);
}
