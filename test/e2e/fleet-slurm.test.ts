import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { mergeRuns, readResult } from "@bollard/fleet";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { freePort, type Mosquitto, startMosquitto } from "./mosquitto.js";
import { findCommand, needCommand } from "./need.js";

const script = fileURLToPath(new URL("../../deploy/slurm/fleet-array.sbatch", import.meta.url));
const program = fileURLToPath(new URL("../../packages/cli/dist/main.js", import.meta.url));
const SHARDS = 4;

const scenario = `name: slurm
streets:
  - name: nodes
    nodes: 50
    everyS: 0.25
    topic: "simulated/{shard}/{street}/{node}"
receivers:
  - filter: "simulated/{shard}/#"
phases:
  - { kind: hold, durationS: 2 }
expect: { lost: 0 }
`;

/** A whole cluster of one machine, on loopback. */
class SlurmCluster {
  readonly folder: string;
  readonly config: string;
  readonly #daemons: ChildProcess[] = [];
  #log = "";

  constructor(folder: string) {
    this.folder = folder;
    this.config = join(folder, "slurm.conf");
  }

  async start(): Promise<void> {
    const name = hostname().split(".")[0];
    for (const part of ["state", "spool"]) mkdirSync(join(this.folder, part));
    const lines = [
      "ClusterName=test",
      `SlurmctldHost=${name}(127.0.0.1)`,
      `SlurmctldPort=${await freePort()}`,
      `SlurmdPort=${await freePort()}`,
      "SlurmUser=root",
      "SlurmdUser=root",
      "AuthType=auth/none",
      "CredType=cred/none",
      `StateSaveLocation=${join(this.folder, "state")}`,
      `SlurmdSpoolDir=${join(this.folder, "spool")}`,
      `SlurmctldPidFile=${join(this.folder, "slurmctld.pid")}`,
      `SlurmdPidFile=${join(this.folder, "slurmd.pid")}`,
      "ProctrackType=proctrack/linuxproc",
      "TaskPlugin=task/none",
      "SelectType=select/cons_tres",
      "SelectTypeParameters=CR_CPU",
      "SlurmdParameters=config_overrides",
      "ReturnToService=2",
      "MpiDefault=none",
      `NodeName=${name} NodeAddr=127.0.0.1 CPUs=${SHARDS} State=UNKNOWN`,
      "PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP",
    ];
    writeFileSync(this.config, `${lines.join("\n")}\n`);
    for (const daemon of ["slurmctld", "slurmd"]) {
      const command = findCommand(daemon);
      if (!command) throw new Error(`${daemon} is not installed`);
      const child = spawn(command, ["-D"], { env: this.env(), stdio: ["ignore", "pipe", "pipe"] });
      for (const stream of [child.stdout, child.stderr]) {
        stream?.on("data", (chunk) => {
          this.#log += chunk;
        });
      }
      this.#daemons.push(child);
    }
    for (let attempt = 0; attempt < 100; attempt++) {
      if (/\bidle\b/.test((await this.run("sinfo", ["-h", "-o", "%T"])).out)) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`no machine is ready: ${this.#log}`);
  }

  /** Runs one of Slurm's commands, for a minute at most. */
  async run(command: string, words: readonly string[], env: Record<string, string> = {}) {
    const child = spawn(command, words, {
      env: { ...this.env(), ...env },
      cwd: this.folder,
      timeout: 60_000,
    });
    let out = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        out += chunk;
      });
    }
    const [code] = await once(child, "close");
    return { code, out };
  }

  env(): NodeJS.ProcessEnv {
    return { ...process.env, SLURM_CONF: this.config };
  }

  async stop(): Promise<void> {
    await Promise.all(
      this.#daemons.map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const gone = once(child, "exit");
        child.kill("SIGKILL");
        await gone;
      }),
    );
  }
}

const need = needCommand("slurmctld", "apt install slurmctld slurmd slurm-client");
const needRoot: typeof need = (title, body) =>
  // The daemons start each task as the user who asked for it.
  process.getuid?.() === 0
    ? need(title, body)
    : describe.skip(`${title} (SKIPPED, not root)`, body);

needRoot("a fleet on a Slurm cluster", () => {
  let broker: Mosquitto;
  let cluster: SlurmCluster;
  let folder: string;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "bollard-slurm-"));
    broker = await startMosquitto();
    cluster = new SlurmCluster(folder);
    await cluster.start();
  }, 60_000);
  afterEach(async () => {
    await cluster.stop();
    await broker.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("four tasks of an array play one run, begun at one instant", async () => {
    writeFileSync(join(folder, "scenario.yaml"), scenario);
    const results = join(folder, "results");
    const startAt = new Date(Date.now() + 12_000).toISOString();
    const { code, out } = await cluster.run("sbatch", ["--wait", script], {
      SCENARIO: join(folder, "scenario.yaml"),
      RESULTS: results,
      BOLLARD: `${process.execPath} ${program}`,
      BROKER: "127.0.0.1",
      PORT: String(broker.port),
      START_AT: startAt,
    });
    const logs = readdirSync(folder).filter((name) => name.endsWith(".out"));
    const said = logs.map((name) => readFileSync(join(folder, name), "utf8")).join("\n");
    expect(`${out}${said}`).toMatch(/Submitted batch job/);
    // 3: on a machine as small as this one a task may have been late by itself.
    expect([0, 3], said).toContain(code);
    const shards = [1, 2, 3, 4].map((task) => readResult(join(results, String(task))));
    expect(new Set(shards.map(({ manifest }) => manifest.startedAt))).toEqual(new Set([startAt]));
    expect(shards.map(({ manifest }) => manifest.shard.index)).toEqual([0, 1, 2, 3]);
    expect(shards.map(({ result }) => result.connect.clients)).toEqual([13, 13, 12, 12]);
    const { result, assertions } = mergeRuns(shards);
    expect(result).toMatchObject({ sent: 400, acknowledged: 400 });
    expect(result.arrivals).toMatchObject({ received: 400, lost: 0, duplicates: 0 });
    expect(assertions).toMatchObject([{ name: "lost", holds: true }]);
  });
});
