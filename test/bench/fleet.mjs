// `npm run -s bench:fleet`: what a message costs the fleet, beside the other load tools that can be
// had and a C program that does nothing but the same writes, each on a mosquitto of its own in the
// same run. Rates are those that the broker counts; processor time is the tool's, both looked at from
// outside once the load is steady. What cannot be had is named. Ends with one JSON line.
// Connections: how many a second, and the memory of each, at 5,000 and 19,000.
//   -- --quick   shorter runs, fewer of them, 2,000 connections
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findCommand, startMosquitto } from "./bridge/mosquitto.mjs";
import { measureTool } from "./fleet/measure-tool.mjs";
import { installPeers } from "./fleet/peers.mjs";

const quick = process.argv.includes("--quick");
const SECONDS = quick ? 8 : 14;
const FORM_SECONDS = quick ? 3 : 10;
const CLIENTS = 1000;
const cases = [
  { name: "5,000/s, QoS 0", intervalMs: 200, qos: 0 },
  { name: "5,000/s, QoS 1", intervalMs: 200, qos: 1 },
  { name: "20,000/s, QoS 0", intervalMs: 50, qos: 0 },
  { name: "50,000/s, QoS 0", intervalMs: 20, qos: 0 },
  { name: "full speed, QoS 0", intervalMs: 0, qos: 0 },
  { name: "full speed, QoS 1", intervalMs: 0, qos: 1 },
].filter(({ intervalMs }) => !quick || intervalMs !== 20);
/** What readings cost over fixed bytes of the same length. */
const forms = ["fixed", "bollard", "json", "senml-json", "ngsi-ld"];
const here = (name) => fileURLToPath(new URL(`fleet/${name}`, import.meta.url));
const fleet = {
  name: "fleet",
  command: process.execPath,
  argumentsOf: (load) => [here("run.mjs"), JSON.stringify(load)],
};
const connectTools = [
  { tool: "fleet", program: here("connect-run.mjs") },
  { tool: "fleet, from 4 addresses", program: here("connect-run.mjs"), addresses: 4 },
  { tool: "mqtt, one client a node", program: here("mqtt-connect-run.mjs") },
];

if (!findCommand("mosquitto")) {
  process.stderr.write("bench:fleet needs mosquitto: apt install mosquitto\n");
  process.exit(2);
}

const { tools: peers, missing } = installPeers();
const connections = [];
for (const clients of quick ? [2000] : [5000, 19_000]) {
  for (const { tool, program, addresses } of connectTools) {
    process.stderr.write(`${clients} connections: ${tool} …\n`);
    connections.push({ tool, clients, ...(await runOnce(program, { clients, addresses })) });
  }
}
const rows = [];
for (const { name, ...load } of cases) {
  for (const tool of [fleet, ...peers]) {
    process.stderr.write(`${name}: ${tool.name} …\n`);
    rows.push({ case: name, tool: tool.name, ...load, ...(await play(tool, load)) });
  }
}
const formRows = [];
for (const form of forms) {
  process.stderr.write(`5,000/s of payloads: ${form} …\n`);
  const load = { form, perSecond: 5000, clients: CLIENTS, seconds: FORM_SECONDS };
  const result = await runOnce(here("form-run.mjs"), load);
  formRows.push({ form, ...result });
}

