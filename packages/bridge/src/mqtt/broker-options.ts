import type { ConnectOptions, RenewedOptions } from "@bollard/mqtt-engine";
import type { Filled, MqttEndConfig } from "../config/config.js";
import { readSecretFile, readTextFile } from "../config/read-config.js";

/** Longest wait between two attempts to connect, ms. */
const LAST_RETRY_MS = 10_000;

/** What the configuration of any MQTT end says of its connection. */
export type BrokerConfig = Filled<MqttEndConfig>;

/**
 * How to reach a broker, from the configuration.
 *
 * The files with the password and the certificates are read again before each attempt, so a token or
 * a certificate that was renewed is taken without a restart.
 *
 * @param clientId - where the configuration names none
 */
export function brokerOptions(config: BrokerConfig, clientId: string): ConnectOptions {
  const { hostname, port, protocol } = new URL(config.url);
  return {
    host: hostname.replace(/^\[|\]$/g, ""),
    ...(port !== "" && { port: Number(port) }),
    ...(protocol === "mqtts:" && { tls: {} }),
    protocolVersion: config.version === "5" ? 5 : 4,
    clientId: config.clientId || clientId,
    keepAliveS: config.keepAliveS,
    reconnect: { maxDelayMs: LAST_RETRY_MS },
    ...(config.username !== undefined && { username: config.username }),
    renew: () => ({ ...passwordOf(config), ...(protocol === "mqtts:" && { tls: tlsOf(config) }) }),
  };
}

/** Throws `BRIDGE_CONFIG_UNREADABLE` where a file cannot be read: once here, not only at midnight. */
export function checkBrokerFiles(config: BrokerConfig): void {
  passwordOf(config);
  if (config.url.startsWith("mqtts:")) tlsOf(config);
}

function passwordOf({ passwordFile }: BrokerConfig): RenewedOptions {
  return passwordFile === undefined ? {} : { password: readSecretFile(passwordFile) };
}

function tlsOf({ tls }: BrokerConfig): NonNullable<RenewedOptions["tls"]> {
  return {
    ...(tls.caFile !== undefined && { ca: readTextFile(tls.caFile) }),
    ...(tls.certFile !== undefined && { cert: readTextFile(tls.certFile) }),
    ...(tls.keyFile !== undefined && { key: readTextFile(tls.keyFile) }),
    ...(tls.serverName !== undefined && { servername: tls.serverName }),
  };
}
