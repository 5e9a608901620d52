import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findCommand } from "./need.js";

/** A mosquitto of the test's own, on loopback. */
export interface Mosquitto {
  readonly port: number;
  /** A second port, for lines such as `listener @port2@`; nothing listens there without them. */
  readonly port2: number;
  /** Its folder, for files that the configuration names. */
  readonly dir: string;
  /** The running process; another one after {@link restart}. */
  readonly process: ChildProcess;
  /** What it has logged since it was started. */
  log(): string;
  /** Kills it at once, as a power cut would. */
  kill(): Promise<void>;
  /** Starts it again on the same port. */
  restart(): Promise<void>;
  /** Ends it and removes its folder. */
  close(): Promise<void>;
}

/** A port that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/**
 * Starts mosquitto and waits until it answers.
 *
 * @param lines - more lines of its configuration; `@dir@` stands for its folder, `@port2@`
 *   for its second port
 * @param files - files to put into its folder, by name
 */
export async function startMosquitto(
  lines: readonly string[] = [],
  files: Readonly<Record<string, string>> = {},
): Promise<Mosquitto> {
  const command = findCommand("mosquitto");
  if (!command) throw new Error("mosquitto is not installed");
  const dir = await mkdtemp(join(tmpdir(), "mosquitto-"));
  // Started by root it turns into its own user, which has to read these.
  await chmod(dir, 0o777);
  for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), text);
  const port = await freePort();
  const port2 = await freePort();
  const config = join(dir, "mosquitto.conf");
  const all = [
    `listener ${port} 127.0.0.1`,
    "allow_anonymous true",
    "log_dest stderr",
    ...lines,
  ].map((line) => line.replaceAll("@dir@", dir).replaceAll("@port2@", String(port2)));
  await writeFile(config, `${all.join("\n")}\n`);
  let child: ChildProcess | undefined;
  let log = "";

  const start = async () => {
    log = "";
    const started = spawn(command, ["-c", config], { stdio: ["ignore", "ignore", "pipe"] });
    started.stderr?.on("data", (bytes) => {
      log += bytes;
    });
    child = started;
    await untilListening(port, started, () => log);
    // A WebSocket listener opens a moment later than the others.
    if (all.some((line) => line.includes(String(port2)))) {
      await untilListening(port2, started, () => log);
    }
  };
  const kill = async () => {
    const running = child;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const gone = once(running, "exit");
    running.kill("SIGKILL");
    await gone;
  };

  await start();
  return {
    port,
    port2,
    dir,
    get process() {
      return child as ChildProcess;
    },
    log: () => log,
    kill,
    restart: start,
    async close() {
      await kill();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function untilListening(port: number, child: ChildProcess, log: () => string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (child.exitCode !== null) throw new Error(`mosquitto ended: ${log()}`);
    const answered = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1");
      socket.on("connect", () => {
        socket.destroy();
        resolve(true);
      });
      socket.on("error", () => resolve(false));
    });
    if (answered) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`mosquitto does not answer: ${log()}`);
}
