import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type CliIo, runCli } from "@bollard/cli";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Mosquitto, startMosquitto } from "./mosquitto.js";
import { needCommand } from "./need.js";

const scenario = `name: watched
streets:
  - { name: nodes, nodes: 20, everyS: 0.1 }
receivers:
  - { filter: simulated/nodes/+ }
phases:
  - { kind: hold, durationS: 4 }
expect: { lost: 0, unacknowledged: 0 }
`;

needCommand("mosquitto", "apt install mosquitto")("bollard fleet run", () => {
  let broker: Mosquitto;
  let folder: string;
  beforeEach(async () => {
    broker = await startMosquitto();
    folder = mkdtempSync(join(tmpdir(), "bollard-fleet-"));
    writeFileSync(join(folder, "s.yaml"), scenario);
  });
  afterEach(async () => {
    await broker.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Runs it; `onLine` is told what goes to the standard error. */
  async function run(
    words: readonly string[],
    onText: (text: string) => void = () => {},
    io: Partial<CliIo> = {},
  ) {
    let out = "";
    let err = "";
    const code = await runCli(["fleet", ...words], {
      stdout: { write: (text) => (out += text) },
      stderr: {
        write: (text) => {
          err += text;
          onText(text);
        },
      },
      interrupted: new Promise(() => {}),
      ...io,
    });
    return { code, out, err };
  }
  const play = (...more: string[]) => [
    "run",
    join(folder, "s.yaml"),
    "-p",
    String(broker.port),
    ...more,
  ];

  test("is watched and changed over HTTP, and leaves all that was found out", async () => {
    const told: Promise<unknown>[] = [];
    let metrics = "";
    let url = "";
    const onText = (text: string) => {
      url ||= /http:\/\/[^/]+/.exec(text)?.[0] ?? "";
      // The first second is over.
      if (text.startsWith("hold") && told.length === 0) told.push(change());
    };
    const change = async () => {
      metrics = await (await fetch(`${url}/metrics`)).text();
      const headers = { "content-type": "application/json" };
      const asked = { method: "PATCH", body: '{"rate":4}', headers };
      return (await fetch(`${url}/controls`, asked)).status;
    };
    const results = join(folder, "results");
    const { out } = await run(play("--http", "0", "--out", results, "--json"), onText);
    expect(await Promise.all(told)).toEqual([200]);
    expect(metrics).toMatch(/^bollard_fleet_connections\{scenario="watched".*\} 20$/m);
    const { result, manifest } = JSON.parse(out);
    // 800 at the scenario's rate; about 3 of the 4 seconds were at four times that.
    expect(result.sent).toBeGreaterThan(1600);
    expect(result.arrivals).toMatchObject({ received: result.sent, lost: 0 });
    expect(JSON.parse(readFileSync(join(results, "manifest.json"), "utf8"))).toEqual(manifest);
    const [head, ...rows] = readFileSync(join(results, "series.csv"), "utf8").trim().split("\n");
    expect(head).toMatch(/^atS,phase,connected/);
    expect(rows.length).toBeGreaterThanOrEqual(3);
    expect(existsSync(join(results, "report.html"))).toBe(true);
    const compared = await run(["compare", results, results]);
    expect(compared.out).toMatch(/p99 from due +\S+ ms +\S+ ms +× 1\.00\n/);
  });

  test("on a terminal it is one picture, and keys change it", async () => {
    let press: (key: string) => void = () => {};
    let stopped = 0;
    const terminal = {
      columns: () => 100,
      onKey: (listener: (key: string) => void) => {
        press = listener;
        return () => stopped++;
      },
    };
    let pictures = 0;
    const onText = () => {
      pictures++;
      if (pictures === 1) press("p");
      if (pictures === 3) press("q");
    };
    const { code, out, err } = await run(play(), onText, { terminal });
    expect(code).toBe(0);
    expect(err).toContain("\u001b[11A");
    expect(err).toMatch(/rate × 0/);
    expect(out).toMatch(/2 of 2 expectations held/);
    const [, sent = ""] = /due \d+, sent (\d+)/.exec(out) ?? [];
    // It was paused after about a second of its four, and ended by the third.
    expect(Number(sent)).toBeGreaterThan(50);
    expect(Number(sent)).toBeLessThan(400);
    expect(stopped).toBe(1);
  });

  test("as a process of its own it ends as soon as it is done, and says at once where it cannot write", async () => {
    writeFileSync(join(folder, "s.yaml"), scenario.replace("4 }", "0.5 }"));
    const main = fileURLToPath(new URL("../../packages/cli/dist/main.js", import.meta.url));
    const start = async (...more: string[]) => {
      const words = [main, "fleet", ...play(...more)];
      const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "pipe"] });
      let err = "";
      let toldMs = 0;
      child.stdout.on("data", () => {
        toldMs = performance.now();
      });
      child.stderr.on("data", (chunk) => {
        err += chunk;
      });
      const [code] = await once(child, "close");
      return { code, err, restMs: performance.now() - toldMs };
    };
    const whole = await start();
    expect([0, 3]).toContain(whole.code);
    // Nothing that it waited for keeps it: the longest of that is ten seconds.
    expect(whole.restMs).toBeLessThan(5000);
    const taken = await start("--out", join(folder, "s.yaml", "results"));
    expect(taken).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^bollard: out: cannot be written: .*ENOTDIR/),
    });
  });

  test("ends with 1 where an expectation breaks, and says which", async () => {
    const strict = scenario.replace("unacknowledged: 0", "latencyMaxMs: 0").replace("4 }", "1 }");
    writeFileSync(join(folder, "s.yaml"), strict);
    const { code, err } = await run(play());
    expect([1, 3]).toContain(code);
    if (code === 1) expect(err).toMatch(/^bollard: latencyMaxMs is \S+, expected ≤ 0$/m);
  });
});
