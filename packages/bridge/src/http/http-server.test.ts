import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { get, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isBridgeError } from "../error.js";
import type { BridgeStatus, NodeView } from "../page/api-types.js";
import { httpOptions, holdingStatus as status } from "../testing/http-options.js";
import { ManualClock } from "../testing/manual-clock.js";
import { type HttpServer, type HttpServerOptions, startHttpServer } from "./http-server.js";

function node(name: string, readings: number): NodeView {
  return {
    name,
    id: name,
    schema: "street-air",
    source: "mqtt street",
    observedAt: "2026-09-09T10:26:40.000Z",
    arrivedAt: "2026-09-09T10:26:40.000Z",
    clock: "synchronised",
    firstSeenAt: "2026-09-09T10:00:00.000Z",
    fresh: true,
    readings,
    values: [],
  };
}

let server: HttpServer | undefined;
let clock: ManualClock;
let nodes: Map<string, NodeView>;
let changed: Map<string, NodeView>;
let isCut: boolean;

function options(more: Partial<HttpServerOptions> = {}): HttpServerOptions {
  return httpOptions(clock, {
    nodes: () => nodes,
    takeChangedNodes: () => {
      const taken = [...changed];
      changed.clear();
      return taken;
    },
    history: (name, field, seconds) =>
      name === "lamp-12" && field === "pm25"
        ? { node: name, field, unit: "µg/m³", times: [1000, 1000 + seconds], values: [8, null] }
        : undefined,
    controls: [
      {
        id: "city",
        label: () => (isCut ? "Join the city broker again" : "Cut the city broker"),
        active: () => isCut,
        toggle: async () => {
          isCut = !isCut;
        },
      },
    ],
    ...more,
  });
}

beforeEach(() => {
  clock = new ManualClock();
  nodes = new Map([["lamp-12", node("lamp-12", 1)]]);
  changed = new Map();
  isCut = false;
});
afterEach(async () => {
  await server?.close();
  server = undefined;
});

/** Reads events of a stream one after the other. */
async function openEvents(url: string) {
  const response = await new Promise<import("node:http").IncomingMessage>((resolve, reject) => {
    get(`${url}/api/v1/events`, resolve).on("error", reject);
  });
  response.on("error", () => {});
  const chunks = response[Symbol.asyncIterator]();
  let text = "";
  return {
    response,
    next: async (): Promise<{ event: string; data: unknown }> => {
      for (;;) {
        const end = text.indexOf("\n\n");
        if (end >= 0) {
          const block = text.slice(0, end);
          text = text.slice(end + 2);
          const [, event, data] = /^event: (.*)\ndata: (.*)$/.exec(block) ?? [];
          if (event && data) return { event, data: JSON.parse(data) };
          continue;
        }
        const { value, done } = await chunks.next();
        if (done) return { event: "end", data: undefined };
        text += value;
      }
    },
  };
}

