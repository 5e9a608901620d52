import { readdirSync } from "node:fs";
import { Bridge, type BridgeConfig, resolveConfig } from "@bollard/bridge";
import { connectAsync } from "mqtt";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { readSnippets } from "../readme/read-snippets.js";
import { type CutBroker, lampPayload, lampSchema } from "./bridge-parts.js";
import { type TestStreet, useStreet } from "./use-street.js";

const page = "docs/bridge-mqtt.md";
const [fromNodes, , foreign, toCity] = readSnippets(page, "yaml").map(
  (yaml): BridgeConfig => parse(yaml),
);
const [command = ""] = readSnippets(page, "json");
const node = "lamp-12";

let own: TestStreet;
useStreet((given) => {
  own = given;
});

async function start(config: BridgeConfig): Promise<void> {
  const bridge = new Bridge({
    config: { ...config, dataDir: own.folder, http: { enabled: false }, log: { level: "silent" } },
    schemas: [lampSchema],
  });
  own.closing.push(() => bridge.close());
  await bridge.start();
}

/** What is published in the city, by topic. */
function listen() {
  const taken = new Map<string, string>();
  let wake = () => {};
  own.city.aedes.on("publish", ({ topic, payload }, client) => {
    if (!client) return;
    taken.set(topic, payload.toString());
    wake();
  });
  return async (topic: string) => {
    while (!taken.has(topic)) await new Promise<void>((resolve) => (wake = resolve));
    return taken.get(topic) ?? "";
  };
}

async function publish(broker: CutBroker, topic: string, payload: string | Buffer): Promise<void> {
  const client = await connectAsync(broker.url);
  await client.publishAsync(topic, payload, { qos: 1 });
  await client.endAsync();
}

describe(`the configurations of ${page}`, () => {
  test("bring a reading from the topic of its node to the city in every form", async () => {
    const at = listen();
    const {
      tls: _,
      username: __,
      passwordFile: ___,
      ...source
    } = fromNodes?.sources?.mqtt?.[0] ?? {
      name: "",
      url: "",
    };
    const sink = toCity?.sinks?.mqtt?.[0] ?? { name: "", url: "" };
    await start({
      sources: { mqtt: [{ ...source, url: own.street.url, down: "street/{node}/down" }] },
      sinks: { mqtt: [{ ...sink, url: own.city.url }] },
      nodes: { list: { [node]: { position: [10.75, 59.91] } } },
    });
    const payload = Buffer.from(lampPayload(7, { boot: 1, sequence: 7 }));
    await publish(own.street, `street/${node}/lamp`, payload);
    expect(JSON.parse(await at(`oslo/${node}/lamp/senml`)).at(-1)).toMatchObject({ vs: "1-7" });
    expect(JSON.parse(await at(`oslo/${node}/lamp/ngsi-ld/WeatherObserved`))).toMatchObject({
      type: "WeatherObserved",
    });
    expect(Object.keys(JSON.parse(await at(`oslo/${node}/lamp/json`)))).toEqual([
      ...["node", "schema", "key", "time", "values"],
    ]);
    expect(await at(`oslo/${node}/lamp/raw`)).toBe(payload.toString());
    expect(JSON.parse(await at(`oslo/${node}/status`))).toMatchObject({ node, state: "up" });
    expect(JSON.parse(await at("oslo/bridge/bollard/status"))).toMatchObject({ state: "up" });
    await publish(own.city, `oslo/${node}/command`, command);
    const result = JSON.parse(await at(`oslo/${node}/result`));
    expect(result).toMatchObject({ id: "7f3", node, status: "sent" });
  });

  test("map what foreign sensors publish", async () => {
    const at = listen();
    const [zigbee] = foreign?.sources?.foreign ?? [];
    if (!zigbee?.mqtt) throw new Error("the page has no such source");
    const { pressure: _, window: __, ...fields } = zigbee.fields;
    await start({
      sources: {
        foreign: [
          { ...zigbee, schema: "lamp", fields, mqtt: { ...zigbee.mqtt, url: own.street.url } },
        ],
      },
      sinks: { mqtt: [{ name: "city", url: own.city.url, formats: ["json"] }] },
      nodes: { unknown: "accept" },
    });
    const message = { temperature: 21.5, last_seen: "2026-05-01T12:00:00Z" };
    await publish(own.street, `zigbee2mqtt/${node}`, JSON.stringify(message));
    expect(JSON.parse(await at(`bollard/${node}/lamp/json`))).toMatchObject({
      time: "2026-05-01T12:00:00.000Z",
      values: { temperature: 21.5 },
    });
  });
});

describe("every configuration in docs", () => {
  const pages = readdirSync(new URL("../../docs", import.meta.url))
    .filter((name) => /^(bridge-|running-).*\.md$/.test(name))
    .map((name) => `docs/${name}`);
  const snippets = pages.flatMap((name) =>
    readSnippets(name, "yaml").map((yaml, index) => [name, index, yaml] as const),
  );

  test("is there to be checked", () => expect(snippets.length).toBeGreaterThan(8));

  test.each(snippets)("%s, number %i, is one", (_, __, yaml) => {
    // One that begins with spaces goes on with the sink before it.
    const sink = "sinks:\n  ngsiLd:\n    - name: city\n      url: http://127.0.0.1\n";
    const config = parse(/^ /.test(yaml) ? sink + yaml : yaml);
    expect(resolveConfig(config)).toMatchObject({ name: expect.any(String) });
  });
});
