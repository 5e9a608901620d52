import { toCayenneLpp } from "@bollard/payload";
import type { SensorSchema } from "@bollard/schema";
import { Encoder } from "cbor-x";
import { Packr } from "msgpackr";
import type { Peer } from "./peer.js";
import { oneOrMany, plainReading } from "./plain-reading.js";
import { protobufPeer } from "./protobuf-peer.js";

/** CBOR by cbor-x with and without shared structures, MessagePack, Protobuf and Cayenne LPP. */
export function binaryPeers(schema: SensorSchema): readonly Peer[] {
  const map = new Encoder({ useRecords: false });
  const messagePack = new Packr({ useRecords: false });
  // Both ends keep the structures, so only the readings travel.
  const structures = new Encoder({ structures: [] });
  return [
    {
      name: "cbor-x map",
      measure: (readings) => map.encode(oneOrMany(readings.map(plainReading))).length,
    },
    {
      name: "cbor-x structures",
      measure: (readings) => {
        const plain = oneOrMany(readings.map(plainReading));
        structures.encode(plain);
        return structures.encode(plain).length;
      },
    },
    protobufPeer(schema),
    {
      name: "MessagePack",
      measure: (readings) => messagePack.pack(oneOrMany(readings.map(plainReading))).length,
    },
    {
      // It has no batches, so readings are messages of their own. What it loses is left out.
      name: "CayenneLPP",
      measure: (readings) =>
        readings.reduce((sum, reading) => sum + toCayenneLpp(schema, reading).bytes.length, 0),
    },
  ];
}
