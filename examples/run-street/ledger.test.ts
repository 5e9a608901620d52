import { describe, expect, test } from "vitest";
import { Ledger } from "./ledger.js";

const key = (sequence: number) => ({ boot: 1, sequence });

describe("Ledger", () => {
  test("counts each key once, whatever arrives again", () => {
    const ledger = new Ledger(() => 0);
    ledger.produce("a", key(0));
    ledger.produce("a", key(1));
    ledger.deliver("a", key(0));
    ledger.deliver("a", key(0));
    expect(ledger.counts()).toEqual({ produced: 2, delivered: 1, duplicated: 1, lost: 0, held: 1 });
  });

  test("a loss is not made good by a duplicate", () => {
    const ledger = new Ledger(() => 0);
    for (const sequence of [0, 1, 2]) ledger.produce("a", key(sequence));
    for (const sequence of [0, 2, 2]) ledger.deliver("a", key(sequence));
    ledger.settle();
    expect(ledger.counts()).toEqual({ produced: 3, delivered: 2, duplicated: 1, lost: 1, held: 0 });
  });

  test("keeps the nodes apart", () => {
    const ledger = new Ledger(() => 0);
    ledger.produce("a", key(0));
    ledger.produce("b", key(0));
    ledger.deliver("a", key(0));
    ledger.deliver("a", key(0));
    expect(ledger.counts().held).toBe(1);
  });

  test("calls a key lost ten seconds after a later one of its node arrived", () => {
    let now = 0;
    const ledger = new Ledger(() => now);
    ledger.produce("a", key(0));
    now = 1;
    ledger.produce("a", key(1));
    ledger.deliver("a", key(1));
    now = 10_000;
    expect(ledger.counts().lost).toBe(0);
    now = 10_001;
    expect(ledger.counts()).toEqual({ produced: 2, delivered: 1, duplicated: 0, lost: 1, held: 0 });
    ledger.deliver("a", key(0));
    expect(ledger.counts().lost).toBe(0);
  });

  test("tells an arrival nobody produced", () => {
    const ledger = new Ledger(() => 0);
    ledger.deliver("a", key(7));
    expect(ledger.unknown).toBe(1);
    expect(ledger.counts().delivered).toBe(0);
  });

  test("measures from production to arrival", () => {
    let now = 1_000;
    const ledger = new Ledger(() => now);
    expect(ledger.latencyMs()).toBeUndefined();
    ledger.produce("a", key(0));
    now = 1_040;
    ledger.deliver("a", key(0));
    expect(ledger.latencyMs()).toEqual({ p50: 40, p99: 40 });
  });
});
