// The same load as a script of one would write it: one client of the `mqtt` package a node, with a
// timer each. Its figures as JSON on stdout.
import { connectAsync } from "mqtt";

const { port, clients, intervalMs, qos, seconds } = JSON.parse(process.argv[2]);
const payload = Buffer.alloc(100, 0x2e);
const startedConnecting = performance.now();
const nodes = [];
for (let first = 0; first < clients; first += 50) {
  const some = Array.from({ length: Math.min(50, clients - first) }, (_, index) =>
    connectAsync(`mqtt://127.0.0.1:${port}`, { clientId: `node-${first + index}`, keepalive: 60 }),
  );
  nodes.push(...(await Promise.all(some)));
}
const connectsPerSecond = (clients / (performance.now() - startedConnecting)) * 1000;
const cpu = process.cpuUsage();
const startMs = performance.now();
const endMs = startMs + seconds * 1000;
let sent = 0;
await Promise.all(
  nodes.map((client, index) => (intervalMs > 0 ? paced : atFullSpeed)(client, index)),
);
const elapsedMs = performance.now() - startMs;
const { user, system } = process.cpuUsage(cpu);
process.stdout.write(
  JSON.stringify({
    perSecond: (sent / elapsedMs) * 1000,
    cpuSPerMillion: (user + system) / sent,
    rssMb: process.memoryUsage.rss() / 1e6,
    connectsPerSecond,
  }),
);
process.exit(0);

async function paced(client, index) {
  let dueMs = startMs + (index / clients) * intervalMs;
  while (dueMs < endMs) {
    const waitMs = dueMs - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    client.publish(`bollard/fleet/${index}`, payload, { qos });
    sent++;
    dueMs += intervalMs;
  }
}

async function atFullSpeed(client, index) {
  while (performance.now() < endMs) {
    await client.publishAsync(`bollard/fleet/${index}`, payload, { qos });
    sent++;
  }
}
