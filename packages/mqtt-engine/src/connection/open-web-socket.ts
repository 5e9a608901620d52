import type { Buffer } from "node:buffer";
import { createHash, randomBytes } from "node:crypto";
import { type ClientRequest, type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { MqttError } from "../error.js";
import { keepSession, localAddressOf, type SocketTarget, tlsOptions } from "./open-socket.js";
import type { Transport, TransportEvents } from "./transport.js";
import {
  binaryFrame,
  closeFrame,
  type FrameReceiver,
  pongFrame,
  WebSocketFrameDecoder,
} from "./web-socket-frames.js";

/** How to reach a broker behind a WebSocket. */
export interface WebSocketOptions {
  /** Default: `/mqtt`. */
  readonly path?: string;
  /** More headers for the handshake, such as `Authorization` or `Cookie`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** RFC 6455, section 1.3. */
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/**
 * Opens a WebSocket with the subprotocol `mqtt`: the handshake by Node's own HTTP client, the
 * frames by ours.
 *
 * @throws what `https.request` throws for certificates it cannot read
 * @see RFC 6455; MQTT 5.0, section 6
 */
export function openWebSocket(
  target: SocketTarget,
  options: WebSocketOptions,
  events: TransportEvents,
): Transport {
  const key = randomBytes(16).toString("base64");
  const request = sendHandshake(target, options, key);
  let socket: Socket | undefined;
  let over = false;
  const finish = (error: Error | undefined) => {
    if (over) return;
    over = true;
    events.closed(error);
  };
  request.on("error", finish);
  request.on("response", (response) => {
    response.resume();
    const status = `${response.statusCode} ${response.statusMessage ?? ""}`.trim();
    finish(new Error(`the server answered ${status} and no WebSocket`));
    request.destroy();
  });
  request.on("upgrade", (response, upgraded: Socket, head) => {
    const wrong = checkHandshake(response, key);
    if (wrong || over) {
      upgraded.destroy();
      finish(wrong);
      return;
    }
    socket = upgraded;
    listen(upgraded, head, events, finish);
  });
  return {
    write(bytes) {
      socket?.write(binaryFrame(bytes, randomBytes(4)));
      return true;
    },
    get pendingBytes() {
      return socket?.writableLength ?? 0;
    },
    pause: () => void socket?.pause(),
    resume: () => void socket?.resume(),
    end() {
      if (socket) socket.end(closeFrame(randomBytes(4)));
      else request.destroy();
    },
    destroy() {
      (socket ?? request).destroy();
      queueMicrotask(() => finish(undefined));
    },
  };
}

function sendHandshake(
  target: SocketTarget,
  options: WebSocketOptions,
  key: string,
): ClientRequest {
  const common = {
    host: target.host,
    port: target.port,
    path: options.path ?? "/mqtt",
    ...(target.socketPath ? { socketPath: target.socketPath } : {}),
    ...localAddressOf(target),
    agent: false as const,
    headers: {
      Connection: "Upgrade",
      Upgrade: "websocket",
      "Sec-WebSocket-Version": "13",
      "Sec-WebSocket-Key": key,
      "Sec-WebSocket-Protocol": "mqtt",
      ...options.headers,
    },
  };
  const request = target.tls
    ? requestHttps({ ...tlsOptions(target), ...common })
    : requestHttp(common);
  request.on("socket", (socket) => {
    socket.setNoDelay(true);
    if (socket instanceof TLSSocket) keepSession(socket, target);
  });
  request.end();
  return request;
}

function checkHandshake(response: IncomingMessage, key: string): Error | undefined {
  const accept = createHash("sha1")
    .update(key + GUID)
    .digest("base64");
  if (response.headers["sec-websocket-accept"] !== accept) {
    return new Error("the server's Sec-WebSocket-Accept is wrong");
  }
  if (response.headers["sec-websocket-protocol"] !== "mqtt") {
    return new Error("the server does not speak the subprotocol mqtt");
  }
  return undefined;
}

function listen(
  socket: Socket,
  head: Buffer,
  events: TransportEvents,
  finish: (error: Error | undefined) => void,
): void {
  const decoder = new WebSocketFrameDecoder();
  let failure: Error | undefined;
  const receiver: FrameReceiver = {
    data: events.data,
    ping: (payload) => void socket.write(pongFrame(payload, randomBytes(4))),
    close: () => void socket.end(closeFrame(randomBytes(4)), () => socket.destroy()),
  };
  const take = (chunk: Buffer) => {
    try {
      decoder.push(chunk, 0, chunk.length, receiver);
    } catch (error) {
      if (!(error instanceof MqttError)) throw error;
      failure = error;
      socket.destroy();
    }
  };
  socket.on("data", take);
  socket.on("drain", () => events.drained());
  socket.on("error", (error) => {
    failure ??= error;
  });
  socket.on("close", () => finish(failure));
  events.opened(socket instanceof TLSSocket && socket.isSessionReused());
  if (head.length > 0) take(head);
}
