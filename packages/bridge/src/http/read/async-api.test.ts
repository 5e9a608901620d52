import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import specs from "@asyncapi/specs";
import { Ajv } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { connectAsync } from "mqtt";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Bridge } from "../../bridge.js";
import { TopicTemplate } from "../../mqtt/topic-template.js";
import { silent } from "../../testing/street.js";
import { streetAir, streetPayload } from "../../testing/street-air.js";
import { TestBroker } from "../../testing/test-broker.js";

let dataDir: string;
let street: TestBroker;
let city: TestBroker;
let bridge: Bridge;

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "bollard-async-"));
  street = await TestBroker.open();
  city = await TestBroker.open();
});
afterEach(async () => {
  await bridge.close();
  await street.close();
  await city.close();
  rmSync(dataDir, { recursive: true });
});

interface AsyncDocument {
  readonly servers: Record<string, { host: string; protocol: string }>;
  readonly channels: Record<string, { address: string; messages: Record<string, object> }>;
}

async function start(): Promise<AsyncDocument> {
  const formats = ["senml", "ngsi-ld", "json", "raw"] as const;
  bridge = new Bridge({
    config: {
      dataDir,
      sources: { mqtt: [{ name: "street", url: street.url }] },
      sinks: { mqtt: [{ name: "city", url: city.url, prefix: "town", formats, commands: {} }] },
      nodes: { list: { "lamp-12": { position: [23.32, 42.69] } } },
      spool: { commitDelayMs: 10 },
      http: { port: 0 },
    },
    schemas: [streetAir],
    log: silent,
  });
  const { url } = await bridge.start();
  return (await (await fetch(`${url}/v1/asyncapi.json`)).json()) as AsyncDocument;
}

describe("the AsyncAPI document", () => {
  test("is one that AsyncAPI 3.0 allows, and names no more of a broker than its host", async () => {
    const document = await start();
    const ajv = new Ajv({ strict: false, logger: false });
    addFormats.default(ajv);
    const validate = ajv.compile(specs.schemasWithoutId["3.0.0"] as object);
    expect([validate(document), validate.errors]).toEqual([true, null]);
    expect(document.servers.city).toEqual({
      host: new URL(city.url).host,
      protocol: "mqtt",
      protocolVersion: "3.1.1",
    });
  });

  test("describes each message that the bridge publishes", async () => {
    const document = await start();
    const ajv = new Ajv2020({ strict: false });
    addFormats.default(ajv);
    ajv.addSchema(document as object, "async");
    const node = await connectAsync(street.url);
    await node.publishAsync("bollard/lamp-12/up", Buffer.from(streetPayload(1)), { qos: 1 });
    await node.endAsync();
    await city.until(() => city.taken.length >= 7);
    const channels = Object.values(document.channels).map(({ address, messages }) => ({
      template: new TopicTemplate(address),
      message: Object.keys(messages)[0] ?? "",
    }));
    const seen = city.taken.map(({ topic, text }) => {
      const channel = channels.find(({ template }) => template.match(topic));
      const name = channel?.message ?? `nothing for ${topic}`;
      if (name !== "raw") {
        const validate = ajv.getSchema(`async#/components/messages/${name}/payload`);
        const isRight = validate?.(JSON.parse(text));
        expect([topic, isRight, validate?.errors]).toEqual([topic, true, null]);
      }
      return name;
    });
    expect([...new Set(seen)].sort()).toEqual([
      ...["bridgeStatus", "json", "ngsiLd", "nodeStatus", "raw", "senml"],
    ]);
  });
});
