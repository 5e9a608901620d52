import { CableFaults } from "@bollard/firmware-sim";
import type { LinkHostEvent } from "@bollard/link";
import { type SimulatedStreetOptions, StreetOf } from "@bollard/link/testing";
import fc from "fast-check";
import { afterEach, beforeAll, expect, test } from "vitest";
import { needCommand } from "../e2e/need.js";
import { CNode } from "../link-c/c-node.js";
import { compile } from "../link-c/compile.js";

const FULL = process.env.BOLLARD_FULL === "1";

/** Sizes as different as they come; the last one reads and writes numbers byte by byte. */
const BUILDS = {
  usual: { config: {} },
  small: { config: { WINDOW: 1, HOLD: 2, QUEUE_BYTES: 54, MAX_PAYLOAD: 24 } },
  large: {
    sanitize: true,
    config: {
      WINDOW: 8,
      HOLD: 100,
      QUEUE_BYTES: 4000,
      MAX_PAYLOAD: 240,

      BYTEWISE: 1,
    },
  },
} as const;
type Build = keyof typeof BUILDS;

const programs = new Map<Build, string>();
const streets: StreetOf<CNode>[] = [];

function makeStreet(options: SimulatedStreetOptions = {}, build: Build = "usual"): StreetOf<CNode> {
  let last: CNode | undefined;
  const street = new StreetOf<CNode>(options, (nodeOptions) => {
    last?.close();
    last = new CNode(programs.get(build) as string, nodeOptions);
    return last;
  });
  streets.push(street);
  return street;
}

