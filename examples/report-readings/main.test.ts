import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commandSchema, compileSchema } from "@bollard/payload";
import { decodePayload } from "@bollard/sdk";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { board } from "./board-schema.js";
import { reportBoard } from "./main.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bollard-board-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A broker that is there or away, and hands commands over. */
class Broker {
  readonly published: { topic: string; message: Uint8Array }[] = [];
  isAway = false;
  #listener: (topic: string, payload: Uint8Array) => void = () => {};

  async publishAsync(topic: string, message: Uint8Array): Promise<void> {
    if (this.isAway) throw new Error("away");
    this.published.push({ topic, message });
  }
  async subscribeAsync(): Promise<void> {}
  on(_event: "message", listener: (topic: string, payload: Uint8Array) => void): void {
    this.#listener = listener;
  }
  command(payload: Uint8Array): void {
    this.#listener("bollard/pi-1/down", payload);
  }
}

test("what is measured while the broker is away comes after the next start", async () => {
  const broker = new Broker();
  broker.isAway = true;
  const first = await reportBoard({
    ...{ id: "pi-1", folder },
    client: broker,
    readTemperature: () => 48.26,
  });
  const stopping = first.stop();
  await stopping;
  expect(broker.published).toEqual([]);
  broker.isAway = false;
  const second = await reportBoard({
    ...{ id: "pi-1", folder },
    client: broker,
    readTemperature: () => null,
  });
  await second.stop();
  const messages = broker.published.map(({ message }) => decodePayload(board, message));
  expect(messages.map(({ key }) => key)).toEqual([
    { boot: 1, sequence: 0 },
    { boot: 1, sequence: 1 },
  ]);
  expect(messages.map(({ readings }) => readings[0]?.values.temperature)).toEqual([48.3, null]);
  expect(broker.published[0]?.topic).toBe("bollard/pi-1/up");
}, 20_000);

test("the interval is set by a command", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  const broker = new Broker();
  const { stop } = await reportBoard({ id: "pi-1", folder, client: broker });
  const asSchema = commandSchema(board, "set-report-interval");
  if (asSchema === undefined) throw new Error("there is no such command");
  const codec = compileSchema(asSchema);
  broker.command(codec.encode({ values: { interval: 0 } }));
  broker.command(codec.encode({ values: { interval: 5 } }));
  await Promise.resolve();
  vi.advanceTimersByTime(20_000);
  vi.useRealTimers();
  await stop();
  const readings = broker.published.flatMap(
    ({ message }) => decodePayload(board, message).readings,
  );
  expect(readings).toHaveLength(5);
});
