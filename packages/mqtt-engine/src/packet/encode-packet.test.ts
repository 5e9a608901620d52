import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as any from "../testing/arbitraries.js";
import { oracleParse, toOracleProperties } from "../testing/oracle.js";
import {
  encodeAck,
  encodeAuth,
  encodeConnect,
  encodeDisconnect,
  encodeEmpty,
  encodePublish,
  encodeSubscribe,
  encodeUnsubscribe,
} from "./encode-packet.js";
import { PINGREQ, type ProtocolVersion, PUBACK, PUBCOMP, PUBREC, PUBREL } from "./packet-type.js";
import { PacketWriter } from "./packet-writer.js";
import { NO_PROPERTIES } from "./properties.js";

const version = fc.constantFrom<ProtocolVersion>(4, 5);

function written(write: (writer: PacketWriter) => void): Buffer {
  const writer = new PacketWriter(4);
  write(writer);
  return writer.bytes();
}

describe("encodeConnect", () => {
  test("gives the bytes of the standard's own example", () => {
    // MQTT 3.1.1, figure 3.6 for the variable header; the payload in the order of 3.1.3.
    const wire = written((writer) =>
      encodeConnect(writer, 4, {
        clientId: "a",
        cleanSession: true,
        keepAliveS: 10,
        username: "u",
        password: "p",
        will: { topic: "w", payload: "x", qos: 1 },
      }),
    );
    expect([...wire]).toEqual([
      0x10, 25, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 0b11001110, 0, 10, 0, 1, 0x61, 0, 1, 0x77, 0, 1,
      0x78, 0, 1, 0x75, 0, 1, 0x70,
    ]);
  });

  test("is read by another implementation as it was meant", () => {
    const will = fc.record({
      topic: any.topic,
      payload: fc.uint8Array({ minLength: 1, maxLength: 40 }),
      qos: any.qos,
      retain: fc.boolean(),
      properties: any.willProperties,
    });
    const fields = fc.record({
      clientId: any.text,
      cleanSession: fc.boolean(),
      keepAliveS: fc.integer({ min: 0, max: 65_535 }),
      username: fc.option(any.text, { nil: undefined }),
      password: fc.option(fc.uint8Array({ maxLength: 30 }), { nil: undefined }),
      will: fc.option(will, { nil: undefined }),
      properties: any.connectProperties,
    });
    fc.assert(
      fc.property(version, fields, (level, fields) => {
        const wire = written((writer) => encodeConnect(writer, level, fields));
        const [packet] = oracleParse(wire, level);
        const { will } = fields;
        expect(packet).toMatchObject({
          cmd: "connect",
          protocolVersion: level,
          clientId: fields.clientId,
          clean: fields.cleanSession,
          keepalive: fields.keepAliveS,
          ...(fields.username === undefined ? {} : { username: fields.username }),
          ...(fields.password ? { password: Buffer.from(fields.password) } : {}),
          ...(will
            ? {
                will: {
                  topic: will.topic,
                  payload: Buffer.from(will.payload),
                  qos: will.qos,
                  retain: will.retain,
                  ...(level === 5 && toOracleProperties(will.properties)
                    ? { properties: toOracleProperties(will.properties) }
                    : {}),
                },
              }
            : {}),
        });
        expect(packet?.properties).toEqual(
          level === 5 ? toOracleProperties(fields.properties) : undefined,
        );
      }),
    );
  });

  test("writes nothing when a text is too long", () => {
    const writer = new PacketWriter();
    const fields = { clientId: "x".repeat(65_536), cleanSession: true, keepAliveS: 0 };
    expect(() => encodeConnect(writer, 4, fields)).toThrow("MQTT_INVALID_ARGUMENT");
    expect(writer.length).toBe(0);
  });
});

