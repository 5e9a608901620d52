import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { BridgeConfig, BridgeStatus } from "@bollard/bridge";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { CityReader, CutBroker, lampSchema, MqttLamp } from "./bridge-parts.js";
import { askUntil, Daemon } from "./daemon.js";
import { needCommand } from "./need.js";

let folder: string;
let file: string;
let street: CutBroker;
let city: CutBroker;
let closing: (() => Promise<unknown>)[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "bollard-service-"));
  file = join(folder, "bridge.yaml");
  writeFileSync(join(folder, "lamp.schema.json"), JSON.stringify(lampSchema));
  street = await CutBroker.open();
  city = await CutBroker.open();
  closing = [];
});
afterEach(async () => {
  for (const close of closing.reverse()) await close();
  await street.close();
  await city.close();
  rmSync(folder, { recursive: true });
});

function configure(more: BridgeConfig = {}): void {
  const config: BridgeConfig = {
    dataDir: "data",
    schemas: ["lamp.schema.json"],
    sources: { mqtt: [{ name: "street", url: street.url }] },
    sinks: { mqtt: [{ name: "city", url: city.url, prefix: "city" }] },
    spool: { commitDelayMs: 50 },
    http: { port: 0 },
    ...more,
  };
  writeFileSync(file, stringify(config));
}

function start(env: Record<string, string> = {}): Daemon {
  const daemon = new Daemon(file, { env });
  closing.push(() => daemon.stop());
  return daemon;
}

describe("the bridge as a daemon", () => {
  test("takes up its new configuration on SIGHUP, refuses a wrong one, and ends on SIGTERM", async () => {
    const reader = new CityReader(city);
    configure();
    const daemon = start();
    const status = `${await daemon.url()}/api/v1/status`;
    const lamp = await MqttLamp.open("lamp-b", street.url);
    closing.push(() => lamp.close());
    await lamp.report();
    const held = ({ alarms }: BridgeStatus) => alarms?.[0]?.code === "NODE_UNKNOWN";
    await askUntil(status, held);

    writeFileSync(file, "sinks:\n  mqtt: []\nsinkz: 3\n");
    daemon.signal("SIGHUP");
    const refused = await askUntil<BridgeStatus>(status, ({ alarms }) =>
      Boolean(alarms?.some(({ code }) => code === "CONFIG_REFUSED")),
    );
    expect(refused.alarms?.find(({ code }) => code === "CONFIG_REFUSED")?.message).toContain(
      "bridge.yaml:3:1 sinkz: sinkz is not a key here; did you mean sinks?",
    );
    expect(refused.sinks).toHaveLength(1);

    configure({ nodes: { list: { "lamp-b": { name: "oak-street-12" } } } });
    daemon.signal("SIGHUP");
    await reader.until("oak-street-12", 1);
    await lamp.report();
    await reader.until("oak-street-12", 2);
    expect(reader.keys("oak-street-12")).toEqual(["1-0", "1-1"]);
    await askUntil<BridgeStatus>(status, ({ alarms }) => alarms?.length === 0);
    expect(await daemon.stop()).toBe(0);
  });

  test("tells a mistake in its configuration by the exit code 2, and by where it is", async () => {
    configure({ spool: { maxBytes: 5 } });
    const daemon = start();
    expect(await daemon.ended()).toBe(2);
    expect(daemon.said).toContain("spool.maxBytes: 5 must be >= 1048576");
  });

  test("tells a failure that may pass by the exit code 1", async () => {
    configure();
    const first = start();
    await first.url();
    const second = start();
    expect(await second.ended()).toBe(1);
    expect(second.said).toContain("BRIDGE_DATA_DIR");
  });

  test("takes what the environment says in place of its file", async () => {
    configure({ http: { enabled: false } });
    const daemon = start({ BOLLARD_HTTP_ENABLED: "true", BOLLARD_NODES_UNKOWN: "accept" });
    await daemon.url();
    expect(daemon.said).toContain("BOLLARD_NODES_UNKOWN stands for no key of the configuration");
  });
});

/** Stands in for systemd: prints what it is told, line by line. Perl has Unix datagrams. */
const LISTENER = `use Socket; $| = 1;
socket(S, AF_UNIX, SOCK_DGRAM, 0); bind(S, sockaddr_un($ARGV[0])) or die $!; print "listens\\n";
while (defined recv(S, $t, 4096, 0)) { print map { "$_\\n" } split(/\\n/, $t) }`;

class NotifySocket {
  readonly path: string;
  readonly #perl: ChildProcess;
  readonly #lines: string[] = [];
  #heard: (() => void)[] = [];

  constructor(path: string) {
    this.path = path;
    this.#perl = spawn("perl", ["-e", LISTENER, path], { stdio: ["ignore", "pipe", "inherit"] });
    const { stdout } = this.#perl;
    if (!stdout) throw new Error("perl has no output");
    createInterface({ input: stdout }).on("line", (line) => {
      this.#lines.push(line);
      for (const resolve of this.#heard.splice(0)) resolve();
    });
  }

  /** Takes what was told, up to a line that begins so. */
  async until(begin: string): Promise<string> {
    for (;;) {
      const index = this.#lines.findIndex((line) => line.startsWith(begin));
      if (index >= 0) return this.#lines.splice(0, index + 1).at(-1) ?? "";
      await new Promise<void>((resolve) => this.#heard.push(resolve));
    }
  }

  async close(): Promise<void> {
    const gone = once(this.#perl, "exit");
    this.#perl.kill();
    await gone;
  }
}

needCommand("systemd-notify", "apt install systemd")("the bridge under systemd", () => {
  test("tells that it is ready, how it is, that it gets on, and its end", async () => {
    configure();
    const socket = new NotifySocket(join(folder, "notify.sock"));
    closing.push(() => socket.close());
    await socket.until("listens");
    const daemon = start({ NOTIFY_SOCKET: socket.path, WATCHDOG_USEC: "400000" });
    await socket.until("READY=1");
    expect(await socket.until("STATUS=")).toMatch(/^STATUS=(Waiting for|All is|The city)/);
    await socket.until("WATCHDOG=1");
    await socket.until("WATCHDOG=1");
    daemon.signal("SIGTERM");
    await socket.until("STOPPING=1");
    expect(await daemon.ended()).toBe(0);
  });
});
