import { fromBase64url, toBase64url } from "./base64url.js";
import { SenmlError } from "./error.js";
import type { Pack, PackRecord } from "./pack.js";
import { type PackOptions, packRecords } from "./pack-records.js";
import type { ResolvedRecord } from "./record.js";
import { type ResolveOptions, resolvePack } from "./resolve-pack.js";

const numbers = ["bt", "bv", "bs", "bver", "v", "s", "t", "ut"] as const;
const strings = ["bn", "bu", "n", "u", "vs"] as const;
const known: ReadonlySet<string> = new Set([...numbers, ...strings, "vb", "vd"]);

type Draft = { -readonly [Key in keyof PackRecord]: PackRecord[Key] };
type Members = Readonly<Record<string, unknown>>;

function wrongType(label: string, value: unknown, index: number, right: string): SenmlError {
  const shown = (JSON.stringify(value) ?? String(value)).slice(0, 40);
  return new SenmlError("SENML_WRONG_TYPE", index, `${label} is ${shown}, not ${right}`);
}

function readRecord(members: Members, index: number): PackRecord {
  const record: Draft = {};
  for (const label of numbers) {
    const value = members[label];
    if (value === undefined) continue;
    if (typeof value !== "number") throw wrongType(label, value, index, "a number");
    record[label] = value;
  }
  for (const label of strings) {
    const value = members[label];
    if (value === undefined) continue;
    if (typeof value !== "string") throw wrongType(label, value, index, "a string");
    record[label] = value;
  }
  const { vb, vd } = members;
  if (vb !== undefined) {
    if (typeof vb !== "boolean") throw wrongType("vb", vb, index, "true or false");
    record.vb = vb;
  }
  if (vd !== undefined) {
    const bytes = typeof vd === "string" ? fromBase64url(vd) : undefined;
    if (bytes === undefined) throw wrongType("vd", vd, index, "base64url");
    record.vd = bytes;
  }
  refuseUnderstanding(Object.keys(members), index);
  return record;
}

/**
 * Refuses labels that end in `_` and are not known; others that are not known are passed over.
 *
 * @see RFC 8428, section 4.4
 */
export function refuseUnderstanding(labels: readonly string[], index: number): void {
  for (const label of labels) {
    if (known.has(label) || !label.endsWith("_")) continue;
    const shown = JSON.stringify(label.slice(0, 40));
    const message = `${shown} must be understood to read the pack, and is not`;
    throw new SenmlError("SENML_MUST_UNDERSTAND", index, message);
  }
}

/**
 * Reads a pack from SenML JSON, without resolving it.
 *
 * @throws {@link SenmlError} for what is not a list of records
 * @see RFC 8428, section 5
 */
export function parsePackJson(text: string): Pack {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SenmlError("SENML_BAD_JSON", undefined, why, { cause });
  }
  if (!Array.isArray(list)) {
    throw new SenmlError("SENML_BAD_JSON", undefined, "a pack is a list of records");
  }
  return list.map((members: unknown, index) => {
    if (typeof members !== "object" || members === null || Array.isArray(members)) {
      throw new SenmlError("SENML_BAD_JSON", index, "a record is an object");
    }
    return readRecord(members as Members, index);
  });
}

/** Writes a pack as SenML JSON. @see RFC 8428, section 5 */
export function formatPackJson(pack: Pack): string {
  return JSON.stringify(
    pack.map((record) =>
      record.vd === undefined ? record : { ...record, vd: toBase64url(record.vd) },
    ),
  );
}

/**
 * Reads SenML JSON and resolves it: `application/senml+json`.
 *
 * @throws {@link SenmlError} with the index of the record that is not SenML
 * @see RFC 8428, sections 4.6 and 5
 */
export function parseSenmlJson(text: string, options?: ResolveOptions): ResolvedRecord[] {
  return resolvePack(parsePackJson(text), options);
}

/**
 * Writes records as SenML JSON, packed: `application/senml+json`.
 *
 * `[{ name: "urn:dev:mac:01:temp", unit: "Cel", value: 21.5, time: 1320067464 }]` becomes
 * `[{"n":"urn:dev:mac:01:temp","u":"Cel","v":21.5,"t":1320067464}]`.
 *
 * @throws {@link SenmlError} with the index of the record that cannot be SenML
 * @see RFC 8428, section 5
 */
export function formatSenmlJson(records: readonly ResolvedRecord[], options?: PackOptions): string {
  return formatPackJson(packRecords(records, options));
}
