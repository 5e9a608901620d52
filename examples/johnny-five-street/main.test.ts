import { decodePayload } from "@bollard/sdk";
import { expect, test } from "vitest";
import { reportWindowSill } from "./main.js";
import { openSimulatedBoard } from "./simulated-board.js";
import { windowSill } from "./street-schema.js";

test("a board on a serial port reports in the schema's units, also after its plug was pulled", async () => {
  const messages: Uint8Array[] = [];
  const told: string[] = [];
  const link = `/tmp/bollard-five-${process.pid}`;
  const client = { publishAsync: async (_: string, message: Uint8Array) => messages.push(message) };
  const first = await openSimulatedBoard(link);
  const { stop } = reportWindowSill({
    ...{ id: "window-1", boot: 1, client, path: link, everyMs: 100 },
    tell: (line) => told.push(line),
  });
  await seen(() => messages.length >= 3);
  await first.close();
  await seen(() => told.some((line) => line.includes(": lost")));
  const before = messages.length;
  const second = await openSimulatedBoard(link);
  await seen(() => messages.length >= before + 3);
  await stop();
  await second.close();

  const decoded = messages.map((message) => decodePayload(windowSill, message));
  const sequences = decoded.map(({ key }) => key?.sequence);
  expect(sequences).toEqual(sequences.map((_, i) => i));
  for (const { readings } of decoded) {
    expect(readings[0]?.values.temperature).toBeGreaterThan(8);
    expect(readings[0]?.values.temperature).toBeLessThan(18);
    expect(readings[0]?.values.pressure).toBeCloseTo(1013, 0);
    expect(readings[0]?.values.light).toBeGreaterThan(0.05);
  }
}, 60_000);

async function seen(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}
