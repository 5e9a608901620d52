import { request } from "node:http";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FleetControls } from "../engine/fleet-controls.js";
import type { LoadProgress } from "../engine/fleet-run.js";
import { FleetServer } from "./fleet-server.js";

const latency = {
  count: 9,
  meanMs: 2,
  p50Ms: 2,
  p90Ms: 3,
  p99Ms: 4,
  p999Ms: 5,
  maxMs: 6,
};
const progress: LoadProgress = {
  phase: "hold",
  elapsedMs: 2000,
  connected: 7,
  broken: 1,
  due: 20,
  sent: 19,
  acknowledged: 18,
  received: 17,
  heldBack: 1,
  latency,
  lateness: undefined,
  cpuShare: 0.25,
  usage: { cpuS: 1, rssBytes: 60e6, cpuShare: 0.2, longestPauseMs: 3 },
  broker: {},
};

describe("FleetServer", () => {
  let controls: FleetControls;
  let server: FleetServer;
  beforeEach(async () => {
    controls = new FleetControls();
    server = await FleetServer.open({ port: 0, scenario: "district", controls });
    server.update(progress);
  });
  afterEach(() => server.close());

  const patch = (body: string, headers: Record<string, string> = {}) =>
    fetch(`${server.url}/controls`, {
      method: "PATCH",
      body,
      headers: { "content-type": "application/json", ...headers },
    });

  test("tells Prometheus how the run stands", async () => {
    const text = await (await fetch(`${server.url}/metrics`)).text();
    expect(text).toMatch(/^bollard_fleet_connections\{scenario="district",simulated="true"\} 7$/m);
    expect(text).toMatch(/^bollard_fleet_sent_total\{.*\} 19$/m);
    expect(text).toMatch(/^bollard_fleet_latency_seconds\{quantile="0\.99",.*\} 0\.004$/m);
    expect(text).toMatch(/^bollard_fleet_phase\{phase="hold",.*\} 1$/m);
  });

  test("tells programs the same", async () => {
    expect(await (await fetch(`${server.url}/status`)).json()).toMatchObject({
      scenario: "district",
      simulated: true,
      sent: 19,
    });
  });

  test("takes changes", async () => {
    const answer = await patch('{"rate":2.5,"nodes":0.5,"faults":false,"cut":0.1}');
    expect(answer.status).toBe(200);
    expect(controls).toEqual({ rate: 2.5, nodes: 0.5, faults: false, cut: 0.1 });
    await patch('{"faults":null}');
    expect(await (await fetch(`${server.url}/controls`)).json()).toEqual({
      rate: 2.5,
      nodes: 0.5,
      cut: 0.1,
    });
  });

  test.each([
    ["{", 400, /not JSON/],
    ["[1]", 400, /not an object/],
    ['{"rate":-1}', 400, /rate is not a multiple of the scenario's rate, 0 to 1000/],
    ['{"rate":"2"}', 400, /rate is not/],
    ['{"speed":2}', 400, /speed is no control; known are rate, nodes, faults, cut/],
    ['{"__proto__":2}', 400, /is no control/],
    ['{"faults":1}', 400, /faults is not true, false/],
    [`{"rate":${" ".repeat(5000)}2}`, 413, /at most 4096 bytes/],
  ])("refuses %s, and changes nothing", async (body, status, title) => {
    const answer = await patch(body);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toEqual({ status, title: expect.stringMatching(title) });
    expect(controls).toEqual(new FleetControls());
  });

  test("takes nothing from a form of another page, nor under a made-up name", async () => {
    expect((await patch('{"rate":0}', { "content-type": "text/plain" })).status).toBe(415);
    const status = await new Promise((resolve) => {
      const url = `${server.url}/controls`;
      request(url, { headers: { host: "evil.example" } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      }).end();
    });
    expect(status).toBe(421);
    expect((await fetch(`${server.url}/x`)).status).toBe(404);
    expect((await fetch(`${server.url}/status`, { method: "DELETE" })).status).toBe(405);
  });

  test("says that its port is taken", async () => {
    const port = Number(new URL(server.url).port);
    const again = FleetServer.open({ port, scenario: "x", controls });
    await expect(again).rejects.toThrow(/http: cannot listen on 127\.0\.0\.1:\d+: .*EADDRINUSE/);
  });
});
