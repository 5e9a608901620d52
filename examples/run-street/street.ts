import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  Bridge,
  type BridgeConfig,
  type BridgeOptions,
  type BridgeStatus,
  type DeliveryStatus,
} from "@bollard/bridge";
import { AvrNode, buildFirmware } from "./avr-node.js";
import { CityChecker } from "./city-checker.js";
import { EmbeddedBroker } from "./embedded-broker.js";
import { Ledger } from "./ledger.js";
import { attribution, readRecording, schemaFile } from "./recording.js";
import { ReplayNodes } from "./replay-nodes.js";
import { SerialCable } from "./serial-cable.js";
import { openNodes, type StreetNodes } from "./street-nodes.js";
import { planStreet, type Stand } from "./street-plan.js";

const FIRST_MQTT_PORT = 1883;
const BAUD_RATE = 115_200;

export interface StreetOptions {
  /** Of the page; the next free one is taken. */
  readonly port: number;
  /** Default: 2. */
  readonly serialNodes?: number;
  /** Default: 200. */
  readonly mqttNodes?: number;
  /** Time between two readings of one node, ms; in the recording it is 148 s. Default: 1000. */
  readonly intervalMs?: number;
  /** Files with the tokens of the operator and of those who read. Default: whoever is on this machine. */
  readonly tokens?: { readonly operator: string; readonly reader: string };
}

/** What a run of the street came to. */
export interface StreetReport {
  readonly nodes: number;
  /** Those that are real firmware on a simulated board. */
  readonly boards: number;
  readonly produced: number;
  readonly delivered: number;
  readonly duplicates: number;
  readonly lost: number;
  readonly payloadBytesPerReading: number;
  readonly jsonBytesPerReading: number;
  /** From the making of a reading to its arrival in the city, the cut included. */
  readonly p50LatencyMs: number;
  readonly p99LatencyMs: number;
}

/** A street, its bridge and its city, all on loopback and in a folder that goes at the end. */
export class Street {
  /** Address of the bridge's page. */
  readonly url: string;
  /** Address of the city's broker. */
  readonly cityUrl: string;
  /** Why no node is a simulated board with real firmware; undefined where one is. */
  readonly withoutBoard: string | undefined;
  readonly #parts: Parts;

  private constructor(url: string, withoutBoard: string | undefined, parts: Parts) {
    this.url = url;
    this.cityUrl = parts.cityBroker.url;
    this.withoutBoard = withoutBoard;
    this.#parts = parts;
  }

  static async open(options: StreetOptions): Promise<Street> {
    const { serialNodes = 2, mqttNodes = 200, intervalMs = 1_000 } = options;
    const folder = await mkdtemp(join(tmpdir(), "bollard-street-"));
    const streetBroker = await EmbeddedBroker.open(FIRST_MQTT_PORT);
    const cityBroker = await EmbeddedBroker.open(streetBroker.port + 1);
    const ledger = new Ledger();
    const building = buildFirmware(join(folder, "firmware"), intervalMs);
    const checker = await CityChecker.open(cityBroker.url, ledger);
    const stands = planStreet(serialNodes + mqttNodes);
    const cables = stands
      .slice(0, serialNodes)
      .map((_, index) => new SerialCable(join(folder, `ttyNODE${index}`), BAUD_RATE));
    const { port, tokens } = options;
    const bridgeOptions: BridgeOptions = {
      config: bridgeConfig({ folder, streetBroker, cityBroker, stands, port, tokens }),
      logTo: { write: () => {} }, // the terminal has its line, and the page shows the log
      controls: [cityControl(cityBroker), cableControl(cables)],
      delivery: () => deliveryOf(ledger),
      notice: attribution,
    };
    const bridge = new Bridge(bridgeOptions);
    const { url = "" } = await bridge.start();
    const recording = readRecording();
    const built = await building;
    const [firstStand, firstCable] = [stands[0], cables[0]];
    const board =
      "firmware" in built && firstStand && firstCable
        ? new AvrNode({
            ...{ stand: firstStand, cable: firstCable, recording, ledger, intervalMs },
            firmware: built.firmware,
          })
        : undefined;
    const others = board ? 1 : 0;
    const nodes = openNodes({
      stands: stands.slice(others),
      cables: cables.slice(others),
      brokerUrl: streetBroker.url,
      schema: recording.schema,
    });
    const replay = new ReplayNodes({ nodes: nodes.all, recording, ledger, intervalMs });
    return new Street(url, "missing" in built ? built.missing : undefined, {
      ...{
        folder,
        streetBroker,
        cityBroker,
        ledger,
        checker,
        cables,
        bridge,
        bridgeOptions,
        nodes,
        replay,
        board,
      },
    });
  }

  status(): BridgeStatus {
    return this.#parts.bridge.status();
  }

