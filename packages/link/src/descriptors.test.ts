import { describe, expect, test } from "vitest";
import { SimulatedStreet, type SimulatedStreetOptions } from "./testing/simulated-street.js";

const layout = Uint8Array.from({ length: 1000 }, (_, i) => i * 7);

function makeStreet(options: SimulatedStreetOptions = {}): SimulatedStreet {
  const street = new SimulatedStreet({
    ...options,
    node: { maxBody: 64, describe: (id) => (id === 17 ? layout : undefined), ...options.node },
  });
  street.time.run(1000);
  return street;
}

const described = (street: SimulatedStreet) =>
  street.hostEvents.flatMap((event) =>
    event.kind === "descriptor" ? [[event.schemaId, event.bytes]] : [],
  );

describe("a descriptor", () => {
  test("comes in pieces that fit the bodies, and each is asked for again where it is lost", () => {
    let frames = 0;
    const toHost = (bytes: Uint8Array) => (frames++ % 3 === 2 ? bytes.subarray(1, -1) : bytes);
    const street = makeStreet({ toHost });
    expect(street.host.describe(17)).toBe(true);
    street.time.run(30_000);
    expect(described(street)).toEqual([[17, layout]]);
  });

  test("is undefined where the node has none, or does not answer", () => {
    const street = makeStreet();
    street.host.describe(18);
    street.time.run(100);
    expect(described(street)).toEqual([[18, undefined]]);
    const deaf = makeStreet({
      toNode: (bytes) => ((bytes[2] ?? 0) >> 4 === 11 ? bytes.subarray(0, 0) : bytes),
    });
    deaf.host.describe(17);
    deaf.time.run(4900);
    expect(described(deaf)).toEqual([]);
    deaf.time.run(200);
    expect(described(deaf)).toEqual([[17, undefined]]);
  });

  test("longer than 4096 bytes is refused, and nothing is asked without a session", () => {
    const street = makeStreet({ node: { describe: () => new Uint8Array(4097) } });
    street.host.describe(17);
    street.time.run(100);
    expect(described(street)).toEqual([[17, undefined]]);
    street.unplug();
    expect(street.host.describe(17)).toBe(false);
  });

  test("sixteen wait for one another", () => {
    const street = makeStreet();
    const taken = Array.from({ length: 17 }, (_, i) => street.host.describe(100 + i));
    expect(taken).toEqual([...Array(16).fill(true), false]);
    street.time.run(1000);
    expect(described(street).map(([id]) => id)).toEqual(taken.slice(0, 16).map((_, i) => 100 + i));
  });
});
