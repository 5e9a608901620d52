import type { BridgeClock } from "../clock.js";
import type { NodeConfig } from "../config/config.js";
import { resolveNodes } from "../config/resolve-config.js";
import { BridgeError } from "../error.js";
import { type NodeList, Registry, type RegistryContent } from "./registry.js";
import type { RegistryFile } from "./registry-file.js";

/** One node as the registry has it. */
export interface ListedNode extends NodeConfig {
  readonly id: string;
  readonly name: string;
  /** False for a node of the configuration itself, which page and API leave as it is. */
  readonly isChangeable: boolean;
}

/** What the registry is kept by. */
export interface NodeRegistryOptions {
  readonly unknown: RegistryContent["unknown"];
  /** Of the configuration itself; goes before the file. */
  readonly list: NodeList;
  readonly file: RegistryFile;
  readonly clock: Pick<BridgeClock, "wallMs">;
}

/** Carries out a change, and replays what it makes known; resolves with the messages replayed. */
export type Around = (change: () => void) => Promise<number>;

/**
 * The registry and where it comes from: the configuration's own list, and a file that page and API
 * write to. A change is checked as the file is, on the disk before it holds, and then replayed.
 */
export class NodeRegistry {
  readonly registry: Registry;
  readonly #clock: Pick<BridgeClock, "wallMs">;
  #source: Omit<NodeRegistryOptions, "clock">;
  #nodes: NodeList;

  /** Throws as `Registry` and `RegistryFile.read` do. */
  constructor(options: NodeRegistryOptions) {
    this.#clock = options.clock;
    this.#source = options;
    this.#nodes = options.file.read();
    this.registry = new Registry(this.#content(this.#nodes));
  }

  /** Where changes are written to. */
  get file(): string {
    return this.#source.file.path;
  }

  /** Every node, the configuration's own first. */
  list(): readonly ListedNode[] {
    const { list } = this.#source;
    const listed = (nodes: NodeList, isChangeable: boolean) =>
      Object.entries(nodes).map(
        ([id, node]): ListedNode => ({ ...node, id, name: node.name ?? id, isChangeable }),
      );
    const others = Object.entries(this.#nodes).filter(([id]) => !Object.hasOwn(list, id));
    return [...listed(list, false), ...listed(Object.fromEntries(others), true)];
  }

  /** @throws {@link BridgeError} `BRIDGE_NODE_UNKNOWN` */
  get(id: string): ListedNode {
    const node = this.list().find((one) => one.id === id);
    if (node) return node;
    throw new BridgeError("BRIDGE_NODE_UNKNOWN", id, `The registry has no node ${id}`);
  }

  /**
   * Puts a node in the registry, or replaces what is known of it: so an unknown one is approved.
   *
   * @throws {@link BridgeError} `BRIDGE_CONFIG_INVALID`, `BRIDGE_NODE_FIXED`,
   * `BRIDGE_REGISTRY_UNWRITABLE`; nothing is changed then
   */
  put(id: string, node: NodeConfig, around: Around): Promise<number> {
    return this.#change(new Map([[id, node]]), around);
  }

  /** Changes some of what is known of a node; null leaves a key out. Throws as `put` and `get` do. */
  patch(id: string, changes: Readonly<Record<string, unknown>>, around: Around): Promise<number> {
    const { id: _, isChangeable: __, ...before } = this.get(id);
    const after = Object.entries({ ...before, ...changes }).filter(([, value]) => value !== null);
    return this.#change(new Map([[id, Object.fromEntries(after)]]), around);
  }

  /** Takes a node out of the registry: what it sends is held again. Throws as `put` and `get` do. */
  remove(id: string, around: Around): Promise<number> {
    this.get(id);
    return this.#change(new Map([[id, undefined]]), around);
  }

  /**
   * Other hardware under the same name: the old node is taken down now, and the new one has its name
   * and place, but not its calibration. Throws as `put` and `get` do.
   */
  replaceHardware(id: string, by: string, around: Around): Promise<number> {
    const { id: _, isChangeable: __, ...old } = this.get(id);
    if (by === id || this.registry.has(by)) {
      const message = `${by} is in the registry already; take it out first, or give it a name there`;
      throw new BridgeError("BRIDGE_CONFIG_INVALID", by, message);
    }
    const now = new Date(this.#clock.wallMs()).toISOString();
    const { calibration: ___, removed: ____, ...kept } = old;
    const changes = new Map<string, NodeConfig>([
      [id, { ...old, removed: now }],
      [by, { ...kept, installed: now }],
    ]);
    return this.#change(changes, around);
  }

  /** Reads the file again, and takes another list. Throws as the constructor does. */
  reload(source: Omit<NodeRegistryOptions, "clock">): void {
    const nodes = source.file.read();
    this.registry.replace({ unknown: source.unknown, nodes: { ...nodes, ...source.list } });
    this.#source = source;
    this.#nodes = nodes;
  }

  #content(nodes: NodeList): RegistryContent {
    return { unknown: this.#source.unknown, nodes: { ...nodes, ...this.#source.list } };
  }

  #change(changes: ReadonlyMap<string, NodeConfig | undefined>, around: Around): Promise<number> {
    const { list, file } = this.#source;
    for (const id of changes.keys()) {
      if (!Object.hasOwn(list, id)) continue;
      const message = `${id} stands in the configuration itself, under nodes.list: change it there`;
      throw new BridgeError("BRIDGE_NODE_FIXED", id, message);
    }
    const given = [...changes].filter((change): change is [string, NodeConfig] => !!change[1]);
    const checked = resolveNodes(Object.fromEntries(given));
    const nodes = Object.fromEntries(
      Object.entries({ ...file.read(), ...checked }).filter(
        ([id]) => !changes.has(id) || changes.get(id) !== undefined,
      ),
    );
    // Told before anything is written.
    new Registry(this.#content(nodes));
    file.write(new Map([...changes.keys()].map((id) => [id, checked[id]])));
    return around(() => {
      this.registry.replace(this.#content(nodes));
      this.#nodes = nodes;
    });
  }
}
