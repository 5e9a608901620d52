import { BatchEncoder } from "@bollard/payload";
import { readSchemaFile } from "@bollard/schema/file";
import { describe, expect, test } from "vitest";
import { exampleFile } from "../../testing/examples.js";
import { run } from "../../testing/run.js";

const air = exampleFile("street-air/street-air.schema.yaml");
const single = "14015bb1640fa001a758";

function batchHex(file: string, ...readings: readonly (readonly [number, object])[]): string {
  const encoder = new BatchEncoder(readSchemaFile(exampleFile(file)));
  encoder.open(new Uint8Array(500), { boot: 3, sequence: 70000 });
  for (const [time, values] of readings) encoder.append({ time, values: { ...values } });
  return Buffer.from(encoder.close()).toString("hex");
}

/** The table's lines, their columns one space apart. */
function lines(text: string): string[] {
  return text.split("\n").map((line) => line.trim().replace(/ {2,}/g, " | "));
}

describe("bollard payload explain", () => {
  test("names every bit of a reading, and what it says", async () => {
    const { code, out, err } = await run(["payload", "explain", air, single]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toBe(`street-air: 10 bytes, 1 reading
byte  bits                              what                value
 0.0  00                                form                single reading
 0.2  01                                time mode           absolute
 0.4  0                                 milliseconds        without
 0.5  1                                 schema id           with
 0.6  0                                 key                 without
 0.7  0                                 reserved
 1.0  00000001                          schema id           1, street-air
 2.0  01011011101100010110010000001111  time                2018-10-01T00:02:23Z
 6.0  1                                 pm25 there?         yes
 6.1  0                                 pm10 there?         no
 6.2  1                                 temperature there?  yes
 6.3  0                                 humidity there?     no
 6.4  0                                 pressure there?     no
 6.5  00000000001101                    pm25                1.3 µg/m³
 8.3  00111010110                       temperature         7 °C
 9.6  00                                padding
`);
  });

  test("goes through a batch row by row", async () => {
    const values = { pm25: 1.3, pm10: 7.3, temperature: 7, humidity: 74.7, pressure: 102240 };
    const hex = batchHex(
      "street-air/street-air.schema.yaml",
      [1538352143, values],
      [1538352290, { ...values, pm25: 1.2, temperature: null }],
    );
    const { code, out } = await run(["payload", "explain", air, hex]);
    expect(code).toBe(0);
    const text = lines(out);
    expect(text[0]).toBe(`street-air: ${hex.length / 2} bytes, 2 readings`);
    expect(text).toContain("2.0 | 0000001100000000 | key: boot | 3");
    expect(text).toContain("4.0 | 01110000000100010000000100000000 | key: sequence | 70000");
    expect(text).toContain("8.0 | 00000010 | row count | 2");
    const second = text.slice(text.indexOf("row 2") + 1);
    expect(second.map((line) => line.split(" | ").slice(2).join(": "))).toEqual([
      "anything new?: yes",
      "others missing?: yes",
      "pm25 there?: yes",
      "pm10 there?: yes",
      "temperature there?: no",
      "humidity there?: yes",
      "pressure there?: yes",
      "time: 2018-10-01T00:04:50Z",
      "pm25: 1.2 µg/m³",
      "pm10: 7.3 µg/m³",
      "humidity: 74.7 %",
      "pressure: 102240 Pa",
      "padding",
      "",
    ]);
  });

  test("shows positions, spectra, names, flags, texts and bytes", async () => {
    const health = exampleFile("schemas/node-health.schema.yaml");
    const encoded = await run([
      ...["payload", "encode", health, "--time", "86400"],
      '{"battery":3600,"resets":3,"lost_reports":0,"last_reset":"watchdog","firmware":"1.4-ü","crash":"00ff"}',
    ]);
    const { out } = await run(["payload", "explain", health, encoded.out.trim()]);
    const words = lines(out).map((line) => line.split(" | ").slice(2).join(": "));
    expect(words).toEqual(
      expect.arrayContaining([
        "time: 86400 s after the node's start",
        "battery: 3600 mV",
        "last_reset: watchdog",
        'firmware bytes: "1.4-ü"',
        "crash bytes: 00ff",
      ]),
    );
    const moving = exampleFile("schemas/moving-sensor.schema.yaml");
    const place = { latitude: 55.67594, longitude: 12.56553, altitude: 11 };
    const hex = batchHex("schemas/moving-sensor.schema.yaml", [
      1700000000.25,
      { position: place, pm25: 3 },
    ]);
    const explained = lines((await run(["payload", "explain", moving, hex])).out);
    const ends = explained.map((line) => line.split(" | ").slice(2).join(": "));
    expect(ends).toEqual(
      expect.arrayContaining([
        "milliseconds: 2023-11-14T22:13:20.250Z",
        "position/latitude: 55.67594°",
        "position/longitude: 12.56553°",
        "position/altitude: 11 m",
      ]),
    );
  });

  test("says where a payload breaks, in what, and why", async () => {
    const cut = await run(["payload", "explain", air, single.slice(0, -2)]);
    expect(cut.code).toBe(1);
    expect(cut.err).toBe("bollard: The payload ends within a row (PAYLOAD_TRUNCATED at byte 9)\n");
    const text = lines(cut.out);
    expect(text).toContain("6.5 | 00000000001101 | pm25 | 1.3 µg/m³");
    expect(text.at(-2)).toBe(
      "9.0 | breaks in temperature | The payload ends within a row (PAYLOAD_TRUNCATED at byte 9)",
    );
    const long = await run(["payload", "explain", air, `${single}ff`]);
    expect(lines(long.out).at(-2)).toBe(
      "10.0 | ff | breaks | 1 byte comes after the last row (PAYLOAD_TRAILING_BYTES at byte 10)",
    );
    const other = await run(["payload", "explain", air, "1407"]);
    expect(lines(other.out).at(-2)).toBe(
      "1.0 | 07 | breaks | Schema id 7 is not 1, street-air (PAYLOAD_WRONG_SCHEMA at byte 1)",
    );
  });

  test("tells programs the same as JSON", async () => {
    const { out } = await run(["payload", "explain", air, single, "--json"]);
    const { bits, readings } = JSON.parse(out);
    expect(bits).toHaveLength(16);
    expect(bits.at(-3)).toEqual({
      part: "step",
      offset: 53,
      bits: "00000000001101",
      row: 0,
      field: "pm25",
    });
    expect(readings).toMatchObject([{ time: 1538352143, values: { pm25: 1.3, pm10: null } }]);
    const broken = await run(["payload", "explain", air, "c0", "--json"]);
    expect(broken.code).toBe(1);
    expect(JSON.parse(broken.out)).toMatchObject({
      readings: [],
      error: { code: "PAYLOAD_RESERVED_FORM", offset: 0 },
    });
  });

  test("has colours for a person's terminal only", async () => {
    const plain = await run(["payload", "explain", air, single]);
    const coloured = await run(["payload", "explain", air, single], { colour: true });
    expect(plain.out).not.toContain("\u001b");
    expect(coloured.out).toContain("\u001b[36mpm25\u001b[39m");
    const colours = new RegExp(`${"\u001b"}\\[[0-9;]*m`, "g");
    expect(coloured.out.replace(colours, "")).toBe(plain.out);
  });
});
