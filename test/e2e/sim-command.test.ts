import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCli } from "@bollard/cli";
import { keepPolling, LinkHost, type LinkHostEvent, LinkSessions } from "@bollard/link";
import { buildStreetAir } from "@bollard-examples/firmware";
import { SerialPort } from "serialport";
import { afterAll, beforeAll, expect, test } from "vitest";
import { needCommand } from "./need.js";

const { resolve } = createRequire(import.meta.url);
const example = (name: string) => resolve(`@bollard-examples/street-air/${name}`);

needCommand("avr-gcc", "apt install gcc-avr avr-libc")(
  "bollard sim, with street-air's firmware",
  () => {
    let folder: string;
    let hex: string;
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), "bollard-sim-"));
      await buildStreetAir({ folder, reportIntervalMs: 1000, batchRows: 4 });
      hex = join(folder, "street-air.hex");
    });
    afterAll(() => rmSync(folder, { recursive: true }));

    test("board: two minutes of readings in a moment, as the recording has them", async () => {
      let out = "";
      const readings = ["--readings", example("data/street_pm_bme280.csv"), "--interval", "10s"];
      const schema = ["--schema", example("street-air.schema.yaml")];
      const code = await runCli(
        [
          "sim",
          "board",
          hex,
          ...schema,
          ...readings,
          "--id",
          "air-7",
          "--duration",
          "2m",
          "--json",
        ],
        {
          stdout: { write: (text) => (out += text) },
          stderr: { write: () => true },
          interrupted: new Promise(() => {}),
          now: () => 1_800_000_000,
        },
      );
      expect(code).toBe(0);
      const lines = out
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
      const told = lines.pop();
      expect(lines.shift()).toEqual({ node: "air-7", boot: 1, firmware: "street-air 1.0" });
      expect(lines.length).toBeGreaterThanOrEqual(28);
      const rows = lines.flatMap((line) => line.readings);
      // Row one of the recording; its particles are known from the second second on.
      expect(rows[2]).toMatchObject({
        time: expect.closeTo(1_800_000_003, -1),
        values: { pm25: 1.3, pm10: 7.3, temperature: 7, humidity: 74.7 },
      });
      expect(Math.abs(rows[2].values.pressure - 102_235)).toBeLessThanOrEqual(10);
      expect(told.messages).toBe(lines.length);
      expect(told.sleptCycles / told.cycles).toBeGreaterThan(0.97);
    });

    test("serial: any program opens the port, over a cable with faults", async () => {
      const link = join(folder, "ttyNODE0");
      let end = () => {};
      const interrupted = new Promise<void>((done) => {
        end = done;
      });
      const said: string[] = [];
      const words = ["--program", hex, "--link", link, "--flip", "1e-3", "--seed", "3"];
      const running = runCli(["sim", "serial", "--board", "uno", ...words], {
        stdout: { write: (text) => said.push(String(text)) },
        stderr: { write: (text) => said.push(text) },
        interrupted,
      });
      while (!existsSync(link)) await new Promise((done) => setTimeout(done, 10));
      expect(said).toEqual([`${link}\n`]);
      const port = new SerialPort({ path: link, baudRate: 115_200, autoOpen: false });
      let stop = () => {};
      await new Promise<void>((done, fail) => port.open((error) => (error ? fail(error) : done())));
      const arrived: string[] = [];
      let sessions = 0;
      await new Promise<void>((done) => {
        const host = new LinkHost({
          sessions: new LinkSessions({ allocateSession: () => ++sessions }),
          now: () => performance.now(),
          wallTime: () => ({ timeMs: Date.now(), synchronised: true }),
          send: (frame) => port.write(frame),
          onEvent: (event: LinkHostEvent) => {
            if (event.kind !== "data") return;
            event.session.durable(event.sequence);
            arrived.push(`${event.nodeId} ${event.boot}-${event.sequence}`);
            if (arrived.length === 2) done();
          },
        });
        port.on("data", (bytes: Buffer) => host.receive(bytes));
        stop = keepPolling(host, { now: () => performance.now() });
        host.lineUp();
      });
      expect(arrived).toEqual(["street-air 1-0", "street-air 1-1"]);
      stop();
      await new Promise<void>((done) => port.close(() => done()));
      end();
      expect(await running).toBe(0);
      expect(existsSync(link)).toBe(false);
    });
  },
);
