// The same with one client of the `mqtt` package a node.
import { connectAsync } from "mqtt";

const { port, clients } = JSON.parse(process.argv[2]);
/** Those that connect at a time: more would only wait in the broker's backlog. */
const AT_ONCE = 200;
const all = [];
const rssBefore = process.memoryUsage.rss();
const startedAt = performance.now();
let next = 0;
const connectSome = async () => {
  while (next < clients) {
    const clientId = `node-${next++}`;
    all.push(await connectAsync(`mqtt://127.0.0.1:${port}`, { clientId, reconnectPeriod: 0 }));
  }
};
await Promise.all(Array.from({ length: AT_ONCE }, connectSome));
const seconds = (performance.now() - startedAt) / 1000;
await new Promise((resolve) => setTimeout(resolve, 1000));
const rss = process.memoryUsage.rss();
process.stdout.write(
  JSON.stringify({
    connected: all.length,
    connectsPerSecond: all.length / seconds,
    kilobytesPerConnection: (rss - rssBefore) / 1024 / all.length,
    rssMb: rss / 1e6,
  }),
);
process.exit(0);
