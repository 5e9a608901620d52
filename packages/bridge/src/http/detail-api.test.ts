import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { afterEach, describe, expect, test } from "vitest";
import { httpOptions } from "../testing/http-options.js";
import { ManualClock } from "../testing/manual-clock.js";
import { type HttpServer, type HttpServerOptions, startHttpServer } from "./http-server.js";

let server: HttpServer | undefined;
afterEach(() => server?.close());

async function start(more: Partial<HttpServerOptions>) {
  server = await startHttpServer(httpOptions(new ManualClock(), more));
  const { url } = server;
  return (path: string) => fetch(`${url}/api/v1/${path}`);
}

describe("the API's details", () => {
  test("ask the log for what is new, with bounds", async () => {
    const asked: unknown[] = [];
    const ask = await start({
      log: (query) => {
        asked.push(query);
        return { lines: [], last: 9, missed: 0 };
      },
    });
    expect(await (await ask("log?after=7&level=warn&limit=50")).json()).toEqual({
      lines: [],
      last: 9,
      missed: 0,
    });
    await ask("log");
    expect(asked).toEqual([
      { after: 7, level: "warn", limit: 50 },
      { after: 0, level: "trace", limit: 200 },
    ]);
    for (const wrong of ["log?limit=1001", "log?after=-1", "log?level=loud"]) {
      expect([wrong, (await ask(wrong)).status]).toEqual([wrong, 400]);
    }
  });

  test("download readings as a file, of a span of time", async () => {
    const asked: unknown[] = [];
    const ask = await start({
      readings: (query) => {
        asked.push(query);
        return (async function* () {
          yield "time,node\r\n";
          yield "2026-09-09T22:26:40.000Z,lamp/12\r\n";
        })();
      },
    });
    const response = await ask(
      "readings.csv?node=lamp%2F12&from=2026-09-09T00:00:00Z&to=2026-09-10T00:00:00Z",
    );
    expect(response.headers.get("content-type")).toBe("text/csv; charset=utf-8; header=present");
    expect(response.headers.get("content-disposition")).toBe('attachment; filename="lamp_12.csv"');
    expect(await response.text()).toBe("time,node\r\n2026-09-09T22:26:40.000Z,lamp/12\r\n");
    expect(asked).toEqual([
      {
        node: "lamp/12",
        schema: undefined,
        field: undefined,
        fromS: Date.UTC(2026, 8, 9) / 1000,
        toS: Date.UTC(2026, 8, 10) / 1000,
      },
    ]);
    expect((await ask("readings.csv")).status).toBe(400);
    expect((await ask("readings.csv?node=x&from=yesterday")).status).toBe(400);
  });

  test("lets two downloads run at a time, and one more when a reader has gone", async () => {
    let ended = 0;
    const ask = await start({
      readings: () =>
        (async function* () {
          try {
            for (;;) {
              yield "x".repeat(65_536);
              await new Promise((resolve) => setImmediate(resolve));
            }
          } finally {
            ended++;
          }
        })(),
    });
    const begin = () =>
      new Promise<IncomingMessage>((resolve, reject) => {
        get(`${server?.url}/api/v1/readings.csv?node=x`, resolve).on("error", reject);
      });
    const readers = [await begin(), await begin()];
    for (const reader of readers) reader.on("error", () => {});
    const third = await ask("readings.csv?node=x");
    expect([third.status, third.headers.get("retry-after")]).toEqual([503, "10"]);
    for (const reader of readers) reader.destroy();
    await Promise.all(readers.map((reader) => reader.closed || once(reader, "close")));
    await expect.poll(() => ended).toBe(2);
    const fourth = await begin();
    fourth.on("error", () => {});
    expect(fourth.statusCode).toBe(200);
    fourth.destroy();
  });
});
