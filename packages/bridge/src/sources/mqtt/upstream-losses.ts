import type { Alarms } from "../../alarms.js";
import type { SourceName } from "../../entry.js";
import type { LastKey } from "../source.js";
import { SequenceGaps } from "./sequence-gaps.js";

/** Whose messages are counted. */
export interface UpstreamLossesOptions {
  readonly source: SourceName;
  /** The newest key of each node from before the start: what is missing since then counts, too. */
  readonly lastKeys: readonly LastKey[];
  /** With a shared subscription others get what is missing here, so nothing is counted. */
  readonly isShared: boolean;
  readonly alarms: Alarms;
}

/** Counts and tells the messages of one source that were lost before they reached the bridge. */
export class UpstreamLosses {
  readonly #options: UpstreamLossesOptions;
  readonly #gaps = new SequenceGaps();

  constructor(options: UpstreamLossesOptions) {
    this.#options = options;
    const { kind, name } = options.source;
    for (const { source, node, boot, sequence } of options.lastKeys) {
      if (source.kind === kind && source.name === name) this.#gaps.note(node, boot, sequence);
    }
  }

  /** For the status; empty where nothing was lost. */
  get text(): string {
    return this.#gaps.lost > 0 ? `; ${this.#gaps.lost} lost upstream` : "";
  }

  /** Whether the node has been heard, or had been before the start. */
  knows(node: string): boolean {
    return this.#gaps.knows(node);
  }

  /** Notes a numbered message that was taken. */
  note(node: string, boot: number, sequence: number): void {
    if (this.#options.isShared) return;
    const missing = this.#gaps.note(node, boot, sequence);
    if (missing <= 0) return;
    const message = `Messages before ${boot}-${sequence} never came: the node, the network or a broker on the way lost them (${missing} this time).`;
    this.#options.alarms.raise("LOST_UPSTREAM", node, message);
  }
}
