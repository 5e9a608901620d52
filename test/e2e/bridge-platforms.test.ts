import { writeFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { Bridge, type BridgeConfig } from "@bollard/bridge";
import { decodeSparkplug } from "@bollard/platforms/sparkplug";
import { connectAsync } from "mqtt";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { readSnippets } from "../readme/read-snippets.js";
import { lampPayload, lampSchema } from "./bridge-parts.js";
import { type TestStreet, useStreet } from "./use-street.js";

const node = "lamp-12";
const page = "docs/bridge-platforms.md";
const snippets = readSnippets(page, "yaml").map((yaml): BridgeConfig => parse(yaml));

let own: TestStreet;
useStreet((given) => {
  own = given;
});

test(`one reading goes by every configuration of ${page}`, async () => {
  const posted: string[] = [];
  const city = createServer((request: IncomingMessage, response) => {
    posted.push(`${request.method} ${request.url}`);
    const body = request.url?.includes("/Things?") ? '{"value":[]}' : "[]";
    request.resume().on("end", () => response.writeHead(200).end(body));
  });
  await new Promise<void>((resolve) => city.listen(0, "127.0.0.1", resolve));
  own.closing.push(async () => {
    city.closeAllConnections();
    city.close();
  });
  const http = `http://127.0.0.1:${(city.address() as AddressInfo).port}`;
  const file = (name: string, text: string) => {
    const path = join(own.folder, name);
    writeFileSync(path, text);
    return path;
  };

  const published = new Map<string, Buffer>();
  own.city.aedes.on("publish", ({ topic, payload }, client) => {
    if (client) published.set(topic, Buffer.from(payload));
  });

  const sinks: BridgeConfig["sinks"] = Object.assign({}, ...snippets.map(({ sinks }) => sinks));
  const [agent, os2iot, thingsBoard, sparkplug, frost] = [
    sinks?.iotAgent?.[0],
    sinks?.os2iot?.[0],
    sinks?.thingsBoard?.[0],
    sinks?.sparkplug?.[0],
    sinks?.frost?.[0],
  ];
  if (!agent?.provision || !os2iot || !thingsBoard || !sparkplug || !frost) {
    throw new Error("the page has not one of each");
  }
  const { primaryHost: _, ...edge } = sparkplug;
  const provision = { ...agent.provision, url: http };
  const bridge = new Bridge({
    config: {
      dataDir: join(own.folder, "data"),
      http: { enabled: false },
      log: { level: "silent" },
      sources: { mqtt: [{ name: "street", url: own.street.url, topic: "up/{node}" }] },
      nodes: { list: { [node]: { position: [10.75, 59.91] } } },
      sinks: {
        iotAgent: [
          { ...agent, url: own.city.url, provision },
          { ...agent, name: "over-http", url: http, provision },
        ],
        os2iot: [
          { ...os2iot, url: http, devicesFile: file("devices.yaml", `${node}: { apiKey: k }\n`) },
        ],
        thingsBoard: [
          { ...thingsBoard, url: own.city.url, tokenFile: file("token", "the-token\n") },
        ],
        sparkplug: [{ ...edge, url: own.city.url }],
        frost: [{ ...frost, url: `${http}/v1.1`, passwordFile: file("password", "secret\n") }],
      },
    },
    schemas: [lampSchema],
  });
  own.closing.push(() => bridge.close());
  await bridge.start();
  const street = await connectAsync(own.street.url);
  const payload = Buffer.from(lampPayload(7, { boot: 1, sequence: 7 }));
  await street.publishAsync(`up/${node}`, payload, { qos: 1 });
  await street.endAsync();

  const wanted = [
    /^POST \/iot\/services$/,
    /^POST \/iot\/devices$/,
    /^POST \/iot\/json\?k=street-WeatherObserved&i=lamp-12$/,
    /^POST \/api\/v1\/receive-data\?apiKey=k$/,
    /^GET \/v1.1\/Things\?/,
    /^POST \/v1.1\/Things$/,
  ];
  const isThere = () =>
    wanted.every((pattern) => posted.some((line) => pattern.test(line))) &&
    ["/json/street-WeatherObserved/lamp-12/attrs", "v1/gateway/telemetry"].every((topic) =>
      published.has(topic),
    ) &&
    published.has("spBv1.0/city/DDATA/oak-street/lamp-12");
  while (!isThere()) await new Promise((resolve) => setTimeout(resolve, 20));

  const measure = JSON.parse(String(published.get("/json/street-WeatherObserved/lamp-12/attrs")));
  expect(Object.keys(measure).sort()).toEqual(["TimeInstant", "location", "temperature"]);
  const telemetry = JSON.parse(String(published.get("v1/gateway/telemetry")));
  expect(telemetry[node][0].values).toEqual({ temperature: measure.temperature });
  const data = decodeSparkplug(published.get("spBv1.0/city/DDATA/oak-street/lamp-12") as Buffer);
  expect(data?.metrics).toMatchObject([
    { name: "lamp/temperature", value: measure.temperature, type: "Double" },
  ]);
}, 30_000);
