import { expect, test } from "vitest";
import { ReconnectDelays } from "./reconnect-delays.js";

test("waits twice as long each time, up to its longest, and short again after a good connection", () => {
  const delays = new ReconnectDelays(2, { minDelayMs: 100, maxDelayMs: 1000 });
  const next = (connectedMs: number) => delays.next(1, connectedMs, 1);
  expect([next(0), next(10), next(0), next(0), next(0), next(0)]).toEqual([
    100, 200, 400, 800, 1000, 1000,
  ]);
  expect([next(5000), next(0), delays.next(0, 0, 0)]).toEqual([100, 200, 50]);
});
