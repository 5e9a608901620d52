import { openVirtualPort } from "@bollard/firmware-sim";
import { keepPolling, LinkNode } from "@bollard/link";
import { openConnection } from "@bollard/mqtt-engine";
import { compileSchema } from "@bollard/payload";
import { layoutFingerprint } from "@bollard/schema";

const TICK_MS = 10;

/** Values that change as those of a street do. */
function readingOf(node, number, timeS) {
  return {
    time: timeS,
    values: {
      pm25: ((node * 13 + number) % 400) / 10,
      pm10: ((node * 17 + number) % 900) / 10,
      temperature: 8 + ((node + number) % 60) / 10,
      humidity: 55 + ((node + number) % 200) / 10,
      pressure: 101_000 + ((node + number) % 40) * 10,
    },
  };
}

/**
 * Calls `sendNext(node)` for one node after the other, `ratePerS` times a second in all, until it is
 * stopped. It makes up for what it was late.
 */
function pace(ratePerS, nodes, sendNext) {
  const startMs = performance.now();
  let count = 0;
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - startMs) * ratePerS) / 1000);
    for (; count < due; count++) sendNext(count % nodes);
  }, TICK_MS);
  return () => clearInterval(timer);
}

/** Nodes that publish to the street's broker over one connection, as behind a gateway. */
export async function mqttStreet({ url, schema, nodes, ratePerS, reader }) {
  const codec = compileSchema(schema);
  const { hostname, port } = new URL(url);
  const connection = openConnection({
    host: hostname,
    port: Number(port),
    clientId: "bench-gateway",
    maxInFlight: 10_000,
    maxQueued: 1_000_000,
    maxQueuedBytes: 256 * 1024 * 1024,
  });
  const numbers = new Uint32Array(nodes);
  const names = Array.from({ length: nodes }, (_, i) => `air-${i}`);
  let stop = () => {};
  return {
    start() {
      stop = pace(ratePerS, nodes, (node) => {
        const number = numbers[node]++;
        const reading = readingOf(node, number, Math.floor(Date.now() / 1000));
        const payload = codec.encode(reading, { key: { boot: 1, sequence: number } });
        reader.noteSent(names[node], number);
        connection.publish(`bollard/${names[node]}/up`, payload, { qos: 1 }, () => {});
      });
    },
    stop: () => stop(),
    refused: () => connection.stats().refused,
    close: () => connection.close(),
  };
}

/**
 * Nodes on virtual serial ports. With a link each keeps its readings until the bridge says that they
 * are on its disk; `lines` writes each reading once, as a line of JSON, as plain firmware does.
 */
export async function serialStreet({ folder, schema, nodes, ratePerS, reader, lines = false }) {
  const codec = compileSchema(schema);
  const numbers = new Uint32Array(nodes);
  const members = [];
  for (let i = 0; i < nodes; i++) {
    const name = `air-${i}`;
    const port = await openVirtualPort({ link: `${folder}/ttyBENCH${i}` });
    members.push(lines ? { name, port } : linkNode(name, port, schema));
  }
  let refused = 0;
  let stop = () => {};
  return {
    start() {
      stop = pace(ratePerS, nodes, (index) => {
        const { name, node, port } = members[index];
        const number = numbers[index];
        const reading = readingOf(index, number, Math.floor(Date.now() / 1000));
        const isTaken = lines
          ? port.write(Buffer.from(`${JSON.stringify({ node: name, number, ...reading })}\n`))
          : node.offer(codec.encode(reading));
        if (!isTaken) {
          refused++;
          return;
        }
        numbers[index]++;
        reader.noteSent(name, number);
      });
    },
    stop: () => stop(),
    refused: () => refused,
    held: () => members.reduce((sum, { node }) => sum + (node?.stats().held ?? 0), 0),
    async close() {
      for (const { endPolling, port } of members) {
        endPolling?.();
        await port.close();
      }
    },
  };
}

function linkNode(name, port, schema) {
  const node = new LinkNode({
    nodeId: name,
    boot: 1,
    life: 1,
    maxHeld: 16_384,
    schemas: [{ id: schema.id, fingerprint: layoutFingerprint(schema) }],
    now: () => performance.now(),
    send: (frame) => port.write(frame),
  });
  const endPolling = keepPolling(node, { now: () => performance.now() });
  port.onData((bytes) => node.receive(bytes));
  node.lineUp();
  return { name, node, port, endPolling };
}
