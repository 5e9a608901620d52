import {
  MqttError,
  type PublishOutcome,
  type QoS,
  reasonText,
  type SwarmClient,
  type SwarmPublish,
  type SwarmState,
  type SwarmStats,
} from "@bollard/mqtt-engine";
import type { IClientOptions, IPublishPacket, MqttClient } from "mqtt";
import type { DriverEvents, FleetConnection, FleetDriver } from "./fleet-driver.js";
import { encodeCorrelationHead, readMessageProperties } from "./message-properties.js";
import type { DriverOptions } from "./open-driver.js";

/** A client of the `mqtt` package, and what is known of it. */
class MqttDriverConnection implements FleetConnection {
  readonly index: number;
  readonly client: SwarmClient;
  state: SwarmState = "closed";
  mqtt: MqttClient | undefined;
  attemptMs = 0;
  inFlightCount = 0;
  maxInFlight = 0;
  wantsReady = false;
  failure: MqttError | undefined;

  constructor(index: number, client: SwarmClient) {
    this.index = index;
    this.client = client;
  }
}

/**
 * Lets the `mqtt` package speak for the fleet, one client a node. It is there to compare with: it
 * puts the same packets on the wire, and costs what it costs.
 */
export class MqttDriver implements FleetDriver {
  readonly #options: DriverOptions;
  readonly #events: DriverEvents;
  readonly #now: () => number;
  readonly #connections = new Set<MqttDriverConnection>();
  readonly #waiting: MqttDriverConnection[] = [];
  /** Loaded when it is asked for only: it takes more memory than all the rest. */
  readonly #package = import("mqtt");
  readonly #scratch = Buffer.alloc(1_100_000);
  #connecting = 0;
  #up = 0;
  #whenEmpty: (() => void) | undefined;

  constructor(options: DriverOptions) {
    this.#options = options;
    this.#events = options.events;
    this.#now = options.now ?? (() => performance.now());
  }

  open(index: number, client: SwarmClient): MqttDriverConnection {
    const connection = new MqttDriverConnection(index, client);
    this.reopen(connection);
    return connection;
  }

  reopen(connection: MqttDriverConnection): void {
    if (connection.state !== "closed") return;
    connection.state = "waiting";
    connection.failure = undefined;
    connection.wantsReady = false;
    connection.maxInFlight = this.#options.maxInFlight ?? 20;
    this.#connections.add(connection);
    this.#waiting.push(connection);
    this.#connectMore();
  }

