import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findCommand } from "../bridge/mosquitto.mjs";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
/** What is fetched and compiled once. */
const cache = here("../../../node_modules/.cache/bollard-bench-fleet");

/**
 * The tools beside the fleet. `argumentsOf` takes `{ port, clients, intervalMs, qos, seconds }`;
 * one that returns undefined cannot play the load. `isEndless`: it has no duration, and is ended.
 */
const peers = [
  {
    name: "C, epoll (floor)",
    install: () => {
      const program = join(cache, "floor");
      return run("cc", ["-O2", "-o", program, here("floor.c")]) ?? { command: program };
    },
    argumentsOf: ({ port, clients, intervalMs, qos, seconds }) => [
      port,
      clients,
      intervalMs,
      qos,
      seconds,
    ],
  },
  {
    name: "mqtt, one client a node",
    install: () => ({ command: process.execPath }),
    argumentsOf: (load) => [here("mqtt-run.mjs"), JSON.stringify(load)],
  },
  {
    name: "mqttwrk (Rust)",
    install: () => cargo("mqttwrk", "0.2.0"),
    isEndless: true,
    argumentsOf: ({ port, clients, intervalMs, qos }) => [
      ...["bench", "-S", "127.0.0.1", "-P", port, "-p", clients, "-m", 100],
      ...["--publish-qos", qos, "-n", 1_000_000, "-r", intervalMs > 0 ? 1000 / intervalMs : 0],
    ],
  },
  {
    name: "rmqtt-bench (Rust)",
    install: () => cargo("rmqtt-bench"),
    isEndless: true,
    argumentsOf: ({ port, clients, intervalMs, qos }) => [
      ...["v311", "pub", "-a", `127.0.0.1:${port}`, "-c", clients, "-l", 100, "-q", qos],
      ...["-I", intervalMs, "--topic", "bollard/fleet/{no}"],
    ],
  },
  {
    name: "mqtt-stresser (Go)",
    install: () => goInstall("github.com/inovex/mqtt-stresser"),
    argumentsOf: ({ port, clients, intervalMs, qos }) =>
      intervalMs > 0
        ? undefined
        : [
            ...["-broker", `tcp://127.0.0.1:${port}`, "-num-clients", clients],
            ...["-num-messages", qos > 0 ? 1000 : 3000, "-publisher-qos", qos],
          ],
  },
  {
    name: "mqtt-benchmark (Go)",
    install: () => goInstall("github.com/krylovsk/mqtt-benchmark"),
    argumentsOf: ({ port, clients, intervalMs, qos }) =>
      intervalMs > 0
        ? undefined
        : [
            ...["--broker", `tcp://127.0.0.1:${port}`, "--clients", clients, "--size", 100],
            ...["--count", qos > 0 ? 1000 : 3000, "--qos", qos, "--quiet"],
          ],
  },
  {
    name: "MQTTX CLI",
    install: () => onPath("mqttx", "it is not on npm: put `mqttx` on the PATH"),
    isEndless: true,
    argumentsOf: ({ port, clients, intervalMs, qos }) =>
      intervalMs === 0
        ? undefined
        : [
            ...["bench", "pub", "-h", "127.0.0.1", "-p", port, "-c", clients, "-q", qos],
            ...["-im", intervalMs, "-t", "bollard/fleet/%i", "-m", ".".repeat(100)],
          ],
  },
  {
    name: "emqtt-bench (Erlang)",
    install: () => onPath("emqtt_bench", "it is on no registry: put `emqtt_bench` on the PATH"),
    isEndless: true,
    argumentsOf: ({ port, clients, intervalMs, qos }) => [
      ...["pub", "-h", "127.0.0.1", "-p", port, "-c", clients, "-q", qos, "-s", 100],
      ...["-I", intervalMs, "-t", "bollard/fleet/%i"],
    ],
  },
];

/** Gets what can be had. @returns the tools with their `command`, and why the others are missing */
export function installPeers() {
  mkdirSync(cache, { recursive: true });
  const tools = [];
  const missing = [];
  for (const peer of peers) {
    process.stderr.write(`getting ${peer.name} …\n`);
    const { command, failure } = peer.install();
    if (command) tools.push({ ...peer, command });
    else missing.push({ tool: peer.name, why: failure });
  }
  return { tools, missing };
}

function cargo(crate, version) {
  const command = join(cache, "bin", crate);
  if (existsSync(command)) return { command };
  const which = version ? ["--version", version] : [];
  return run("cargo", ["install", crate, ...which, "--root", cache, "--quiet"]) ?? { command };
}

function goInstall(path) {
  const command = join(cache, "bin", path.slice(path.lastIndexOf("/") + 1));
  if (existsSync(command)) return { command };
  return (
    run("go", ["install", `${path}@latest`], { ...process.env, GOBIN: join(cache, "bin") }) ?? {
      command,
    }
  );
}

function onPath(name, failure) {
  const command = findCommand(name);
  return command ? { command } : { failure };
}

/** @returns a failure, or undefined where it went well */
function run(command, args, env = process.env) {
  const program = findCommand(command);
  if (!program) return { failure: `${command} is not installed` };
  const { status, stderr } = spawnSync(program, args, {
    env,
    encoding: "utf8",
    timeout: 600_000,
  });
  if (status === 0) return undefined;
  const [line = "no word"] = stderr.split("\n").filter((one) => /error|module|not/i.test(one));
  return { failure: `${command}: ${line.slice(0, 160)}` };
}