for (const { tool, connected, connectsPerSecond, kilobytesPerConnection, rssMb } of connections) {
  print([
    `${count(connected)} connections`.padEnd(19),
    tool.padEnd(24),
    `${count(connectsPerSecond).padStart(9)} a second`,
    `${kilobytesPerConnection.toFixed(1).padStart(5)} KB each`,
    `${Math.round(rssMb)} MB in all`,
  ]);
}
for (const row of rows) {
  const asked = row.intervalMs > 0 ? (CLIENTS / row.intervalMs) * 1000 : undefined;
  const off = asked === undefined ? 0 : row.perSecond / asked - 1;
  print([
    row.case.padEnd(19),
    row.tool.padEnd(24),
    ...(row.failure
      ? [row.failure]
      : [
          `${count(row.perSecond).padStart(9)} msg/s`,
          `${row.cpuSPerMillion.toFixed(2).padStart(6)} CPU-s a million`,
          `broker ${String(Math.round(row.brokerShare * 100)).padStart(3)} % of a core`,
          `${String(Math.round(row.rssMb)).padStart(4)} MB`,
          ...(Math.abs(off) > 0.01 ? [`${(off * 100).toFixed(0)} % off the rate asked`] : []),
          ...(row.latenessP99Ms === undefined
            ? []
            : [`own lateness p99 ${row.latenessP99Ms.toFixed(1)} ms`]),
        ]),
  ]);
}
const [fixed] = formRows;
for (const { form, cpuSPerMillion, latenessP99Ms } of formRows) {
  print([
    "5,000/s, MQTT 5    ",
    `fleet, ${form}`.padEnd(24),
    `${cpuSPerMillion.toFixed(2).padStart(6)} CPU-s a million`,
    `${((cpuSPerMillion / fixed.cpuSPerMillion - 1) * 100).toFixed(0).padStart(4)} % over fixed bytes`,
    `own lateness p99 ${latenessP99Ms.toFixed(1)} ms`,
  ]);
}
const verdicts = cases.map(({ name }) => verdictOf(name));
for (const { line } of verdicts) print([line]);
for (const { tool, why } of missing) print([`not measured: ${tool} (${why})`]);
process.stdout.write(
  `${JSON.stringify({ bench: "fleet", clients: CLIENTS, seconds: SECONDS, connections, rows, formRows, verdicts, missing })}\n`,
);

/** The fleet's ratio to the floor and to the best of the peers that hold the rate within 1 %. */
function verdictOf(name) {
  const all = rows.filter((row) => row.case === name && row.failure === undefined);
  const ours = all.find(({ tool }) => tool === "fleet");
  const floor = all.find(({ tool }) => tool.startsWith("C,"));
  const others = all.filter((row) => row !== ours && row !== floor && holdsRate(row));
  const lowest = Math.min(...others.map(({ cpuSPerMillion }) => cpuSPerMillion));
  const fastest = Math.max(...others.map(({ perSecond }) => perSecond));
  const toFloor = ours.cpuSPerMillion / floor?.cpuSPerMillion;
  const toPeers = ours.cpuSPerMillion / lowest;
  const rate = ours.perSecond / fastest;
  const speed = ours.intervalMs === 0 ? `, rate ×${rate.toFixed(2)} of the fastest peer` : "";
  const line = `${name}: CPU ×${toFloor.toFixed(2)} of C, ×${toPeers.toFixed(2)} of the thriftiest peer${speed}`;
  return { case: name, toFloor, toPeers, rate, line };
}

function holdsRate({ intervalMs, perSecond }) {
  return intervalMs === 0 || Math.abs((perSecond * intervalMs) / CLIENTS / 1000 - 1) <= 0.01;
}

async function play({ command, argumentsOf, isEndless }, load) {
  const whole = { ...load, clients: CLIENTS, seconds: SECONDS };
  if (!argumentsOf({ ...whole, port: 1 })) return { failure: "cannot hold a rate" };
  const isPaced = load.intervalMs > 0;
  return measureTool({ seconds: SECONDS, isPaced, isEndless }, (port) => [
    command,
    ...argumentsOf({ ...whole, port }).map(String),
  ]);
}

/** A fresh broker and a fresh process for each; its own figures. */
async function runOnce(program, load) {
  const folder = mkdtempSync(join(tmpdir(), "bollard-bench-fleet-"));
  const broker = await startMosquitto(folder);
  try {
    const parameters = JSON.stringify({ ...load, port: broker.port });
    const child = spawn(process.execPath, [program, parameters], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let out = "";
    child.stdout.on("data", (chunk) => {
      out += chunk;
    });
    const [code] = await once(child, "close");
    if (code !== 0) throw new Error(`${program} ended with exit code ${code}`);
    return JSON.parse(out);
  } finally {
    await broker.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function count(value) {
  return Math.round(value).toLocaleString("en-US");
}

function print(cells) {
  process.stderr.write(`${cells.join("  ")}\n`);
}