describe("encodePublish", () => {
  test("is read by another implementation as it was meant", () => {
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
        const properties = level === 5 ? fields.properties : NO_PROPERTIES;
        const dup = fields.dup && fields.qos > 0;
        const wire = written((writer) =>
          encodePublish(writer, level, { ...fields, dup, properties }),
        );
        const [packet] = oracleParse(wire, level);
        expect(packet).toMatchObject({
          cmd: "publish",
          topic: fields.topic,
          payload: Buffer.from(fields.payload),
          qos: fields.qos,
          retain: fields.retain,
          dup,
          ...(fields.qos > 0 ? { messageId: fields.packetId } : {}),
        });
        expect(packet?.properties).toEqual(toOracleProperties(properties));
      }),
    );
  });

  test("sends a topic once with its alias and then the alias alone", () => {
    const fields = {
      topic: "t",
      payload: Uint8Array.of(7),
      qos: 0 as const,
      retain: false,
      dup: false,
      packetId: 0,
      properties: NO_PROPERTIES,
    };
    const wire = written((writer) => {
      encodePublish(writer, 5, fields, 258);
      encodePublish(writer, 5, fields, 258, true);
      encodePublish(writer, 5, { ...fields, properties: { contentType: "c" } }, 258, true);
    });
    expect([...wire]).toEqual([
      ...[0x30, 8, 0, 1, 0x74, 3, 35, 1, 2, 7],
      ...[0x30, 7, 0, 0, 3, 35, 1, 2, 7],
      ...[0x30, 11, 0, 0, 7, 3, 0, 1, 0x63, 35, 1, 2, 7],
    ]);
  });

  test.each([0, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152])(
    "lays out a Remaining Length of %i and more",
    (length) => {
      const payload = new Uint8Array(length).fill(1);
      const wire = written((writer) =>
        encodePublish(writer, 4, {
          topic: "t",
          payload,
          qos: 0,
          retain: false,
          dup: false,
          packetId: 0,
          properties: NO_PROPERTIES,
        }),
      );
      const [packet] = oracleParse(wire, 4);
      expect(packet?.length).toBe(length + 3);
      expect(Buffer.compare(packet?.payload as Buffer, payload)).toBe(0);
    },
  );
});

describe("the other packets", () => {
  test("acknowledgements are read by another implementation as they were meant", () => {
    const kinds = [
      [PUBACK, "puback", 135],
      [PUBREC, "pubrec", 16],
      [PUBREL, "pubrel", 146],
      [PUBCOMP, "pubcomp", 146],
    ] as const;
    fc.assert(
      fc.property(fc.constantFrom(...kinds), any.packetId, fc.boolean(), (kind, id, refused) => {
        const [type, cmd, code] = kind;
        const reasonCode = refused ? code : 0;
        const wire = written((writer) => encodeAck(writer, type, id, reasonCode));
        expect(wire.length).toBe(refused ? 5 : 4);
        expect(oracleParse(wire, 5)).toMatchObject([{ cmd, messageId: id, reasonCode }]);
      }),
    );
  });

  test("SUBSCRIBE and UNSUBSCRIBE are read as they were meant", () => {
    const options = fc.record({
      qos: any.qos,
      noLocal: fc.boolean(),
      retainAsPublished: fc.boolean(),
      retainHandling: fc.constantFrom<0 | 1 | 2>(0, 1, 2),
    });
    fc.assert(
      fc.property(version, any.packetId, any.filledText, options, (level, id, filter, options) => {
        const wire = written((writer) => {
          encodeSubscribe(writer, level, id, filter, options);
          encodeUnsubscribe(writer, level, id, filter);
        });
        const five = { nl: options.noLocal, rap: options.retainAsPublished };
        expect(oracleParse(wire, level)).toMatchObject([
          {
            cmd: "subscribe",
            messageId: id,
            subscriptions: [
              {
                topic: filter,
                qos: options.qos,
                ...(level === 5 ? { ...five, rh: options.retainHandling } : {}),
              },
            ],
          },
          { cmd: "unsubscribe", messageId: id, unsubscriptions: [filter] },
        ]);
      }),
    );
  });

  test("PINGREQ, DISCONNECT and AUTH are read as they were meant", () => {
    const wire = written((writer) => {
      encodeEmpty(writer, PINGREQ);
      encodeAuth(writer, 24, { authenticationMethod: "m", authenticationData: Uint8Array.of(1) });
      encodeDisconnect(writer, 5, 4, { sessionExpiryInterval: 9 });
      encodeDisconnect(writer, 5);
    });
    expect(oracleParse(wire, 5)).toMatchObject([
      { cmd: "pingreq" },
      {
        cmd: "auth",
        reasonCode: 24,
        properties: { authenticationMethod: "m", authenticationData: Buffer.of(1) },
      },
      { cmd: "disconnect", reasonCode: 4, properties: { sessionExpiryInterval: 9 } },
      { cmd: "disconnect", reasonCode: 0 },
    ]);
    expect([...written((writer) => encodeDisconnect(writer, 4, 4))]).toEqual([0xe0, 0]);
  });

  test("a property where the standard allows none is refused, and so is a value out of range", () => {
    const writer = new PacketWriter();
    expect(() => encodeDisconnect(writer, 5, 0, { topicAlias: 1 })).toThrow(
      "topicAlias in DISCONNECT (MQTT_INVALID_ARGUMENT)",
    );
    const connect = { clientId: "c", cleanSession: true, keepAliveS: 0 };
    expect(() =>
      encodeConnect(writer, 5, { ...connect, properties: { receiveMaximum: 0 } }),
    ).toThrow("receiveMaximum of 0");
    expect(writer.length).toBe(0);
  });
});
