import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { SensorSchema } from "@bollard/schema";
import { readSchemaFile } from "@bollard/schema/file";
import { asReported, readReadings } from "@bollard-examples/street-air/read-readings";

const resolve = createRequire(import.meta.url).resolve;

/** The schema that every node of the street speaks. */
export const schemaFile = resolve("@bollard-examples/street-air/street-air.schema.yaml");

/** Where the readings come from, as their licence asks to be shown. */
export const attribution =
  "Readings: sensor.community archive, sensors 15092 and 15093, Open Database License 1.0; " +
  "replayed faster than they were recorded, with the time of the replay.";

/** What one node measures, over and over. */
export interface Recording {
  readonly schema: SensorSchema;
  /** Each sample rounded to the schema's resolution, in the order recorded. */
  readonly values: readonly Readonly<Record<string, number | null>>[];
}

export function readRecording(): Recording {
  const schema = readSchemaFile(schemaFile);
  const csv = readFileSync(
    resolve("@bollard-examples/street-air/data/street_pm_bme280.csv"),
    "utf8",
  );
  const values = readReadings(csv).map((reading) => asReported(schema, reading).values);
  return { schema, values };
}
