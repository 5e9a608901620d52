import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { isMap, parseDocument } from "yaml";
import type { NodeConfig } from "../config/config.js";
import { readNodesFile } from "../config/read-config.js";
import { BridgeError } from "../error.js";
import { writeDurably } from "../write-durably.js";
import { formatNodesCsv } from "./nodes-csv.js";
import type { NodeList } from "./registry.js";

/** Mode of a new file: nothing in it is a secret. */
const MODE = 0o644;

/**
 * The owner's file of nodes: YAML, JSON or CSV, told by the end of its name.
 *
 * It is read anew before each change, so what a person wrote into it meanwhile stays; in YAML so do
 * comments and order.
 */
export class RegistryFile {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** What it holds; nothing where there is no such file. Throws as `readNodesFile` does. */
  read(): NodeList {
    return existsSync(this.path) ? readNodesFile(this.path) : {};
  }

  /**
   * Changes nodes: an id to what is known of it from now on, or to undefined to leave it out.
   *
   * @throws {@link BridgeError} `BRIDGE_REGISTRY_UNWRITABLE`; the file is as it was
   */
  write(changes: ReadonlyMap<string, NodeConfig | undefined>): void {
    try {
      const { target, mode } = this.#place();
      writeDurably(target, this.#changed(target, changes), mode);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      const message = `The registry file cannot be written: ${why}`;
      throw new BridgeError("BRIDGE_REGISTRY_UNWRITABLE", this.path, message, { cause });
    }
  }

  /** What a link points to is written, and not the link. */
  #place(): { target: string; mode: number } {
    if (!existsSync(this.path)) return { target: this.path, mode: MODE };
    const target = realpathSync(this.path);
    return { target, mode: statSync(target).mode & 0o777 };
  }

  #changed(path: string, changes: ReadonlyMap<string, NodeConfig | undefined>): string {
    const text = existsSync(path) ? readFileSync(path, "utf8") : "";
    if (!/\.(csv|json)$/i.test(path)) return changedYaml(text, changes);
    const nodes = new Map<string, NodeConfig>(Object.entries(this.read()));
    for (const [id, node] of changes) {
      if (node) nodes.set(id, node);
      else nodes.delete(id);
    }
    const all = Object.fromEntries(nodes);
    return /\.csv$/i.test(path) ? formatNodesCsv(all) : `${JSON.stringify(all, null, 2)}\n`;
  }
}

function changedYaml(text: string, changes: ReadonlyMap<string, NodeConfig | undefined>): string {
  const document = parseDocument(text);
  if (!isMap(document.contents)) document.contents = document.createNode({}) as never;
  for (const [id, node] of changes) {
    if (node) document.set(id, document.createNode(withoutEmpty(node)));
    else document.delete(id);
  }
  return document.toString({ lineWidth: 0 });
}

/** Defaults need no line. */
function withoutEmpty(node: NodeConfig): NodeConfig {
  const lines = Object.entries(node).filter(
    ([, value]) =>
      value !== undefined && !(typeof value === "object" && Object.keys(value).length === 0),
  );
  return Object.fromEntries(lines);
}
