import type { Filled, NodeConfig } from "./config/config.js";
import { BridgeError } from "./error.js";

/** What the bridge knows of one node. */
export interface RegisteredNode {
  /** The node's own id. */
  readonly id: string;
  /** The owner's name: part of topics and entity ids. */
  readonly name: string;
  /** Longitude and latitude, WGS 84 degrees. */
  readonly position?: readonly [number, number];
  /** Height of the sensor above the ground, m. */
  readonly heightM?: number;
  /** Field name to its correction. */
  readonly calibration: ReadonlyMap<string, { readonly gain: number; readonly offset: number }>;
  readonly tags: readonly string[];
}

/** What the registry is made of. */
export interface RegistryOptions {
  /** What becomes of nodes that are not listed. */
  readonly unknown: "hold" | "accept";
  /** Node id to what the owner knows of it. */
  readonly nodes: Filled<Record<string, NodeConfig>>;
}

/** An id that can stand as a name in a topic and in an entity's id. */
const USABLE_NAME = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$/;
const NO_CALIBRATION: RegisteredNode["calibration"] = new Map();

/** Node id to the owner's name and all that belongs to it. */
export class Registry {
  readonly #nodes = new Map<string, RegisteredNode>();
  readonly #accepted = new Map<string, RegisteredNode>();
  readonly #unknown: "hold" | "accept";

  /** @throws {@link BridgeError} `BRIDGE_CONFIG_INVALID` where two nodes would have one name */
  constructor(options: RegistryOptions) {
    this.#unknown = options.unknown;
    const owners = new Map<string, string>();
    for (const [id, config] of Object.entries(options.nodes)) {
      const node = toRegisteredNode(id, config);
      const owner = owners.get(node.name);
      if (owner !== undefined) {
        const message = `"${node.name}" is the name of ${owner} already`;
        throw new BridgeError("BRIDGE_CONFIG_INVALID", `nodes.list.${id}.name`, message);
      }
      owners.set(node.name, id);
      this.#nodes.set(id, node);
    }
  }

  /** Nodes listed by the owner. */
  get size(): number {
    return this.#nodes.size;
  }

  /**
   * What is known of the node; undefined for one whose readings are held.
   *
   * Where unknown nodes are accepted, one whose id cannot stand in a topic, or is the name of
   * another node, is held all the same.
   */
  find(id: string): RegisteredNode | undefined {
    const node = this.#nodes.get(id) ?? this.#accepted.get(id);
    if (node || this.#unknown === "hold" || !USABLE_NAME.test(id)) return node;
    for (const { name } of this.#nodes.values()) if (name === id) return undefined;
    const accepted = { id, name: id, calibration: NO_CALIBRATION, tags: [] };
    this.#accepted.set(id, accepted);
    return accepted;
  }
}

function toRegisteredNode(id: string, config: Filled<NodeConfig>): RegisteredNode {
  const calibration = new Map(Object.entries(config.calibration));
  return {
    id,
    name: config.name ?? id,
    ...(config.position && { position: config.position }),
    ...(config.heightM !== undefined && { heightM: config.heightM }),
    calibration: calibration.size > 0 ? calibration : NO_CALIBRATION,
    tags: config.tags,
  };
}
