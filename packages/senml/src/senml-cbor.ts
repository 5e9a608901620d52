import { CborFault, CborReader } from "./cbor-reader.js";
import { CborWriter } from "./cbor-writer.js";
import { SenmlError } from "./error.js";
import type { Pack, PackRecord } from "./pack.js";
import { type PackOptions, packRecords } from "./pack-records.js";
import type { ResolvedRecord } from "./record.js";
import { type ResolveOptions, resolvePack } from "./resolve-pack.js";
import { refuseUnderstanding } from "./senml-json.js";

/** CBOR labels, in the order in which they are written. @see RFC 8428, table 4 */
const labels = {
  bn: -2,
  bt: -3,
  bu: -4,
  bv: -5,
  bs: -6,
  bver: -1,
  n: 0,
  u: 1,
  t: 6,
  v: 2,
  vs: 3,
  vb: 4,
  vd: 8,
  s: 5,
  ut: 7,
} as const satisfies Record<keyof PackRecord, number>;

type Label = keyof typeof labels;
const order = Object.keys(labels) as Label[];
const labelOf: ReadonlyMap<number | string, Label> = new Map(
  order.map((label) => [labels[label], label]),
);

/** How records are written as CBOR. */
export interface CborOptions extends PackOptions {
  /**
   * Whether a number is written as a decimal fraction (tag 4) where that is shorter than an exact
   * float: 23.1 takes 5 bytes in place of 9. Default: false, since small readers may not know tag 4.
   */
  readonly decimalFractions?: boolean;
}

/** Writes a pack as SenML CBOR, each item in its shortest form. @see RFC 8428, section 6 */
export function encodePackCbor(
  pack: Pack,
  options: Pick<CborOptions, "decimalFractions"> = {},
): Uint8Array {
  const writer = new CborWriter();
  const decimals = options.decimalFractions ?? false;
  writer.head(4, pack.length);
  for (const record of pack) {
    const given = order.filter((label) => record[label] !== undefined);
    writer.head(5, given.length);
    for (const label of given) {
      writer.integer(labels[label]);
      const value = record[label];
      if (typeof value === "number") writer.number(value, decimals);
      else if (typeof value === "string") writer.text(value);
      else if (typeof value === "boolean") writer.boolean(value);
      else if (value !== undefined) writer.bytes(value);
    }
  }
  return writer.finish();
}

type Draft = { -readonly [Key in keyof PackRecord]: PackRecord[Key] };

function readField(reader: CborReader, record: Draft, index: number): void {
  const key = reader.key();
  const label = labelOf.get(key);
  if (label === undefined) {
    if (typeof key === "string") refuseUnderstanding([key], index);
    reader.skip();
    return;
  }
  if (record[label] !== undefined) throw reader.fault(`${label} stands twice`);
  switch (label) {
    case "bn":
    case "bu":
    case "n":
    case "u":
    case "vs":
      record[label] = reader.text();
      break;
    case "vb":
      record.vb = reader.boolean();
      break;
    case "vd":
      record.vd = reader.bytes();
      break;
    default:
      record[label] = reader.number();
  }
}

/**
 * Reads a pack from SenML CBOR, without resolving it.
 *
 * The records may stand in an array of indefinite length, as a stream has them.
 *
 * @throws {@link SenmlError} `SENML_BAD_CBOR` with the byte in its message
 * @see RFC 8428, section 6
 */
export function decodePackCbor(bytes: Uint8Array): Pack {
  const reader = new CborReader(bytes);
  const pack: PackRecord[] = [];
  let current: number | undefined;
  try {
    reader.readArray((index) => {
      current = index;
      const record: Draft = {};
      reader.readMap(() => readField(reader, record, index));
      pack.push(record);
    });
    current = undefined;
    if (!reader.isAtEnd) throw reader.fault("more bytes follow the pack");
  } catch (error) {
    if (!(error instanceof CborFault)) throw error;
    throw new SenmlError("SENML_BAD_CBOR", current, error.message, { cause: error });
  }
  return pack;
}

/**
 * Writes records as SenML CBOR, packed: `application/senml+cbor`.
 *
 * @throws {@link SenmlError} with the index of the record that cannot be SenML
 * @see RFC 8428, section 6
 */
export function encodeSenmlCbor(
  records: readonly ResolvedRecord[],
  options: CborOptions = {},
): Uint8Array {
  return encodePackCbor(packRecords(records, options), options);
}

/**
 * Reads SenML CBOR and resolves it: `application/senml+cbor`.
 *
 * @throws {@link SenmlError} with the index of the record that is not SenML
 * @see RFC 8428, sections 4.6 and 6
 */
export function decodeSenmlCbor(bytes: Uint8Array, options?: ResolveOptions): ResolvedRecord[] {
  return resolvePack(decodePackCbor(bytes), options);
}
