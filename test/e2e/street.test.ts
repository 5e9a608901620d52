import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findCommand } from "./need.js";
import { StreetProcess } from "./street-process.js";

describe("the street", () => {
  let folder: string;
  let street: StreetProcess | undefined;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "bollard-e2e-"));
  });
  afterEach(async () => {
    street?.kill("SIGKILL");
    await street?.ended();
    street = undefined;
    rmSync(folder, { recursive: true, force: true });
  });

  test("loses nothing over a cut of the city broker, and ends with one JSON line", async () => {
    street = new StreetProcess(["--duration", "8", "--json", "--port", "18080"], folder);
    const { code, stdout, stderr } = await street.ended();
    expect(stderr).not.toMatch(/error/i);
    const lines = stdout.trim().split("\n");
    expect(lines).toHaveLength(1);
    const report = JSON.parse(lines[0] ?? "");
    expect(Object.keys(report)).toEqual([
      "nodes",
      "boards",
      "produced",
      "delivered",
      "duplicates",
      "lost",
      "payloadBytesPerReading",
      "jsonBytesPerReading",
      "p50LatencyMs",
      "p99LatencyMs",
    ]);
    expect(report.nodes).toBe(202);
    expect(report.boards).toBe(findCommand("avr-gcc") ? 1 : 0);
    expect(report.produced).toBeGreaterThan(202 * 4);
    expect(report.delivered).toBe(report.produced);
    expect(report.lost).toBe(0);
    expect(report.payloadBytesPerReading).toBeLessThan(report.jsonBytesPerReading / 4);
    expect(report.p99LatencyMs).toBeGreaterThan(500); // the cut shows
    expect(code).toBe(0);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("stops within two seconds of Ctrl-C and leaves nothing behind", async () => {
    street = new StreetProcess(["--port", "18080"], folder);
    const url = await street.url();
    const response = await fetch(`${url}/api/v1/status`);
    const status = (await response.json()) as { sources: unknown[] };
    expect(status.sources.length).toBeGreaterThan(0);
    const startedAt = performance.now();
    street.kill("SIGINT");
    const { code, stderr } = await street.ended();
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(readdirSync(folder)).toEqual([]);
    await expect(fetch(url)).rejects.toThrow();
  });

  test.each([
    [["--json"], "--json needs --duration, such as --duration 20"],
    [["--duration", "soon"], "Give seconds from 1 to 86400, such as 20."],
    [["--durations", "5"], "Did you mean --duration?"],
    [["--port", "99999"], "Give a port from 1 to 65535, such as 8080."],
  ])("tells what is wrong with %j and ends with 2", async (args, message) => {
    street = new StreetProcess(args, folder);
    const { code, stderr, stdout } = await street.ended();
    expect(stderr).toContain(message);
    expect(stdout).toBe("");
    expect(code).toBe(2);
  });

  test("two streets run side by side, each on ports of its own", async () => {
    const other = new StreetProcess(["--port", "18080"], folder);
    street = new StreetProcess(["--port", "18080"], folder);
    try {
      const [first, second] = await Promise.all([other.url(), street.url()]);
      expect(first).not.toBe(second);
    } finally {
      other.kill("SIGTERM");
      expect((await other.ended()).code).toBe(0);
    }
  });
});
