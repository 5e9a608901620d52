import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadConfigFile } from "./read-config.js";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bollard-env-"));
  file = join(folder, "bridge.yaml");
  writeFileSync(
    file,
    `sinks:
  mqtt:
    - { name: city-2, url: mqtt://localhost }
spool: { maxBytes: 2000000 }
`,
  );
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("the environment", () => {
  test("stands in place of the file's values", () => {
    const { config, warnings } = loadConfigFile(file, {
      HOME: "/root",
      BOLLARD_DATA_DIR: "/var/lib/bollard",
      BOLLARD_SCHEMAS: "a.schema.yaml, b.schema.yaml",
      BOLLARD_SPOOL_MAX_BYTES: "5000000",
      BOLLARD_HTTP_ENABLED: "false",
      BOLLARD_SINKS_MQTT_CITY_2_URL: "mqtts://city.example",
      BOLLARD_SINKS_MQTT_CITY_2_PASSWORD_FILE: "city.password",
    });
    expect(warnings).toEqual([]);
    expect(config.dataDir).toBe("/var/lib/bollard");
    expect(config.schemas).toEqual([join(folder, "a.schema.yaml"), join(folder, "b.schema.yaml")]);
    expect(config.spool.maxBytes).toBe(5_000_000);
    expect(config.http.enabled).toBe(false);
    expect(config.sinks.mqtt[0]).toMatchObject({
      url: "mqtts://city.example",
      passwordFile: join(folder, "city.password"),
    });
  });

  test("is checked as the file is, and blamed by name", () => {
    const load = (name: string, value: string) => () => loadConfigFile(file, { [name]: value });
    expect(load("BOLLARD_SPOOL_MAX_BYTES", "lots")).toThrow(
      "spool.maxBytes: must be integer (BRIDGE_CONFIG_INVALID at BOLLARD_SPOOL_MAX_BYTES)",
    );
    expect(load("BOLLARD_SPOOL_MAX_BYTES", "5")).toThrow("must be >= 1048576");
    expect(load("BOLLARD_HTTP_ENABLED", "perhaps")).toThrow("must be boolean");
    expect(load("BOLLARD_NODES_UNKNOWN", "drop")).toThrow("must be one of hold, accept");
  });

  test("a variable that stands for nothing is told", () => {
    const { warnings } = loadConfigFile(file, { BOLLARD_SPOL_MAX_BYTES: "1" });
    expect(warnings).toEqual(["BOLLARD_SPOL_MAX_BYTES stands for no key of the configuration"]);
  });
});
