import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isMqttError, MqttError } from "../error.js";
import * as any from "../testing/arbitraries.js";
import { oracleGenerate, toOracleProperties } from "../testing/oracle.js";
import { decodePacket, type IncomingPacket } from "./decode-packet.js";
import { PacketParser } from "./packet-parser.js";
import {
  CONNACK,
  DISCONNECT,
  PINGRESP,
  type ProtocolVersion,
  PUBACK,
  PUBCOMP,
  PUBLISH,
  PUBREC,
  PUBREL,
  SUBACK,
  UNSUBACK,
} from "./packet-type.js";
import { NO_PROPERTIES } from "./properties.js";

const version = fc.constantFrom<ProtocolVersion>(4, 5);

/** All packets in `wire`, their payloads copied. */
function decodeAll(wire: Uint8Array, level: ProtocolVersion): IncomingPacket[] {
  const packets: IncomingPacket[] = [];
  const buffer = Buffer.from(wire);
  new PacketParser(1_000_000).push(buffer, 0, buffer.length, (first, chunk, start, end, length) => {
    const packet = decodePacket(level, first, chunk, start, end, length);
    packets.push(
      packet.type === PUBLISH ? { ...packet, payload: Buffer.from(packet.payload) } : packet,
    );
    return true;
  });
  return packets;
}

