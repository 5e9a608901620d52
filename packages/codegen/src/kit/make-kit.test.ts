import { readdirSync } from "node:fs";
import { EntityGates, entityId, toEntity } from "@bollard/ngsi-ld";
import { compileSchema, toRecords } from "@bollard/payload";
import { readingArbitrary, readingsArbitrary, schemaArbitrary } from "@bollard/payload/testing";
import type { SensorSchema } from "@bollard/schema";
import { readSchemaFile } from "@bollard/schema/file";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { isCodegenError } from "../error.js";
import { checkKit } from "./check/check-kit.js";
import { runScript } from "./check/run-script.js";
import { makeKit } from "./make-kit.js";
import { os2iotDecoder } from "./os2iot/decoder-file.js";

const root = new URL("../../../../examples/", import.meta.url);
const schemaFile = (path: string) => readSchemaFile(new URL(path, root).pathname);
const streetAir = schemaFile("street-air/street-air.schema.yaml");
const examples = [
  streetAir,
  ...readdirSync(new URL("schemas/", root))
    .filter((name) => name.endsWith(".schema.yaml"))
    .map((name) => schemaFile(`schemas/${name}`)),
];

const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
const kitOf = (schema: SensorSchema) =>
  new Map(makeKit(schema, { maker: "Example" }).map(({ path, text }) => [path, text]));

describe("a kit", () => {
  test.each(examples.map((schema) => [schema.name, schema] as const))(
    "of %s passes its own check",
    (_, schema) => {
      const kit = kitOf(schema);
      const checks = checkKit((path) => kit.get(path));
      expect(checks.filter(({ state }) => state === "failed")).toEqual([]);
      expect(checks.length).toBeGreaterThan(3);
    },
  );

  test("of any schema passes its own check", () => {
    fc.assert(
      fc.property(schemaArbitrary, (schema) => {
        const kit = kitOf(schema);
        const checks = checkKit((path) => (path.startsWith("python/") ? undefined : kit.get(path)));
        const failed = checks.filter(
          ({ state, what }) => state === "failed" && what !== "kit.json",
        );
        expect(failed).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });

  test("for Sigfox reads each reading of a schema that fits into 12 bytes, and is not there for others", () => {
    const fitting = examples.filter((schema) => kitOf(schema).has("sigfox/decoder.js"));
    expect(fitting.length).toBeGreaterThan(1);
    expect(fitting.length).toBeLessThan(examples.length);
    for (const schema of fitting) {
      const { decode } = runScript(kitOf(schema).get("sigfox/decoder.js") ?? "", ["decode"]);
      const codec = compileSchema(schema);
      const { time } = schema.time.mode === "none" ? { time: undefined } : { time: 1_790_000_000 };
      fc.assert(
        fc.property(readingArbitrary(schema), (reading) => {
          const given = { ...reading, ...(time !== undefined && { time }) };
          const bytes = codec.encode(given, { schemaId: false });
          expect(bytes.length).toBeLessThanOrEqual(12);
          const message = {
            device: "1A2B3C",
            time: 1_790_000_001,
            data: Buffer.from(bytes).toString("hex"),
          };
          const { values } = codec.decode(bytes, { arrival: 1_790_000_001 }).readings[0] as {
            values: object;
          };
          const { device, time: _, ...row } = plain(decode?.(message as never));
          expect(device).toBe("1A2B3C");
          const there = Object.entries(plain(values)).filter(([, value]) => value !== null);
          expect(row).toEqual(Object.fromEntries(there));
        }),
        { numRuns: 50 },
      );
      for (const data of ["", "zz", "00"]) {
        expect(() => decode?.({ data, time: 1 } as never)).toThrow();
      }
    }
  });

  test("has a folder for The Things Network's device repository, its examples run", () => {
    const kit = kitOf(streetAir);
    const yaml = (path: string) => parse(kit.get(`lorawan/vendor/${path}`) ?? "");
    expect(yaml("index.yaml")).toEqual({ vendors: [{ id: "example", name: "Example" }] });
    expect(yaml("example/index.yaml")).toEqual({ endDevices: ["street-air"] });
    const [firmware] = yaml("example/street-air.yaml").firmwareVersions;
    const { id, codec } = firmware.profiles["EU863-870"];
    expect(yaml(`example/${id}.yaml`)).toMatchObject({ supportsJoin: true });
    const { uplinkDecoder, downlinkEncoder } = yaml(`example/${codec}.yaml`);
    expect(kit.has(`lorawan/vendor/example/${uplinkDecoder.fileName}`)).toBe(true);
    expect(uplinkDecoder.examples[0]).toMatchObject({
      description: "a single reading",
      input: { fPort: 1 },
      output: { data: { pm25: expect.any(Number) } },
      normalizedOutput: { data: [{ air: { temperature: expect.any(Number) } }] },
    });
    expect(downlinkEncoder.examples[0]).toMatchObject({ input: { data: { command: "reboot" } } });
  });

  test("asks for a port that is one", () => {
    expect(() => makeKit(streetAir, { maker: "Example", port: 0 })).toThrowError(
      expect.toSatisfy((error) => isCodegenError(error) && error.code === "CODEGEN_BAD_OPTION"),
    );
  });
});

describe("OS2iot's decoder", () => {
  const metadata = {
    name: "oak-street-12",
    location: { type: "Point", coordinates: [23.32, 42.69] },
  };
  const { decode } = runScript(os2iotDecoder(streetAir, 1, "entities"), ["decode"], { atob });
  const decoded = (payload: object) =>
    JSON.parse(JSON.stringify(decode?.(payload as never, metadata as never)));

  test("returns the entities that every other way to a broker makes, and they pass the gates", async () => {
    const gates = new EntityGates();
    for (const [reading] of fc.sample(readingsArbitrary(streetAir), { seed: 3, numRuns: 40 })) {
      if (!reading) continue;
      const time = 1_764_000_000;
      const { values } = reading;
      const message = {
        ...{ node: "n", schema: "street-air", key: "1-1" },
        ...{ time: new Date(time * 1000).toISOString(), values },
      };
      const records = toRecords(streetAir, { time, values }, { baseName: "n/", time });
      const made = decoded(message);
      for (const entity of made) {
        const properties = Object.fromEntries(
          streetAir.fields.flatMap(({ name, maps }) =>
            maps.flatMap(({ model, property }) =>
              model === entity.type ? [[name, property]] : [],
            ),
          ),
        );
        expect(entity).toEqual(
          toEntity(records, {
            id: entityId(entity.type, "oak-street-12"),
            type: entity.type,
            properties,
            baseName: "n/",
            location: { longitude: 23.32, latitude: 42.69 },
          }),
        );
        expect(await gates.check(entity)).toMatchObject({ ok: true });
      }
      const ids = made.map(({ id }: { id: string }) => id);
      expect(new Set(ids).size).toBe(ids.length);
    }
  });

  test("throws where it cannot read, which OS2iot shows", () => {
    expect(() => decoded({ schema: "other", values: {} })).toThrow(/this decoder of street-air/);
    expect(() => decoded({})).toThrow(/neither data in base64/);
    expect(() => decoded({ data: "EAAA", fPort: 9 })).toThrow(/fPort 9 is not 1/);
    expect(() => decoded({ data: "EAAA", fPort: 1 })).toThrow(/PAYLOAD_TRUNCATED/);
  });
});
