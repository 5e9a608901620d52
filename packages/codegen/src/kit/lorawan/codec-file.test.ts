import { runInNewContext } from "node:vm";
import { BatchEncoder, commandSchema, decodePayload, encodePayload } from "@bollard/payload";
import { defineSchema, type SensorSchema } from "@bollard/schema";
import { readSchemaFile } from "@bollard/schema/file";
import { describe, expect, test } from "vitest";
import { isCodegenError } from "../../error.js";
import { lorawanCodec } from "./codec-file.js";

const root = new URL("../../../../../examples/", import.meta.url);
const schemaFile = (path: string) => readSchemaFile(new URL(path, root).pathname);
const streetAir = schemaFile("street-air/street-air.schema.yaml");
const streetLight = schemaFile("schemas/street-light.schema.yaml");

interface Answer {
  readonly data?: Record<string, unknown> & { readings?: Record<string, unknown>[] };
  readonly bytes?: number[];
  readonly fPort?: number;
  readonly errors?: string[];
}
type Codec = Record<
  "decodeUplink" | "normalizeUplink" | "encodeDownlink" | "decodeDownlink",
  (input: object) => Answer
>;

/** In a realm with nothing but the language itself. */
function load(schema: SensorSchema, port = schema.id): Codec {
  const text = lorawanCodec(schema, { port, commandPort: 1 });
  const names = ["decodeUplink", "normalizeUplink", "encodeDownlink", "decodeDownlink"];
  const members = names.map(
    (name) => `${name}: typeof ${name} === "function" ? ${name} : undefined`,
  );
  return runInNewContext(`"use strict"; ${text}; ({ ${members.join(", ")} })`, Object.create(null));
}

const plain = (value: unknown) => JSON.parse(JSON.stringify(value));
const rows = [
  {
    time: 1_538_352_143,
    values: { pm25: 1.3, pm10: 7.3, temperature: 7, humidity: 74.7, pressure: 102_240 },
  },
  {
    time: 1_538_352_290,
    values: { pm25: 1.2, pm10: null, temperature: 7, humidity: 74.3, pressure: 102_240 },
  },
];

