import { describe, expect, test } from "vitest";
import { BrokerWindow } from "./broker-window.js";

/** So many come, then all are acknowledged; gives those at which it was told to commit. */
function round(window: BrokerWindow, count: number): number[] {
  const told: number[] = [];
  for (let i = 1; i <= count; i++) if (window.came()) told.push(i);
  for (let i = 0; i < count; i++) window.answered();
  return told;
}

describe("BrokerWindow", () => {
  test("takes what two rounds had in common for the broker's limit", () => {
    const window = new BrokerWindow(1000);
    expect(round(window, 20)).toEqual([]);
    expect(round(window, 20)).toEqual([]);
    expect(round(window, 20)).toEqual([20]);
    expect(round(window, 20)).toEqual([20]);
  });

  test("forgets it once more come", () => {
    const window = new BrokerWindow(1000);
    for (let i = 0; i < 3; i++) round(window, 20);
    expect(round(window, 21)).toEqual([20]);
    expect(round(window, 40)).toEqual([]);
    expect(round(window, 40)).toEqual([]);
    expect(round(window, 40)).toEqual([40]);
  });

  test("our own limit counts from the first round on", () => {
    const window = new BrokerWindow(50);
    expect(round(window, 50)).toEqual([50]);
  });

  test("what comes beyond our own limit, since it was read already, waits no longer than that", () => {
    expect(round(new BrokerWindow(50), 53)).toEqual([50, 51, 52, 53]);
  });

  test("a lone message now and then is no limit", () => {
    const window = new BrokerWindow(1000);
    for (let i = 0; i < 10; i++) expect(round(window, 1)).toEqual([]);
  });

  test("counts on over acknowledgements that come in part", () => {
    const window = new BrokerWindow(4);
    for (let i = 0; i < 3; i++) expect(window.came()).toBe(false);
    window.answered();
    expect(window.came()).toBe(false);
    expect(window.came()).toBe(true);
  });
});
