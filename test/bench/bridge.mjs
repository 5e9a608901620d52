// `npm run -s bench:bridge`: the real daemon on one core, between real brokers and virtual serial
// ports. Progress on stderr; a table and one JSON line on stdout.
//
//   --quick           seconds in place of minutes, one commit delay
//   --only mqtt       one input only: mqtt or serial
//   --flow            neither outage nor restart
//   --outage          the outage alone
//   --restart         the restart alone
//   --rate <number>   readings a second offered, in place of the goal's
//   --v8 "<flags>"    flags for the daemon's Node, such as --trace-gc, which is then passed on
//   --profile <dir>   the daemon writes a CPU profile for each run into this folder
//
// - p50, p99: from a node's sending to a subscriber of the city's broker having it, in ms, with both
//   brokers' way in between; the broker sends PUBACK before the subscriber gets it
// - cpu: share of the core that the daemon takes, as the system counts it; rss: its peak
// - outage: the city's broker is stopped in the middle and started again; lost, reordered (per node,
//   each reading the first time it comes) and repeated are counted at the far end
// - script: test/bench/bridge/plain-script.mjs, serialport and mqtt with their defaults, on the same
//   readings; from a serial port it gets lines of JSON, since it has no link
// - restart: until the daemon says it runs, with a backlog
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bootstrap } from "../../tools/bootstrap.mjs";
import { table } from "./table.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const cli = join(root, "packages/cli/dist/main.js");
const plainScript = fileURLToPath(new URL("bridge/plain-script.mjs", import.meta.url));
const schemaFile = join(root, "examples/street-air/street-air.schema.yaml");

const words = process.argv.slice(2);
if (words.includes("--help")) {
  const [head] = readFileSync(new URL(import.meta.url), "utf8").split("\nimport");
  process.stdout.write(`${head.replaceAll(/^\/\/ ?/gm, "")}\n`);
  process.exit(0);
}
const isQuick = words.includes("--quick");
const optionOf = (option) =>
  words.includes(option) ? words[words.indexOf(option) + 1] : undefined;
const profileDir = optionOf("--profile");
const plan = isQuick
  ? { delaysMs: [1000], warmS: 2, measureS: 5, outageS: 5, backlog: 100_000 }
  : { delaysMs: [100, 1000, 5000], warmS: 5, measureS: 15, outageS: 30, backlog: 1_000_000 };
const inputs = [
  { name: "mqtt", nodes: 500, ratePerS: 5000 },
  { name: "serial", nodes: 50, ratePerS: 2000 },
]
  .filter(({ name }) => [undefined, name].includes(optionOf("--only")))
  .map((input) => ({ ...input, ratePerS: Number(optionOf("--rate") ?? input.ratePerS) }));
const v8Flags = optionOf("--v8")?.split(" ") ?? [];

const say = (line) => process.stderr.write(`${line}\n`);
const seconds = (count) => new Promise((resolve) => setTimeout(resolve, count * 1000));
/** Undefined where nothing was measured. */
const round = (value, digits = 0) => value && Number(value.toFixed(digits));
const megabytes = (bytes) => round(bytes / 1e6);

/** The daemon has the first core for itself, all else shares the others. */
function pin() {
  if (availableParallelism() < 2) return [];
  const { status } = spawnSync("taskset", ["-cp", `1-${availableParallelism() - 1}`, process.pid]);
  return status === 0 ? ["taskset", "-c", "0"] : [];
}

function configOf({ folder, input, streetUrl, cityUrl, delayMs }) {
  const sources =
    input.name === "mqtt"
      ? { mqtt: [{ name: "street", url: streetUrl }] }
      : { serial: [{ name: "street", ports: [join(folder, "tty*")] }] };
  return {
    dataDir: join(folder, "data"),
    schemas: [schemaFile],
    sources,
    sinks: { mqtt: [{ name: "city", url: cityUrl, prefix: "city" }] },
    nodes: { list: placesOf(input.nodes) },
    spool: { commitDelayMs: delayMs, maxBytes: 1_073_741_824 },
    http: { port: 0 },
    log: { level: "error" },
  };
}

/** Every node with a place, so that its entities pass the gates. */
function placesOf(nodes) {
  const place = (i) => ({ position: [12.5 + (i % 25) / 1000, 55.6 + Math.floor(i / 25) / 1000] });
  return Object.fromEntries(Array.from({ length: nodes }, (_, i) => [`air-${i}`, place(i)]));
}

