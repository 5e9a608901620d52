import { checkUplink, type Downlink, membersOf, type NoUplink, type Uplink } from "./uplink.js";

/**
 * Reads an uplink of The Things Stack, version 3.
 *
 * Fields that are empty or 0 are left out there, so a missing `f_cnt` is the first frame. One that was
 * made in the console (`simulated`) has neither counter nor session, and counts as a session of its own.
 *
 * @see https://www.thethingsindustries.com/docs/the-things-stack/concepts/data-formats/
 */
export function parseThingsUplink(message: unknown): Uplink | NoUplink {
  const { end_device_ids, uplink_message, received_at, simulated } = membersOf(message);
  const ids = membersOf(end_device_ids);
  if (uplink_message === undefined) return "it is no uplink";
  const uplink = membersOf(uplink_message);
  return checkUplink({
    devEui: ids.dev_eui,
    session: simulated === true ? received_at : (uplink.session_key_id ?? ids.dev_addr),
    port: uplink.f_port,
    frameCounter: uplink.f_cnt,
    payload: uplink.frm_payload,
    receivedAt: uplink.received_at ?? received_at,
    gateways: uplink.rx_metadata,
  });
}

/** Where a downlink for the device of this uplink topic goes: `…/up` becomes `…/down/push`. */
export function thingsDownTopic(topic: string): string {
  return topic.replace(/\/up$/, "/down/push");
}

/** A downlink for The Things Stack. The command's id comes back in the events about it. */
export function formatThingsDownlink({ port, payload, id }: Downlink): string {
  return JSON.stringify({
    downlinks: [
      {
        f_port: port,
        frm_payload: Buffer.from(payload).toString("base64"),
        priority: "NORMAL",
        correlation_ids: [`bollard:${id}`],
      },
    ],
  });
}