describe("the LoRaWAN codec of a schema", () => {
  test("is small, and of old JavaScript", () => {
    const text = lorawanCodec(streetAir, { port: 1, commandPort: 1 });
    expect(text.length).toBeLessThanOrEqual(10 * 1024);
    expect(text).not.toMatch(/=>|\b(let|const|import|require|class)\b|`/);
  });

  test("decodes a single reading, by its port or by the id in it", () => {
    const codec = load(streetAir);
    const bytes = [...encodePayload(streetAir, rows[0] as never, { schemaId: false } as never)];
    const named = [...encodePayload(streetAir, rows[0] as never)];
    const data = { time: "2018-10-01T00:02:23.000Z", ...rows[0]?.values };
    expect(plain(codec.decodeUplink({ bytes, fPort: 1 }))).toEqual({ data });
    expect(plain(codec.decodeUplink({ bytes: named, fPort: 99 }))).toEqual({ data });
  });

  test("decodes a batch: the newest in front, and all of them in order", () => {
    const encoder = new BatchEncoder(streetAir);
    encoder.open(new Uint8Array(51));
    for (const row of rows) encoder.append(row as never);
    const { data } = load(streetAir).decodeUplink({ bytes: [...encoder.close()], fPort: 1 });
    expect(plain(data)).toEqual({
      ...{
        time: "2018-10-01T00:04:50.000Z",
        pm25: 1.2,
        temperature: 7,
        humidity: 74.3,
        pressure: 102_240,
      },
      readings: [
        { time: "2018-10-01T00:02:23.000Z", ...rows[0]?.values },
        {
          time: "2018-10-01T00:04:50.000Z",
          pm25: 1.2,
          temperature: 7,
          humidity: 74.3,
          pressure: 102_240,
        },
      ],
    });
  });

  test("says in errors what it cannot read, and makes up no numbers", () => {
    const codec = load(streetAir);
    const bytes = [...encodePayload(streetAir, rows[0] as never)];
    const bare = [...encodePayload(streetAir, rows[0] as never, { schemaId: false } as never)];
    const errors = (input: object) => codec.decodeUplink(input).errors?.[0];
    expect(errors({ bytes: bare, fPort: 7 })).toBe("street-air: fPort 7 is not 1");
    expect(errors({ bytes: bytes.slice(0, 9), fPort: 1 })).toBe(
      "street-air: PAYLOAD_TRUNCATED at byte 9",
    );
    expect(errors({ bytes: [], fPort: 1 })).toBe("street-air: PAYLOAD_TRUNCATED at byte 0");
    expect(errors({ bytes: [...bytes, 0], fPort: 1 })).toMatch(/TRAILING/);
    const other = [...encodePayload({ ...streetAir, id: 2 }, rows[0] as never)];
    expect(errors({ bytes: other, fPort: 1 })).toMatch(/PAYLOAD_WRONG_SCHEMA/);
  });

  test("completes a short time by when the server had the message", () => {
    const short = { ...streetAir, time: { mode: "16", milliseconds: false } } as SensorSchema;
    const bytes = [...encodePayload(short, rows[0] as never)];
    const codec = load(short);
    const input = { bytes, fPort: 1 };
    const recvTime = new Date(1_538_352_150_000);
    expect(codec.decodeUplink({ ...input, recvTime }).data?.time).toBe("2018-10-01T00:02:23.000Z");
    expect(codec.decodeUplink(input).errors?.[0]).toMatch(/PAYLOAD_NO_ARRIVAL/);
  });

  test("normalizes to the vocabulary of The Things Stack, in its units and bounds", () => {
    const codec = load(streetAir);
    const { data } = codec.decodeUplink({
      bytes: [...encodePayload(streetAir, rows[0] as never)],
      fPort: 1,
    });
    expect(plain(codec.normalizeUplink({ data }))).toEqual({
      data: [
        {
          time: "2018-10-01T00:02:23.000Z",
          air: { temperature: 7, relativeHumidity: 74.7, pressure: 1022.4 },
        },
      ],
    });
    const low = { data: { pressure: 80_000, temperature: 7 } };
    expect(plain(codec.normalizeUplink(low))).toEqual({ data: [{ air: { temperature: 7 } }] });
  });

  test("writes commands as the SDK reads them, and reads them back", () => {
    for (const schema of [streetAir, streetLight]) {
      const codec = load(schema);
      for (const command of schema.commands) {
        const own = commandSchema(schema, command.name);
        if (!own) throw new Error("no command");
        const values = Object.fromEntries(
          command.fields.map((field) => [field.name, exampleOf(field)]),
        );
        const asked = { command: command.name, ...values };
        const { bytes = [], fPort } = codec.encodeDownlink({ data: asked });
        expect(fPort).toBe(1);
        expect(decodePayload(own, Uint8Array.from(bytes)).readings[0]?.values).toEqual(values);
        expect(Uint8Array.from(bytes)).toEqual(encodePayload(own, { values } as never));
        expect(plain(codec.decodeDownlink({ bytes, fPort }))).toEqual({ data: asked });
      }
    }
  });

  test("says what is wrong with a command", () => {
    const codec = load(streetAir);
    const error = (data: object) => codec.encodeDownlink({ data }).errors?.[0];
    expect(error({ command: "paint" })).toBe(
      "command is paint; there are set-report-interval, reboot",
    );
    expect(error({ command: "set-report-interval" })).toBe(
      "set-report-interval.interval: it is missing",
    );
    expect(error({ command: "set-report-interval", interval: 1e9 })).toMatch(
      /is not within 0 to 86400$/,
    );
    expect(codec.decodeDownlink({ bytes: [4, 99], fPort: 1 }).errors).toEqual([
      "no command has this id",
    ]);
  });

  test("asks for another name where it has a member of that name itself", () => {
    const schema = defineSchema({
      name: "clock",
      id: 5,
      fields: [{ name: "uptime", unit: "s", min: 0, max: 9, resolution: 1 }],
    });
    expect(() => lorawanCodec(schema, { port: 5, commandPort: 1 })).toThrowError(
      expect.toSatisfy((error) => isCodegenError(error) && error.code === "CODEGEN_NAME_TAKEN"),
    );
  });
});

function exampleOf(field: SensorSchema["fields"][number]): unknown {
  switch (field.kind) {
    case "boolean":
      return true;
    case "enum":
      return field.values[1];
    case "flags":
      return [field.flags[0]];
    case "text":
      return "å€";
    case "position":
      return { latitude: 42.69, longitude: 23.32 };
    case "quantity":
      return field.min + field.resolution;
    default:
      return 10;
  }
}
