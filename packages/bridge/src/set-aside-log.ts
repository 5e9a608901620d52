import { join } from "node:path";
import type { SetAside } from "./delivery.js";
import { StateFile } from "./state-file.js";

/** Entries that wait in the spool for one thing to become known. */
export interface SetAsideGroup {
  readonly reason: "unknown-node" | "unknown-schema" | "unmapped";
  /** The node, what names the schema, or the mapping with its fingerprint. */
  readonly detail: string;
  /** Position of the first of them. */
  readonly first: number;
  /** How many there are; those since the last orderly stop, at least. */
  readonly count: number;
}

/** More than these are waited for as one, under the name `*`. */
const MAX_GROUPS = 1000;
/** Stands for every node or schema that found no place of its own. */
export const ANY_DETAIL = "*";

/**
 * Remembers, over restarts, where in the spool the entries begin that no sink has had, since their
 * node or their schema is not known: so that they can be replayed once it is.
 */
export class SetAsideLog {
  readonly #file: StateFile<SetAsideGroup[]>;
  readonly #groups = new Map<string, SetAsideGroup>();
  #version = 0;
  #savedVersion = 0;
  #saving: Promise<void> | undefined;
  #undecodable = 0;
  #malformed = 0;

  /** @param dataDir - the bridge's data folder */
  constructor(dataDir: string) {
    this.#file = new StateFile(join(dataDir, "set-aside.json"), isGroups);
    for (const group of this.#file.read() ?? []) this.#groups.set(keyOf(group), group);
  }

  get groups(): readonly SetAsideGroup[] {
    return [...this.#groups.values()];
  }

  /** Entries whose payload does not fit its schema, since the start. */
  get undecodable(): number {
    return this.#undecodable;
  }

  /** Stored entries that are none, since the start. */
  get malformed(): number {
    return this.#malformed;
  }

  /** Counts an entry. */
  add(setAside: SetAside): void {
    if (setAside.reason === "undecodable") this.#undecodable++;
    else if (setAside.reason === "malformed") this.#malformed++;
    else if (setAside.reason !== "expired")
      this.#note(setAside.reason, setAside.detail, setAside.position, 1);
  }

  /** Resolves once an entry is sure to be found again: only then may a cursor pass it. */
  async keep(setAside: SetAside): Promise<void> {
    const { reason, detail, position } = setAside;
    if (reason === "undecodable" || reason === "malformed" || reason === "expired") return;
    this.#note(reason, detail, position, 0);
    const version = this.#version;
    while (this.#savedVersion < version) await this.#save();
  }

  /** Forgets a group whose entries have been replayed to every sink. */
  async remove(group: SetAsideGroup): Promise<void> {
    if (!this.#groups.delete(keyOf(group))) return;
    this.#version++;
    await this.save();
  }

  /** Writes the counts, too; the positions are on disk already. */
  async save(): Promise<void> {
    await this.#saving;
    await this.#save();
  }

  /** One write at a time, for all that has changed by then. */
  #save(): Promise<void> {
    const version = this.#version;
    this.#saving ??= this.#file.writeLater([...this.#groups.values()]).then(
      () => {
        this.#saving = undefined;
        this.#savedVersion = Math.max(version, this.#savedVersion);
      },
      (error: unknown) => {
        this.#saving = undefined;
        throw error;
      },
    );
    return this.#saving;
  }

  #note(reason: SetAsideGroup["reason"], detail: string, position: number, count: number): void {
    const isFull = this.#groups.size >= MAX_GROUPS;
    const own = keyOf({ reason, detail });
    const key = isFull && !this.#groups.has(own) ? keyOf({ reason, detail: ANY_DETAIL }) : own;
    const group = this.#groups.get(key);
    this.#groups.set(key, {
      reason,
      detail: key === own ? detail : ANY_DETAIL,
      first: Math.min(group?.first ?? position, position),
      count: (group?.count ?? 0) + count,
    });
    if (!group || position < group.first) this.#version++;
  }
}

function keyOf({ reason, detail }: Pick<SetAsideGroup, "reason" | "detail">): string {
  return `${reason} ${detail}`;
}

function isGroups(value: unknown): value is SetAsideGroup[] {
  return (
    Array.isArray(value) &&
    value.every(
      (item) =>
        ["unknown-node", "unknown-schema", "unmapped"].includes(item?.reason) &&
        typeof item.detail === "string" &&
        Number.isInteger(item.first) &&
        Number.isInteger(item.count),
    )
  );
}
