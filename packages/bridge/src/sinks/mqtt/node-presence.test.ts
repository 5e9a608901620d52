import { beforeEach, describe, expect, test } from "vitest";
import type { Delivery } from "../../delivery.js";
import { ManualClock } from "../../testing/manual-clock.js";
import { testStreet } from "../../testing/street.js";
import { NodePresence } from "./node-presence.js";

const { delivery } = testStreet();
let clock: ManualClock;
let presence: NodePresence;

beforeEach(() => {
  clock = new ManualClock();
  presence = new NodePresence(clock);
});

/** A message that comes in now. The street's schema reports each minute. */
function now(number: number, boot = 1): Delivery {
  const one = delivery(number);
  const arrival = { ...one.entry.arrival, wallMs: clock.wallMs() };
  return { ...one, entry: { ...one.entry, boot, arrival } };
}

const at = () => new Date(clock.wallMs()).toISOString();

describe("NodePresence", () => {
  test("tells of a node that comes, starts anew, falls silent and comes back, each once", () => {
    const status = { node: "oak-street-12", state: "up", session: 1, lastSeen: at() };
    expect(presence.note(now(1))).toEqual(status);
    expect(presence.note(now(2))).toBeUndefined();
    expect(presence.note(now(1, 2))).toEqual({ ...status, session: 2 });
    const lastSeen = at();
    clock.pass(180_000);
    expect(presence.takeSilent()).toEqual([]);
    clock.pass(1);
    expect(presence.takeSilent()).toEqual([{ ...status, session: 2, state: "silent", lastSeen }]);
    expect(presence.takeSilent()).toEqual([]);
    expect(presence.note(now(2, 2))).toEqual({ ...status, session: 2, lastSeen: at() });
  });

  test("a message from long ago makes nobody come back", () => {
    const old = now(1);
    clock.pass(3_600_000);
    expect(presence.note(old)).toMatchObject({ state: "silent" });
    expect(presence.note(now(2))).toMatchObject({ state: "up" });
    expect(presence.note(old)).toBeUndefined();
  });
});