describe("the API", () => {
  test("gives status, nodes, history and controls", async () => {
    server = await startHttpServer(options());
    const read = async (path: string) => (await fetch(`${server?.url}/api/v1/${path}`)).json();
    expect(await read("status")).toEqual(status);
    expect(await read("nodes")).toEqual([node("lamp-12", 1)]);
    expect(await read("nodes/lamp-12/history?field=pm25&seconds=60")).toEqual({
      node: "lamp-12",
      field: "pm25",
      unit: "µg/m³",
      times: [1000, 1060],
      values: [8, null],
    });
    expect(await read("controls")).toEqual([
      { id: "city", label: "Cut the city broker", active: false },
    ]);
  });

  test("serves the contexts that entities name, as they are published", async () => {
    server = await startHttpServer(options());
    const response = await fetch(`${server.url}/contexts/dataModel.Environment.jsonld`);
    expect(response.headers.get("content-type")).toMatch("application/ld+json");
    const context = (await response.json()) as Record<string, Record<string, unknown>>;
    expect(context["@context"]).toHaveProperty("AirQualityObserved");
    const missing = await fetch(`${server.url}/contexts/..%2fpackage.json`);
    expect(missing.status).toBe(404);
    expect(await missing.json()).toMatchObject({ title: "No such context" });
  });

  test("toggles a control", async () => {
    server = await startHttpServer(options());
    const response = await fetch(`${server.url}/api/v1/controls/city`, { method: "POST" });
    expect(await response.json()).toEqual([
      { id: "city", label: "Join the city broker again", active: true },
    ]);
    expect(isCut).toBe(true);
  });

  test("answers mistakes with problem details", async () => {
    const failures: string[] = [];
    server = await startHttpServer(
      options({
        status: () => {
          throw new Error("planted");
        },
        onError: (error) => failures.push(error.message),
      }),
    );
    const url = server.url;
    const read = async (path: string, init?: RequestInit) => {
      const response = await fetch(url + path, init);
      return [response.headers.get("content-type"), await response.json()];
    };
    const type = "application/problem+json; charset=utf-8";
    expect(await read("/api/v1/nodes/lamp-12/history?field=co2")).toEqual([
      type,
      {
        type: "about:blank",
        status: 404,
        title: "No such field",
        detail: "No node lamp-12 with a field co2 that has numbers.",
      },
    ]);
    expect(await read("/api/v1/nodes/lamp-12/history")).toEqual([
      type,
      {
        type: "about:blank",
        status: 400,
        title: "The request is wrong",
        detail: "querystring must have required property 'field'",
      },
    ]);
    expect(await read("/api/%zz")).toEqual([
      type,
      expect.objectContaining({ status: 400, title: "The request is wrong" }),
    ]);
    expect(await read("/nowhere")).toEqual([
      type,
      { type: "about:blank", status: 404, title: "Not found" },
    ]);
    expect(await read("/api/v1/controls/nothing", { method: "POST" })).toEqual([
      type,
      { type: "about:blank", status: 404, title: "No such control" },
    ]);
    expect(await read("/api/v1/status")).toEqual([
      type,
      { type: "about:blank", status: 500, title: "Something went wrong here" },
    ]);
    expect(failures).toEqual(["planted"]);
  });
});

