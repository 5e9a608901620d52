import type { SwarmClient, SwarmOptions } from "@bollard/mqtt-engine";
import type { FleetDriver } from "../driver/fleet-driver.js";
import type { DriverName, DriverOptions } from "../driver/open-driver.js";
import { FleetError } from "../error.js";
import { expandTemplate } from "./expand-template.js";
import type { ReconnectOptions } from "./reconnect-delays.js";

/** Who one client is. */
export interface Credentials {
  readonly username?: string;
  readonly password?: string;
  /** Its own certificate and key, PEM; in place of the target's. */
  readonly certificate?: { readonly cert: string; readonly key: string };
}

/** The broker, and who connects to it. */
export interface FleetTarget
  extends Pick<
    SwarmOptions,
    | "host"
    | "port"
    | "tls"
    | "webSocket"
    | "protocolVersion"
    | "cleanSession"
    | "keepAliveS"
    | "maxConnecting"
    | "connectTimeoutMs"
    | "maxInFlight"
    | "topicAliases"
  > {
  /** What speaks MQTT. Default: `engine`. */
  readonly driver?: DriverName;
  /** For tests. Default: by `driver`. @internal */
  readonly openDriver?: (options: DriverOptions) => FleetDriver;
  /** Clients whose connection was refused or broke come back. Default: they stay away. */
  readonly reconnect?: ReconnectOptions | undefined;
  /** `%i` is the client's number. Default: `bollard-fleet-<run>-%i`. */
  readonly clientId?: string;
  /** One for each client in turn, used again from the first when there are fewer. Default: none. */
  readonly credentials?: readonly Credentials[];
  /**
   * Addresses to connect from, in turn. Each has about 28,000 ports, and where all of 127.0.0.0/8 is
   * ours, several make connecting faster. Default: the system's choice.
   */
  readonly sourceAddresses?: readonly string[];
  /** Names the run in client ids and in stamps, 0 to 65535. Default: by chance. */
  readonly run?: number;
}

/** Who one client is. */
export function clientOf(target: FleetTarget, run: number, index: number): SwarmClient {
  const { credentials = [], sourceAddresses = [] } = target;
  const own = credentials[index % Math.max(1, credentials.length)] ?? {};
  const { username, password, certificate } = own;
  const template = target.clientId ?? `bollard-fleet-${run.toString(16)}-%i`;
  const localAddress = sourceAddresses[index % Math.max(1, sourceAddresses.length)];
  return {
    clientId: expandTemplate(template, { index: index + 1, ...(username && { username }) }),
    ...(username !== undefined && { username: expandTemplate(username, { index: index + 1 }) }),
    ...(password !== undefined && { password }),
    ...(localAddress !== undefined && { localAddress }),
    ...(certificate && { tls: certificate }),
  };
}

/** The run's number: the one given, or one by chance. */
export function runNumberOf({ run }: FleetTarget): number {
  return run ?? Math.floor(Math.random() * 65_536);
}

/** @throws {@link FleetError} `FLEET_BAD_OPTION` with the name of the option that is out of range */
export function checkOption(name: string, value: number, least: number, most: number): void {
  if (Number.isFinite(value) && value >= least && value <= most) return;
  throw new FleetError("FLEET_BAD_OPTION", name, `${value} is out of range, ${least} to ${most}`);
}

/** The broker's address, as errors name it. */
export function placeOf({ host = "localhost", port, tls, webSocket }: FleetTarget): string {
  const usual = webSocket ? (tls ? 443 : 80) : tls ? 8883 : 1883;
  return `${host}:${port ?? usual}`;
}
