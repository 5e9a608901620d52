// `npm run -s bench:fleet`: what a message costs the fleet, beside one `mqtt` client a node on the
// same mosquitto in the same run. Rates are counted by the receiver; ends with one JSON line.
//   -- --quick   shorter runs
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect as connectTcp, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findCommand } from "./find-command.mjs";

const quick = process.argv.includes("--quick");
const SECONDS = quick ? 3 : 10;
const CLIENTS = 1000;
const cases = [
  { name: "5,000/s, QoS 0", intervalMs: 200, qos: 0 },
  { name: "5,000/s, QoS 1", intervalMs: 200, qos: 1 },
  { name: "20,000/s, QoS 0", intervalMs: 50, qos: 0 },
  { name: "full speed, QoS 0", intervalMs: 0, qos: 0 },
  { name: "full speed, QoS 1", intervalMs: 0, qos: 1 },
];
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const tools = {
  fleet: here("fleet-run.mjs"),
  "mqtt, one client a node": here("fleet-mqtt-run.mjs"),
};

const mosquitto = findCommand("mosquitto");
if (!mosquitto) {
  process.stderr.write("bench:fleet needs mosquitto: apt install mosquitto\n");
  process.exit(2);
}

const rows = [];
for (const { name, ...load } of cases) {
  for (const [tool, program] of Object.entries(tools)) {
    process.stderr.write(`${name}: ${tool} …\n`);
    const result = await measure(program, { ...load, clients: CLIENTS, seconds: SECONDS });
    rows.push({ case: name, tool, ...result });
  }
}
for (const row of rows) {
  const rate = Math.round(row.perSecond).toLocaleString("en-US").padStart(9);
  const cost = row.cpuSPerMillion.toFixed(2).padStart(7);
  const late =
    row.latenessP99Ms === undefined ? "" : `  own lateness p99 ${row.latenessP99Ms.toFixed(1)} ms`;
  process.stderr.write(
    `${row.case.padEnd(18)} ${row.tool.padEnd(24)} ${rate} msg/s  ${cost} CPU-s a million  ${String(Math.round(row.rssMb)).padStart(4)} MB${late}\n`,
  );
}
process.stdout.write(
  `${JSON.stringify({ bench: "fleet", clients: CLIENTS, seconds: SECONDS, rows })}\n`,
);

/** A fresh broker and a fresh process for each. */
async function measure(program, load) {
  const folder = mkdtempSync(join(tmpdir(), "bollard-bench-fleet-"));
  const port = await freePort();
  const config = join(folder, "mosquitto.conf");
  const lines = [`listener ${port} 127.0.0.1`, "allow_anonymous true", "max_inflight_messages 0"];
  writeFileSync(config, `${lines.join("\n")}\n`);
  const broker = spawn(mosquitto, ["-c", config], { stdio: "ignore" });
  try {
    await untilListening(port);
    const child = spawn(process.execPath, [program, JSON.stringify({ ...load, port })], {
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
    broker.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  }
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

async function untilListening(port) {
  for (let attempt = 0; attempt < 200; attempt++) {
    const socket = connectTcp(port, "127.0.0.1");
    try {
      await once(socket, "connect");
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 25));
    } finally {
      socket.destroy();
    }
  }
  throw new Error("mosquitto does not answer");
}
