import { crc32 } from "node:zlib";
import type { RadioSignal } from "../../page/api-types.js";

/** One uplink, as any network server tells it. */
export interface Uplink {
  /** 16 hexadecimal digits, in capitals. */
  readonly devEui: string;
  /** What differs from one join to the next: the session key's id, or the device's address. */
  readonly session: string;
  /** 1 to 223. */
  readonly port: number;
  /** As the server gives it: 32 bits, or the 16 that travel. */
  readonly frameCounter: number;
  readonly payload: Uint8Array;
  /** When the network server received it, ms since the Unix epoch; undefined where it does not say. */
  readonly receivedMs: number | undefined;
  /** As the gateway had it that heard it best; undefined where the server does not say. */
  readonly signal: RadioSignal | undefined;
}

/** What goes down to a device. */
export interface Downlink {
  readonly devEui: string;
  /** 1 to 223. */
  readonly port: number;
  readonly payload: Uint8Array;
  /** Of the command in it. */
  readonly id: string;
}

/** Why a message is no uplink to be kept, in words. */
export type NoUplink = string;

/** Reads a network server's message; a text says why there is nothing in it. */
export type ParseUplink = (message: unknown) => Uplink | NoUplink;

const DEV_EUI = /^[0-9A-Fa-f]{16}$/;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
/** The last port for applications; 224 is for tests of the link. LoRaWAN 1.0.4, section 4.3.2. */
const LAST_PORT = 223;

/**
 * Checks what a network server says of an uplink.
 *
 * A frame without a port, or for port 0, is one between device and network: nothing for us.
 */
export function checkUplink(parts: {
  readonly devEui: unknown;
  readonly session: unknown;
  readonly port: unknown;
  readonly frameCounter: unknown;
  readonly payload: unknown;
  readonly receivedAt: unknown;
  /** What each gateway tells of how it heard it. */
  readonly gateways: unknown;
}): Uplink | NoUplink {
  const { devEui, session, port = 0, frameCounter = 0, payload } = parts;
  if (typeof devEui !== "string" || !DEV_EUI.test(devEui)) return "it has no DevEUI";
  if (typeof session !== "string" || session === "") return "it names no session";
  if (!isWhole(port, 0xff) || port === 0) return "it is for no port of an application";
  if (port > LAST_PORT) return `its port is ${port}; applications have 1 to ${LAST_PORT}`;
  if (!isWhole(frameCounter, 0xffffffff)) return "its frame counter is no number of 32 bits";
  if (typeof payload !== "string" || payload === "") return "it carries no payload";
  if (!BASE64.test(payload)) return "its payload is not base64";
  return {
    devEui: devEui.toUpperCase(),
    session,
    port,
    frameCounter,
    payload: new Uint8Array(Buffer.from(payload, "base64")),
    receivedMs: timeOf(parts.receivedAt),
    signal: signalOf(parts.gateways),
  };
}

/**
 * A number for a join session, 0 to 65535: the same wherever and whenever it is asked for, so that
 * two bridges give one uplink one key. Sessions of one device that fall on one number are told apart
 * by the bytes of their messages.
 */
export function sessionNumber(session: string): number {
  const hash = crc32(session);
  return ((hash >>> 16) ^ hash) & 0xffff;
}

/** The members of an object; none of what is no object. */
export function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

/** The servers have the same two names in it, and leave out what is 0. */
function signalOf(gateways: unknown): RadioSignal | undefined {
  if (!Array.isArray(gateways)) return undefined;
  const heard = gateways.flatMap((gateway) => {
    const { rssi, snr } = membersOf(gateway);
    if (typeof rssi !== "number") return [];
    return [{ rssiDbm: rssi, ...(typeof snr === "number" && { snrDb: snr }) }];
  });
  const [best] = heard.sort((one, other) => other.rssiDbm - one.rssiDbm);
  return best && { ...best, gateways: gateways.length };
}

function isWhole(value: unknown, max: number): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= max;
}

function timeOf(text: unknown): number | undefined {
  const ms = typeof text === "string" ? Date.parse(text) : Number.NaN;
  return ms >= 0 ? ms : undefined;
}
