import mqtt, { type MqttClient } from "mqtt";
import type { Ledger } from "./ledger.js";

/** The record in which the bridge names the message that a pack came in. */
interface PackRecord {
  readonly bn?: string;
  readonly n?: string;
  readonly vs?: string;
}

/**
 * A subscriber in the city that knows nothing of the bridge: it reads what arrives and enters each
 * reading's key in the ledger. Its session lasts, so a cut loses it nothing either.
 */
export class CityChecker {
  readonly #client: MqttClient;
  #malformed = 0;

  private constructor(client: MqttClient, ledger: Ledger) {
    this.#client = client;
    client.on("error", () => {}); // it reconnects by itself
    // The retain flag tells nothing here: the broker also sets it on what it queued for us.
    client.on("message", (topic, payload) => {
      const [, name = ""] = topic.split("/");
      const key = readKey(payload.toString());
      if (key) ledger.deliver(name, key);
      else this.#malformed++;
    });
  }

  static async open(url: string, ledger: Ledger): Promise<CityChecker> {
    const client = mqtt.connect(url, {
      clientId: "city-checker",
      clean: false,
      reconnectPeriod: 250,
      connectTimeout: 5_000,
    });
    const checker = new CityChecker(client, ledger);
    await new Promise<void>((resolve) => client.once("connect", () => resolve()));
    await client.subscribeAsync("city/+/+/senml", { qos: 1 });
    return checker;
  }

  /** Messages without a readable key. */
  get malformed(): number {
    return this.#malformed;
  }

  async close(): Promise<void> {
    await this.#client.endAsync(true);
  }
}

function readKey(text: string): { boot: number; sequence: number } | undefined {
  let pack: readonly PackRecord[];
  try {
    pack = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(pack)) return undefined;
  const record = pack.find(({ bn = "", n = "" }) => `${bn}${n}`.endsWith("key"));
  const [boot, sequence] = (record?.vs ?? "").split("-").map(Number);
  if (boot === undefined || sequence === undefined || Number.isNaN(boot + sequence))
    return undefined;
  return { boot, sequence };
}
