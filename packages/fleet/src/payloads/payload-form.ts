import { contextsFor, entityId, toEntity } from "@bollard/ngsi-ld";
import { compileEncoder, type FieldValue, toRecords } from "@bollard/payload";
import type { SensorSchema } from "@bollard/schema";
import { encodeSenmlCbor, formatSenmlJson } from "@bollard/senml";
import { FleetError } from "../error.js";
import type { Place } from "../readings/model-readings.js";
import type { MadeReading } from "../readings/node-readings.js";
import { bell } from "../readings/value-noise.js";
import { writeText } from "./reading-source.js";

/** The forms that a reading may have on the wire. */
export type PayloadFormName =
  | "bollard"
  | "senml-json"
  | "senml-cbor"
  | "json"
  | "ngsi-ld"
  | "template";

/** Writes readings in one form. */
export interface PayloadForm {
  /** The most that it writes, bytes. */
  readonly maxBytes: number;
  readonly contentType: string;
  /** @returns bytes written */
  write(buffer: Buffer, at: number, node: number, sequence: number, reading: MadeReading): number;
}

/** What a form is made for. */
export interface PayloadFormOptions {
  readonly form: PayloadFormName;
  readonly schema: SensorSchema;
  /** Named in texts; `simulated-` goes before it. */
  readonly street: string;
  /** Tells the nodes' sequence numbers of this run from another's, 0 to 65535. */
  readonly run: number;
  readonly place: Place;
  readonly seed: number;
  /** Of `template`: a text with `{node}`, `{sequence}`, `{time}`, and the names of fields. */
  readonly template?: string;
  /** Of `ngsi-ld`: a model that the schema maps to. Default: the first. */
  readonly model?: string;
}

/** A text form takes so much for itself, and for each field at most. */
const TEXT_BYTES = 2048;
const FIELD_BYTES = 256;

/**
 * Makes a form.
 *
 * @throws {@link FleetError} `FLEET_BAD_SCENARIO` where the schema does not map to the model
 */
export function payloadFormOf(options: PayloadFormOptions): PayloadForm {
  if (options.form === "bollard") return bollardForm(options);
  const texts: Readonly<Record<Exclude<PayloadFormName, "bollard" | "senml-cbor">, string>> = {
    "senml-json": "application/senml+json",
    json: "application/json",
    "ngsi-ld": "application/ld+json",
    template: "text/plain",
  };
  const maxBytes =
    TEXT_BYTES + FIELD_BYTES * options.schema.fields.length + 4 * textBytesOf(options);
  if (options.form === "senml-cbor") return senmlCborForm(options, maxBytes);
  const contentType = texts[options.form];
  const format = formatterOf(options);
  return {
    maxBytes,
    contentType,
    write: (buffer, at, node, sequence, reading) =>
      writeText(buffer, at, format(node, sequence, reading), maxBytes),
  };
}

type Formatter = (node: number, sequence: number, reading: MadeReading) => string;

function formatterOf(options: PayloadFormOptions): Formatter {
  switch (options.form) {
    case "senml-json":
      return (node, _, reading) => formatSenmlJson(recordsOf(options, node, reading));
    case "ngsi-ld":
      return ngsiLdFormatter(options);
    case "template":
      return templateFormatter(options);
    default:
      return jsonFormatter(options);
  }
}

/** Our own: the node's number is its topic's, its sequence number is in the payload's key. */
function bollardForm({ schema, run }: PayloadFormOptions): PayloadForm {
  const encoder = compileEncoder(schema);
  const key = { boot: run, sequence: 0 };
  return {
    maxBytes: encoder.maxSingleBytes,
    contentType: "application/octet-stream",
    write(buffer, at, _, sequence, reading) {
      key.sequence = sequence;
      return encoder.encodeInto(reading, buffer, at, key);
    },
  };
}

