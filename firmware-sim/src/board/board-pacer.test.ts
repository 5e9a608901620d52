import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { BoardPacer, type PacedBoard } from "./board-pacer.js";

/** A board whose time is what it was run to. */
class Clockwork implements PacedBoard {
  timeMs = 0;
  fault: unknown;
  runs = 0;

  runTo(timeMs: number): void {
    this.timeMs = timeMs;
    this.runs++;
  }
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

test("boards run by the wall clock, each from when it was added", () => {
  const pacer = new BoardPacer();
  const [first, second] = [new Clockwork(), new Clockwork()];
  pacer.add(first);
  vi.advanceTimersByTime(500);
  pacer.add(second);
  vi.advanceTimersByTime(500);
  pacer.close();
  expect(first.timeMs).toBeCloseTo(1000, -1);
  expect(second.timeMs).toBeCloseTo(500, -1);
  expect(pacer.lagMs.max).toBeLessThan(1);
  vi.advanceTimersByTime(1000);
  expect(first.timeMs).toBeCloseTo(1000, -1);
});

test("a faster clock lets them run ahead of the wall", () => {
  const pacer = new BoardPacer({ speed: 10 });
  const board = new Clockwork();
  pacer.add(board);
  vi.advanceTimersByTime(1000);
  pacer.close();
  expect(board.timeMs).toBeCloseTo(10_000, -2);
});

test("a board that has stopped is left alone, and the others go on", () => {
  const pacer = new BoardPacer();
  const [good, bad] = [new Clockwork(), new Clockwork()];
  pacer.add(good);
  pacer.add(bad);
  vi.advanceTimersByTime(100);
  bad.fault = "it fell over";
  vi.advanceTimersByTime(100);
  const { runs } = bad;
  vi.advanceTimersByTime(800);
  pacer.close();
  expect(bad.runs).toBe(runs);
  expect(good.timeMs).toBeCloseTo(1000, -1);
});

test("what it could not run in time is lag, and is caught up in steps", () => {
  const pacer = new BoardPacer();
  const board = new Clockwork();
  pacer.add(board);
  vi.setSystemTime(Date.now());
  // The computer stood still for 400 ms: nothing ran, and the clock went on.
  const now = performance.now.bind(performance);
  const later = vi.spyOn(performance, "now").mockImplementation(() => now() + 400);
  vi.advanceTimersByTime(4);
  expect(board.timeMs).toBe(50);
  vi.advanceTimersByTime(100);
  later.mockRestore();
  pacer.close();
  expect(board.timeMs).toBeGreaterThan(400);
  expect(pacer.lagMs.max).toBeGreaterThan(390);
});
