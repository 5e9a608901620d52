import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { delimiter, join } from "node:path";

/** Debian keeps some commands out of a user's PATH. */
const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"];

/** Where a command is; undefined where it is not installed. */
export function findCommand(name) {
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function answers(port) {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}

/**
 * A broker on loopback that keeps what its persistent sessions have not had, also over a stop.
 *
 * `max_inflight_messages 0`: by mosquitto's default of 20 a client that acknowledges what is on its
 * disk, once a second, would be sent 20 messages a second.
 *
 * @param more - lines of mosquitto's configuration beside
 */
export async function startMosquitto(folder, { prefix = [], more = [] } = {}) {
  mkdirSync(folder, { recursive: true });
  // Started by root it turns into its own user, which has to write here.
  chmodSync(folder, 0o777);
  const port = await freePort();
  const config = join(folder, "mosquitto.conf");
  const lines = [
    `listener ${port} 127.0.0.1`,
    "allow_anonymous true",
    "log_type error",
    "log_dest stderr",
    "persistence true",
    `persistence_location ${folder}/`,
    "autosave_interval 0",
    "max_inflight_messages 0",
    "max_queued_messages 0",
    "max_queued_bytes 0",
    "set_tcp_nodelay true",
    ...more,
  ];
  writeFileSync(config, `${lines.join("\n")}\n`);
  let child;
  const start = async () => {
    const [command, ...args] = [...prefix, findCommand("mosquitto"), "-c", config];
    child = spawn(command, args, { stdio: ["ignore", "ignore", "pipe"] });
    let complaint = "";
    child.stderr.on("data", (bytes) => {
      complaint = (complaint + bytes).slice(-2000);
    });
    while (!(await answers(port))) {
      if (child.exitCode !== null) throw new Error(`mosquitto ended: ${complaint}`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  };
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGTERM");
    await gone;
  };
  await start();
  return {
    port,
    url: `mqtt://127.0.0.1:${port}`,
    start,
    stop,
    get pid() {
      return child.pid;
    },
  };
}
