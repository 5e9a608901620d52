import { describe, expect, test } from "vitest";
import { isBridgeError } from "../error.js";
import type { BridgeConfig, ResolvedConfig } from "./config.js";
import { configJsonSchema, resolveConfig, resolveNodes } from "./resolve-config.js";

const allDefaults: ResolvedConfig = {
  name: "bollard",
  dataDir: "bollard-data",
  schemas: [],
  sources: { serial: [], mqtt: [], lorawan: [], foreign: [] },
  sinks: {
    ...{ mqtt: [], ngsiLd: [], webhook: [], ldes: [] },
    ...{ iotAgent: [], os2iot: [], thingsBoard: [], sparkplug: [], frost: [] },
  },
  nodes: { unknown: "hold", list: {} } as unknown as ResolvedConfig["nodes"],
  privacy: {},
  spool: {
    maxBytes: 268_435_456,
    whenFull: "drop-oldest",
    neverThinned: [],
    historyBytes: 268_435_456,
    historyDays: 7,
    commitDelayMs: 1000,
  },
  http: {
    enabled: true,
    host: "127.0.0.1",
    port: 8080,
    nextFreePort: false,
    maxEventStreams: 64,
    names: [],
    read: { access: "page", requestsPerMinute: 600 },
  } as unknown as ResolvedConfig["http"],
  view: { historyPoints: 720, maxNodes: 10_000, staleAfterMs: 0 },
  log: { level: "info" },
};

describe("resolveConfig", () => {
  test("an empty configuration is all defaults", () => {
    expect(resolveConfig({})).toEqual(allDefaults);
  });

  test("each end gets its defaults and keeps what was given", () => {
    const { sources, sinks, nodes } = resolveConfig({
      sources: {
        serial: [{ name: "cabinet", ports: ["/dev/ttyACM0"] }],
        mqtt: [{ name: "street", url: "mqtt://127.0.0.1:1883" }],
      },
      sinks: { mqtt: [{ name: "city", url: "mqtts://city.example:8883", inFlight: 20 }] },
      nodes: {
        list: { "lamp-12": { position: [23.32, 42.69], calibration: { pm25: { gain: 1.1 } } } },
      },
    });
    expect(sources).toEqual({
      serial: [
        {
          name: "cabinet",
          ports: ["/dev/ttyACM0"],
          keepDtr: true,
          otherBaudRates: [],
          baudRate: 115_200,
          pollMs: 2000,
          silenceMs: 900_000,
          maxQueueBytes: 65_536,
        },
      ],
      mqtt: [
        {
          name: "street",
          url: "mqtt://127.0.0.1:1883",
          clientId: "",
          version: "3.1.1",
          keepAliveS: 30,
          tls: {},
          topic: "bollard/{node}/up",
          receiveMaximum: 1000,
        },
      ],
      lorawan: [],
      foreign: [],
    });
    expect(sinks.mqtt).toEqual([
      {
        name: "city",
        tls: {},
        order: "in-order",
        status: true,
        topics: {
          senml: "{prefix}/{node}/{schema}/senml",
          ngsiLd: "{prefix}/{node}/{schema}/ngsi-ld/{type}",
          json: "{prefix}/{node}/{schema}/json",
          raw: "{prefix}/{node}/{schema}/raw",
          nodeStatus: "{prefix}/{node}/status",
          bridgeStatus: "{prefix}/bridge/{bridge}/status",
        },
        url: "mqtts://city.example:8883",
        clientId: "",
        version: "3.1.1",
        keepAliveS: 30,
        prefix: "bollard",
        formats: ["senml", "ngsi-ld"],
        retain: true,
        inFlight: 20,
      },
    ]);
    expect(nodes.list["lamp-12"]).toEqual({
      position: [23.32, 42.69],
      calibration: { pm25: { gain: 1.1 } },
      tags: [],
    });
  });

  test("leaves the given object as it was", () => {
    const config: BridgeConfig = { http: { port: 0 } };
    resolveConfig(config);
    expect(config).toEqual({ http: { port: 0 } });
  });

  test("names every key that is wrong, and what would be right", () => {
    const wrong = {
      htpp: {},
      http: { port: 70_000, host: "" },
      sinks: { mqtt: [{ name: "city" }] },
    };
    const error = refusal(() => resolveConfig(wrong as unknown as BridgeConfig));
    expect(error.code).toBe("BRIDGE_CONFIG_INVALID");
    expect(
      error.message
        .split(/; | \(/)
        .slice(0, -1)
        .sort(),
    ).toEqual(
      [
        "http.host: must NOT have fewer than 1 characters",
        "http.port: must be <= 65535",
        "htpp: there is no such key",
        "sinks.mqtt[0].url: it is missing",
      ].sort(),
    );
  });

  test("refuses two sinks of one name", () => {
    const sink = { name: "city", url: "mqtt://127.0.0.1" };
    expect(refusal(() => resolveConfig({ sinks: { mqtt: [sink, sink] } })).place).toBe(
      "sinks.mqtt[1].name",
    );
  });

  test("refuses a topic with no place for the node's id, or two", () => {
    for (const topic of ["bollard/up", "+/+/up", "bollard/#"]) {
      const source = { name: "street", url: "mqtt://127.0.0.1", topic };
      expect(refusal(() => resolveConfig({ sources: { mqtt: [source] } })).place).toBe(
        "sources.mqtt[0].topic",
      );
    }
  });
});

test("a registry file is checked like the section", () => {
  expect(resolveNodes({ "lamp-12": { name: "oak-street-12" } })).toEqual({
    "lamp-12": { name: "oak-street-12", calibration: {}, tags: [] },
  });
  expect(refusal(() => resolveNodes({ "lamp-12": { position: [42.69, 123.3] } })).place).toBe(
    "lamp-12.position[1]",
  );
});

test("a split that no node falls into is refused", () => {
  const url = "mqtt://127.0.0.1";
  const withSplit = (part: number, of: number) =>
    resolveConfig({ sources: { mqtt: [{ name: "street", url, split: { part, of } }] } });
  const { place, message } = refusal(() => withSplit(4, 3));
  expect([place, message]).toEqual([
    "sources.mqtt[0].split.part",
    expect.stringContaining("There are 3 bridges, so it is 1 to 3"),
  ]);
  expect(withSplit(3, 3).sources.mqtt[0]?.split).toEqual({ part: 3, of: 3 });
});

test("every key of the published schema says what it is", () => {
  const silent: string[] = [];
  const look = (node: unknown, path: string) => {
    if (typeof node !== "object" || node === null) return;
    const properties = (node as { properties?: Record<string, Record<string, unknown>> })
      .properties;
    for (const [key, value] of Object.entries(properties ?? {})) {
      if ("$ref" in value) continue;
      if (!value.title || !value.description) silent.push(`${path}.${key}`);
      look(value, `${path}.${key}`);
    }
  };
  look(configJsonSchema, "");
  for (const [name, value] of Object.entries(
    (configJsonSchema as { $defs: Record<string, unknown> }).$defs,
  )) {
    look(value, name);
  }
  expect(silent).toEqual([]);
});

function refusal(task: () => unknown): { code: string; place: string; message: string } {
  try {
    task();
  } catch (error) {
    if (isBridgeError(error)) return error;
    throw error;
  }
  throw new Error("it was not refused");
}
