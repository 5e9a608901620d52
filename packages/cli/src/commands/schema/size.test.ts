import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exampleFile } from "../../testing/examples.js";
import { run } from "../../testing/run.js";

const air = exampleFile("street-air/street-air.schema.yaml");
const recording = exampleFile("street-air/data/street_pm_bme280.csv");
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bollard-size-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("bollard schema size", () => {
  test("tells bytes, airtime and what coarser resolutions save", async () => {
    const { code, out, err } = await run(["schema", "size", air]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/^street-air: time absolute; typical: nothing missing/);
    expect(out).toMatch(/\n1 {2,}15\.0 {2,}15\.00 {2,}15\n/);
    expect(out).toMatch(/\nDR0, SF12 {2,}51 {2,}1647 ms {2,}[\d.]+ {2,}2793 ms {2,}280 s\n/);
    expect(out).toMatch(
      /\npm25 {2,}0\.1 µg\/m³ {2,}0\.2 {2,}67 to 66 {2,}[\d.]+ to [\d.]+ {2,}\d+ %\n/,
    );
    expect(out).toMatch(/\nall at once {2,}the coarsest {2,}67 to \d+ .*\d+ %\n$/);
  });

  test("measures a recording; at its own resolution a coarser one more than halves it", async () => {
    const learnt = join(folder, "learnt.schema.yaml");
    writeFileSync(learnt, (await run(["schema", "learn", recording])).out);
    const words = ["--readings", recording, "--batch", "1,60", "--json"];
    const { code, out } = await run(["schema", "size", learnt, ...words]);
    expect(code).toBe(0);
    const { recording: measured, messages, lorawan, coarser } = JSON.parse(out);
    expect(measured).toEqual({ file: recording, readings: 8000 });
    const measure = await run([
      ...["payload", "measure", learnt, recording, "--batch", "60", "--json"],
    ]);
    const { batches } = JSON.parse(measure.out);
    const [, batch] = messages;
    // The last message there has 20 readings, and here it is left out.
    expect(batch.typicalBytes / 60).toBeCloseTo(batches[0].payload.bytesPerReading, 1);
    expect(lorawan).toHaveLength(6);
    const all = coarser.at(-1);
    expect(all.coarserBatchBytes / all.batchBytes).toBeLessThan(0.5);
    const tens = coarser.filter(({ field }: { field?: string }) => field === "pressure");
    expect(tens.map(({ to }: { to: number }) => to)).toEqual([0.02, 0.05, 0.1, 1, 10]);
  }, 60_000);

  test("says where a message is too long for LoRaWAN, and where nothing is to be made coarser", async () => {
    const long = join(folder, "long.schema.yaml");
    writeFileSync(
      long,
      "name: long\nid: 1\nfields: [{ name: note, kind: text, maxBytes: 200 }, { name: raw, kind: bytes, maxBytes: 200 }]\n",
    );
    const { out } = await run(["schema", "size", long]);
    expect(out).toMatch(/\nDR0, SF12 {2,}51 {2,}too long {2,}none\n/);
    expect(out).toMatch(/There is no resolution to make coarser\.\n$/);
  });

  test("tells what is wrong with a recording by its line", async () => {
    const file = join(folder, "bad.csv");
    writeFileSync(
      file,
      "t,pm25,pm10,temperature,humidity,pressure\n1538352143,1,2,3,4,50000\n1538352200,1,2,3,4,9\n",
    );
    const strict = join(folder, "strict.schema.yaml");
    writeFileSync(
      strict,
      "name: strict\nid: 1\nfields: [{ name: pressure, unit: Pa, min: 30000, max: 110000, resolution: 10 }]\n",
    );
    expect(await run(["schema", "size", strict, "--readings", file])).toEqual({
      code: 1,
      out: "",
      err: `bollard: ${file}:3 pressure: 9 is out of its range, 30000 to 110000 (PAYLOAD_OUT_OF_RANGE)\n`,
    });
    const { code, err } = await run(["schema", "size", air, "--batch", "0"]);
    expect(code).toBe(2);
    expect(err).toContain("0 is no count from 1 to 255, such as 60.");
  });
});
