import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { planScenario } from "./plan-scenario.js";
import { readScenarioFile } from "./read-scenario.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bollard-scenario-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

const least = `name: least
streets:
  - name: air
    nodes: 10
    everyS: 60
phases:
  - kind: hold
    durationS: 1
`;

const schema = `name: mast
id: 9
fields:
  - { name: temperature, unit: Cel, min: -40, max: 60, resolution: 0.1 }
`;

describe("readScenarioFile", () => {
  test("reads the least that a scenario may be", () => {
    const plan = planScenario(readScenarioFile(file("s.yaml", least)));
    expect(plan.streets[0]).toMatchObject({ totalNodes: 10, intervalMs: 60_000, qos: 1 });
    expect(plan.streets[0]?.topicOf(0)).toBe("simulated/air/1");
    expect(plan.target).toMatchObject({ host: "127.0.0.1", protocolVersion: 5, reconnect: {} });
  });

  test("reads all that it names, from its own folder", () => {
    file("mast.yaml", schema);
    file("who.csv", "ann,secret\nbob,word\n,,eve.pem,eve.key\n");
    file("eve.pem", "a certificate");
    file("eve.key", "its key");
    file("day.csv", "temperature\n3\n");
    const text = least
      .replace("everyS: 60", "everyS: 60\n    schema: mast.yaml\n    readings: { replay: day.csv }")
      .replace("streets:", "broker: { credentials: who.csv, port: 99 }\nstreets:");
    const plan = planScenario(readScenarioFile(file("s.yaml", text)), { host: "b", scale: 0.5 });
    expect(plan.target).toMatchObject({
      host: "b",
      port: 99,
      credentials: [
        { username: "ann", password: "secret" },
        { username: "bob", password: "word" },
        { certificate: { cert: "a certificate", key: "its key" } },
      ],
    });
    expect(plan.streets[0]?.totalNodes).toBe(5);
    const buffer = Buffer.alloc(100);
    const message = { node: 0, sequence: 0, slot: 0, dueMs: 0, hasFaults: false };
    expect(plan.streets[0]?.source.write(buffer, 0, message)).toBeGreaterThan(5);
  });

  test.each([
    ["nodes: 10", "nodes: ten", /s\.yaml:4:\d+ streets\[0\]\.nodes: "ten" is not a whole number/],
    ["nodes: 10", "node: 10", /s\.yaml:4:\d+ streets\[0\]\.node: .*did you mean nodes\?/],
    ["kind: hold", "kind: holt", /s\.yaml:7:\d+ phases\[0\]\.kind: "holt".*did you mean hold\?/],
    [
      "kind: hold",
      "kind: hold\n    share: 1",
      /s\.yaml:8:\d+ phases\[0\]\.share: share says nothing of hold/,
    ],
    ["everyS: 60", "everyS: 60\n    readings: {}", /s\.yaml:6:\d+ .*readings: needs a schema/],
    [
      "phases:",
      "receivers: [{ filter: city/# }]\nphases:",
      /s\.yaml:6:\d+ receivers\[0\]\.filter: takes in no street's topic; they are simulated\/air\/1/,
    ],
    [
      "everyS: 60",
      "everyS: 60\n    schema: gone.yaml",
      /s\.yaml:6:\d+ streets\[0\]\.schema: is not right:\n.*gone\.yaml/,
    ],
    ["name: least", "name: [", /s\.yaml:\d+:\d+ /],
    [
      "phases:",
      "  - { name: air, nodes: 1, everyS: 1 }\nphases:",
      /s\.yaml:6:\d+ streets\[1\]\.name: air is another street's name/,
    ],
    [
      "everyS: 60",
      "everyS: 60\n    schema: mast.yaml\n    readings: { models: { wind: {} } }",
      /models\.wind: mast has no field wind; it has temperature/,
    ],
  ])("names the line of %j as %j", (from, to, message) => {
    file("mast.yaml", schema);
    const path = file("s.yaml", least.replace(from, to));
    expect(() => planScenario(readScenarioFile(path))).toThrow(message);
  });

  test("with MQTT 3.1.1 readings cannot be counted, and it says so", () => {
    file("mast.yaml", schema);
    const text = least
      .replace("everyS: 60", "everyS: 60\n    schema: mast.yaml")
      .replace("phases:", 'broker: { version: "3.1.1" }\nreceivers: [{ filter: "#" }]\nphases:');
    expect(() => readScenarioFile(file("s.yaml", text))).toThrow(
      /broker\.version: with MQTT 3\.1\.1/,
    );
  });

  test("says that it cannot be read", () => {
    expect(() => readScenarioFile(join(folder, "none.yaml"))).toThrow(/none\.yaml: cannot be read/);
  });
});
