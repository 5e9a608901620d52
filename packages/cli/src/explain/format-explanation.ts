import { styleText } from "node:util";
import {
  type ExplainedPayload,
  layoutOf,
  type PayloadBits,
  type PayloadPart,
  type Reading,
} from "@bollard/payload";
import { type Field, type SensorSchema, valueOfStep } from "@bollard/schema";
import { formatTable, type TableColumn } from "../output/format-table.js";
import { formatValue } from "../output/format-value.js";

const columns: readonly TableColumn[] = [
  { title: "byte", align: "right" },
  { title: "bits" },
  { title: "what" },
  { title: "value" },
];

/** A field has the same colour in each row; a header has none. */
const colours = ["cyan", "yellow", "green", "magenta", "blue"] as const;

/** Bits in a line; more go on in the next. */
const bitsInLine = 32;

/** An explained payload as lines of text: a table of its bits, row by row. */
export function formatExplanation(
  schema: SensorSchema,
  bytes: Uint8Array,
  explained: ExplainedPayload,
  isColoured: boolean,
): string[] {
  const { bits, readings, error } = explained;
  const table: string[][] = [];
  const isBatch = bits.some(({ part }) => part === "rowCount");
  let row: number | undefined;
  for (const piece of bits) {
    if (isBatch && piece.row !== undefined && piece.row !== row) {
      table.push([], ["", "", `row ${piece.row + 1}`, rowText(readings[piece.row])]);
    }
    row = piece.row;
    table.push(...linesOf(schema, piece, readings, isColoured));
  }
  if (error?.offset !== undefined) {
    const rest = Array.from(bytes.subarray(error.offset), hexByte).join(" ");
    const within = explained.breaksIn === undefined ? "" : ` in ${whatOf(explained.breaksIn)}`;
    table.push([], [`${error.offset}.0`, rest, `breaks${within}`, error.message]);
  }
  const length = `${bytes.length} byte${bytes.length === 1 ? "" : "s"}`;
  return [
    `${schema.name}: ${length}, ${countText(bits, readings)}`,
    ...formatTable(columns, table),
  ];
}

function hexByte(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}

function countText(bits: readonly PayloadBits[], readings: readonly Reading[]): string {
  const count = bits.find(({ part }) => part === "rowCount");
  const said = count === undefined ? 1 : Number.parseInt(count.bits, 2);
  const whole = said === readings.length ? "" : `, ${readings.length} of them whole`;
  return `${said} reading${said === 1 ? "" : "s"}${whole}`;
}

function rowText(reading: Reading | undefined): string {
  return reading === undefined ? "not whole" : "";
}

function linesOf(
  schema: SensorSchema,
  piece: PayloadBits,
  readings: readonly Reading[],
  isColoured: boolean,
): string[][] {
  const index = schema.fields.findIndex(({ name }) => name === piece.field);
  const colour = colours[index % colours.length];
  const paint = (text: string): string => {
    if (!isColoured || text === "") return text;
    return styleText(colour ?? "dim", text, { validateStream: false });
  };
  const place = `${piece.offset >> 3}.${piece.offset & 7}`;
  const chunks = piece.bits.match(new RegExp(`.{1,${bitsInLine}}`, "g")) ?? [];
  return chunks.map((chunk, line) =>
    line === 0
      ? [
          place,
          paint(chunk),
          paint(whatOf(piece)),
          valueText(schema, piece, schema.fields[index], readings),
        ]
      : ["", paint(chunk)],
  );
}

const names: Readonly<Record<PayloadPart, string>> = {
  form: "form",
  timeMode: "time mode",
  hasMilliseconds: "milliseconds",
  hasSchemaId: "schema id",
  hasKey: "key",
  reserved: "reserved",
  schemaId: "schema id",
  boot: "key: boot",
  sequence: "key: sequence",
  rowCount: "row count",
  padding: "padding",
  time: "time",
  milliseconds: "milliseconds",
  presence: "there?",
  step: "",
  blob: "bytes",
  quiet: "anything new?",
  presenceChange: "others missing?",
  clock: "time",
  change: "changed?",
  number: "",
};

function whatOf({ part, field, element }: Omit<PayloadBits, "offset" | "bits">): string {
  const name = element === undefined ? (field ?? "") : `${field}/${element}`;
  return [name, names[part]].filter((word) => word !== "").join(" ");
}

const forms = ["single reading", "batch", "protected", "not known"];
const modes = ["none", "absolute", "16 bits", "uptime"];

function valueText(
  schema: SensorSchema,
  piece: PayloadBits,
  field: Field | undefined,
  readings: readonly Reading[],
): string {
  const number = Number.parseInt(piece.bits, 2);
  const reading = readings[piece.row ?? -1];
  switch (piece.part) {
    case "form":
      return forms[number] ?? "";
    case "timeMode":
      return modes[number] ?? "";
    case "hasMilliseconds":
    case "hasSchemaId":
    case "hasKey":
      return number === 1 ? "with" : "without";
    case "presence":
    case "quiet":
    case "presenceChange":
    case "change":
      return number === 1 ? "yes" : "no";
    case "schemaId": {
      const id = piece.bits.length > 8 ? number & 0x3fff : number;
      return id === schema.id ? `${id}, ${schema.name}` : String(id);
    }
    case "boot":
    case "sequence":
      return String(littleEndian(piece.bits));
    case "rowCount":
      return String(number);
    case "reserved":
    case "padding":
      return number === 0 ? "" : "not 0";
    case "time":
    case "milliseconds":
    case "clock":
      if (reading?.time !== undefined) return timeText(schema, reading.time);
      return piece.bits.length === 32 && piece.part === "time" ? timeText(schema, number) : "";
    case "step":
      if (reading === undefined && field !== undefined) return stepText(schema, field, number);
      return field === undefined ? "" : elementText(field, piece, reading);
    default:
      return reading === undefined || field === undefined
        ? `number ${number}`
        : elementText(field, piece, reading);
  }
}

/** What a number of a row that is not whole says. */
function stepText(schema: SensorSchema, field: Field, number: number): string {
  if (field.kind === "enum") return field.values[number] ?? `number ${number}`;
  const { slots } = layoutOf(schema);
  const steps = slots.find((slot) => schema.fields[slot.field] === field)?.steps;
  if (steps === undefined || field.kind === "position") return `number ${number}`;
  return formatValue({ ...field, kind: "quantity" } as Field, valueOfStep(steps, number));
}

function elementText(field: Field, { element }: PayloadBits, reading?: Reading): string {
  const value = reading?.values[field.name];
  if (element === undefined || typeof value !== "object" || value === null) {
    return formatValue(field, value);
  }
  const part = (value as unknown as Readonly<Record<string, number>>)[element];
  if (field.kind === "position") return `${part}${element === "altitude" ? " m" : "°"}`;
  return formatValue({ ...field, kind: "quantity" } as Field, part);
}

function timeText(schema: SensorSchema, seconds: number): string {
  if (schema.time.mode === "uptime") return `${seconds} s after the node's start`;
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
}

function littleEndian(bits: string): number {
  const bytes = bits.match(/.{8}/g) ?? [];
  return bytes.reduceRight((sum, byte) => sum * 256 + Number.parseInt(byte, 2), 0);
}
