import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { encodePayload } from "@bollard/payload";
import { readSchemaFile } from "@bollard/schema/file";
import { compileEncoder } from "@bollard/sdk/device";
import { afterAll, beforeAll, expect, test } from "vitest";
import { exampleFile } from "../../testing/examples.js";
import { run } from "../../testing/run.js";

const air = exampleFile("street-air/street-air.schema.yaml");
const light = exampleFile("schemas/street-light.schema.yaml");
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bollard-cli-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

test("writes a module and its types for each schema; a device sends with it", async () => {
  const { code, out, err } = await run(["generate", "js", air, light, "-o", folder]);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  const files = ["street-air.js", "street-air.d.ts", "street-light.js", "street-light.d.ts"];
  expect(out.trimEnd().split("\n")).toEqual(files);
  const { streetAir } = await import(pathToFileURL(join(folder, "street-air.js")).href);
  const reading = {
    time: 1538352143,
    values: { pm25: 1.3, pm10: 7.3, temperature: 7, humidity: 74.7, pressure: 102_235 },
  };
  const bytes = compileEncoder(streetAir).encode(reading);
  expect(bytes).toEqual(encodePayload(readSchemaFile(air), reading));
  const types = readFileSync(join(folder, "street-light.d.ts"), "utf8");
  expect(types).toContain("export type StreetLightValues = {");
  expect(types).toMatch(/power_state\??: "off" \| .*;/);
});

test("tells programs of its files, and names what it cannot read", async () => {
  const { out } = await run(["generate", "js", air, "-o", folder, "--json"]);
  expect(JSON.parse(out)).toEqual(["street-air.js", "street-air.d.ts"]);
  const { code, err } = await run(["generate", "js", "none.yaml", "-o", folder]);
  expect(code).toBe(1);
  expect(err).toContain("none.yaml");
});
