import type { Entity } from "./entity.js";
import {
  type EntityStencils,
  MOST_STENCILS,
  type RecordValues,
  type Stencil,
} from "./entity-stencils.js";

/**
 * The entities of one thing as JSON text, straight from their values, for those that are like one that
 * has passed the gates. The others go the long way:
 *
 * ```ts
 * const text = series.write(time, values);
 * if (text === undefined) {
 *   const entity = toEntity(records, mapping);
 *   if ((await gates.check(entity)).ok) series.learn(entity, values);
 * }
 * ```
 */
export class EntitySeries {
  readonly #stencils: EntityStencils;
  readonly #passed = new Set<Stencil>();
  #head = "";

  /** @param stencils - shared by the things of one kind that have one `@context` */
  constructor(stencils: EntityStencils) {
    this.#stencils = stencils;
  }

  /**
   * The text that `JSON.stringify(toEntity(…))` gives, of an entity that passes all gates.
   *
   * @param time - seconds since the Unix epoch
   * @returns undefined where only `toEntity` and the gates can tell
   */
  write(time: number, values: RecordValues): string | undefined {
    const stencil = this.#stencils.find(values);
    if (!stencil || !this.#passed.has(stencil)) return undefined;
    return this.#stencils.write(stencil, this.#head, time, values);
  }

  /**
   * Notes an entity of this thing that has passed the gates.
   *
   * @param values - those it was made of
   */
  learn(entity: Entity, values: RecordValues): void {
    const stencil = this.#stencils.learn(entity, values);
    if (!stencil) return;
    const { id, type, location } = entity;
    this.#head = JSON.stringify(location ? { id, type, location } : { id, type }).slice(0, -1);
    if (this.#passed.size >= MOST_STENCILS) this.#passed.clear();
    this.#passed.add(stencil);
  }
}
