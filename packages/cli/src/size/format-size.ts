import { formatTable, type TableColumn } from "../output/format-table.js";
import { withUnit } from "../output/format-value.js";
import type { CoarserSize, LorawanSize, SchemaSize } from "./measure-size.js";

/** Share of time that a device may send in most channels of EU868: ETSI EN 300 220-2, 1 %. */
const dutyCycle = 0.01;

function right(...titles: readonly string[]): TableColumn[] {
  return titles.map((title, index) => ({ title, align: index === 0 ? "left" : "right" }));
}

/** What a schema takes, as lines of text. */
export function formatSize(size: SchemaSize): string[] {
  const { schema, recording } = size;
  const basis =
    recording === undefined
      ? "typical: nothing missing, each number moves by its typicalStep"
      : `typical: the ${recording.readings.toLocaleString("en-GB")} readings of ${recording.file}`;
  return [
    `${schema.name}: time ${schema.time.mode}; ${basis}`,
    "",
    ...formatTable(
      right("readings in a message", "typical bytes", "a reading", "most bytes"),
      size.messages.map(({ readings, typicalBytes, mostBytes }) => [
        String(readings),
        typicalBytes.toFixed(1),
        (typicalBytes / readings).toFixed(2),
        String(mostBytes),
      ]),
    ),
    "",
    "LoRaWAN, EU868, 125 kHz, the port in place of the schema's id",
    "",
    ...formatTable(
      right("data rate", "most bytes", "1 reading", "readings that fit", "full", "every, at 1 %"),
      size.lorawan.map(lorawanCells),
    ),
    "",
    ...(size.coarser.length === 0
      ? ["There is no resolution to make coarser."]
      : coarserLines(size)),
  ];
}

function lorawanCells(rate: LorawanSize): string[] {
  const { dataRate, spreadingFactor, maxPayloadBytes, singleAirtime, full } = rate;
  return [
    `DR${dataRate}, SF${spreadingFactor}`,
    String(maxPayloadBytes),
    singleAirtime === undefined ? "too long" : `${Math.round(singleAirtime * 1000)} ms`,
    full === undefined ? "none" : full.readings.toFixed(1),
    full === undefined ? "" : `${Math.round(full.airtime * 1000)} ms`,
    full === undefined ? "" : `${Math.ceil(full.airtime / dutyCycle)} s`,
  ];
}

function coarserLines({ coarser, coarserRows }: SchemaSize): string[] {
  return [
    "A coarser resolution would save",
    "",
    ...formatTable(
      [
        { title: "field" },
        { title: "resolution" },
        { title: "coarser", align: "right" },
        { title: "bits alone", align: "right" },
        { title: `bytes a reading of ${coarserRows}`, align: "right" },
        { title: "saved", align: "right" },
      ],
      coarser.map(coarserCells),
    ),
  ];
}

function coarserCells(one: CoarserSize): string[] {
  const { field, unit, from, to, singleBits, coarserSingleBits } = one;
  const { batchBytes, coarserBatchBytes } = one;
  const saved = batchBytes === 0 ? 0 : (1 - coarserBatchBytes / batchBytes) * 100;
  return [
    field ?? "all at once",
    from === undefined ? "" : withUnit(plain(from), unit),
    to === undefined ? "the coarsest" : plain(to),
    `${singleBits} to ${coarserSingleBits}`,
    `${batchBytes.toFixed(2)} to ${coarserBatchBytes.toFixed(2)}`,
    `${saved.toFixed(0)} %`,
  ];
}

/** A number without an exponent. */
function plain(number: number): string {
  return number.toLocaleString("en-GB", { maximumFractionDigits: 15, useGrouping: false });
}
