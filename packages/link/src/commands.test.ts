import { describe, expect, test } from "vitest";
import { PendingCommands } from "./host/pending-commands.js";
import { bytesOf } from "./testing/messages.js";
import { SimulatedStreet, type SimulatedStreetOptions } from "./testing/simulated-street.js";

function street(options: SimulatedStreetOptions = {}): SimulatedStreet {
  const made = new SimulatedStreet({
    ...options,
    node: { boot: 7, takesCommands: true, ...options.node },
  });
  made.time.run(100);
  return made;
}

function commandsAt(of: SimulatedStreet): (readonly [number, string])[] {
  return of.nodeEvents.flatMap((event) =>
    event.kind === "command" ? [[event.id, new TextDecoder().decode(event.payload)] as const] : [],
  );
}

function outcomesAt(of: SimulatedStreet): unknown[] {
  return of.hostEvents.flatMap((event) => {
    if (event.kind === "result") {
      const { commandId, status, payload } = event;
      return [[commandId, status, new TextDecoder().decode(payload)]];
    }
    return event.kind === "commandLost" ? [[event.commandId, event.reason]] : [];
  });
}

describe("a command", () => {
  test("reaches the node and its answer comes back", () => {
    const made = street();
    const id = made.host.command(bytesOf("interval 10"), 5000);
    made.time.run(50);
    expect(commandsAt(made)).toEqual([[id, "interval 10"]]);
    made.node.answer(id ?? -1, "done", bytesOf("was 60"));
    made.drain(1000);
    expect(outcomesAt(made)).toEqual([[id, "done", "was 60"]]);
    expect(made.node.stats().held).toBe(0);
    made.time.run(10_000);
    expect(commandsAt(made).length).toBe(1);
  });

  test("is done once, however often it had to be sent", () => {
    let lost = 3;
    const toHost = (bytes: Uint8Array): Uint8Array => bytes;
    const toNode = (bytes: Uint8Array): Uint8Array => {
      const isCommand = bytes.length > 12 && bytes.length < 22;
      return isCommand && lost-- > 0 ? bytes.subarray(1) : bytes;
    };
    const made = street({ toHost, toNode });
    const id = made.host.command(bytesOf("x"), 60_000);
    made.time.run(10_000);
    expect(commandsAt(made)).toEqual([[id, "x"]]);
    made.node.answer(id ?? -1, "failed");
    made.time.run(5000);
    expect(outcomesAt(made)).toEqual([[id, "failed", ""]]);
  });

  test("tells by when it has to begin, and that it expired", () => {
    const made = street();
    const id = made.host.command(bytesOf("x"), 2000);
    const sentAt = made.time.now();
    made.time.run(50);
    const command = made.nodeEvents.find((event) => event.kind === "command");
    expect(command?.kind === "command" && command.expiresAt).toBeGreaterThanOrEqual(sentAt + 2000);
    made.time.run(3000);
    expect(outcomesAt(made)).toEqual([[id, "expired"]]);
  });

  test("is answered as unknown by a node that takes none", () => {
    const made = street({ node: { takesCommands: false } });
    const id = made.host.command(bytesOf("x"), 2000);
    made.time.run(500);
    expect(outcomesAt(made)).toEqual([[id, "unknown", ""]]);
  });

  test("is not sent again to a node that started anew, which may have done it", () => {
    const made = street();
    const id = made.host.command(bytesOf("reboot"), 60_000);
    made.time.run(50);
    made.restartNode({ boot: 8, life: 2 });
    made.time.run(60_000);
    expect(commandsAt(made)).toEqual([[id, "reboot"]]);
    expect(outcomesAt(made)).toEqual([[id, "unknown"]]);
  });

  test("is given up when the line goes", () => {
    const made = street();
    const sent = made.host.command(bytesOf("a"), 60_000);
    made.unplug();
    expect(outcomesAt(made)).toEqual([[sent, "unknown"]]);
  });

  test("an answer in the midst of readings keeps them in order and durable", () => {
    const made = street();
    const id = made.host.command(bytesOf("x"), 5000) ?? -1;
    made.time.run(50);
    made.node.offer(bytesOf("before"));
    made.node.answer(id, "done");
    made.node.offer(bytesOf("after"));
    made.drain(5000);
    expect(made.delivered).toEqual([
      { key: "7-0", text: "before" },
      { key: "7-2", text: "after" },
    ]);
    expect(made.node.stats()).toMatchObject({ held: 0, durable: 3 });
  });

  test("at most 16 are under way, and none longer than a body", () => {
    const made = street();
    const ids = Array.from({ length: 17 }, () => made.host.command(bytesOf("x"), 5000));
    expect(ids.filter((id) => id !== undefined).length).toBe(16);
    expect(() => made.host.command(new Uint8Array(2045), 5000)).toThrow(/LINK_PAYLOAD_TOO_LONG/);
  });

  test("is no longer than the node's bodies, and not sent to a node that came with shorter ones", () => {
    const made = new SimulatedStreet({ node: { boot: 7, takesCommands: true, maxBody: 64 } });
    const early = made.host.command(new Uint8Array(61), 60_000);
    made.time.run(3000);
    expect(outcomesAt(made)).toEqual([[early, "neverSent"]]);
    expect(() => made.host.command(new Uint8Array(61), 5000)).toThrow(/LINK_PAYLOAD_TOO_LONG/);
    const id = made.host.command(new Uint8Array(60), 5000);
    made.time.run(100);
    expect(commandsAt(made).map(([each]) => each)).toEqual([id]);
  });

  test("has an id from 1 on, also where the numbers wrap", () => {
    const pending = new PendingCommands(65_535);
    const add = () => pending.add(new Uint8Array(0), 0, 1000);
    expect([add(), add(), new PendingCommands(0).add(new Uint8Array(0), 0, 1)]).toEqual([
      65_535, 1, 1,
    ]);
  });
});
