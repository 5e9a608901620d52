import { toRecords } from "@bollard/payload";
import type { SensorSchema } from "@bollard/schema";
import { encodeSenmlCbor, formatSenmlJson } from "@bollard/senml";
import type { Peer } from "./peer.js";
import { jsonReading, oneOrMany } from "./plain-reading.js";

/** JSON with the fields' names, and SenML in both of its forms. */
export function textPeers(schema: SensorSchema): readonly Peer[] {
  return [
    {
      name: "JSON",
      measure: (readings) =>
        Buffer.byteLength(JSON.stringify(oneOrMany(readings.map(jsonReading)))),
    },
    {
      name: "SenML-JSON",
      measure: (readings) =>
        Buffer.byteLength(
          formatSenmlJson(readings.flatMap((reading) => toRecords(schema, reading))),
        ),
    },
    {
      name: "SenML-CBOR",
      measure: (readings) =>
        encodeSenmlCbor(readings.flatMap((reading) => toRecords(schema, reading))).length,
    },
  ];
}
