import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  chirpstackDownTopic,
  formatChirpstackDownlink,
  parseChirpstackUplink,
} from "./parse-chirpstack-uplink.js";
import { formatThingsDownlink, parseThingsUplink, thingsDownTopic } from "./parse-things-uplink.js";
import { sessionNumber } from "./uplink.js";

/** As The Things Stack sends it, shortened. */
const things = {
  end_device_ids: {
    device_id: "lamp-12",
    application_ids: { application_id: "street" },
    dev_eui: "0004A30B001C0530",
    join_eui: "800000000000000C",
    dev_addr: "00BCB929",
  },
  correlation_ids: ["gs:uplink:01E1"],
  received_at: "2026-02-12T15:15:46.511930288Z",
  uplink_message: {
    session_key_id: "AXBSH1Pk6Z0G166KyNcwgw==",
    f_port: 3,
    f_cnt: 70_000,
    frm_payload: "AQID",
    rx_metadata: [
      { gateway_ids: { gateway_id: "gtw1" }, rssi: -112, snr: -4.5 },
      { gateway_ids: { gateway_id: "gtw2" }, rssi: -97, snr: 7.2 },
      { gateway_ids: { gateway_id: "gtw3" } },
    ],
    settings: { data_rate: { lora: { bandwidth: 125_000, spreading_factor: 7 } } },
    received_at: "2026-02-12T15:15:45.500Z",
  },
};

/** As ChirpStack sends it, shortened. */
const chirpstack = {
  deduplicationId: "57433366-50a6-4dc2-8145-2df1bbc70d9e",
  time: "2026-02-12T15:15:45.500+00:00",
  deviceInfo: {
    tenantId: "52f14cd4-c6f1-4fbd-8f87-4025e1d49242",
    applicationId: "ca739e26-7b67-4f14-b69e-d568c22a5a75",
    deviceName: "lamp-12",
    devEui: "0004a30b001c0530",
  },
  devAddr: "00189440",
  adr: true,
  fCnt: 4,
  fPort: 3,
  confirmed: false,
  data: "AQID",
  rxInfo: [{ gatewayId: "0016c001f153a14c", rssi: -48 }],
};

const receivedMs = Date.parse("2026-02-12T15:15:45.500Z");
const payload = Uint8Array.of(1, 2, 3);

describe("an uplink of The Things Stack", () => {
  test("gives device, session, port, counter, payload and when the network received it", () => {
    expect(parseThingsUplink(things)).toEqual({
      devEui: "0004A30B001C0530",
      session: "AXBSH1Pk6Z0G166KyNcwgw==",
      port: 3,
      frameCounter: 70_000,
      payload,
      receivedMs,
      signal: { rssiDbm: -97, snrDb: 7.2, gateways: 3 },
    });
  });

  test("has left out what is 0 or empty", () => {
    const { f_cnt, session_key_id, ...rest } = things.uplink_message;
    expect(parseThingsUplink({ ...things, uplink_message: rest })).toMatchObject({
      frameCounter: 0,
      session: "00BCB929",
    });
    const { frm_payload, ...empty } = things.uplink_message;
    expect(parseThingsUplink({ ...things, uplink_message: empty })).toBe("it carries no payload");
    const { f_port, ...mac } = things.uplink_message;
    expect(parseThingsUplink({ ...things, uplink_message: mac })).toBe(
      "it is for no port of an application",
    );
    expect(parseThingsUplink({ ...things, uplink_message: undefined })).toBe("it is no uplink");
  });

  test("made in the console counts as a session of its own", () => {
    expect(parseThingsUplink({ ...things, simulated: true })).toMatchObject({
      session: things.received_at,
    });
  });

  test("is answered on its down topic", () => {
    expect(thingsDownTopic("v3/street@ttn/devices/lamp-12/up")).toBe(
      "v3/street@ttn/devices/lamp-12/down/push",
    );
    expect(JSON.parse(formatThingsDownlink({ devEui: "", port: 5, payload, id: "7" }))).toEqual({
      downlinks: [
        { f_port: 5, frm_payload: "AQID", priority: "NORMAL", correlation_ids: ["bollard:7"] },
      ],
    });
  });
});

describe("an uplink of ChirpStack", () => {
  test("gives the same, its device in capitals and its address as the session", () => {
    expect(parseChirpstackUplink(chirpstack)).toEqual({
      devEui: "0004A30B001C0530",
      session: "00189440",
      port: 3,
      frameCounter: 4,
      payload,
      receivedMs,
      signal: { rssiDbm: -48, gateways: 1 },
    });
  });

  test("is answered on its command topic", () => {
    expect(chirpstackDownTopic("application/ca73/device/0004a30b001c0530/event/up")).toBe(
      "application/ca73/device/0004a30b001c0530/command/down",
    );
    expect(
      JSON.parse(
        formatChirpstackDownlink({ devEui: "0004A30B001C0530", port: 5, payload, id: "7" }),
      ),
    ).toEqual({
      devEui: "0004a30b001c0530",
      confirmed: false,
      fPort: 5,
      data: "AQID",
    });
  });
});

test("what is no uplink gives a reason, whatever it is", () => {
  fc.assert(
    fc.property(fc.anything(), (message) => {
      expect(typeof parseThingsUplink(message)).toBe("string");
      expect(typeof parseChirpstackUplink(message)).toBe("string");
    }),
  );
  for (const [member, reason] of [
    [{ fPort: 224 }, "its port is 224; applications have 1 to 223"],
    [{ fCnt: -1 }, "its frame counter is no number of 32 bits"],
    [{ data: "not base64!" }, "its payload is not base64"],
    [{ devAddr: "" }, "it names no session"],
    [{ deviceInfo: { devEui: "12" } }, "it has no DevEUI"],
  ] as const) {
    expect(parseChirpstackUplink({ ...chirpstack, ...member })).toBe(reason);
  }
});

test("a session has the same number everywhere, and another one hardly ever has it", () => {
  expect(sessionNumber("00189440")).toBe(sessionNumber("00189440"));
  const numbers = Array.from({ length: 100 }, (_, join) => sessionNumber(`session ${join}`));
  expect(new Set(numbers).size).toBeGreaterThan(95);
  for (const number of numbers) expect(number).toBeLessThanOrEqual(0xffff);
});