function badCable(rate: number, seed: number) {
  const rates = { flip: rate, drop: rate / 2, duplicate: rate / 4, noise: rate / 4 };
  const toHost = new CableFaults({ ...rates, seed });
  const toNode = new CableFaults({ ...rates, seed: seed + 1 });
  return {
    cables: [toHost, toNode],
    carry: {
      toHost: (bytes: Uint8Array) => toHost.carry(bytes),
      toNode: (bytes: Uint8Array) => toNode.carry(bytes),
    },
  };
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const texts = (count: number): string[] => Array.from({ length: count }, (_, i) => `m${i}`);

function eventsOf<K extends LinkHostEvent["kind"]>(street: StreetOf<CNode>, kind: K) {
  return street.hostEvents.filter(
    (event): event is Extract<LinkHostEvent, { kind: K }> => event.kind === kind,
  );
}

/** Offers until `count` were taken, however long it takes. */
function deliver(street: StreetOf<CNode>, count: number, from = 0): void {
  for (let i = from; i < from + count; i++) {
    while (!street.node.offer(bytesOf(`m${i}`))) street.time.run(50);
  }
  street.drain(600_000);
}

needCommand("gcc", "apt install gcc libc6-dev")("the link's node half in C", () => {
  beforeAll(() => {
    for (const [build, options] of Object.entries(BUILDS)) {
      programs.set(build as Build, compile({ source: "node.c", ...options }));
    }
  });
  afterEach(() => {
    for (const { node } of streets.splice(0)) node.close();
  });

  test("says who it is, is heard, and frees what is durable", () => {
    const schemas = [
      { id: 17, fingerprint: "0123456789abcdef" },
      { id: 16_383, fingerprint: "fedcba9876543210" },
    ];
    const street = makeStreet({ node: { boot: 7, life: 99, firmware: "street 1.0", schemas } });
    deliver(street, 5);
    expect(street.delivered).toEqual(texts(5).map((text, i) => ({ key: `7-${i}`, text })));
    expect(eventsOf(street, "session")[0]?.hello).toMatchObject({
      nodeId: "node-1",
      firmware: "street 1.0",
      schemas,
      ...{ boot: 7, life: 99, takesCommands: true, window: 4, hold: 16, maxBody: 53 },
    });
    expect(street.node.stats()).toMatchObject({
      ...{ held: 0, inSession: true, boot: 7, nextSequence: 5, sent: 5, resent: 0, bad: 0 },
      sessions: 1,
    });
  });

  test("takes payloads of every length, with zeros and without", () => {
    const street = makeStreet({ node: { boot: 1 } }, "large");
    const got: Uint8Array[] = [];
    for (let length = 0; length <= 240; length++) {
      for (const fill of [0, 1, 0xff]) {
        while (!street.node.offer(new Uint8Array(length).fill(fill))) street.time.run(20);
      }
    }
    expect(() => street.node.offer(new Uint8Array(241))).not.toThrow();
    expect(street.node.offer(new Uint8Array(241))).toBe(false);
    street.drain(60_000);
    for (const { payload } of eventsOf(street, "data")) got.push(payload);
    expect(got).toEqual(
      Array.from({ length: 241 * 3 }, (_, i) =>
        new Uint8Array(Math.floor(i / 3)).fill([0, 1, 0xff][i % 3] as number),
      ),
    );
  });

  test("says HELLO each second until it is answered, and keeps within its memory", () => {
    const street = makeStreet({ node: { boot: 1 } });
    street.host.lineDown();
    let taken = 0;
    while (street.node.offer(new Uint8Array(48))) taken++;
    expect(taken).toBe(10); // of 51 bytes each in 512
    for (let i = 0; i < 6; i++) street.node.offer(new Uint8Array(0));
    expect(street.node.stats()).toMatchObject({ held: 10, refused: 7, mostBytes: 510 });
    let hellos = 0;
    street.host.receive = (bytes) => {
      hellos += bytes.length;
    };
    street.time.run(10_000);
    expect(hellos / 74).toBeGreaterThanOrEqual(9);
    expect(hellos / 74).toBeLessThanOrEqual(11);
  });

  test("an alarm is made durable at once", () => {
    const street = makeStreet({ node: { boot: 1 }, commitDelayMs: 5000 });
    street.time.run(500);
    street.node.offer(bytesOf("fire"), true);
    street.time.run(100);
    expect(street.node.stats().held).toBe(0);
    expect(eventsOf(street, "data")).toMatchObject([{ alarm: true, urgent: true }]);
  });

  test("does a command once, however often it comes, and answers among the readings", () => {
    let lost = 3;
    const toNode = (bytes: Uint8Array): Uint8Array =>
      bytes.length > 14 && bytes.length < 24 && lost-- > 0 ? bytes.subarray(1) : bytes;
    let answersLost = 2;
    const toHost = (bytes: Uint8Array): Uint8Array =>
      (bytes[2] ?? 0) >> 4 === 10 && answersLost-- > 0 ? bytes.subarray(1) : bytes;
    const street = makeStreet({ toNode, toHost, node: { boot: 1 } });
    street.time.run(500);
    const id = street.host.command(bytesOf("interval 10"), 20_000);
    street.time.run(5000);
    const [command] = street.node.commands;
    expect(street.node.commands).toHaveLength(1);
    expect(command).toMatchObject({ id, payload: "interval 10" });
    expect(command?.withinMs).toBeGreaterThan(15_000);
    expect(command?.withinMs).toBeLessThanOrEqual(20_000);
    street.node.offer(bytesOf("before"));
    expect(street.node.answer(id ?? -1, 0, "was 60")).toBe(true);
    street.node.offer(bytesOf("after"));
    street.drain(5000);
    expect(eventsOf(street, "result")).toMatchObject([
      { commandId: id, status: "done", payload: bytesOf("was 60") },
    ]);
    expect(street.delivered.map(({ text }) => text)).toEqual(["before", "after"]);
    expect(street.node.commands).toHaveLength(1);
  });

  test("tells sixteen commands under way apart, in any order of repeats", () => {
    const street = makeStreet({ node: { boot: 1 }, delayMs: 200 });
    street.time.run(3000);
    const ids = Array.from({ length: 16 }, (_, i) => street.host.command(bytesOf(`c${i}`), 60_000));
    street.time.run(8000);
    expect(street.node.commands.map(({ id }) => id)).toEqual(ids);
  });

  test("lets a command that is too late be told as expired", () => {
    const { cables, carry } = badCable(0, 1);
    const street = makeStreet({ ...carry, node: { boot: 1 } });
    street.time.run(500);
    for (const cable of cables) cable.cut();
    const id = street.host.command(bytesOf("x"), 1000);
    street.time.run(1500);
    for (const cable of cables) cable.join();
    street.time.run(20_000);
    expect(eventsOf(street, "commandLost")).toMatchObject([{ commandId: id, reason: "expired" }]);
    expect(street.node.commands).toEqual([]);
  });

  test("asks the time when a session begins and every ten minutes, and tells a text", () => {
    const street = makeStreet({ node: { boot: 1 } });
    street.time.run(500);
    street.node.log(2, "battery low");
    street.time.run(1000);
    expect(eventsOf(street, "log")).toMatchObject([{ level: 2, message: "battery low" }]);
    street.time.run(1_300_000);
    expect(street.node.times.length).toBe(3);
    for (const { unixMs, askedMs, isSynchronised } of street.node.times) {
      expect(isSynchronised).toBe(true);
      const late = unixMs - (1_700_000_000_000 + askedMs);
      expect(late).toBeGreaterThanOrEqual(0);
      expect(late).toBeLessThan(20);
    }
  });

  test("tells the descriptor of a schema, piece by piece, also on a bad cable", () => {
    const { carry } = badCable(2e-3, 3);
    const street = makeStreet({ ...carry, node: { boot: 1 } });
    street.time.run(3000);
    expect([17, 18, 17].map((schemaId) => street.host.describe(schemaId))).toEqual([
      true,
      true,
      false,
    ]);
    street.time.run(10_000);
    expect(eventsOf(street, "descriptor")).toEqual([
      {
        kind: "descriptor",
        nodeId: "node-1",
        schemaId: 17,
        bytes: Uint8Array.from({ length: 600 }, (_, i) => i),
      },
      { kind: "descriptor", nodeId: "node-1", schemaId: 18, bytes: undefined },
    ]);
  });

  test("answers a silent host, and is not taken for dead while it has nothing to say", () => {
    const street = makeStreet({ node: { boot: 1 } });
    street.time.run(200_000);
    expect(eventsOf(street, "silent")).toEqual([]);
    expect(street.node.stats()).toMatchObject({ sessions: 1, bad: 0 });
    expect(eventsOf(street, "uptime").length).toBeGreaterThan(15);
  });

  test("goes on where it was when the host starts again", () => {
    const street = makeStreet({ node: { boot: 7 }, commitDelayMs: 400 });
    deliver(street, 20);
    for (let i = 20; i < 28; i++) street.node.offer(bytesOf(`m${i}`));
    street.time.run(150);
    street.restartHost();
    deliver(street, 10, 28);
    const byKey = new Map(street.delivered.map(({ key, text }) => [key, text]));
    expect([...byKey]).toEqual(texts(38).map((text, i) => [`7-${i}`, text]));
  });

  test("is given another number when its boot count stands still, and once only", () => {
    const street = makeStreet({ node: { boot: 7, life: 1 }, delayMs: 700 });
    street.time.run(5000);
    deliver(street, 3);
    street.restartNode({ life: 2 });
    // The answer takes longer than the second after which HELLO is said again.
    street.time.run(10_000);
    deliver(street, 3, 3);
    const boots = new Set(street.delivered.map(({ key }) => key.split("-")[0]));
    expect([...boots]).toEqual(["7", "1"]);
    expect(street.node.stats()).toMatchObject({ boot: 1, nextSequence: 3 });
    expect(street.allocated).toBe(1);
  });

  test("takes new numbers from a host that knows more messages than it does", () => {
    const street = makeStreet({ node: { boot: 7, life: 0 } });
    deliver(street, 5);
    street.restartNode({ life: 0 });
    street.time.run(2000);
    deliver(street, 3, 5);
    expect(street.delivered.map(({ key }) => key)).toEqual(texts(8).map((_, i) => `7-${i}`));
  });

  test("counts on past 65535, on a bad cable", () => {
    const { carry } = badCable(1e-4, 5);
    const street = makeStreet({ ...carry, baudRate: 1_000_000, node: { boot: 7, life: 0 } });
    street.sessions.restore({ nodeId: "node-1", boot: 7, next: 65_400 });
    street.time.run(3000);
    deliver(street, 300);
    expect(street.delivered.map(({ key }) => key)).toEqual(
      texts(300).map((_, i) => `7-${65_400 + i}`),
    );
    expect(street.node.stats().nextSequence).toBe(65_700);
  });

  test("counts on past 2^32", () => {
    const street = makeStreet({ node: { boot: 7, life: 0 } });
    // A host that knows more than the node takes it there, less than half of the numbers at a time.
    for (const next of [0x7000_0000, 0xd000_0000, 0xffff_fffa]) {
      street.disk.set(7, next - 1);
      street.restartHost();
      street.time.run(3000);
    }
    deliver(street, 10);
    expect(street.delivered.map(({ key }) => key)).toEqual(
      texts(10).map((_, i) => `7-${(0xffff_fffa + i) % 2 ** 32}`),
    );
    expect(street.node.stats().nextSequence).toBe(4);
  });

  test("asks a host of another version more slowly", () => {
    const street = makeStreet({ node: { boot: 7 } });
    street.host.lineDown();
    let hellos = 0;
    street.host.receive = () => {
      hellos++;
      // RESET, reason 2, and its CRC.
      street.node.receive(Buffer.from("000250010102".concat("00"), "hex"));
    };
    street.time.run(1000);
    expect(hellos).toBe(1);
  });

  test("loses nothing and doubles nothing, whatever happens to cable and host", () => {
    const scenario = fc.record({
      build: fc.constantFrom<Build>("usual", "small", "large"),
      seed: fc.integer({ min: 1, max: 1_000_000 }),
      rate: fc.constantFrom(0, 1e-4, 1e-3, 5e-3, 1e-2),
      baudRate: fc.constantFrom(9600, 115_200, 1_000_000),
      delayMs: fc.constantFrom(0, 2, 20, 600),
      boot: fc.constantFrom(0, 7),
      mishaps: fc.array(
        fc.record({
          afterMs: fc.integer({ min: 1, max: 700 }),
          kind: fc.constantFrom("unplug", "cut", "restartHost", "rewind"),
          forMs: fc.integer({ min: 1, max: 7000 }),
        }),
        { maxLength: 4 },
      ),
    });
    fc.assert(
      fc.property(scenario, ({ build, seed, rate, mishaps, boot, ...line }) => {
        const { cables, carry } = badCable(rate, seed);
        const street = makeStreet({ ...line, ...carry, node: { boot } }, build);
        let accepted = 0;
        const tryOffering = (): void => {
          for (let i = 0; i < 5; i++) if (street.node.offer(bytesOf(`m${accepted}`))) accepted++;
        };
        for (const { afterMs, kind, forMs } of mishaps) {
          for (let t = 0; t < afterMs; t += 50) {
            tryOffering();
            street.time.run(50);
          }
          if (kind === "unplug") street.unplug();
          else if (kind === "cut") for (const cable of cables) cable.cut();
          else if (kind === "restartHost") street.restartHost();
          else street.host.session?.rewind();
          tryOffering();
          street.time.run(forMs);
          for (const cable of cables) cable.join();
          if (!street.joined) street.plug();
        }
        for (let round = 0; round < 10; round++) {
          tryOffering();
          street.time.run(50);
        }
        street.drain(600_000);
        const { held, nextSequence } = street.node.stats();
        street.node.close();
        streets.pop();
        expect({ held, nextSequence }).toEqual({ held: 0, nextSequence: accepted });
        // Only a host that forgot what was not durable may deliver something twice, with one key.
        const byKey = new Map(street.delivered.map(({ key, text }) => [key, text]));
        expect([...byKey.values()]).toEqual(texts(accepted));
        expect([...byKey.keys()].map((key) => Number(key.split("-")[1]))).toEqual(
          texts(accepted).map((_, index) => index),
        );
        for (const { key, text } of street.delivered) expect(byKey.get(key)).toBe(text);
        const forgetful = mishaps.some(({ kind }) => kind === "restartHost" || kind === "rewind");
        if (!forgetful) expect(street.delivered.length).toBe(accepted);
      }),
      { numRuns: FULL ? 1000 : 40 },
    );
  }, 900_000);

  test("a node that starts again loses no more than it held, and no key names two messages", () => {
    const scenario = fc.record({
      seed: fc.integer({ min: 1, max: 1_000_000 }),
      rate: fc.constantFrom(0, 1e-3, 1e-2),
      delayMs: fc.constantFrom(0, 2, 600),
      counts: fc.boolean(),
      lives: fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 6 }),
    });
    fc.assert(
      fc.property(scenario, ({ seed, rate, delayMs, counts, lives }) => {
        const { carry } = badCable(rate, seed);
        const boot = (life: number) => (counts ? { boot: life } : {});
        const street = makeStreet({ delayMs, ...carry, node: { life: 1, ...boot(1) } });
        const taken: string[][] = [];
        const durable: number[] = [];
        lives.forEach((durationMs, index) => {
          if (index > 0) street.restartNode({ life: index + 1, ...boot(index + 1) });
          const texts: string[] = [];
          for (let t = 0; t < durationMs; t += 100) {
            const text = `life ${index} message ${texts.length}`;
            if (street.node.offer(bytesOf(text))) texts.push(text);
            street.time.run(100);
          }
          taken.push(texts);
          durable.push(texts.length - street.node.stats().held);
        });
        street.drain(600_000);
        expect(street.node.stats().held).toBe(0);
        street.node.close();
        streets.pop();
        durable[durable.length - 1] = taken.at(-1)?.length ?? 0;
        expect(new Set(street.delivered.map(({ key }) => key)).size).toBe(street.delivered.length);
        taken.forEach((texts, index) => {
          const got = street.delivered.filter(({ text }) => text.startsWith(`life ${index} `));
          expect(got.map(({ text }) => text)).toEqual(texts.slice(0, got.length));
          expect(got.length).toBeGreaterThanOrEqual(durable[index] ?? 0);
        });
      }),
      { numRuns: FULL ? 300 : 15 },
    );
  }, 900_000);
});

needCommand("clang", "apt install clang")("the C half under another compiler", () => {
  test.each(Object.values(BUILDS))("has no warning: $config", ({ config }) => {
    expect(compile({ compiler: "clang", source: "node.c", config })).toContain("node");
  });
});

needCommand("gcc", "apt install gcc libc6-dev")("a size that is out of range", () => {
  test.each([{ WINDOW: 0 }, { WINDOW: 9 }, { MAX_PAYLOAD: 241 }, { BAUD: 300 }, { HOLD: 241 }])(
    "does not compile: %o",
    (config) => {
      expect(() => compile({ source: "node.c", config })).toThrow(/require_/);
    },
  );
});