function senmlCborForm(options: PayloadFormOptions, maxBytes: number): PayloadForm {
  return {
    maxBytes,
    contentType: "application/senml+cbor",
    write(buffer, at, node, _, reading) {
      const bytes = encodeSenmlCbor(recordsOf(options, node, reading));
      buffer.set(bytes, at);
      return bytes.length;
    },
  };
}

function jsonFormatter({ street, schema }: PayloadFormOptions): Formatter {
  const start = `{"simulated":true,"node":"${nameOf(street, 0).slice(0, -1)}`;
  const middle = `","schema":${JSON.stringify(schema.name)},"sequence":`;
  return (node, sequence, { time, values }) =>
    `${start}${node + 1}${middle}${sequence},"time":${time},"values":${JSON.stringify(plain(values))}}`;
}

function ngsiLdFormatter(options: PayloadFormOptions): Formatter {
  const { schema, street, place, seed } = options;
  const mapped = schema.fields.flatMap(({ maps }) => maps.map(({ model }) => model));
  const type = options.model ?? mapped[0];
  if (type === undefined || !mapped.includes(type)) {
    const message = `${schema.name} does not map to ${type ?? "any model"}${mapped.length > 0 ? `; it maps to ${[...new Set(mapped)].join(", ")}` : ""}`;
    throw new FleetError("FLEET_BAD_SCENARIO", "payload.model", message);
  }
  const properties = Object.fromEntries(
    schema.fields.flatMap(({ name, maps }) =>
      maps.filter(({ model }) => model === type).map(({ property }) => [name, property]),
    ),
  );
  const context = contextsFor(type);
  const degrees = place.radiusM / 111_320;
  return (node, _, reading) =>
    JSON.stringify(
      toEntity(recordsOf(options, node, reading), {
        id: entityId(type, nameOf(street, node)),
        type,
        properties,
        baseName: `${nameOf(street, node)}/`,
        constants: { dataProvider: "simulated by Bollard fleet" },
        location: {
          latitude: place.latitude + (degrees * bell(seed, node, 0)) / 3,
          longitude: place.longitude + (degrees * bell(seed, node, 1)) / 3,
        },
        context,
      }),
    );
}

/** A text with holes; what has no value is `null`. */
function templateFormatter({ template = "", street, schema }: PayloadFormOptions): Formatter {
  const parts = template.split(/\{([A-Za-z_][A-Za-z0-9_-]*)\}/);
  const known = ["node", "sequence", "time", ...schema.fields.map(({ name }) => name)];
  const unknown = parts.find((part, index) => index % 2 === 1 && !known.includes(part));
  if (unknown !== undefined) {
    const message = `{${unknown}} stands for nothing; known are ${known.join(", ")}`;
    throw new FleetError("FLEET_BAD_SCENARIO", "payload.template", message);
  }
  return (node, sequence, { time, values }) => {
    const own: Record<string, FieldValue> = { node: nameOf(street, node), sequence, time };
    return parts
      .map((part, index) => (index % 2 === 0 ? part : String(own[part] ?? values[part] ?? "null")))
      .join("");
  };
}

function recordsOf({ schema, street }: PayloadFormOptions, node: number, reading: MadeReading) {
  return toRecords(schema, reading, {
    baseName: `${nameOf(street, node)}/`,
    ...(schema.time.mode !== "absolute" && { time: reading.time }),
  });
}

/** A node's name in texts: nobody takes it for a real one. */
function nameOf(street: string, node: number): string {
  return `simulated-${street}-${node + 1}`;
}

/** Bytes as text, for JSON. */
function plain(values: Readonly<Record<string, FieldValue>>): object {
  const hasBytes = Object.values(values).some((value) => value instanceof Uint8Array);
  if (!hasBytes) return values;
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value,
    ]),
  );
}

function textBytesOf({ schema, template = "" }: PayloadFormOptions): number {
  const texts = schema.fields.map((field) =>
    field.kind === "text" || field.kind === "bytes"
      ? field.maxBytes * 6
      : field.kind === "array"
        ? field.length * 24
        : 0,
  );
  return texts.reduce((sum, bytes) => sum + bytes, template.length);
}