  publish(
    connection: MqttDriverConnection,
    topic: Uint8Array,
    kind: SwarmPublish,
    tag: number,
    dueMs: number,
    nowMs: number,
  ): PublishOutcome {
    const { mqtt } = connection;
    if (connection.state !== "up" || !mqtt) return "down";
    const { qos } = kind;
    const isFull = qos > 0 && connection.inFlightCount >= connection.maxInFlight;
    if (isFull || mqtt.stream.writableLength > (this.#options.maxPendingBytes ?? 16_384)) {
      connection.wantsReady = true;
      return "busy";
    }
    const propertyEnd = kind.writeProperties?.(this.#scratch, 0, tag, dueMs) ?? 0;
    const properties = propertyEnd > 0 ? publishProperties(this.#scratch, propertyEnd) : undefined;
    const bytes = kind.write(this.#scratch, propertyEnd, tag, dueMs);
    const payload = Buffer.from(this.#scratch.subarray(propertyEnd, propertyEnd + bytes));
    if (qos > 0) connection.inFlightCount++;
    mqtt.publish(
      Buffer.from(topic.subarray(2)).toString(),
      payload,
      { qos, retain: kind.retain, ...(properties && { properties }) },
      (error, packet) => {
        if (qos === 0) {
          this.#tellReady(connection);
          return;
        }
        connection.inFlightCount--;
        const { code } = (error ?? {}) as { code?: unknown };
        const reason = (packet as { reasonCode?: number } | undefined)?.reasonCode;
        // The package calls a refusal an error with the reason code for its code.
        if (error && typeof code !== "number") this.#events.unacknowledged(connection, tag);
        else {
          const said = typeof code === "number" ? code : (reason ?? 0);
          this.#events.acknowledged(connection, tag, dueMs, nowMs, said);
        }
        this.#tellReady(connection);
      },
    );
    return "written";
  }

  subscribe(connection: MqttDriverConnection, filter: string, qos: QoS): void {
    connection.mqtt?.subscribe(filter, { qos }, (error, granted) => {
      const refused = (error as { code?: number } | null)?.code ?? 128;
      const codes = error ? [refused] : (granted ?? []).map((one) => Number(one.qos));
      for (const code of codes) this.#events.subscribed(connection, code);
    });
  }

  setReading(connection: MqttDriverConnection, isReading: boolean): void {
    if (isReading) connection.mqtt?.stream.resume();
    else connection.mqtt?.stream.pause();
  }

  /** The package writes at once. */
  flush(): void {}

  close(connection: MqttDriverConnection, graceful = true): void {
    if (connection.state === "closed" || connection.state === "closing") return;
    if (connection.state === "waiting") {
      this.#ended(connection);
      return;
    }
    if (connection.state === "up") this.#up--;
    else this.#connecting--;
    const wasUp = connection.state === "up";
    connection.state = "closing";
    if (graceful && wasUp) connection.mqtt?.end();
    else connection.mqtt?.end(true);
    if (!(graceful && wasUp)) connection.mqtt?.stream.destroy();
  }

  async closeAll(): Promise<void> {
    for (const connection of this.#connections) this.close(connection);
    if (this.#connections.size === 0) return;
    const cut = setTimeout(() => {
      for (const { mqtt } of this.#connections) mqtt?.stream.destroy();
    }, 2000);
    await new Promise<void>((resolve) => {
      this.#whenEmpty = resolve;
    });
    clearTimeout(cut);
  }

  /** Writes and identifiers are the package's own matter: it does not tell them. */
  stats(): SwarmStats {
    return {
      up: this.#up,
      connecting: this.#connecting,
      waiting: this.#waiting.length,
      writes: 0,
      writtenBytes: 0,
      unknownAcks: 0,
    };
  }

  #connectMore(): void {
    while (this.#connecting < (this.#options.maxConnecting ?? 50)) {
      const connection = this.#waiting.shift();
      if (!connection) return;
      if (connection.state !== "waiting") continue;
      connection.state = "connecting";
      connection.attemptMs = this.#now();
      this.#connecting++;
      void this.#package.then(({ connect, UniqueMessageIdProvider }) => {
        if (connection.state !== "connecting") return this.#ended(connection);
        const messageIdProvider = new UniqueMessageIdProvider();
        this.#listen(
          connection,
          connect({ ...this.#clientOptions(connection), messageIdProvider }),
        );
      });
    }
  }

  #listen(connection: MqttDriverConnection, mqtt: MqttClient): void {
    connection.mqtt = mqtt;
    mqtt.on("connect", ({ sessionPresent, properties }) => {
      if (connection.state !== "connecting") return;
      connection.state = "up";
      this.#connecting--;
      this.#up++;
      const { receiveMaximum = 65_535 } = properties ?? {};
      connection.maxInFlight = Math.min(connection.maxInFlight, receiveMaximum);
      this.#events.connected(connection, sessionPresent);
      this.#connectMore();
    });
    mqtt.on("message", (topic, payload, packet) =>
      this.#message(connection, topic, payload, packet),
    );
    mqtt.on("disconnect", ({ reasonCode = 0 }) => {
      const said = `the broker disconnected: ${reasonText(reasonCode)}`;
      connection.failure ??= new MqttError("MQTT_SERVER_DISCONNECTED", said, { reasonCode });
    });
    mqtt.on("error", (cause) => {
      connection.failure ??= new MqttError("MQTT_NETWORK", cause.message, { cause });
      mqtt.end(true);
    });
    mqtt.on("close", () => this.#ended(connection));
  }

  #message(
    connection: MqttDriverConnection,
    topic: string,
    payload: Buffer,
    { qos, retain, dup, properties }: IPublishPacket,
  ): void {
    const name = Buffer.from(topic);
    const data = properties?.correlationData;
    const head = data ? [encodeCorrelationHead(data.length), data] : [];
    const before = Buffer.concat([name, ...head]);
    const buffer = Buffer.concat([before, payload]);
    this.#events.message(connection, {
      buffer,
      topicStart: 0,
      topicEnd: name.length,
      propertiesStart: name.length,
      payloadStart: before.length,
      payloadEnd: buffer.length,
      qos,
      retain,
      dup,
    });
  }

  #clientOptions({ client }: MqttDriverConnection): IClientOptions {
    const { tls, webSocket, protocolVersion = 4, host = "localhost" } = this.#options;
    const isTls = tls !== undefined || client.tls !== undefined;
    const secure = isTls ? "s" : "";
    const protocol = `${webSocket ? "ws" : "mqtt"}${secure}` as "mqtt";
    const usual = webSocket ? { ws: 80, wss: 443 } : { mqtt: 1883, mqtts: 8883 };
    const { will } = client;
    return {
      protocol,
      host,
      hostname: host,
      port: this.#options.port ?? (usual as Record<string, number>)[protocol] ?? 1883,
      ...(webSocket && { path: webSocket.path ?? "/mqtt" }),
      ...tls,
      ...client.tls,
      ...(client.localAddress && { localAddress: client.localAddress }),
      clientId: client.clientId,
      ...(client.username !== undefined && { username: client.username }),
      ...(client.password !== undefined && { password: Buffer.from(client.password) }),
      ...(will && {
        will: {
          topic: will.topic,
          payload: Buffer.from(will.payload),
          qos: will.qos ?? 0,
          retain: will.retain ?? false,
        },
      }),
      protocolVersion,
      clean: this.#options.cleanSession ?? true,
      keepalive: this.#options.keepAliveS ?? 60,
      connectTimeout: this.#options.connectTimeoutMs ?? 10_000,
      reconnectPeriod: 0,
      queueQoSZero: false,
      resubscribe: false,
      ...(this.#options.topicAliases && { autoAssignTopicAlias: true, autoUseTopicAlias: true }),
    } as IClientOptions;
  }

  #tellReady(connection: MqttDriverConnection): void {
    if (!connection.wantsReady || connection.state !== "up") return;
    if (connection.inFlightCount >= connection.maxInFlight) return;
    connection.wantsReady = false;
    this.#events.ready(connection);
  }

  #ended(connection: MqttDriverConnection): void {
    if (connection.state === "closed") return;
    const isOurs = connection.state === "closing";
    if (connection.state === "up") this.#up--;
    if (connection.state === "connecting") this.#connecting--;
    connection.state = "closed";
    const { mqtt } = connection;
    connection.mqtt = undefined;
    // What is in flight is told by the package's own callbacks, as an error each.
    mqtt?.end(true);
    this.#connections.delete(connection);
    const error =
      connection.failure ?? new MqttError("MQTT_NETWORK", "the broker closed the connection");
    this.#events.disconnected(connection, isOurs ? undefined : error);
    this.#connectMore();
    if (this.#connections.size === 0) this.#whenEmpty?.();
  }
}

function publishProperties(buffer: Buffer, end: number): IPublishPacket["properties"] {
  const properties = readMessageProperties(buffer, 0, end);
  const { contentType, correlationStart, correlationEnd, userProperties } = properties;
  return {
    ...(contentType !== undefined && { contentType }),
    ...(correlationStart >= 0 && {
      correlationData: Buffer.from(buffer.subarray(correlationStart, correlationEnd)),
    }),
    ...(userProperties.length > 0 && { userProperties: Object.fromEntries(userProperties) }),
  };
}
