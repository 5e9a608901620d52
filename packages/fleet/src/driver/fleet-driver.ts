import type {
  MqttError,
  PublishOutcome,
  QoS,
  SwarmClient,
  SwarmMessage,
  SwarmPublish,
  SwarmState,
  SwarmStats,
} from "@bollard/mqtt-engine";

/** One connection, whichever driver it is of. */
export interface FleetConnection {
  /** The fleet's own number for it. */
  readonly index: number;
  readonly state: SwarmState;
  /** Unacknowledged publishes. */
  readonly inFlightCount: number;
  /** When the last attempt to connect began, ms of the fleet's clock. */
  readonly attemptMs: number;
}

/** What a driver tells; see `SwarmEvents`. */
export interface DriverEvents {
  connected(connection: FleetConnection, sessionPresent: boolean): void;
  disconnected(connection: FleetConnection, error: MqttError | undefined): void;
  acknowledged(
    connection: FleetConnection,
    tag: number,
    dueMs: number,
    sentMs: number,
    reasonCode: number,
  ): void;
  unacknowledged(connection: FleetConnection, tag: number): void;
  message(connection: FleetConnection, message: SwarmMessage): void;
  subscribed(connection: FleetConnection, reasonCode: number): void;
  ready(connection: FleetConnection): void;
}

/** What speaks MQTT for the fleet. `Swarm` is one, and what its methods do is told there. */
export interface FleetDriver {
  open(index: number, client: SwarmClient): FleetConnection;
  reopen(connection: FleetConnection): void;
  publish(
    connection: FleetConnection,
    topic: Uint8Array,
    kind: SwarmPublish,
    tag: number,
    dueMs: number,
    nowMs: number,
  ): PublishOutcome;
  subscribe(connection: FleetConnection, filter: string, qos: QoS): void;
  setReading(connection: FleetConnection, isReading: boolean): void;
  flush(): void;
  close(connection: FleetConnection, graceful?: boolean): void;
  closeAll(): Promise<void>;
  stats(): SwarmStats;
}
