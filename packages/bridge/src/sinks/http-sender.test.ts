import { createServer } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { PlatformServer } from "../testing/platform-server.js";
import { HttpSender, type HttpTls } from "./http-sender.js";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

function open(signal = new AbortController().signal): HttpSender {
  const sender = new HttpSender({ tls: {} as HttpTls, timeoutMs: 5000, signal });
  closing.push(() => sender.close());
  return sender;
}

describe("HttpSender", () => {
  test("a request that is cut off has failed, and nothing is thrown", async () => {
    const server = createServer(() => cut.abort());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    closing.push(
      () => server.closeAllConnections(),
      () => server.close(),
    );
    const cut = new AbortController();
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const outcome = await open(cut.signal).send({ method: "GET", url });
    expect(outcome).toEqual({ kind: "failed", reason: expect.stringMatching(/abort/i) });
  });

  test("a far end that is away is told by its code", async () => {
    const server = createTcpServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const outcome = await open().send({ method: "GET", url: `http://127.0.0.1:${port}` });
    expect(outcome).toEqual({ kind: "failed", reason: "ECONNREFUSED" });
  });

  test("without its headers nothing goes out", async () => {
    const server = await PlatformServer.open();
    closing.push(() => server.close());
    const outcome = await open().send({ method: "GET", url: server.url }, () => {
      throw new Error("the token cannot be read");
    });
    expect(outcome).toEqual({ kind: "failed", reason: "the token cannot be read" });
    expect(server.requests).toEqual([]);
  });
});
