import { basename } from "node:path";
import type { NumberFacts } from "./column-facts.js";
import { guessQuantity } from "./guess-quantity.js";
import type { LearntField, LearntSchema } from "./learn-schema.js";
import { twoDigits } from "./nice-number.js";
import { coarserResolution, proposeRange } from "./propose-range.js";

/** What the recording cannot tell. */
export interface FormatOptions {
  readonly name: string;
  readonly id: number;
  /** SenML units by field name, in place of guesses. */
  readonly units: ReadonlyMap<string, string>;
}

/** A schema file in YAML, with what was recorded as comments. `schema check` accepts it. */
export function formatLearntSchema(learnt: LearntSchema, options: FormatOptions): string {
  const { time } = learnt;
  const lines = [
    "# yaml-language-server: $schema=https://bollard.dev/schemas/sensor-schema.schema.json",
    "#",
    `# Proposed from ${basename(learnt.file)}: ${count(learnt.rowCount, "reading")}${period(time)}.`,
    "# Look at every unit, range and resolution: a recording does not know what a sensor can measure.",
    "# Outside of a range a node refuses a value; `outOfRange: clamp` or `missing` is the other way.",
    `name: ${options.name}`,
    `id: ${options.id}`,
    ...timeLines(time),
    "fields:",
    ...learnt.fields.flatMap((field) => fieldLines(field, learnt.rowCount, options)),
  ];
  if (learnt.emptyColumns.length > 0) {
    lines.push(`# Without one value, and so left out: ${learnt.emptyColumns.join(", ")}.`);
  }
  return `${lines.join("\n")}\n`;
}

function timeLines(time: LearntSchema["time"]): string[] {
  if (time === undefined) return ["time: none # there is no column t"];
  const mode = time.milliseconds ? "{ mode: absolute, milliseconds: true }" : "absolute";
  const interval = time.interval > 0 ? [`reportInterval: ${time.interval} # the median`] : [];
  return [`time: ${mode}`, ...interval];
}

function period(time: LearntSchema["time"]): string {
  if (time === undefined) return "";
  const day = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 10);
  return `, ${day(time.first)} to ${day(time.last)}`;
}

function count(number: number, what: string): string {
  return `${number.toLocaleString("en-GB")} ${what}${number === 1 ? "" : "s"}`;
}

function fieldLines(field: LearntField, rowCount: number, options: FormatOptions): string[] {
  const { name, column, missing, facts } = field;
  const renamed = column === name ? [] : [`  # The column ${column}.`];
  const optional =
    missing === 0
      ? []
      : [
          `    optional: true # ${missing.toLocaleString("en-GB")} of ${count(rowCount, "value")} missing`,
        ];
  return [...renamed, ...kindLines(name, facts, options), ...optional];
}

function kindLines(name: string, facts: LearntField["facts"], options: FormatOptions): string[] {
  switch (facts.kind) {
    case "boolean":
      return [`  - name: ${name}`, "    kind: boolean"];
    case "names": {
      const values = facts.names.map((value) => JSON.stringify(value)).join(", ");
      return [`  - name: ${name}`, "    kind: enum", `    values: [${values}]`];
    }
    case "text":
      return [`  - name: ${name}`, "    kind: text", `    maxBytes: ${facts.maxBytes}`];
    case "number":
      return numberLines(name, facts, options);
  }
}

function numberLines(name: string, facts: NumberFacts, options: FormatOptions): string[] {
  const recorded = `${facts.min} to ${facts.max}, by ${plain(facts.resolution)}`;
  const typicalStep = plain(twoDigits(facts.meanStep));
  if (facts.neverFalls && facts.decimals === 0 && facts.min >= 0) {
    return [
      `  # Recorded ${recorded}. It never falls, so it seems to count.`,
      `  - name: ${name}`,
      "    kind: counter",
      `    bits: ${facts.max < 2 ** 24 ? 24 : 32} # it wraps there`,
      `    typicalStep: ${typicalStep}`,
    ];
  }
  const guess = guessQuantity(name, facts);
  const range = proposeRange(facts, guess);
  const given = options.units.get(name);
  const unit = given ?? guess.unit;
  const doubt =
    given !== undefined ? "" : guess.isKnown ? " # by its name" : " # unknown: say which";
  const coarser = coarserResolution(facts, guess, range);
  const saved = coarser === undefined ? 0 : Math.round(Math.log2(coarser / range.resolution));
  const advice =
    coarser === undefined
      ? ""
      : ` # as recorded; ${plain(coarser)} would save ${saved} bit${saved === 1 ? "" : "s"} a value`;
  return [
    `  # Recorded ${recorded}; ${range.bits} bits in a single reading.`,
    `  - name: ${name}`,
    `    unit: ${JSON.stringify(unit)}${doubt}`,
    `    min: ${plain(range.min)}`,
    `    max: ${plain(range.max)}`,
    `    resolution: ${plain(range.resolution)}${advice}`,
    `    typicalStep: ${typicalStep} # the mean change`,
  ];
}

/** A number without an exponent. */
function plain(number: number): string {
  return number !== 0 && Math.abs(number) < 1e-6
    ? number.toFixed(12).replace(/0+$/, "")
    : String(number);
}
