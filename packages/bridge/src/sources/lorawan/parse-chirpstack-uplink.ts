import { checkUplink, type Downlink, membersOf, type NoUplink, type Uplink } from "./uplink.js";

/**
 * Reads an uplink of ChirpStack, version 4, from its JSON integration.
 *
 * The device's address is another after each join, and so names the session.
 *
 * @see https://www.chirpstack.io/docs/chirpstack/integrations/events.html
 */
export function parseChirpstackUplink(message: unknown): Uplink | NoUplink {
  const { deviceInfo, devAddr, fPort, fCnt, data, time, rxInfo } = membersOf(message);
  return checkUplink({
    devEui: membersOf(deviceInfo).devEui,
    session: devAddr,
    port: fPort,
    frameCounter: fCnt,
    payload: data,
    receivedAt: time,
    gateways: rxInfo,
  });
}

/** Where a downlink for the device of this uplink topic goes: `…/event/up` becomes `…/command/down`. */
export function chirpstackDownTopic(topic: string): string {
  return topic.replace(/\/event\/up$/, "/command/down");
}

/** A downlink for ChirpStack. */
export function formatChirpstackDownlink({ devEui, port, payload }: Downlink): string {
  return JSON.stringify({
    devEui: devEui.toLowerCase(),
    confirmed: false,
    fPort: port,
    data: Buffer.from(payload).toString("base64"),
  });
}