  /** Ends the bridge and starts another in its place, at the same address. */
  async replaceBridge(): Promise<void> {
    const parts = this.#parts;
    await parts.bridge.close();
    const { config } = parts.bridgeOptions;
    const port = Number(new URL(this.url).port);
    parts.bridge = new Bridge({
      ...parts.bridgeOptions,
      config: { ...config, http: { ...config.http, port } },
    });
    await parts.bridge.start();
  }

  cutCity(): void {
    this.#parts.cityBroker.cut();
  }

  async joinCity(): Promise<void> {
    await this.#parts.cityBroker.join();
  }

  async cutCables(): Promise<void> {
    await Promise.all(this.#parts.cables.map((cable) => cable.cut()));
  }

  joinCables(): void {
    for (const cable of this.#parts.cables) cable.join();
  }

  stopProducing(): void {
    this.#parts.replay.stop();
    this.#parts.board?.stop();
  }

  /** Waits until all that was produced has arrived; what has not by then is lost. */
  async drain(limitMs: number): Promise<void> {
    const deadline = performance.now() + limitMs;
    while (this.#parts.ledger.counts().held > 0 && performance.now() < deadline) await sleep(50);
    this.#parts.ledger.settle();
  }

  report(): StreetReport {
    const { ledger } = this.#parts;
    const { nodes, bytes } = this.status();
    const { produced, delivered, duplicated, lost } = ledger.counts();
    const latency = ledger.latencyMs();
    return {
      nodes: nodes.total,
      boards: this.withoutBoard === undefined ? 1 : 0,
      produced,
      delivered,
      duplicates: duplicated,
      lost,
      payloadBytesPerReading: round(bytes.payloadPerReading),
      jsonBytesPerReading: round(bytes.jsonPerReading),
      p50LatencyMs: latency?.p50 ?? 0,
      p99LatencyMs: latency?.p99 ?? 0,
    };
  }

  /** Stops everything, from the nodes to the city, and removes the folder. */
  async close(): Promise<void> {
    const { replay, nodes, board, bridge, checker, cables, streetBroker, cityBroker, folder } =
      this.#parts;
    replay.stop();
    board?.close();
    await nodes.close();
    await bridge.close();
    await checker.close();
    await Promise.all(cables.map((cable) => cable.cut()));
    await Promise.all([streetBroker.close(), cityBroker.close()]);
    await rm(folder, { recursive: true, force: true });
  }
}

interface Parts {
  readonly folder: string;
  readonly streetBroker: EmbeddedBroker;
  readonly cityBroker: EmbeddedBroker;
  readonly ledger: Ledger;
  readonly checker: CityChecker;
  readonly cables: readonly SerialCable[];
  bridge: Bridge;
  readonly bridgeOptions: BridgeOptions;
  readonly nodes: StreetNodes;
  readonly board: AvrNode | undefined;
  readonly replay: ReplayNodes;
}

function bridgeConfig(ends: {
  readonly folder: string;
  readonly streetBroker: EmbeddedBroker;
  readonly cityBroker: EmbeddedBroker;
  readonly stands: readonly Stand[];
  readonly port: number;
  readonly tokens: StreetOptions["tokens"];
}): BridgeConfig {
  const { folder, streetBroker, cityBroker, stands, port, tokens } = ends;
  return {
    name: "street",
    dataDir: join(folder, "bridge"),
    schemas: [schemaFile],
    sources: {
      serial: [
        { name: "cables", ports: [join(folder, "ttyNODE*")], baudRate: BAUD_RATE, pollMs: 500 },
      ],
      mqtt: [{ name: "street", url: streetBroker.url }],
    },
    sinks: { mqtt: [{ name: "city", url: cityBroker.url, prefix: "city" }] },
    nodes: {
      list: Object.fromEntries(
        stands.map(({ nodeId, name, position }) => [nodeId, { name, position }]),
      ),
    },
    http: {
      port,
      nextFreePort: true,
      ...(tokens && {
        tokenFile: tokens.operator,
        read: { access: "token" as const, tokenFile: tokens.reader },
      }),
    },
    view: { staleAfterMs: 10_000 },
  };
}

function cityControl(broker: EmbeddedBroker) {
  return {
    id: "city-broker",
    label: () => (broker.isCut ? "Join the city broker" : "Cut the city broker"),
    active: () => broker.isCut,
    toggle: async () => (broker.isCut ? broker.join() : broker.cut()),
  };
}

function cableControl(cables: readonly SerialCable[]) {
  const isCut = () => cables.some((cable) => cable.isCut);
  return {
    id: "serial-cable",
    label: () => (isCut() ? "Join the serial cable" : "Cut the serial cable"),
    active: isCut,
    toggle: async () => {
      const cut = !isCut();
      for (const cable of cables) await (cut ? cable.cut() : cable.join());
    },
  };
}

function deliveryOf(ledger: Ledger): DeliveryStatus {
  const latencyMs = ledger.latencyMs();
  return { ...ledger.counts(), ...(latencyMs && { latencyMs }) };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
