import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exampleFile } from "../../testing/examples.js";
import { run } from "../../testing/run.js";

const schema = `
name: level
id: 5
reportInterval: 60
fields:
  - { name: level, unit: m, min: 0, max: 10, resolution: 0.01, optional: true }
  - { name: wet, kind: boolean }
`;

let directory = "";
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "bollard-measure-"));
});
afterAll(() => rmSync(directory, { recursive: true }));

function write(name: string, text: string): string {
  const file = join(directory, name);
  writeFileSync(file, text);
  return file;
}

/** Rows one minute apart. */
function recording(rows: readonly string[]): string {
  const lines = rows.map((row, index) => `${1_538_352_000 + 60 * index},${row}`);
  return write("level.csv", `t,level,wet\n${lines.join("\n")}\n`);
}

describe("bollard payload measure", () => {
  test("counts the bytes of single readings and of batches, and the bound", async () => {
    const csv = recording(["1.00,true", "1.00,true", ",true", "1.01,false"]);
    const file = write("level.yaml", schema);
    const { code, out, err } = await run([
      "payload",
      "measure",
      file,
      csv,
      "--batch",
      "1,4",
      "--json",
    ]);
    expect([code, err]).toEqual([0, ""]);
    const { batches, bound, ...rest } = JSON.parse(out);
    expect(rest).toMatchObject({
      file: csv,
      schema: "level",
      time: "absolute",
      profile: "schema",
      readings: 4,
      values: 7,
      rounded: 0,
    });
    // Levels: two differences of two values, 2 bits. Flags: two the same and a new one, 2.75. No time
    // differs. Masks: one of four is another, 3.25.
    expect(bound).toEqual({ bytes: 1, bytesPerValue: 1 / 7 });
    const [one, four] = batches;
    // Format, id, time; mask, 10 bits and a flag, or mask and a flag.
    expect(one).toMatchObject({ rows: 1, messages: 4, payload: { bytes: 3 * 8 + 7 } });
    expect(four).toMatchObject({ rows: 4, messages: 1 });
    expect(four.payload.bytes).toBeLessThan(14);
    expect(four.peers.map(({ name }: { name: string }) => name)).toEqual([
      "JSON",
      "SenML-JSON",
      "SenML-CBOR",
      "cbor-x map",
      "cbor-x structures",
      "Protobuf",
      "MessagePack",
      "CayenneLPP",
    ]);
    const [json] = four.peers;
    const rows = [
      { t: 1538352000, level: 1, wet: true },
      { t: 1538352060, level: 1, wet: true },
      { t: 1538352120, wet: true },
      { t: 1538352180, level: 1.01, wet: false },
    ];
    expect(json.bytes).toBe(JSON.stringify(rows).length);
  });

  test("learns the profile from the first fifth and measures the rest", async () => {
    const rows = Array.from(
      { length: 200 },
      (_, index) => `${(500 + ((index * 37) % 90)) / 100},true`,
    );
    const csv = recording(rows);
    const file = write("level.yaml", schema);
    const call = ["payload", "measure", file, csv, "--batch", "40", "--json"];
    const learnt = JSON.parse((await run([...call, "--profile", "learn"])).out);
    const plain = JSON.parse((await run(call)).out);
    expect([learnt.readings, plain.readings]).toEqual([160, 200]);
    expect(learnt.fingerprint).not.toBe(plain.fingerprint);
    const [first] = learnt.batches;
    const [unlearnt] = plain.batches;
    expect(first.payload.bytesPerValue).toBeLessThan(unlearnt.payload.bytesPerValue);
  });

  test("takes the time as it is told", async () => {
    const csv = recording(["1.00,true", "1.02,true"]);
    const file = write("level.yaml", schema);
    const bytes = async (time: string) => {
      const { out } = await run([
        "payload",
        "measure",
        file,
        csv,
        "--batch",
        "1",
        "--time",
        time,
        "--json",
      ]);
      return JSON.parse(out).batches[0].payload.bytes;
    };
    expect([await bytes("absolute"), await bytes("16"), await bytes("none")]).toEqual([16, 12, 8]);
  });

  test("prints a table for people", async () => {
    const air = exampleFile("street-air/street-air.schema.yaml");
    const csv = write(
      "air.csv",
      "t,pm25,pm10,temperature,humidity,pressure\n1538352143,1.34,7.3,7,74.7,102240\n1538352291,1.2,6.2,,74.3,102240\n",
    );
    const { code, out } = await run(["payload", "measure", air, csv, "--batch", "2"]);
    expect(code).toBe(0);
    expect(out).toContain(
      "street-air: 2 readings, 9 values; all came back at the schema's resolution, 1 of them recorded finer than that.",
    );
    expect(out).toMatch(/^Bollard +\d\.\d{3}$/m);
    expect(out).toMatch(/^CayenneLPP +\d\.\d{3}$/m);
  });

  test("names the line that the schema refuses, and a wrong option", async () => {
    const csv = recording(["1.00,true", "10.01,true"]);
    const file = write("level.yaml", schema);
    expect(await run(["payload", "measure", file, csv])).toEqual({
      code: 1,
      out: "",
      err: `bollard: ${csv}:3 level: 10.01 is out of its range, 0 to 10 (PAYLOAD_OUT_OF_RANGE)\n`,
    });
    const { code, err } = await run(["payload", "measure", file, csv, "--batch", "0"]);
    expect(code).toBe(2);
    expect(err).toContain("0 is no count from 1 to 255, such as 60.");
  });
});
