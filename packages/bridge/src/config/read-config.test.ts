import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isBridgeError } from "../error.js";
import { readConfigFile, readNodesFile, readSchemaFiles, readSecretFile } from "./read-config.js";
import { resolveConfig } from "./resolve-config.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bollard-config-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function refusal(task: () => unknown): { code: string; place: string; message: string } {
  try {
    task();
  } catch (error) {
    if (isBridgeError(error)) return error;
    throw error;
  }
  throw new Error("it was not refused");
}

describe("readConfigFile", () => {
  test("takes paths from the file's own folder", () => {
    const path = file(
      "bridge.yaml",
      `
dataDir: data
schemas: [street-air.schema.yaml, /etc/bollard/other.schema.yaml]
sinks:
  mqtt:
    - { name: city, url: mqtts://city.example, username: street, passwordFile: secret }
nodes: { file: nodes.yaml }
`,
    );
    const config = readConfigFile(path);
    expect(config.dataDir).toBe(join(folder, "data"));
    expect(config.schemas).toEqual([
      join(folder, "street-air.schema.yaml"),
      "/etc/bollard/other.schema.yaml",
    ]);
    expect(config.sinks.mqtt[0]?.passwordFile).toBe(join(folder, "secret"));
    expect(config.nodes.file).toBe(join(folder, "nodes.yaml"));
  });

  test("an empty file is all defaults", () => {
    const path = file("bridge.yaml", "# nothing yet\n");
    expect(readConfigFile(path)).toEqual({
      ...resolveConfig({}),
      dataDir: join(folder, "bollard-data"),
    });
  });

  test("names file, line and key of each mistake, and what would be right", () => {
    const path = file(
      "bridge.yaml",
      `sinks:
  mqtt:
    - name: city
      url: http://city.example
      inFlight: 5000
    - name: city
      url: mqtt://city.example
htpp:
  port: 80
`,
    );
    const error = refusal(() => readConfigFile(path));
    expect(error.code).toBe("BRIDGE_CONFIG_INVALID");
    expect(error.message.replaceAll(path, "bridge.yaml").split("\n")).toEqual([
      'bridge.yaml:4:7 sinks.mqtt[0].url: "http://city.example" may not be used; mqtt://host:port, or mqtts://host:port for TLS with the system\'s certificates. (SCHEMA_BAD_NAME)',
      "bridge.yaml:5:7 sinks.mqtt[0].inFlight: 5000 must be <= 1000; A far or busy broker takes longer to acknowledge and needs more; what it has not acknowledged is sent again after a cut. (SCHEMA_OUT_OF_BOUNDS)",
      'bridge.yaml:6:7 sinks.mqtt[1].name: "city" is there already; give another (SCHEMA_DUPLICATE)',
      "bridge.yaml:8:1 htpp: htpp is not a key here; did you mean http? (SCHEMA_UNKNOWN_KEY) (BRIDGE_CONFIG_INVALID at sinks.mqtt[0].url)",
    ]);
  });

  test("says when the file is not there", () => {
    const error = refusal(() => readConfigFile(join(folder, "no.yaml")));
    expect([error.code, error.place]).toEqual([
      "BRIDGE_CONFIG_UNREADABLE",
      join(folder, "no.yaml"),
    ]);
  });
});

test("a registry file gives nodes", () => {
  const path = file("nodes.yaml", "lamp-12:\n  name: oak-street-12\n  position: [23.32, 42.69]\n");
  expect(readNodesFile(path)).toEqual({
    "lamp-12": { name: "oak-street-12", position: [23.32, 42.69], calibration: {}, tags: [] },
  });
});

test("a secret is the first line of its file", () => {
  expect(readSecretFile(file("secret", "hush\n"))).toBe("hush");
});

test("a schema that is not there is named", () => {
  const error = refusal(() => readSchemaFiles([join(folder, "no.schema.yaml")]));
  expect(error.code).toBe("BRIDGE_CONFIG_UNREADABLE");
});
