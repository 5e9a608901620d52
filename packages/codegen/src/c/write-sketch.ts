import type { GeneratedFile } from "../generated-file.js";
import type { CModel, CSlot } from "./c-model.js";
import { type CText, indent, integer, toText } from "./c-text.js";

function sampleOf({ low, high, steps }: CSlot): string {
  return integer(steps === undefined ? 0 : Math.round(low + (high - low) / 4));
}

function assignment(slot: CSlot): string {
  if (slot.count === 1) return `reading.${slot.member} = ${sampleOf(slot)};`;
  return `for (uint8_t i = 0; i < ${slot.count}; i++) reading.${slot.member}[i] = ${sampleOf(slot)};`;
}

/** An Arduino sketch that encodes one reading a while and prints its bytes. */
export function writeSketch({ name, macro, schema, slots, maskBits }: CModel): GeneratedFile {
  const sketch = schema.name
    .split("-")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
  const interval = Math.min(schema.reportInterval ?? 10, 10);
  const { mode, milliseconds } = schema.time;
  const time: CText = mode !== "none" && [
    `reading.time_s = millis() / 1000;${mode === "uptime" ? "" : " // from your clock: seconds since 1970"}`,
    milliseconds && "reading.time_ms = millis() % 1000;",
  ];
  const text = toText(
    `// Encodes one reading of the schema "${schema.name}" and prints its bytes.`,
    `#include <${name}.h>`,
    "",
    "void setup() {",
    "  Serial.begin(115200);",
    "}",
    "",
    "void loop() {",
    `  ${name}_reading_t reading = {};`,
    `  uint8_t payload[${macro}_READING_SIZE];`,
    "",
    "  // What your sensors say goes here.",
    ...indent(
      time,
      slots.map(assignment),
      maskBits > 0 && `reading.present = ${macro}_HAS_ALL;`,
    ).map((line) => line.replace(/^\t/, "  ")),
    "",
    `  size_t length = ${name}_reading_encode(&reading, payload, sizeof(payload));`,
    "  for (size_t i = 0; i < length; i++) {",
    "    if (payload[i] < 16) Serial.print('0');",
    "    Serial.print(payload[i], HEX);",
    "  }",
    "  Serial.println();",
    `  delay(${interval}000);`,
    "}",
  );
  return { path: `examples/${sketch}/${sketch}.ino`, text };
}
