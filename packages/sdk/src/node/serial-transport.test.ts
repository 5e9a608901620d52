import type { Duplex } from "node:stream";
import { keepPolling, LinkHost, type LinkHostEvent, LinkSessions } from "@bollard/link";
import { afterEach, describe, expect, test } from "vitest";
import { decodePayload, layoutFingerprint } from "../index.js";
import { streamPair } from "../testing/stream-pair.js";
import { air, health } from "../testing/street-air.js";
import { Node } from "./node.js";
import { type SerialTransportOptions, serialTransport } from "./serial-transport.js";

const clock = { now: () => performance.now() };
const atEnd: (() => unknown)[] = [];
afterEach(async () => {
  for (const task of atEnd.splice(0)) await task();
});

/** A host that keeps everything at once, and its end of the line. */
class Street {
  readonly events: LinkHostEvent[] = [];
  readonly got: string[] = [];
  readonly #sessions = new LinkSessions({ allocateSession: () => 900 });
  #hostEnd: Duplex | undefined;
  opened = 0;

  /** The node's end of a new line. */
  readonly open = async (): Promise<Duplex> => {
    this.opened++;
    const [nodeEnd, hostEnd] = streamPair();
    this.#hostEnd = hostEnd;
    const host = new LinkHost({
      sessions: this.#sessions,
      ...clock,
      send: (frame) => hostEnd.write(frame),
      onEvent: (event) => {
        this.events.push(event);
        if (event.kind !== "data") return;
        const { pm25 } = decodePayload(air, event.payload).readings[0]?.values ?? {};
        this.got.push(`${event.boot}-${event.sequence} ${pm25}${event.alarm ? " alarm" : ""}`);
        event.session.durable(event.sequence);
      },
    });
    const stop = keepPolling(host, clock);
    hostEnd.on("data", (bytes: Uint8Array) => host.receive(bytes));
    hostEnd.on("close", () => {
      host.lineDown();
      stop();
    });
    host.lineUp();
    return nodeEnd;
  };

  pull(): void {
    this.#hostEnd?.destroy();
  }
}

function nodeOn(
  options: Partial<SerialTransportOptions> & Pick<SerialTransportOptions, "open">,
  more: { boot?: number; maxHeld?: number } = {},
) {
  const transport = serialTransport({ reopenMs: 1, ...options });
  const node = new Node({ id: "air-1", boot: 4, schemas: [air, health], ...more, transport });
  atEnd.push(() => node.close());
  return node;
}

describe("serialTransport", () => {
  test("carries readings under the keys that report gave, until the host has them on disk", async () => {
    const street = new Street();
    const node = nodeOn({ open: street.open, firmware: "test 1" });
    expect(node.report({ pm25: 1 })).toEqual({ boot: 4, sequence: 0 });
    node.report({ pm25: 2 }, { alarm: true });
    await node.flushed();
    expect(street.got).toEqual(["4-0 1", "4-1 2 alarm"]);
    const session = street.events.find((event) => event.kind === "session");
    expect(session?.hello).toMatchObject({
      nodeId: "air-1",
      boot: 4,
      firmware: "test 1",
      schemas: [
        { id: 7, fingerprint: layoutFingerprint(air) },
        { id: 8, fingerprint: layoutFingerprint(health) },
      ],
    });
  });

  test("opens the line again each time it ended, and loses nothing", async () => {
    const street = new Street();
    const node = nodeOn({ open: street.open });
    const expected: string[] = [];
    for (let round = 0; round < 5; round++) {
      for (let i = 0; i < 30; i++) {
        const key = node.report({ pm25: round });
        expected.push(`4-${key?.sequence} ${round}`);
      }
      await expect.poll(() => street.opened).toBe(round + 1);
      if (round % 2) await node.flushed();
      street.pull();
    }
    await node.flushed();
    expect(street.got).toEqual(expected);
    expect(street.opened).toBeGreaterThanOrEqual(5);
  });

  test("goes on opening a line that will not open", async () => {
    const street = new Street();
    let failures = 3;
    const node = nodeOn({
      open: async () => {
        if (failures-- > 0) throw new Error("no such port");
        return street.open();
      },
    });
    node.report({ pm25: 1 });
    await node.flushed();
    expect(street.got).toEqual(["4-0 1"]);
  });

  test("leaves out the numbers of readings that were dropped while the line was away", async () => {
    const street = new Street();
    let plugIn: () => void = () => {};
    const plugged = new Promise<void>((resolve) => {
      plugIn = resolve;
    });
    const open = async (): Promise<Duplex> => {
      await plugged;
      return street.open();
    };
    const node = nodeOn({ open, maxInFlight: 2 }, { maxHeld: 5 });
    const keys = Array.from({ length: 9 }, (_, i) => node.report({ pm25: i })?.sequence);
    expect(keys).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    plugIn();
    await node.flushed();
    expect(street.got).toEqual(["4-0 0", "4-1 1", "4-6 6", "4-7 7", "4-8 8"]);
    const gaps = street.events.filter((event) => event.kind === "gap");
    expect(gaps).toEqual([{ kind: "gap", nodeId: "air-1", boot: 4, count: 4, before: 6 }]);
  });

  test("a node that cannot count its boots is numbered by the host", async () => {
    const street = new Street();
    const node = nodeOn({ open: street.open }, { boot: 0 });
    node.report({ pm25: 1 });
    await node.flushed();
    expect(street.got).toEqual(["900-0 1"]);
  });

  test("closes a line that has a way to be closed, and one that opens too late", async () => {
    const street = new Street();
    const closed: string[] = [];
    const line = Object.assign(await street.open(), {
      isOpen: true,
      close: () => {
        closed.push("close");
        line.destroy();
      },
    });
    const node = nodeOn({ open: async () => line });
    node.report({ pm25: 1 });
    await node.flushed();
    await node.close();
    expect(closed).toEqual(["close"]);

    let late: (stream: Duplex) => void = () => {};
    const waiting = nodeOn({
      open: () =>
        new Promise((resolve) => {
          late = resolve;
        }),
    });
    await waiting.close();
    const [stream] = streamPair();
    late(stream);
    await new Promise((resolve) => stream.once("close", resolve));
    expect(stream.destroyed).toBe(true);
  });
});
