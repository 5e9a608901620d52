import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openVirtualPort } from "@bollard/firmware-sim";
import { keepPolling, LinkHost, LinkSessions } from "@bollard/link";
import { commandSchema, compileSchema, type MessageKey } from "@bollard/payload";
import { decodePayload, defineSchema, type SensorSchema } from "@bollard/sdk";
import * as sdk from "@bollard/sdk/node";
import { Aedes } from "aedes";
import { connect } from "mqtt";
import { SerialPort } from "serialport";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readSnippets } from "./read-snippets.js";
import { runSnippet, type SnippetOutcome } from "./run-snippet.js";

type AirNode = sdk.Node<[SensorSchema & { name: "street-air" }]>;

const snippets = readSnippets("packages/sdk/README.md");
const [first = "", queued = "", batched = "", commanded = "", serial = "", ...more] = snippets;
const lamp = defineSchema({
  name: "lamp",
  id: 9,
  fields: [{ name: "lit", kind: "boolean" }],
  commands: [
    {
      name: "dim",
      id: 1,
      fields: [{ name: "level", unit: "/100", min: 0, max: 100, resolution: 1 }],
    },
    { name: "reboot", id: 2 },
  ],
});

let folder = "";
const atEnd: (() => unknown)[] = [];
/** What the node of a snippet sent. */
const sent: sdk.OutgoingMessage[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bollard-readme-"));
  sent.length = 0;
});
afterEach(async () => {
  for (const task of atEnd.splice(0).reverse()) await task();
  rmSync(folder, { recursive: true });
});

/** The door to Node, with the page's folder in place of the device's. */
const modules = {
  "@bollard/sdk/node": {
    countBoots: (path: string) => sdk.countBoots(join(folder, path.replaceAll("/", "-"))),
    openQueue: (options: sdk.DiskQueueOptions) =>
      sdk.openQueue({ ...options, dir: join(folder, options.dir), commitDelayMs: 0 }),
  },
};
const transport = sdk.functionTransport(async (message) => {
  sent.push(message);
});

function runHere(code: string, names: Readonly<Record<string, unknown>>): Promise<SnippetOutcome> {
  return runSnippet(code, { modules, names: { Node: sdk.Node, ...names } });
}

/** The schema and the node of the page's first lines. */
async function startedNode(
  publish = transport,
): Promise<{ streetAir: SensorSchema; node: AirNode }> {
  const { constants } = await runSnippet(first, {
    modules: {
      "@bollard/sdk/node": { ...modules["@bollard/sdk/node"], mqttTransport: () => publish },
      mqtt: { default: { connect: () => ({}) } },
    },
    names: { readSensor: () => 12.3, setInterval: (report: () => void) => report() },
  });
  const { streetAir, node } = constants as { streetAir: SensorSchema; node: AirNode };
  atEnd.push(() => node.close());
  return { streetAir, node };
}

