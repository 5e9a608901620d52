// `npm run -s bench:fleet`: what a message costs the fleet, beside one `mqtt` client a node, each on a
// mosquitto of its own in the same run. Rates are counted at the sender, so
// full speed is at QoS 1, where the broker has acknowledged each; there the fleet sends
// in bursts, while each `mqtt` client waits for a message to be done. Ends with one JSON line.
// Connections: how many a second, and the memory of each, at 5,000 and 19,000.
//   -- --quick   shorter runs, 2,000 connections
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findCommand, startMosquitto } from "./bridge/mosquitto.mjs";

const quick = process.argv.includes("--quick");
const SECONDS = quick ? 3 : 10;
const CLIENTS = 1000;
const cases = [
  { name: "5,000/s, QoS 0", intervalMs: 200, qos: 0 },
  { name: "5,000/s, QoS 1", intervalMs: 200, qos: 1 },
  { name: "20,000/s, QoS 0", intervalMs: 50, qos: 0 },
  { name: "full speed, QoS 1", intervalMs: 0, qos: 1 },
];
/** What readings cost over fixed bytes of the same length. */
const forms = ["fixed", "bollard", "json", "senml-json", "ngsi-ld"];
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const tools = {
  fleet: here("fleet-run.mjs"),
  "mqtt, one client a node": here("fleet-mqtt-run.mjs"),
};

const connectTools = {
  fleet: here("fleet-connect-run.mjs"),
  "mqtt, one client a node": here("fleet-mqtt-connect-run.mjs"),
};

if (!findCommand("mosquitto")) {
  process.stderr.write("bench:fleet needs mosquitto: apt install mosquitto\n");
  process.exit(2);
}

const connections = [];
for (const clients of quick ? [2000] : [5000, 19_000]) {
  for (const [tool, program] of Object.entries(connectTools)) {
    process.stderr.write(`${clients} connections: ${tool} …\n`);
    connections.push({ tool, clients, ...(await measure(program, { clients })) });
  }
}
const rows = [];
for (const { name, ...load } of cases) {
  for (const [tool, program] of Object.entries(tools)) {
    process.stderr.write(`${name}: ${tool} …\n`);
    const result = await measure(program, { ...load, clients: CLIENTS, seconds: SECONDS });
    rows.push({ case: name, tool, ...result });
  }
}
for (const form of forms) {
  process.stderr.write(`5,000/s of payloads: ${form} …\n`);
  const load = { form, perSecond: 5000, clients: CLIENTS, seconds: SECONDS };
  const result = await measure(here("fleet-form-run.mjs"), load);
  rows.push({ case: "5,000/s, QoS 0, MQTT 5", tool: `fleet, ${form}`, ...result });
}
for (const row of connections) {
  const { tool, connected, connectsPerSecond, kilobytesPerConnection, rssMb } = row;
  process.stderr.write(
    `${`${connected.toLocaleString("en-US")} connections`.padEnd(23)} ${tool.padEnd(24)} ${Math.round(connectsPerSecond).toLocaleString("en-US").padStart(9)} a second  ${kilobytesPerConnection.toFixed(1).padStart(5)} KB each  ${Math.round(rssMb)} MB in all\n`,
  );
}
for (const row of rows) {
  const rate = Math.round(row.perSecond).toLocaleString("en-US").padStart(9);
  const cost = row.cpuSPerMillion.toFixed(2).padStart(7);
  const late =
    row.latenessP99Ms === undefined ? "" : `  own lateness p99 ${row.latenessP99Ms.toFixed(1)} ms`;
  process.stderr.write(
    `${row.case.padEnd(23)} ${row.tool.padEnd(24)} ${rate} msg/s  ${cost} CPU-s a million  ${String(Math.round(row.rssMb)).padStart(4)} MB${late}\n`,
  );
}
process.stdout.write(
  `${JSON.stringify({ bench: "fleet", clients: CLIENTS, seconds: SECONDS, connections, rows })}\n`,
);

/** A fresh broker and a fresh process for each. */
async function measure(program, load) {
  const folder = mkdtempSync(join(tmpdir(), "bollard-bench-fleet-"));
  const broker = await startMosquitto(folder);
  try {
    const child = spawn(
      process.execPath,
      [program, JSON.stringify({ ...load, port: broker.port })],
      {
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
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
