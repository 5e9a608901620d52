import { MqttError } from "@bollard/mqtt-engine";
import { beforeEach, describe, expect, test } from "vitest";
import { Alarms } from "../alarms.js";
import { ManualClock } from "../testing/manual-clock.js";
import { ConnectionAlarms } from "./connection-alarms.js";

let alarms: Alarms;
let connection: ConnectionAlarms;

beforeEach(() => {
  alarms = new Alarms(new ManualClock());
  connection = new ConnectionAlarms(alarms, "sinks.mqtt.city", "bollard-city-out");
});

const standing = () => alarms.list().map(({ code, place }) => [code, place]);
const cut = new MqttError("MQTT_NETWORK", "the network connection ended");

describe("ConnectionAlarms", () => {
  test("tells of a certificate that is not trusted, until the connection is up", () => {
    const cause = Object.assign(new Error("self-signed certificate"), {
      code: "DEPTH_ZERO_SELF_SIGNED_CERT",
    });
    connection.lost(new MqttError("MQTT_NETWORK", "no connection", { cause }), undefined);
    expect(standing()).toEqual([["BROKER_CERTIFICATE", "sinks.mqtt.city"]]);
    expect(alarms.list()[0]?.message).toContain("self-signed certificate");
    connection.connected();
    expect(standing()).toEqual([]);
  });

  test("tells of credentials that the broker refuses, and of files that cannot be read", () => {
    const refused = new MqttError("MQTT_CONNECT_REFUSED", "not authorized", { reasonCode: 5 });
    connection.lost(refused, undefined);
    connection.lost(new MqttError("MQTT_INVALID_ARGUMENT", "cannot read token"), undefined);
    expect(standing()).toEqual([
      ["BROKER_FILES", "sinks.mqtt.city"],
      ["BROKER_REFUSES", "sinks.mqtt.city"],
    ]);
  });

  test("tells of another client with its id: at once where the broker says so", () => {
    const taken = new MqttError("MQTT_SERVER_DISCONNECTED", "taken over", { reasonCode: 0x8e });
    connection.lost(taken, 60_000);
    expect(alarms.list()[0]?.message).toContain('"bollard-city-out"');
  });

  test("or after a few connections that ended at once", () => {
    connection.lost(cut, 100);
    connection.lost(cut, 100);
    connection.lost(cut, 60_000);
    connection.lost(cut, 100);
    connection.lost(cut, 100);
    expect(standing()).toEqual([]);
    connection.lost(cut, 100);
    expect(standing()).toEqual([["BROKER_CLIENT_ID_TWICE", "sinks.mqtt.city"]]);
  });

  test("a broker that cannot be reached is no alarm", () => {
    connection.lost(new MqttError("MQTT_NETWORK", "no connection: ECONNREFUSED"), undefined);
    connection.lost(cut, 60_000);
    expect(standing()).toEqual([]);
  });

  test("tells of a message that the broker does not take for now", () => {
    const quota = new MqttError("MQTT_PUBLISH_REFUSED", "quota exceeded", { reasonCode: 0x97 });
    connection.refusing("city/a", quota);
    expect(standing()).toEqual([["BROKER_REFUSES_MESSAGE", "sinks.mqtt.city"]]);
  });
});
