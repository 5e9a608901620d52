import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { connect } from "./connect.js";
import { openWebSocket } from "./open-web-socket.js";

let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** An HTTP server that answers an upgrade with these lines. */
async function listen(
  answer: (request: IncomingMessage, socket: Socket, accept: string) => void,
): Promise<number> {
  server = createServer((_request, response) => response.writeHead(404).end("no such page"));
  server.on("upgrade", (request, socket: Socket) => {
    const key = `${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    answer(request, socket, createHash("sha1").update(key).digest("base64"));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

function switching(accept: string, protocol = "mqtt"): string {
  return [
    "HTTP/1.1 101 Switching Protocols",
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Accept: ${accept}`,
    `Sec-WebSocket-Protocol: ${protocol}`,
    "",
    "",
  ].join("\r\n");
}

describe("openWebSocket", () => {
  test("asks for the path, the subprotocol and the headers it is given", async () => {
    let asked: IncomingMessage | undefined;
    const port = await listen((request, socket) => {
      asked = request;
      socket.destroy();
    });
    const webSocket = { path: "/city", headers: { Authorization: "Bearer x" } };
    await expect(connect({ host: "127.0.0.1", port, webSocket })).rejects.toMatchObject({
      code: "MQTT_NETWORK",
    });
    expect(asked?.url).toBe("/city");
    expect(asked?.headers).toMatchObject({
      "sec-websocket-protocol": "mqtt",
      "sec-websocket-version": "13",
      authorization: "Bearer x",
    });
  });

  test.each<[string, (accept: string) => string]>([
    ["the server's Sec-WebSocket-Accept is wrong", () => switching("x")],
    ["does not speak the subprotocol mqtt", (accept) => switching(accept, "chat")],
    ["the server answered 403 Forbidden and no WebSocket", () => "HTTP/1.1 403 Forbidden\r\n\r\n"],
  ])("refuses a handshake: %s", async (words, answer) => {
    const port = await listen((_request, socket, accept) => socket.end(answer(accept)));
    await expect(connect({ host: "127.0.0.1", port, webSocket: {} })).rejects.toMatchObject({
      code: "MQTT_NETWORK",
      message: expect.stringContaining(words),
    });
  });

  test("hands on data that comes with the handshake, answers pings and the close", async () => {
    const answers: Buffer[] = [];
    let ended = () => {};
    const end = new Promise<void>((resolve) => {
      ended = resolve;
    });
    const port = await listen((_request, upgraded, accept) => {
      upgraded.on("data", (chunk) => answers.push(chunk));
      upgraded.on("end", () => {
        upgraded.end();
        ended();
      });
      const frames = Buffer.of(0x82, 2, 7, 8, 0x89, 1, 0x70, 0x88, 2, 3, 0xe8);
      upgraded.write(Buffer.concat([Buffer.from(switching(accept)), frames]));
    });
    const told: unknown[] = [];
    await new Promise<void>((resolve) => {
      openWebSocket(
        { host: "127.0.0.1", port },
        {},
        {
          opened: (resumed) => told.push(["opened", resumed]),
          data: (chunk, start, end) => told.push([...chunk.subarray(start, end)]),
          drained: () => {},
          closed: (error) => {
            told.push(["closed", error]);
            resolve();
          },
        },
      );
    });
    expect(told).toEqual([
      ["opened", false],
      [7, 8],
      ["closed", undefined],
    ]);
    await end;
    const wire = Buffer.concat(answers);
    expect([wire[0], wire[1], wire[7], wire[8]]).toEqual([0x8a, 0x81, 0x88, 0x82]);
  });

  test("a frame that is none ends the connection with the reason", async () => {
    const port = await listen((_request, socket, accept) => {
      socket.write(Buffer.concat([Buffer.from(switching(accept)), Buffer.of(0x81, 0)]));
    });
    await expect(connect({ host: "127.0.0.1", port, webSocket: {} })).rejects.toMatchObject({
      code: "MQTT_PROTOCOL_ERROR",
    });
  });
});
