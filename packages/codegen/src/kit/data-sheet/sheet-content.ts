import { eu868DataRates, layoutOf, lorawanAirtime } from "@bollard/payload";
import { toPlatformField } from "@bollard/platforms";
import { type Field, layoutFingerprint, rangeOf, type SensorSchema } from "@bollard/schema";
import { sketchPins } from "../../sketch/arduino-sketch.js";
import type { FilledKitOptions } from "../kit-options.js";
import { kitVectors } from "../kit-vectors.js";
import { SIGFOX_BYTES, sigfoxBytes } from "../sigfox/sigfox-files.js";

/** A table: its heading, its columns and its rows, as a person reads them. */
export interface SheetTable {
  readonly title: string;
  /** Above the table. */
  readonly words?: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** What a data sheet says, whatever it is written as. */
export interface SheetContent {
  readonly title: string;
  readonly description: string;
  /** Names and values at the top. */
  readonly facts: readonly (readonly [string, string])[];
  readonly tables: readonly SheetTable[];
}

const TIMES = {
  none: "none: the arrival stands for it",
  absolute: "whole seconds, UTC",
  "16": "its low 16 bits, completed by the arrival",
  uptime: "seconds since the node's start",
} as const;

/** The content of a schema's data sheet. Sizes are those of the kit's own vectors. */
export function sheetContent(schema: SensorSchema, options: FilledKitOptions): SheetContent {
  const { name, title = name, description = title, version, id, reportInterval } = schema;
  return {
    title,
    description: description.trim(),
    facts: [
      ["Maker", options.maker],
      ["Schema", `${name}, version ${version}, id ${id}`],
      ["Layout", layoutFingerprint(schema)],
      [
        "Time of a reading",
        TIMES[schema.time.mode] + (schema.time.milliseconds ? ", with milliseconds" : ""),
      ],
      [
        "Reports",
        reportInterval === undefined ? "when there is something" : `every ${reportInterval} s`,
      ],
      ["Place", schema.mobility === "mobile" ? "moves" : "stays where it was put"],
    ],
    tables: [
      fieldsTable(schema),
      sizesTable(schema, options),
      ...commandsTable(schema),
      ...wiringTable(schema),
      waysTable(schema, options),
      mimTable(schema),
    ],
  };
}

function fieldsTable({ fields }: SensorSchema): SheetTable {
  return {
    title: "What it measures",
    columns: ["Name", "Field", "Range", "Resolution", "May be missing", "Smart Data Model"],
    rows: fields.map((field) => {
      const { title } = toPlatformField(field);
      const models = field.maps.map(({ model, property }) => `${model}.${property}`).join(", ");
      return [
        title,
        field.name,
        rangeText(field),
        resolutionText(field),
        field.optional ? "yes" : "no",
        models,
      ];
    }),
  };
}

function rangeText(field: Field): string {
  const { displayUnit } = toPlatformField(field);
  const unit = displayUnit ? ` ${displayUnit}` : "";
  switch (field.kind) {
    case "quantity":
    case "duration":
    case "counter": {
      const { min, max } = rangeOf(field);
      return `${min} to ${max}${unit}${field.kind === "counter" ? ", then from 0 again" : ""}`;
    }
    case "array":
      return `${field.length} of ${field.min} to ${field.max}${unit}`;
    case "boolean":
      return "true, false";
    case "enum":
      return field.values.join(", ");
    case "flags":
      return `any of ${field.flags.join(", ")}`;
    case "position":
      return "WGS 84 degrees";
    case "text":
      return `text of ${field.maxBytes} bytes`;
    case "bytes":
      return `${field.maxBytes} bytes`;
  }
}

function resolutionText(field: Field): string {
  return "resolution" in field ? String(field.resolution) : "";
}

function sizesTable(schema: SensorSchema, { port }: FilledKitOptions): SheetTable {
  const vectors = kitVectors(schema, port).filter(({ readings }) => readings);
  const sizeOf = (title: string) =>
    (vectors.find((vector) => vector.title.startsWith(title))?.payload.length ?? 0) / 2;
  const batch = vectors.find(({ title }) => title.startsWith("a batch"));
  const rows = batch?.readings?.length ?? 1;
  const sizes: readonly (readonly [string, number, number])[] = [
    ["one reading", sizeOf("a single reading"), 1],
    [`a batch of ${rows}`, sizeOf("a batch"), rows],
  ];
  const rates = eu868DataRates.filter(({ spreadingFactor }) =>
    [7, 10, 12].includes(spreadingFactor),
  );
  const { maxRowBits } = layoutOf(schema);
  return {
    title: "What it costs on the air",
    words: `Bytes of payload without the schema's id, which a LoRaWAN port tells, and time on air in EU868 with all that LoRaWAN adds; of the readings in vectors.json. A row takes at most ${maxRowBits} bits beside its time.`,
    columns: [
      "Message",
      "Bytes",
      "Bytes a reading",
      ...rates.map(({ spreadingFactor }) => `SF${spreadingFactor}`),
    ],
    rows: sizes.map(([what, bytes, readings]) => [
      what,
      String(bytes),
      (bytes / readings).toFixed(1),
      ...rates.map((rate) =>
        bytes > rate.maxPayloadBytes
          ? "too long"
          : `${Math.round(lorawanAirtime(bytes, rate) * 1000)} ms`,
      ),
    ]),
  };
}

function commandsTable({ commands }: SensorSchema): readonly SheetTable[] {
  if (commands.length === 0) return [];
  return [
    {
      title: "What it can be asked",
      columns: ["Name", "Command", "Values"],
      rows: commands.map(({ name, title = name, fields }) => [
        title,
        name,
        fields.map((field) => `${field.name}: ${rangeText(field)}`).join("; ") || "none",
      ]),
    },
  ];
}

function waysTable(schema: SensorSchema, { port, commandPort }: FilledKitOptions): SheetTable {
  return {
    title: "How platforms take it in",
    columns: ["Platform", "With", "What to do"],
    rows: [
      [
        "The Things Stack, ChirpStack, any TS013 server",
        "lorawan/codec.js",
        `paste it as the payload codec; uplinks on port ${port}, commands on port ${commandPort}`,
      ],
      sigfoxRow(schema),
      ["OS2iot", "os2iot/", "as its README tells: device model, decoder, bulk import"],
      [
        "Context brokers: Scorpio, Orion-LD, Stellio",
        "a Bollard bridge",
        `its ngsiLd sink; entities of ${modelsOf(schema).join(", ") || "no model"}`,
      ],
      [
        "FIWARE IoT Agent for JSON",
        "iot-agent/",
        "post services.json and devices.json, or let the bridge do it",
      ],
      [
        "FROST, SensorThings",
        "sensor-things/thing.json",
        "post it to Things, or let the bridge do it",
      ],
      [
        "Home Assistant",
        "home-assistant/discovery.json",
        "publish it retained, or let the bridge do it",
      ],
      [
        "ThingsBoard",
        "thingsboard/",
        "import the profile, paste the converter, or let the bridge do it",
      ],
      ["Telegraf, InfluxDB, Grafana", "telegraf/telegraf.conf", "name your broker in it"],
      ["AWS IoT Core", "aws-iot/", "thing type and rule, by aws iot … --cli-input-json"],
      ["Azure Digital Twins, IoT Plug and Play", "digital-twin/", "upload the interface"],
      [
        "Programs of your own",
        "python/, javascript/, go/, java/, c/, json-schema/, async-api/, wot/",
        "the decoder, the JSON Schema, the topics, the Thing Description",
      ],
    ],
  };
}

/** What of OASC's Minimal Interoperability Mechanisms the sensor's own description answers. */
function wiringTable(schema: SensorSchema): readonly SheetTable[] {
  const pins = sketchPins(schema);
  if (pins.length === 0) return [];
  return [
    {
      title: "Wiring of the example sketch",
      words:
        "Of the Arduino sketch that bollard init writes: its analog pins stand for the sensors until yours take their place. To the bridge by USB, or by TX and RX at 115200 baud.",
      columns: ["Pin", "Field", "0 to 5 V stand for"],
      rows: pins.map(({ pin, field: name }) => {
        const field = schema.fields.find((one) => one.name === name);
        return [pin, name, field ? rangeText(field) : ""];
      }),
    },
  ];
}

function sigfoxRow(schema: SensorSchema): readonly string[] {
  const bytes = sigfoxBytes(schema);
  return [
    "Sigfox",
    bytes <= SIGFOX_BYTES ? "sigfox/" : "not with this schema",
    bytes <= SIGFOX_BYTES
      ? `the callback for your device type; a reading takes at most ${bytes} of ${SIGFOX_BYTES} bytes`
      : `a reading may take ${bytes} bytes, and a message carries ${SIGFOX_BYTES}`,
  ];
}

/** What a node of this schema and its bridge do for each MIM, by the numbers of edition 9.0. */
function mimTable(schema: SensorSchema): SheetTable {
  const models = modelsOf(schema);
  const personal = schema.fields.filter(({ concernsPersons }) => concernsPersons);
  const units = schema.fields.filter((field) => "unit" in field && field.unit);
  const derived = schema.derived.map(({ name }) => name);
  return {
    title: "Minimal Interoperability Mechanisms (MIMs Plus 9.0, and 2021 for MIM4, 5 and 10)",
    words: "What answers each; whether a deployment meets them shows bollard mims check.",
    columns: ["MIM", "What answers it"],
    rows: [
      ["MIM0, accessing", "the bridge's read API, described by OpenAPI and AsyncAPI; async-api/"],
      [
        "MIM1, interlinking",
        models.length > 0
          ? "NGSI-LD entities under the owner's name, with the models' contexts"
          : "none of its fields maps to a model yet",
      ],
      [
        "MIM2, representing",
        `${models.join(", ") || "no model yet"}; a unit with ${units.length} of ${schema.fields.length} fields, times in UTC`,
      ],
      ["MIM3, exchanging", "bollard catalogue export: DCAT-AP 3, with your licence"],
      [
        "MIM4, personal data",
        personal.length > 0
          ? `${personal.map(({ name }) => name).join(", ")}: marked; the bridge keeps them back until a rule is given`
          : "no field says something about a person",
      ],
      [
        "MIM5, fair AI",
        derived.length > 0
          ? `${derived.join(", ")}: derived by a formula that stands in the schema`
          : "nothing is derived or decided",
      ],
      [
        "MIM6, securing",
        "LoRaWAN's keys or TLS on the way; the link's cable; login, roles and audit at the bridge",
      ],
      ["MIM7, geospatial", "WGS 84, longitude first; GeoJSON and SensorThings"],
      ["MIM8, twins", "simulated nodes are named so, and their runs on record"],
      ["MIM10, resources", "bytes and time on air above"],
    ],
  };
}

function modelsOf({ fields }: SensorSchema): readonly string[] {
  return [...new Set(fields.flatMap(({ maps }) => maps.map(({ model }) => model)))];
}
