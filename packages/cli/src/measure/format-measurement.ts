import type { Measurement } from "./measure-recording.js";

/** A measurement as a table for people, bytes per value of each format by rows of a message. */
export function formatMeasurement(measurement: Measurement): string {
  const { schema, readings, values, rounded, bound, batches, profile } = measurement;
  const count = (number: number) => number.toLocaleString("en-GB");
  const learnt = profile === "learn" ? ", behind the fifth that its profile was learnt from" : "";
  const lines = [
    `${schema.name}: ${count(readings)} readings, ${count(values)} values${learnt}; all came back at the schema's resolution` +
      (rounded === 0 ? ", every digit." : `, ${count(rounded)} of them recorded finer than that.`),
    "",
    row(
      "bytes a value",
      batches.map(({ rows }) => (rows === 1 ? "1 row" : `${rows} rows`)),
    ),
    row(
      "entropy bound",
      batches.map(() => bound.bytesPerValue.toFixed(3)),
    ),
  ];
  const [first] = batches;
  const names = [first?.payload, ...(first?.peers ?? [])].map((measured) => measured?.name ?? "");
  for (const [index, name] of names.entries()) {
    const cells = batches.map(({ payload, peers }) => {
      const measured = index === 0 ? payload : peers[index - 1];
      return (measured?.bytesPerValue ?? 0).toFixed(3);
    });
    lines.push(row(name, cells));
  }
  lines.push("");
  lines.push(
    row(
      "Bollard, bytes a reading",
      batches.map(({ payload }) => payload.bytesPerReading.toFixed(2)),
    ),
    row(
      "Bollard, times the bound",
      batches.map(({ timesBound }) => timesBound.toFixed(3)),
    ),
  );
  return `${lines.join("\n")}\n`;
}

function row(name: string, cells: readonly string[]): string {
  return [name.padEnd(26), ...cells.map((cell) => cell.padStart(10))].join("");
}