describe("events", () => {
  test("tell all at first, then what changed", async () => {
    server = await startHttpServer(options());
    const events = await openEvents(server.url);
    expect(events.response.headers["content-type"]).toBe("text/event-stream; charset=utf-8");
    expect(events.response.headers["content-security-policy"]).toContain("default-src 'none'");
    expect(await events.next()).toEqual({ event: "status", data: status });
    expect(await events.next()).toEqual({ event: "nodes", data: [node("lamp-12", 1)] });
    expect((await events.next()).event).toBe("controls");

    changed.set("lamp-12", node("lamp-12", 2));
    changed.set("lamp-12", node("lamp-12", 3));
    clock.pass(500);
    expect((await events.next()).event).toBe("status");
    expect(await events.next()).toEqual({ event: "nodes", data: [node("lamp-12", 3)] });

    clock.pass(500);
    clock.pass(500);
    expect((await events.next()).event).toBe("status");

    await fetch(`${server.url}/api/v1/controls/city`, { method: "POST" });
    expect(await events.next()).toEqual({
      event: "controls",
      data: [{ id: "city", label: "Join the city broker again", active: true }],
    });
    events.response.destroy();
  });

  test("have a bound on how many watch", async () => {
    server = await startHttpServer(options());
    const first = await openEvents(server.url);
    const second = await openEvents(server.url);
    const third = await fetch(`${server.url}/api/v1/events`);
    expect([third.status, third.headers.get("retry-after")]).toEqual([503, "10"]);
    first.response.destroy();
    second.response.destroy();
  });

  test("hold for a page that does not read only the latest of each node, and let it go at last", async () => {
    const big = { ...node("lamp-12", 1), source: "x".repeat(100_000) };
    nodes.set("lamp-12", big);
    server = await startHttpServer(options());
    const stuck = await openEvents(server.url);
    stuck.response.pause();
    const ended = new Promise((resolve) => stuck.response.on("close", resolve));
    let written = 0;
    for (let second = 0; second < 400; second++) {
      changed.set("lamp-12", { ...big, readings: second });
      clock.pass(500);
      written++;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(written).toBe(400);
    stuck.response.resume();
    await ended;
  });

  test("end when the server closes", async () => {
    server = await startHttpServer(options());
    const events = await openEvents(server.url);
    const ended = new Promise((resolve) => events.response.on("close", resolve));
    await server.close();
    await ended;
    expect(clock.waiting).toBe(0);
  });
});

describe("the server", () => {
  test("serves the page with headers that keep all others out", async () => {
    const pageFolder = mkdtempSync(join(tmpdir(), "bollard-page-"));
    writeFileSync(join(pageFolder, "index.html"), "<!doctype html><title>Bollard</title>");
    server = await startHttpServer(options({ pageFolder }));
    const response = await fetch(server.url);
    expect(await response.text()).toBe("<!doctype html><title>Bollard</title>");
    expect(response.headers.get("content-security-policy")).toMatch(/^default-src 'none'/);
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(response.headers.get("access-control-allow-origin")).toBeNull();
    rmSync(pageFolder, { recursive: true });
  });

  test("answers under its own name only, and changes nothing for another site", async () => {
    server = await startHttpServer(options());
    const ask = (method: string, path: string, headers: Record<string, string>) =>
      new Promise<number | undefined>((resolve, reject) => {
        request(`${server?.url}${path}`, { method, headers }, (response) => {
          response.resume();
          resolve(response.statusCode);
        })
          .on("error", reject)
          .end();
      });
    expect(await ask("GET", "/api/v1/status", { host: "evil.example" })).toBe(421);
    expect(await ask("GET", "/api/v1/status", { host: "localhost:8080" })).toBe(200);
    const path = "/api/v1/controls/city";
    expect(await ask("POST", path, { origin: "https://evil.example" })).toBe(403);
    expect(isCut).toBe(false);
    expect(await ask("POST", path, { origin: server.url })).toBe(200);
    expect(isCut).toBe(true);
  });

  test("shows its figures to Prometheus and its health to whoever restarts it", async () => {
    let health: BridgeStatus["health"] = "holding";
    server = await startHttpServer(options({ status: () => ({ ...status, health }) }));
    const text = await (await fetch(`${server.url}/metrics`)).text();
    expect(text).toContain('bollard_sink_backlog_entries{kind="mqtt",name="city"} 1204');
    expect(text).toContain('bollard_source_messages_total{kind="mqtt",name="street"} 9');
    expect(text).toContain('bollard_sink_lost_total{cursor="mqtt:city",reason="dropped"} 3');
    const again = await (await fetch(`${server.url}/metrics`)).text();
    expect(again).toContain('bollard_sink_lost_total{cursor="mqtt:city",reason="dropped"} 3');
    const well = await fetch(`${server.url}/health`);
    expect([well.status, await well.json()]).toEqual([
      200,
      { health: "holding", summary: status.summary },
    ]);
    health = "failing";
    expect((await fetch(`${server.url}/health`)).status).toBe(503);
  });

  test("takes the next free port where it may, and says so where it may not", async () => {
    server = await startHttpServer(options());
    const port = Number(new URL(server.url).port);
    const next = await startHttpServer(options({ port, nextFreePort: true }));
    expect(Number(new URL(next.url).port)).toBeGreaterThan(port);
    await next.close();
    const failure = await startHttpServer(options({ port })).catch((error: unknown) => error);
    expect(isBridgeError(failure) && failure.code).toBe("BRIDGE_ADDRESS_IN_USE");
  });
});
