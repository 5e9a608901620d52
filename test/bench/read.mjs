// `npm run -s bench:read`: what reading from the bridge costs those who send to it. The real daemon on
// one core, between two mosquittos, with and without clients that read as fast as they are answered.
// Progress on stderr; a table and one JSON line on stdout.
//
//   --quick   seconds in place of half a minute
//
// - arrived, p50, p99: readings a second that a subscriber of the city's broker gets, and the delay
//   from a node's sending, in ms; first with nobody who reads, then beside the clients
// - reads: answers a second of each kind, and what is in them; refused: told to wait, since two read
//   the log already
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bootstrap } from "../../tools/bootstrap.mjs";
import { table } from "./table.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const schemaFile = join(root, "examples/street-air/street-air.schema.yaml");
const isQuick = process.argv.includes("--quick");
const [warmS, measureS] = isQuick ? [2, 4] : [5, 15];
const NODES = 500;
const RATE_PER_S = 1000;

const say = (line) => process.stderr.write(`${line}\n`);
const seconds = (count) => new Promise((resolve) => setTimeout(resolve, count * 1000));
const round = (value, digits = 0) => value && Number(value.toFixed(digits));

/** The daemon has the first core for itself, all else shares the others. */
function pin() {
  if (availableParallelism() < 2) return [];
  const { status } = spawnSync("taskset", ["-cp", `1-${availableParallelism() - 1}`, process.pid]);
  return status === 0 ? ["taskset", "-c", "0"] : [];
}

/** Each asks again as soon as it is answered. */
const clients = [
  {
    name: "history",
    path: (cursor) => `/v1/history?limit=1000${cursor ? `&after=${cursor}` : ""}`,
    count: (text) => JSON.parse(text).length,
  },
  {
    name: "latest",
    path: () => "/v1/entities?limit=1000&options=keyValues",
    count: (text) => JSON.parse(text).length,
  },
  {
    name: "sensorThings",
    path: () =>
      "/v1.1/Datastreams('air-7:street-air:pm25')/Observations?$top=100&$orderby=phenomenonTime%20desc",
    count: (text) => JSON.parse(text).value.length,
  },
];

async function read(url, client, until) {
  const counts = { client: client.name, answers: 0, items: 0, refused: 0 };
  let cursor;
  while (performance.now() < until) {
    const response = await fetch(url + client.path(cursor));
    const text = await response.text();
    if (response.status === 503) {
      counts.refused++;
      await seconds(0.05);
      continue;
    }
    if (!response.ok) throw new Error(`${client.name} was answered ${response.status}: ${text}`);
    cursor = response.headers.has("link") ? response.headers.get("next-cursor") : undefined;
    counts.answers++;
    counts.items += client.count(text);
  }
  return counts;
}

async function measure(stage, reads) {
  const { reader, program, url } = stage;
  reader.measure(true);
  const before = { ...program.usage(), distinct: reader.distinct };
  const until = performance.now() + measureS * 1000;
  const counts = reads ? await Promise.all(clients.map((client) => read(url, client, until))) : [];
  await seconds(Math.max(0, (until - performance.now()) / 1000));
  const after = { ...program.usage(), distinct: reader.distinct };
  reader.measure(false);
  const { p50, p99 } = reader.delays();
  return {
    flow: {
      clients: reads ? clients.length : 0,
      arrivedPerS: round((after.distinct - before.distinct) / measureS),
      p50Ms: round(p50, 1),
      p99Ms: round(p99, 1),
      cpu: round((after.cpuS - before.cpuS) / measureS, 2),
    },
    reads: counts.map(({ client, answers, items, refused }) => ({
      client,
      answersPerS: round(answers / measureS, 1),
      itemsPerS: round(items / measureS),
      refused,
    })),
  };
}

async function main() {
  await bootstrap();
  const { startMosquitto } = await import("./bridge/mosquitto.mjs");
  const { startProgram } = await import("./bridge/child-process.mjs");
  const { CityReader } = await import("./bridge/city-reader.mjs");
  const { mqttStreet } = await import("./bridge/street-load.mjs");
  const { readSchemaFile } = await import("@bollard/schema/file");
  const prefix = pin();
  const folder = mkdtempSync(join(process.env.BENCH_DIR ?? tmpdir(), "bench-read-"));
  const city = await startMosquitto(join(folder, "city"));
  const street = await startMosquitto(join(folder, "street"));
  const reader = await CityReader.open(city.url, "city/+/street-air/senml", keyOf);
  const schema = readSchemaFile(schemaFile);
  const load = await mqttStreet({
    ...{ url: street.url, schema, nodes: NODES, ratePerS: RATE_PER_S, reader },
  });
  const file = join(folder, "bridge.yaml");
  const place = (i) => ({ position: [12.5 + (i % 25) / 1000, 55.6 + Math.floor(i / 25) / 1000] });
  const config = {
    dataDir: join(folder, "data"),
    schemas: [schemaFile],
    sources: { mqtt: [{ name: "street", url: street.url }] },
    sinks: { mqtt: [{ name: "city", url: city.url, prefix: "city" }] },
    nodes: {
      list: Object.fromEntries(Array.from({ length: NODES }, (_, i) => [`air-${i}`, place(i)])),
    },
    http: { port: 0, read: { requestsPerMinute: 1_000_000 } },
    log: { level: "error" },
  };
  writeFileSync(file, JSON.stringify(config));
  const args = [join(root, "packages/cli/dist/main.js"), "bridge", "run", file];
  const program = await startProgram(args, { prefix, ready: /its page is at (\S+)/ });
  const stage = { reader, program, url: program.found.replace(/\/$/, "") };
  try {
    await seconds(1);
    load.start();
    say(`${RATE_PER_S} readings/s, nobody reads …`);
    await seconds(warmS);
    const alone = await measure(stage, false);
    say(`${RATE_PER_S} readings/s, ${clients.length} clients read …`);
    const beside = await measure(stage, true);
    load.stop();
    await reader.untilQuiet(5000);
    const flows = [alone.flow, beside.flow];
    const lost = reader.sent - reader.distinct;
    process.stdout.write(table(flows) + table(beside.reads));
    const machine = {
      cores: availableParallelism(),
      pinned: prefix.length > 0,
      load: loadavg()[0],
    };
    const figures = { bench: "read", quick: isQuick, machine, lost, flows, reads: beside.reads };
    process.stdout.write(`${JSON.stringify(figures)}\n`);
  } finally {
    load.stop();
    await program.stop();
    await load.close();
    await reader.close();
    await street.stop();
    await city.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The last record of a message names the reading: `…"vs":"1-70"}]`. */
function keyOf(topic, payload) {
  const match = /"vs":"\d+-(\d+)"/.exec(Buffer.from(payload.subarray(-40)).toString("latin1"));
  return match && { node: topic.split("/")[1], number: Number(match[1]) };
}

await main();
