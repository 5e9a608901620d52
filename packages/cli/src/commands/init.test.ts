import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readConfigFile } from "@bollard/bridge";
import { readScenarioFile } from "@bollard/fleet";
import { readSchemaFile } from "@bollard/schema/file";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { run } from "../testing/run.js";
import { measurements } from "./init/measurements.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bollard-init-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("bollard init", () => {
  test("writes a schema, a bridge and a scenario that their own readers take, of all it knows", async () => {
    const project = join(folder, "city");
    const measure = measurements.map(({ name }) => name).join(",");
    const { code, out, err } = await run(["init", project, "--measure", measure, "--yes"]);
    expect(code).toBe(0);
    expect(out.trim().split("\n")).toContain(`${project}/firmware/city/city.ino`);
    expect(err).toContain("bollard sim node");
    const schema = readSchemaFile(join(project, "city.schema.yaml"));
    expect(schema.fields.map(({ name }) => name)).toEqual(measurements.map(({ name }) => name));
    expect(schema.fields.filter(({ maps }) => maps.length === 0)).toHaveLength(1);
    const config = readConfigFile(join(project, "bridge.yaml"));
    expect(config.sources.serial[0]?.ports[0]).toBe(`${project}/ttyNODE*`);
    const { scenario } = readScenarioFile(join(project, "scenario.yaml"));
    expect(scenario.streets[0]?.nodes).toBe(100);
    const link = readFileSync(join(project, "firmware/city/src/bollard_link_config.h"), "utf8");
    expect(link).toContain("#define BOLLARD_LINK_TIME 1");
  });

  test("asks a person, and again where the answer is none", async () => {
    const project = join(folder, "x");
    const answers = ["Big City", "", "big-city", "heat", "", "noise, battery"];
    const asked: string[] = [];
    const ask = async (question: string) => {
      asked.push(question);
      return answers[asked.length - 1] ?? "";
    };
    expect((await run(["init", project], { ask })).code).toBe(0);
    expect(asked[0]).toBe("Name of the kind of node [x]: ");
    expect(asked[1]).toContain("lower-case letters");
    expect(asked[4]).toContain('"heat" is not known');
    const schema = readSchemaFile(join(project, "big-city.schema.yaml"));
    expect(schema.fields.map(({ name }) => name)).toEqual(["noise", "battery"]);
  });

  test("overwrites nothing, and refuses what is no measurement, place or id", async () => {
    writeFileSync(join(folder, "mine.txt"), "mine");
    const taken = await run(["init", folder, "--yes"]);
    expect(taken).toMatchObject({ code: 2 });
    expect(taken.err).toContain("has files in it already");
    for (const [option, value, says] of [
      ["--measure", "heat", "known are temperature"],
      ["--position", "200,1", "longitude first"],
      ["--id", "0", "1 to 16383"],
      ["--name", "1x", "a letter first"],
    ] as const) {
      const { code, err } = await run(["init", join(folder, "new"), option, value]);
      expect(code).toBe(2);
      expect(err).toContain(says);
    }
  });
});
