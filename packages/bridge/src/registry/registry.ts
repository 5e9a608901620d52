import { lintEntityName } from "@bollard/ngsi-ld";
import type { Calibration, Filled, NodeConfig } from "../config/config.js";
import { BridgeError } from "../error.js";
import { type NodeFacts, nodeFacts } from "./node-facts.js";

/** What the bridge knows of one node. */
export interface RegisteredNode {
  /** The node's own id. */
  readonly id: string;
  /** The owner's name: part of topics and entity ids. */
  readonly name: string;
  /** Names of the schemas it speaks; undefined: any. */
  readonly schemas?: ReadonlySet<string>;
  /** Longitude and latitude, WGS 84 degrees. */
  readonly position?: readonly [number, number];
  /** Height of the sensor above the ground, m. */
  readonly heightM?: number;
  /** When it was put up, and from when on it is not in use any more; Unix seconds. */
  readonly installedS?: number;
  readonly removedS?: number;
  /** Field name to its corrections, those that hold later after those that hold before. */
  readonly calibration: ReadonlyMap<string, readonly Correction[]>;
  /** What its entities say beside readings, by type. Default: nothing. */
  readonly facts?: ReadonlyMap<string, NodeFacts>;
  readonly tags: readonly string[];
}

/** `value × gain + offset`, for readings observed from `validFromS` on, Unix seconds. */
export interface Correction {
  readonly gain: number;
  readonly offset: number;
  readonly validFromS: number;
}

/** Node id to what the owner knows of it. */
export type NodeList = Filled<Record<string, NodeConfig>>;

/** What the registry is made of. */
export interface RegistryContent {
  /** What becomes of nodes that are not listed. */
  readonly unknown: "hold" | "accept";
  readonly nodes: NodeList;
}

/** An id that can stand as a name in a topic and in an entity's id. */
const USABLE_NAME = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$/;
/** A LoRaWAN device's EUI, as network servers and labels write it. */
const DEV_EUI = /^[0-9a-f]{2}([:-]?[0-9a-f]{2}){7}$/i;
const NO_CALIBRATION: RegisteredNode["calibration"] = new Map();
/** Nodes accepted without being listed; a further one is looked at anew each time. */
const MAX_ACCEPTED = 100_000;

/**
 * Node id, DevEUI or topic to the owner's name and all that belongs to it.
 *
 * A DevEUI is the same with and without separators and in either case. Two nodes may have one name
 * one after the other, as hardware is swapped; never at one time.
 */
export class Registry {
  #nodes: ReadonlyMap<string, RegisteredNode> = new Map();
  #names: ReadonlySet<string> = new Set();
  #accepted = new Map<string, RegisteredNode>();
  #unknown: "hold" | "accept" = "hold";

  /** @throws {@link BridgeError} `BRIDGE_CONFIG_INVALID` where two nodes have one name at one time */
  constructor(content: RegistryContent) {
    this.replace(content);
  }

  /** Takes other content in place of all there was. Throws as the constructor does, and is unchanged. */
  replace({ unknown, nodes }: RegistryContent): void {
    const fresh = Object.entries(nodes).map(([id, config]) => toRegisteredNode(id, config));
    assertOneNameEach(fresh);
    this.#nodes = new Map(fresh.map((node) => [keyOf(node.id), node]));
    this.#names = new Set(fresh.map(({ name }) => name));
    this.#accepted = new Map();
    this.#unknown = unknown;
  }

  /** Nodes listed by the owner. */
  get size(): number {
    return this.#nodes.size;
  }

