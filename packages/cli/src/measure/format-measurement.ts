import { formatTable } from "../output/format-table.js";
import type { Measured, MeasuredRows, Measurement } from "./measure-recording.js";

/** A measurement as a table for people: bytes per value of each format, by rows of a message. */
export function formatMeasurement(measurement: Measurement): string {
  const { schema, readings, values, rounded, bound, batches, profile } = measurement;
  const count = (number: number) => number.toLocaleString("en-GB");
  const learnt = profile === "learn" ? ", behind the fifth that its profile was learnt from" : "";
  const exact =
    rounded === 0 ? ", every digit" : `, ${count(rounded)} of them recorded finer than that`;
  const head = `${schema.name}: ${count(readings)} readings, ${count(values)} values${learnt}`;
  const columns = [
    { title: "bytes a value" },
    ...batches.map(({ rows }) => ({
      title: rows === 1 ? "1 row" : `${rows} rows`,
      align: "right" as const,
    })),
  ];
  const row = (name: string, cell: (measured: MeasuredRows) => string) => [
    name,
    ...batches.map(cell),
  ];
  const perValue = (measured: Measured | undefined) => (measured?.bytesPerValue ?? 0).toFixed(3);
  const peers = batches[0]?.peers ?? [];
  const table = formatTable(columns, [
    row("entropy bound", () => bound.bytesPerValue.toFixed(3)),
    row("Bollard", ({ payload }) => perValue(payload)),
    ...peers.map(({ name }, index) => row(name, ({ peers }) => perValue(peers[index]))),
    [],
    row("Bollard, bytes a reading", ({ payload }) => payload.bytesPerReading.toFixed(2)),
    row("Bollard, times the bound", ({ timesBound }) => timesBound.toFixed(3)),
  ]);
  const lines = [`${head}; all came back at the schema's resolution${exact}.`, "", ...table];
  return `${lines.join("\n")}\n`;
}