function daemon(folder, config, name, prefix) {
  const file = join(folder, "bridge.yaml");
  writeFileSync(file, JSON.stringify(config));
  const profile = profileDir
    ? ["--cpu-prof", `--cpu-prof-dir=${profileDir}`, `--cpu-prof-name=${name}.cpuprofile`]
    : [];
  // The first as the unit of the service has it.
  const args = ["--v8-pool-size=1", ...v8Flags, ...profile, cli, "bridge", "run", file];
  const passOn = v8Flags.length > 0 ? process.stderr : undefined;
  return parts.startProgram(args, { prefix, ready: /its page is at (\S+)/, passOn });
}

function script(folder, input, streetUrl, cityUrl, prefix) {
  const ports = Array.from({ length: input.nodes }, (_, i) => join(folder, `ttyBENCH${i}`));
  const args = input.name === "mqtt" ? [cityUrl, streetUrl] : [cityUrl, "", ...ports];
  return parts.startProgram([plainScript, ...args], { prefix, ready: /^ready/m });
}

const parts = {};

/** Everything but the program under test: two brokers, a reader in the city, a street. */
async function openStage(input, lines) {
  const folder = mkdtempSync(join(process.env.BENCH_DIR ?? tmpdir(), "bench-bridge-"));
  const city = await parts.startMosquitto(join(folder, "city"));
  const isMqtt = input.name === "mqtt";
  const street = isMqtt ? await parts.startMosquitto(join(folder, "street")) : undefined;
  const reader = await parts.CityReader.open(
    city.url,
    lines ? "city/+/raw" : "city/+/street-air/senml",
    lines ? (isMqtt ? keyOfPayload : keyOfLine) : keyOfSenml,
  );
  const options = { ...input, folder, schema: parts.schema, reader, url: street?.url, lines };
  const load = isMqtt ? await parts.mqttStreet(options) : await parts.serialStreet(options);
  const close = async () => {
    await load.close();
    await reader.close();
    await street?.stop();
    await city.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { folder, city, street, reader, load, close };
}

/** The last record of a message names the reading: `…"vs":"1-70"}]`. */
function keyOfSenml(topic, payload) {
  const text = Buffer.from(payload.subarray(-40)).toString("latin1");
  const match = /"vs":"\d+-(\d+)"/.exec(text);
  return match && { node: topic.split("/")[1], number: Number(match[1]) };
}

function keyOfPayload(topic, payload) {
  return { node: topic.split("/")[1], number: parts.readHeader(payload).key.sequence };
}

function keyOfLine(_topic, payload) {
  return JSON.parse(Buffer.from(payload).toString());
}

/** Rate, delay, processor and memory while all is well. */
async function measureFlow(input, delayMs, prefix) {
  const stage = await openStage(input, false);
  const name = `${input.name}-${delayMs}`;
  const { folder, city, street, reader, load } = stage;
  const config = configOf({ folder, input, streetUrl: street?.url, cityUrl: city.url, delayMs });
  const program = await daemon(folder, config, name, prefix);
  try {
    await seconds(1);
    load.start();
    await seconds(plan.warmS);
    reader.measure(true);
    const before = { ...program.usage(), sent: reader.sent, distinct: reader.distinct };
    await seconds(plan.measureS);
    const after = { ...program.usage(), sent: reader.sent, distinct: reader.distinct };
    reader.measure(false);
    load.stop();
    await reader.untilQuiet(5000);
    const { p50, p99 } = reader.delays();
    const arrived = after.distinct - before.distinct;
    return {
      input: input.name,
      commitDelayMs: delayMs,
      sentPerS: round((after.sent - before.sent) / plan.measureS),
      arrivedPerS: round(arrived / plan.measureS),
      p50Ms: round(p50, 1),
      p99Ms: round(p99, 1),
      cpu: round((after.cpuS - before.cpuS) / plan.measureS, 2),
      cpuUsPerReading: round(((after.cpuS - before.cpuS) * 1e6) / arrived),
      rssMb: megabytes(after.peakBytes),
      blocksMb: round((after.blockBytes - before.blockBytes) / 1e6, 1),
      lost: reader.sent - reader.distinct,
      reordered: reader.reordered,
      refused: load.refused(),
    };
  } finally {
    load.stop();
    await program.stop();
    await stage.close();
  }
}

/** The city's broker away for a while, under load all the time. */
async function measureOutage(input, prefix, isScript) {
  const stage = await openStage(input, isScript);
  const { folder, city, street, reader, load } = stage;
  const config = configOf({
    folder,
    input,
    streetUrl: street?.url,
    cityUrl: city.url,
    delayMs: 1000,
  });
  const program = isScript
    ? await script(folder, input, street?.url, city.url, prefix)
    : await daemon(folder, config, `${input.name}-outage`, prefix);
  try {
    await seconds(1);
    load.start();
    await seconds(plan.measureS / 3);
    await city.stop();
    await seconds(plan.outageS);
    await city.start();
    const backMs = performance.now();
    await seconds(plan.measureS / 3);
    load.stop();
    await reader.untilQuiet(isQuick ? 5_000 : 15_000);
    return {
      input: input.name,
      by: isScript ? "script" : "bollard",
      sent: reader.sent,
      arrived: reader.distinct,
      lost: reader.sent - reader.distinct,
      reordered: reader.reordered,
      repeated: reader.duplicates,
      invented: reader.invented,
      caughtUpS: round((performance.now() - backMs) / 1000, 1),
      rssMb: megabytes(program.usage().peakBytes),
      refused: load.refused(),
    };
  } finally {
    load.stop();
    await program.stop();
    await stage.close();
  }
}

/** A daemon started over a full spool. Its entries are real ones, appended again and again. */
async function measureRestart(prefix) {
  const input = { name: "mqtt", nodes: 500, ratePerS: 5000 };
  const stage = await openStage(input, false);
  const { folder, city, street, load } = stage;
  const config = configOf({
    folder,
    input,
    streetUrl: street.url,
    cityUrl: city.url,
    delayMs: 1000,
  });
  try {
    const first = await daemon(folder, config, "restart-first", prefix);
    load.start();
    await seconds(2);
    load.stop();
    await first.stop();
    await city.stop();
    const spool = await parts.Spool.open({ dir: join(folder, "data/spool"), maxBytes: 2 ** 30 });
    const entries = [];
    for await (const run of spool.replay()) entries.push(...run);
    for (let i = 0; i < plan.backlog; i++) {
      const { bytes, stream, timeMs } = entries[i % entries.length];
      spool.append(bytes, { stream, timeMs });
      if (i % 2000 === 1999) await spool.commit();
    }
    await spool.close();
    const again = await daemon(folder, config, "restart", prefix);
    const { peakBytes } = again.usage();
    await again.stop("SIGKILL");
    const killed = await daemon(folder, config, "restart-killed", prefix);
    await killed.stop();
    return {
      backlog: plan.backlog,
      readyMs: round(again.readyMs),
      readyAfterKillMs: round(killed.readyMs),
      rssMb: megabytes(peakBytes),
    };
  } finally {
    load.stop();
    await stage.close();
  }
}

async function loadParts() {
  const { startMosquitto, findCommand } = await import("./bridge/mosquitto.mjs");
  if (!findCommand("mosquitto"))
    throw new Error("mosquitto is not installed: apt install mosquitto");
  const { readSchemaFile } = await import("@bollard/schema/file");
  const { readHeader } = await import("@bollard/payload");
  const { Spool } = await import("@bollard/spool");
  const { startProgram } = await import("./bridge/child-process.mjs");
  const { CityReader } = await import("./bridge/city-reader.mjs");
  const { mqttStreet, serialStreet } = await import("./bridge/street-load.mjs");
  const schema = readSchemaFile(schemaFile);
  Object.assign(parts, { startMosquitto, readHeader, Spool, startProgram, CityReader });
  Object.assign(parts, { mqttStreet, serialStreet, schema });
}

async function main() {
  await bootstrap();
  await loadParts();
  if (profileDir) mkdirSync(profileDir, { recursive: true });
  const prefix = pin();
  const flows = [];
  const outages = [];
  for (const input of words.includes("--restart") ? [] : inputs) {
    for (const delayMs of words.includes("--outage") ? [] : plan.delaysMs) {
      say(`${input.name}: ${input.ratePerS} readings/s, commit delay ${delayMs} ms …`);
      flows.push(await measureFlow(input, delayMs, prefix));
      say(JSON.stringify(flows.at(-1)));
    }
    if (words.includes("--flow")) continue;
    for (const isScript of [false, true]) {
      const who = isScript ? "the plain script" : "bollard";
      say(`${input.name}: the city's broker is away for ${plan.outageS} s, ${who} …`);
      outages.push(await measureOutage(input, prefix, isScript));
      say(JSON.stringify(outages.at(-1)));
    }
  }
  const restarts = [];
  if (!words.includes("--flow") && !words.includes("--outage")) {
    say(`a restart with a backlog of ${plan.backlog} readings …`);
    restarts.push(await measureRestart(prefix));
  }
  process.stdout.write([flows, outages, restarts].map(table).join(""));
  const machine = { cores: availableParallelism(), pinned: prefix.length > 0, load: loadavg()[0] };
  const figures = { bench: "bridge", quick: isQuick, machine, flows, outages, restarts };
  process.stdout.write(`${JSON.stringify(figures)}\n`);
}

await main();