  /**
   * What is known of the node; undefined for one whose readings are held.
   *
   * Where unknown nodes are accepted, one whose id cannot stand in a topic, or is the name of
   * another node, is held all the same. So is what comes from a node after its removal.
   *
   * @param atS - when its message came, Unix seconds
   */
  find(id: string, atS = 0): RegisteredNode | undefined {
    const listed = this.#nodes.get(keyOf(id));
    if (listed) return atS >= (listed.removedS ?? Number.POSITIVE_INFINITY) ? undefined : listed;
    const node = this.#accepted.get(id);
    if (node || this.#unknown === "hold" || !USABLE_NAME.test(id)) return node;
    if (this.#names.has(id)) return undefined;
    const accepted = { id, name: id, calibration: NO_CALIBRATION, tags: [] };
    if (this.#accepted.size < MAX_ACCEPTED) this.#accepted.set(id, accepted);
    return accepted;
  }

  /** The owner's name of a node that is listed, also of one that was removed. */
  nameOf(id: string): string | undefined {
    return this.#nodes.get(keyOf(id))?.name;
  }

  /** Whether another node has its name as well, as after a swap of hardware. */
  isSharedName(id: string): boolean {
    const name = this.nameOf(id);
    if (name === undefined) return false;
    return [...this.#nodes.values()].filter((node) => node.name === name).length > 1;
  }

  /** Id of the node in use that has this name; undefined where none has. */
  idOf(name: string): string | undefined {
    for (const node of this.#nodes.values()) {
      if (node.name === name && node.removedS === undefined) return node.id;
    }
    return this.find(name)?.name === name ? name : undefined;
  }

  /** True for a node that is listed, also one that was removed. */
  has(id: string): boolean {
    return this.#nodes.has(keyOf(id));
  }

  /** Names that will not last as parts of entity ids, in sentences. */
  warnings(): readonly string[] {
    return [...this.#nodes.values()].flatMap(({ id, name }) => {
      const fault = lintEntityName(name);
      return fault === undefined
        ? []
        : [
            `The name "${name}" of the node ${id} ${fault}: give one that stays, such as oak-street-12`,
          ];
    });
  }
}

/** One DevEUI in its many spellings is one key. */
function keyOf(id: string): string {
  return DEV_EUI.test(id) ? id.replace(/[:-]/g, "").toLowerCase() : id;
}

function toRegisteredNode(id: string, config: Filled<NodeConfig>): RegisteredNode {
  const name = config.name ?? id;
  if (!USABLE_NAME.test(name)) {
    const message = `"${name}" cannot stand in a topic; give it a name of letters, digits and -_.:`;
    throw new BridgeError("BRIDGE_CONFIG_INVALID", `${id}.name`, message);
  }
  const calibration = new Map(
    Object.entries(config.calibration).map(([field, given]) => [field, toCorrections(given)]),
  );
  return {
    id,
    name,
    ...(config.schemas && { schemas: new Set(config.schemas) }),
    ...(config.position && { position: config.position }),
    ...(config.heightM !== undefined && { heightM: config.heightM }),
    ...(config.installed !== undefined && { installedS: unixSeconds(config.installed) }),
    ...(config.removed !== undefined && { removedS: unixSeconds(config.removed) }),
    calibration: calibration.size > 0 ? calibration : NO_CALIBRATION,
    ...(config.entities && { facts: nodeFacts(config.entities) }),
    tags: config.tags,
  };
}

function toCorrections(given: Calibration | readonly Calibration[]): Correction[] {
  const list = "length" in given ? given : [given];
  return list
    .map(({ gain = 1, offset = 0, validFrom }) => ({
      gain,
      offset,
      validFromS: validFrom === undefined ? Number.NEGATIVE_INFINITY : unixSeconds(validFrom),
    }))
    .sort((one, other) => one.validFromS - other.validFromS);
}

/** A day begins at 00:00 UTC. The form was checked by the JSON Schema. */
function unixSeconds(time: string): number {
  return Date.parse(time) / 1000;
}

function assertOneNameEach(nodes: readonly RegisteredNode[]): void {
  const keys = new Map<string, string>();
  const byName = new Map<string, RegisteredNode[]>();
  for (const node of nodes) {
    const twin = keys.get(keyOf(node.id));
    if (twin !== undefined) {
      const message = `It is the same device as ${twin}; list it once`;
      throw new BridgeError("BRIDGE_CONFIG_INVALID", node.id, message);
    }
    keys.set(keyOf(node.id), node.id);
    const others = byName.get(node.name) ?? [];
    const rival = others.find((other) => atOneTime(node, other));
    if (rival) {
      const message = `"${node.name}" is the name of ${rival.id} already; for hardware that was swapped, give that one the date when it was removed`;
      throw new BridgeError("BRIDGE_CONFIG_INVALID", `${node.id}.name`, message);
    }
    byName.set(node.name, [...others, node]);
  }
}

function atOneTime(one: RegisteredNode, other: RegisteredNode): boolean {
  const beginsBefore = (a: RegisteredNode, b: RegisteredNode) =>
    (a.installedS ?? Number.NEGATIVE_INFINITY) < (b.removedS ?? Number.POSITIVE_INFINITY);
  return beginsBefore(one, other) && beginsBefore(other, one);
}
