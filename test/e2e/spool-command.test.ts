import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Bridge, readConfigFile } from "@bollard/bridge";
import { runCli } from "@bollard/cli";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { CityReader, CutBroker, keysTo, lampSchema, lampValue, MqttLamp } from "./bridge-parts.js";

const READINGS = 30;

let folder: string;
let config: string;
let street: CutBroker;
let city: CutBroker;
let bridge: Bridge;

/** A bridge that is running while its spool is looked at. */
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "bollard-spool-"));
  street = await CutBroker.open();
  city = await CutBroker.open();
  config = join(folder, "bridge.yaml");
  writeFileSync(join(folder, "lamp.schema.json"), JSON.stringify(lampSchema));
  const content = {
    dataDir: join(folder, "data"),
    schemas: [join(folder, "lamp.schema.json")],
    sources: { mqtt: [{ name: "street", url: street.url }] },
    sinks: { mqtt: [{ name: "city", url: city.url, prefix: "city" }] },
    nodes: { list: { "lamp-a": { name: "oak-street-12", position: [23.32, 42.69] } } },
    spool: { commitDelayMs: 50 },
    http: { enabled: false },
    log: { level: "silent" },
  };
  writeFileSync(config, stringify(content));
  const reader = new CityReader(city);
  bridge = new Bridge({ config: readConfigFile(config) });
  await bridge.start();
  const lamp = await MqttLamp.open("lamp-a", street.url);
  const stranger = await MqttLamp.open("lamp-b", street.url);
  for (let i = 0; i < READINGS; i++) await lamp.report();
  await stranger.report();
  await reader.until("oak-street-12", READINGS);
  // A cursor moves once its entries are on the disk.
  while (bridge.status().spool.backlog > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  await lamp.close();
  await stranger.close();
});

afterEach(async () => {
  await bridge.close();
  await street.close();
  await city.close();
  rmSync(folder, { recursive: true });
});

async function run(...words: string[]) {
  let out = "";
  let err = "";
  const code = await runCli(["spool", ...words], {
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
    interrupted: new Promise(() => {}),
  });
  return { code, out, err };
}

const lines = (text: string) => text.trimEnd().split(/\r?\n/);

describe("bollard spool, beside a running bridge", () => {
  test("inspect tells segments, cursors, bounds, losses and damage", async () => {
    // Cursors are written a moment after they moved.
    const cursors = join(folder, "data/spool/cursors.json");
    while (!existsSync(cursors)) await new Promise((resolve) => setTimeout(resolve, 10));
    const { code, out } = await run("inspect", config, "--verify");
    expect(code).toBe(0);
    expect(out).toContain(`process ${process.pid} has it open`);
    expect(out).toContain(`${READINGS + 1}, of positions 1 to ${READINGS + 1}`);
    expect(out).toContain("then drop-oldest");
    expect(out).toContain("none; every entry was read");
    expect(out).toMatch(/^mqtt:city +\d+ +\d+ +0 +0 +0 +0$/m);
    expect(out).toMatch(/^0000000001\.seg +1 +31 +31 /m);
    const json = JSON.parse((await run("inspect", config, "--json")).out);
    expect(json).toMatchObject({
      oldest: 1,
      last: READINGS + 1,
      damage: [],
      bounds: { whenFull: "drop-oldest" },
    });
  });

  test("export decodes readings by the configuration, and says what it leaves out", async () => {
    const { code, out, err } = await run("export", config);
    expect(code).toBe(0);
    expect(err).toBe("left out: 1 entries, unknown-node lamp-b\n");
    const readings = lines(out).map((line) => JSON.parse(line));
    expect(readings.map(({ key }) => key)).toEqual(keysTo(1, READINGS));
    expect(readings[3]).toMatchObject({
      position: 4,
      node: "oak-street-12",
      schema: "lamp",
      values: { temperature: lampValue(3) },
    });

    const csv = lines(
      (await run("export", config, "--format", "csv", "--first", "3", "--last", "4")).out,
    );
    expect(csv[0]).toBe("position,time,node,schema,key,temperature");
    expect(csv[1]).toMatch(/^3,2026-.*Z,oak-street-12,lamp,1-2,-19\.98$/);
    expect(csv).toHaveLength(3);

    const pack = JSON.parse((await run("export", config, "--format", "senml")).out);
    expect(pack.filter(({ n }: { n: string }) => n === "key")).toHaveLength(READINGS);

    const raw = lines((await run("export", config, "--format", "raw", "--node", "lamp-b")).out);
    expect(JSON.parse(raw[0] ?? "")).toMatchObject({ node: "lamp-b", boot: 1, sequence: 0 });
    expect(raw).toHaveLength(1);

    const later = await run("export", config, "--from", "2099-01-01");
    expect(later.out).toBe("");
  });

  test("replay sends a range once more, with the same keys, and nothing in place of the latest", async () => {
    const again = new CityReader(city);
    const retained: string[] = [];
    city.aedes.on("publish", ({ topic, retain }) => {
      if (retain) retained.push(topic);
    });
    const { code, out } = await run(
      "replay",
      config,
      "--sink",
      "city",
      "--first",
      "5",
      "--last",
      "9",
    );
    expect(out).toBe("city has taken 5 readings of 5 entries\n");
    expect(code).toBe(0);
    expect(again.keys("oak-street-12")).toEqual(["1-4", "1-5", "1-6", "1-7", "1-8"]);
    expect(retained).toEqual([]);
    expect(bridge.status().sinks[0]?.state).toBe("up");
  });

  test("what is used wrongly is told with a good value", async () => {
    expect(await run("inspect", folder)).toMatchObject({
      code: 1,
      err: expect.stringContaining("there is no spool here"),
    });
    expect(await run("export", config, "--from", "noon")).toMatchObject({
      code: 2,
      err: expect.stringContaining("2026-03-01T06:00Z"),
    });
    expect(await run("export", join(folder, "data"))).toMatchObject({
      code: 2,
      err: expect.stringContaining("--config"),
    });
    expect(await run("replay", config, "--sink", "town")).toMatchObject({
      code: 1,
      err: expect.stringContaining("it has city"),
    });
    const byFolder = await run("export", join(folder, "data"), "--config", config);
    expect(lines(byFolder.out)).toHaveLength(READINGS);
  });
});