describe("the README of the SDK", () => {
  test("its first lines report to a broker, once an interval", async () => {
    const broker = await Aedes.createBroker();
    const server = createServer(broker.handle).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    atEnd.push(
      () => server.close(),
      () => new Promise<void>((done) => broker.close(done)),
    );
    const published = new Promise<{ topic: string; payload: Uint8Array }>((resolve) =>
      broker.on("publish", ({ topic, payload }, client) => {
        if (client) resolve({ topic, payload: payload as Uint8Array });
      }),
    );
    const intervals: number[] = [];
    const { constants } = await runSnippet(first, {
      modules: {
        ...modules,
        mqtt: {
          default: {
            connect: (url: string) => {
              expect(url).toBe("mqtt://broker.example");
              const client = connect(`mqtt://127.0.0.1:${port}`);
              atEnd.push(() => client.endAsync(true));
              return client;
            },
          },
        },
      },
      names: {
        readSensor: () => 12.3,
        setInterval: (report: () => void, intervalMs: number) => {
          intervals.push(intervalMs);
          report();
        },
      },
    });
    const { streetAir, node } = constants as { streetAir: SensorSchema; node: AirNode };
    atEnd.push(() => node.close());
    const { topic, payload } = await published;
    expect(intervals).toEqual([60_000]);
    expect(topic).toBe("bollard/air-1/up");
    expect(decodePayload(streetAir, payload)).toMatchObject({
      key: { boot: 1, sequence: 0 },
      readings: [{ values: { pm25: 12.3, temperature: null } }],
    });
    await node.flushed();
    expect(node.stats()).toMatchObject({ delivered: 1, held: 0 });
  });

  test("what a queue on disk holds is sent after the next start, under its keys", async () => {
    const { streetAir } = await startedNode();
    sent.length = 0;
    const unreachable = sdk.functionTransport(() => Promise.reject(new Error("no network")));
    const before = await runHere(queued, { streetAir, transport: unreachable });
    const key = (before.constants.node as AirNode).report({ pm25: 1 }) as MessageKey;
    await (before.constants.node as AirNode).close();
    const after = await runHere(queued, { streetAir, transport });
    const node = after.constants.node as AirNode;
    atEnd.push(() => node.close());
    await node.flushed();
    expect(sent.map(({ payload }) => decodePayload(streetAir, payload))).toMatchObject([
      { key, readings: [{ values: { pm25: 1 } }] },
    ]);
  });

  test("an alarm goes at once, behind what a batch holds, and closing sends what waits", async () => {
    const { streetAir } = await startedNode();
    sent.length = 0;
    const outcome = await runHere(batched, { streetAir, transport });
    expect(sent.map(({ alarm, readings }) => ({ alarm, readings }))).toEqual([
      { alarm: true, readings: 1 },
    ]);
    const alarm = `node.report({ pm25: 180 }, { alarm: true })`;
    expect(outcome.expressions[alarm]).toEqual({ boot: 1, sequence: 0 });
  });

  test("a command comes typed, and another than the page's is refused", async () => {
    const levels: number[] = [];
    let give: sdk.TransportContext["onCommand"];
    const { constants } = await runHere(commanded, {
      lamp,
      setLevel: async (level: number) => {
        levels.push(level);
      },
      transport: (context: sdk.TransportContext) => {
        give = context.onCommand;
        return { ...transport(context), carriesResults: true };
      },
    });
    const node = constants.node as AirNode;
    atEnd.push(() => node.close());
    const payloadOf = (name: "dim" | "reboot", values: Record<string, number>) => {
      const schema = commandSchema(lamp, name);
      if (!schema) throw new Error(`there is no command ${name}`);
      return compileSchema(schema).encode({ values });
    };
    const results = () => sent.map(({ result }) => result);
    give?.({ id: 1, payload: payloadOf("dim", { level: 40 }) });
    await expect.poll(results).toEqual([{ commandId: 1, status: "done" }]);
    give?.({ id: 2, payload: payloadOf("reboot", {}) });
    await expect.poll(results).toHaveLength(2);
    expect(results()[1]).toEqual({ commandId: 2, status: "refused" });
    expect(levels).toEqual([40]);
  });

  test("a serial line is opened with the options that the page gives", async () => {
    const port = await openVirtualPort({ link: join(folder, "line") });
    atEnd.push(() => port.close());
    class PortOfTheTest extends SerialPort {
      constructor(
        options: ConstructorParameters<typeof SerialPort>[0],
        opened: ConstructorParameters<typeof SerialPort>[1],
      ) {
        expect(options.path).toBe("/dev/ttyGS0");
        super({ ...options, path: port.path }, opened);
      }
    }
    const { constants } = await runSnippet(serial, {
      modules: { serialport: { SerialPort: PortOfTheTest } },
    });
    const { streetAir } = await startedNode();
    const now = () => performance.now();
    const readings: unknown[] = [];
    const host = new LinkHost({
      sessions: new LinkSessions({ allocateSession: () => 900 }),
      now,
      send: (frame) => port.write(frame),
      onEvent: (event) => {
        if (event.kind !== "data") return;
        readings.push(decodePayload(streetAir, event.payload).readings[0]?.values.pm25);
        event.session.durable(event.sequence);
      },
    });
    atEnd.push(keepPolling(host, { now }));
    port.onData((bytes) => host.receive(bytes));
    host.lineUp();
    const node = new sdk.Node({
      ...{ id: "air-1", boot: 1, schemas: [streetAir] },
      transport: constants.transport as sdk.Transport,
    });
    atEnd.push(() => node.close());
    node.report({ pm25: 7.5 });
    await node.flushed();
    expect(readings).toEqual([7.5]);
  });

  test("shows nothing else", () => {
    expect(more).toEqual([]);
  });
});