function failureOf(run: () => unknown): MqttError {
  try {
    run();
  } catch (error) {
    if (isMqttError(error)) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("decodePacket", () => {
  test("reads the PUBLISH of another implementation", () => {
    const fields = fc.record({
      topic: any.topic,
      payload: any.bytes,
      qos: any.qos,
      retain: fc.boolean(),
      dup: fc.boolean(),
      packetId: any.packetId,
      properties: any.publishProperties,
    });
    fc.assert(
      fc.property(version, fields, (level, fields) => {
        const { topic, qos, retain } = fields;
        const properties = level === 5 ? fields.properties : NO_PROPERTIES;
        const dup = fields.dup && qos > 0;
        const payload = Buffer.from(fields.payload);
        const wire = oracleGenerate(
          {
            cmd: "publish",
            ...{ topic, payload, qos, retain, dup },
            messageId: fields.packetId,
            properties: toOracleProperties(properties),
          },
          level,
        );
        const packetId = qos === 0 ? 0 : fields.packetId;
        expect(decodeAll(wire, level)).toEqual([
          { type: PUBLISH, topic, payload, qos, retain, dup, packetId, properties },
        ]);
      }),
    );
  });

  test("reads the CONNACK of another implementation", () => {
    fc.assert(
      fc.property(
        version,
        fc.boolean(),
        fc.constantFrom(0, 3, 135),
        any.connackProperties,
        (level, sessionPresent, reasonCode, some) => {
          const properties = level === 5 ? some : NO_PROPERTIES;
          const wire = oracleGenerate(
            {
              cmd: "connack",
              sessionPresent,
              returnCode: reasonCode,
              reasonCode,
              properties: toOracleProperties(properties),
            },
            level,
          );
          expect(decodeAll(wire, level)).toEqual([
            { type: CONNACK, sessionPresent, reasonCode, properties },
          ]);
        },
      ),
    );
  });

  test("reads the acknowledgements of another implementation", () => {
    const kinds = [
      ["puback", PUBACK, 16],
      ["pubrec", PUBREC, 151],
      ["pubrel", PUBREL, 146],
      ["pubcomp", PUBCOMP, 146],
    ] as const;
    fc.assert(
      fc.property(
        version,
        fc.constantFrom(...kinds),
        any.packetId,
        fc.boolean(),
        any.reasonProperties,
        (level, [cmd, type, code], packetId, refused, some) => {
          const reasonCode = level === 5 && refused ? code : 0;
          const properties = level === 5 ? some : NO_PROPERTIES;
          const wire = oracleGenerate(
            { cmd, messageId: packetId, reasonCode, properties: toOracleProperties(properties) },
            level,
          );
          expect(decodeAll(wire, level)).toEqual([{ type, packetId, reasonCode, properties }]);
        },
      ),
    );
  });

  test("reads SUBACK, UNSUBACK, PINGRESP and DISCONNECT of another implementation", () => {
    const properties = { reasonString: "why" };
    const five = Buffer.concat([
      oracleGenerate({ cmd: "suback", messageId: 7, granted: [0, 2, 135], properties }, 5),
      oracleGenerate({ cmd: "unsuback", messageId: 8, granted: [0, 17] }, 5),
      oracleGenerate({ cmd: "pingresp" }, 5),
      oracleGenerate({ cmd: "disconnect", reasonCode: 142, properties }, 5),
      Buffer.of(0xe0, 0),
    ]);
    expect(decodeAll(five, 5)).toEqual([
      { type: SUBACK, packetId: 7, reasonCodes: [0, 2, 135], properties },
      { type: UNSUBACK, packetId: 8, reasonCodes: [0, 17], properties: NO_PROPERTIES },
      { type: PINGRESP },
      { type: DISCONNECT, reasonCode: 142, properties },
      { type: DISCONNECT, reasonCode: 0, properties: NO_PROPERTIES },
    ]);
    const four = Buffer.concat([
      oracleGenerate({ cmd: "suback", messageId: 7, granted: [1, 128] }, 4),
      oracleGenerate({ cmd: "unsuback", messageId: 8 }, 4),
    ]);
    expect(decodeAll(four, 4)).toEqual([
      { type: SUBACK, packetId: 7, reasonCodes: [1, 128], properties: NO_PROPERTIES },
      { type: UNSUBACK, packetId: 8, reasonCodes: [], properties: NO_PROPERTIES },
    ]);
  });

  test("reads the refusal of a 3.1.1 broker that was asked for version 5", () => {
    expect(decodeAll(Buffer.of(0x20, 2, 0, 1), 5)).toEqual([
      { type: CONNACK, sessionPresent: false, reasonCode: 1, properties: NO_PROPERTIES },
    ]);
  });

  test.each<[string, ProtocolVersion, number[], number]>([
    ["packet identifier 0", 4, [0x40, 2, 0, 0], 2],
    ["1 bytes too many", 4, [0x40, 3, 0, 1, 0], 4],
    ["the packet ends too early", 4, [0x40, 1, 0], 2],
    ["flags 1 in PUBACK", 4, [0x41, 2, 0, 1], 0],
    ["flags 0 in PUBREL", 4, [0x60, 2, 0, 1], 0],
    ["QoS 3", 4, [0x36, 5, 0, 1, 0x61, 0, 1], 2],
    ["DUP with QoS 0", 4, [0x38, 3, 0, 1, 0x61], 2],
    ["a wildcard in a topic name", 4, [0x30, 3, 0, 1, 0x2b], 2],
    ["an empty topic name", 4, [0x30, 2, 0, 0], 2],
    ["U+0000 in a string", 4, [0x30, 3, 0, 1, 0], 4],
    ["U+0000 in a string", 4, [0x30, 5, 0, 3, 0xc3, 0xa4, 0], 2],
    ["a string that is not UTF-8", 4, [0x30, 3, 0, 1, 0xff], 2],
    ["CONNACK flags 2", 4, [0x20, 2, 2, 0], 2],
    ["no reason code", 4, [0x90, 2, 0, 1], 4],
    ["RESERVED from a broker", 4, [0x00, 0], 0],
    ["CONNECT from a broker", 4, [0x10, 0], 0],
    ["DISCONNECT from a broker", 4, [0xe0, 0], 0],
    ["an unknown property", 5, [0x20, 5, 0, 0, 2, 99, 1], 5],
    ["maximumQoS of 2", 5, [0x20, 5, 0, 0, 2, 36, 2], 6],
    ["retainAvailable of 2", 5, [0x20, 5, 0, 0, 2, 37, 2], 6],
    ["receiveMaximum of 0", 5, [0x20, 6, 0, 0, 3, 33, 0, 0], 6],
    ["maximumQoS twice", 5, [0x20, 7, 0, 0, 4, 36, 1, 36, 1], 7],
    ["topicAlias in CONNACK", 5, [0x20, 6, 0, 0, 3, 35, 0, 1], 5],
    ["properties run past the packet's end", 5, [0x20, 4, 0, 0, 2, 36], 5],
    ["a property runs past the properties' end", 5, [0x20, 5, 0, 0, 1, 36, 1], 7],
    ["a number not in its shortest form", 5, [0x20, 5, 0, 0, 0x80, 0, 0], 4],
  ])("refuses %s, and says where", (message, level, wire, offset) => {
    const error = failureOf(() => decodeAll(Uint8Array.from(wire), level));
    expect(error.message).toBe(`${message} (MQTT_MALFORMED_PACKET at byte ${offset})`);
    expect(error.offset).toBe(offset);
  });

  test("any bytes give packets or an MqttError, never another error", () => {
    fc.assert(
      fc.property(version, fc.uint8Array({ maxLength: 60 }), (level, bytes) => {
        try {
          decodeAll(bytes, level);
        } catch (error) {
          expect(error).toBeInstanceOf(MqttError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test("a flipped bit anywhere gives packets or an MqttError", () => {
    const properties = { userProperties: { a: "b", c: ["d", "e"] }, reasonString: "näh" };
    const packets: [object, ProtocolVersion][] = [
      [{ cmd: "connack", sessionPresent: true, reasonCode: 0, properties }, 5],
      [
        {
          cmd: "publish",
          ...{ topic: "straße/1", payload: Buffer.of(1, 2, 3), qos: 2, retain: true, dup: true },
          messageId: 77,
          properties: { subscriptionIdentifier: [1, 300], correlationData: Buffer.of(0) },
        },
        5,
      ],
      [{ cmd: "publish", topic: "a/b", payload: Buffer.of(9), qos: 1, messageId: 1 }, 4],
      [{ cmd: "suback", messageId: 3, granted: [1, 2], properties }, 5],
      [{ cmd: "pubrec", messageId: 3, reasonCode: 16, properties }, 5],
      [{ cmd: "disconnect", reasonCode: 142, properties }, 5],
    ];
    for (const [packet, level] of packets) {
      const wire = oracleGenerate(packet, level);
      for (let bit = 0; bit < wire.length * 8; bit++) {
        const damaged = Uint8Array.from(wire);
        damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7));
        try {
          decodeAll(damaged, level);
        } catch (error) {
          expect(error).toBeInstanceOf(MqttError);
        }
      }
    }
  });
});
