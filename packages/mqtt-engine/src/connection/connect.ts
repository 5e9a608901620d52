import type { ConnectOptions } from "./connect-options.js";
import { MqttConnection } from "./mqtt-connection.js";

/**
 * Connects to a broker. The first attempt has to work; from then on the connection is made anew
 * whenever it breaks, unless `reconnect` is false.
 *
 * @returns the connection, once CONNACK has come
 * @throws {@link MqttError} `MQTT_CONNECT_REFUSED` with the broker's reason in words,
 *   `MQTT_TIMEOUT`, `MQTT_NETWORK`, `MQTT_MALFORMED_PACKET`, `MQTT_INVALID_ARGUMENT`
 * @see MQTT 3.1.1 and 5.0, section 3.1
 */
export function connect(options: ConnectOptions): Promise<MqttConnection> {
  return new Promise((resolve, reject) => {
    const connection = new MqttConnection(options, (error) =>
      error ? reject(error) : resolve(connection),
    );
  });
}

/**
 * Begins to connect and keeps trying until it works: for a daemon that may start before its broker.
 * Subscribe and publish (QoS 1 and 2) at once; they wait. `onConnected` and `onDisconnected` tell
 * how it goes.
 *
 * @throws {@link MqttError} `MQTT_INVALID_ARGUMENT`
 */
export function openConnection(options: ConnectOptions): MqttConnection {
  return new MqttConnection(options);
}
