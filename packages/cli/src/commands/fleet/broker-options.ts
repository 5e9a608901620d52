import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import {
  type Credentials,
  type DriverName,
  type FleetTarget,
  parseCredentials,
} from "@bollard/fleet";
import { type Command, InvalidArgumentError, Option } from "commander";
import { CliError } from "../../error.js";
import { above0 } from "../../options/above-zero.js";

/** What every `bollard fleet` command takes, by the letters of the other load tools. */
export interface BrokerOptions {
  readonly host: string;
  readonly port?: number;
  readonly clients: number;
  readonly connrate?: number;
  readonly clientid?: string;
  readonly username?: string;
  readonly password?: string;
  readonly credentials?: string;
  readonly keepalive: number;
  readonly mqttVersion: "3.1.1" | "5";
  readonly clean: boolean;
  readonly ssl?: true;
  readonly cafile?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly insecure?: true;
  readonly ws?: string | true;
  readonly ifaddr?: readonly string[];
  readonly connecting: number;
  readonly reconnect?: true;
  readonly topicAlias?: true;
  readonly driver: DriverName;
  readonly json?: true;
}

/** Adds them. `-h` is the host, as in the other tools; help is `--help`. */
export function addBrokerOptions(command: Command): Command {
  return command
    .helpOption("--help", "print what it takes")
    .option("-h, --host <host>", "the broker", "127.0.0.1")
    .option("-p, --port <port>", "its port (1883; TLS 8883; WebSocket 80 or 443)", whole(1, 65_535))
    .option("-c, --clients <count>", "connections", whole(1, 1_000_000), 200)
    .option("-R, --connrate <per-second>", "connections begun a second (as fast as may be)", above0)
    .option("-C, --clean <true|false>", "clean session", parseBoolean, true)
    .option("-k, --keepalive <seconds>", "keep-alive; 0 turns it off", whole(0, 65_535), 300)
    .addOption(
      new Option("-V, --mqtt-version <version>", "MQTT version")
        .choices(["3.1.1", "5"])
        .default("3.1.1"),
    )
    .option("-u, --username <name>", "user name; %i is the client's number")
    .option("-P, --password <password>", "password")
    .option(
      "--credentials <file>",
      "CSV with username,password,cert.pem,key.pem: a line a client, in turn",
    )
    .option("--clientid <template>", "client id; %i is the client's number")
    .option("-S, --ssl", "TLS")
    .option("--cafile <file>", "PEM file of who signed the broker's certificate; turns TLS on")
    .option("--cert <file>", "PEM file of the clients' certificate, with --key")
    .option("--key <file>", "PEM file of its key")
    .option("--insecure", "take any certificate of the broker")
    .option("--ws [path]", "WebSocket, at /mqtt or this path")
    .option("--ifaddr <addresses>", "source addresses, comma-separated, used in turn", splitList)
    .option("--connecting <count>", "most connections under way at a time", whole(1, 10_000), 50)
    .option("--reconnect", "whose connection breaks comes back, each time after a longer wait")
    .option("--topic-alias", "MQTT 5: topics by number after their first use")
    .addOption(
      new Option("--driver <name>", "who speaks MQTT; mqtt is the package, one client a node")
        .choices(["engine", "mqtt"])
        .default("engine"),
    )
    .option("--json", "end with one line of JSON on stdout");
}

/** The broker and its clients, from the options. */
export function toTarget(options: BrokerOptions): FleetTarget {
  const isTls = options.ssl || options.cafile !== undefined || options.cert !== undefined;
  if ((options.cert === undefined) !== (options.key === undefined)) {
    throw new CliError("CLI_USAGE", "--cert and --key go together: give both");
  }
  if (options.topicAlias && options.mqttVersion !== "5") {
    throw new CliError("CLI_USAGE", "--topic-alias is of MQTT 5: add -V 5");
  }
  const credentials = credentialsOf(options);
  return {
    host: options.host,
    ...(options.port !== undefined && { port: options.port }),
    protocolVersion: options.mqttVersion === "5" ? 5 : 4,
    cleanSession: options.clean,
    keepAliveS: options.keepalive,
    maxConnecting: options.connecting,
    driver: options.driver,
    topicAliases: options.topicAlias ?? false,
    ...(options.reconnect && { reconnect: {} }),
    ...(options.clientid !== undefined && { clientId: options.clientid }),
    ...(credentials && { credentials }),
    ...(options.ifaddr && { sourceAddresses: options.ifaddr }),
    ...(options.ws !== undefined && {
      webSocket: options.ws === true ? {} : { path: options.ws },
    }),
    ...(isTls && {
      tls: {
        ...(options.cafile !== undefined && { ca: read(options.cafile, "--cafile") }),
        ...(options.cert !== undefined && { cert: read(options.cert, "--cert") }),
        ...(options.key !== undefined && { key: read(options.key, "--key") }),
        ...(options.insecure && { rejectUnauthorized: false }),
      },
    }),
  };
}

/** A whole number within bounds, as commander wants its parsers. */
export function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`a whole number from ${least} to ${most}`);
  };
}

/** A quality of service. */
export function parseQos(text: string): 0 | 1 | 2 {
  if (text === "0" || text === "1" || text === "2") return Number(text) as 0 | 1 | 2;
  throw new InvalidArgumentError("0, 1 or 2");
}

function parseBoolean(text: string): boolean {
  if (text === "true" || text === "false") return text === "true";
  throw new InvalidArgumentError("true or false");
}

function splitList(text: string): readonly string[] {
  return text.split(",").map((item) => item.trim());
}

function credentialsOf(options: BrokerOptions): readonly Credentials[] | undefined {
  const { credentials: file, username, password } = options;
  if (file === undefined) {
    if (username === undefined) return undefined;
    return [{ username, ...(password !== undefined && { password }) }];
  }
  return parseCredentials(read(file, "--credentials"), file, (pem) =>
    read(resolve(dirname(file), pem), "--credentials"),
  );
}

function read(file: string, option: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CliError("CLI_FAILED", `${option} cannot be read: ${why}`, { cause });
  }
}
