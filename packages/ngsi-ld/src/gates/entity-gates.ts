import { type KeyValues, toKeyValues } from "../to-key-values.js";
import { ExpansionGate } from "./expansion-gate.js";
import type { GateProblem, GateResult } from "./gate-result.js";
import { ModelGate, type ValueCheck } from "./model-gate.js";
import { maxDepth, shapeOf } from "./shape.js";
import { StrictGate } from "./strict-gate.js";

export interface EntityGatesOptions {
  /** JSON Schemas (key-values form) by type, for types of your own. Default: none. */
  readonly models?: Readonly<Record<string, object>>;
  /** Schemas those refer to, by the URL they use. Default: what the shipped models refer to. */
  readonly references?: Readonly<Record<string, object>>;
  /** Documents of contexts by URL, for contexts of your own. Default: none. */
  readonly contexts?: Readonly<Record<string, object>>;
  /** Shapes whose expansion is remembered; the one unused for longest goes. Default: 1000. */
  readonly maxShapes?: number;
}

/** Counts since the gates were made. */
export interface GateStats {
  readonly checked: number;
  readonly refused: number;
  /** Shapes remembered now. */
  readonly shapes: number;
  /** JSON-LD expansions done: one a shape, more only after an eviction. */
  readonly expansions: number;
  /** Shapes forgotten because `maxShapes` was reached. */
  readonly evictions: number;
}

const passed: GateResult = { ok: true };

/**
 * The three gates an entity passes before it leaves: its model's JSON Schema on the key-values form,
 * the strict profile on the normalized form, and JSON-LD expansion.
 *
 * The first two look at every entity. Expansion is done once a shape (types, names, context), since
 * it does not depend on values. A model's schema is compiled when its type is first seen.
 */
export class EntityGates {
  readonly #model: ModelGate;
  readonly #strict = new StrictGate();
  readonly #expansion: ExpansionGate;
  readonly #maxShapes: number;
  /** In order of use, the newest last. */
  readonly #shapes = new Map<string, readonly GateProblem[]>();
  readonly #pending = new Map<string, Promise<readonly GateProblem[]>>();
  #checked = 0;
  #refused = 0;
  #expansions = 0;
  #evictions = 0;

  constructor(options: EntityGatesOptions = {}) {
    this.#model = new ModelGate(options.models, options.references);
    this.#expansion = new ExpansionGate(options.contexts);
    this.#maxShapes = Math.max(1, options.maxShapes ?? 1000);
  }

  /**
   * Checks one normalized entity with its `@context` by all three gates.
   *
   * @returns every problem the gates see; it never rejects, whatever the entity is
   */
  async check(entity: unknown): Promise<GateResult> {
    const known = this.checkKnown(entity);
    if (known) return known;
    return this.#result(entity as object, await this.#expand(entity as object));
  }

  /**
   * The same at once, for a caller that cannot wait.
   *
   * @returns undefined for a shape not seen yet: ask `check`
   */
  checkKnown(entity: unknown): GateResult | undefined {
    if (typeof entity !== "object" || entity === null || Array.isArray(entity)) {
      return this.#refuse("must be an object");
    }
    let shape: string;
    try {
      shape = shapeOf(entity);
    } catch {
      return this.#refuse(`must not be nested deeper than ${maxDepth}`);
    }
    const expansion = this.#shapes.get(shape);
    if (!expansion) return undefined;
    this.#touch(shape, expansion);
    return this.#result(entity, expansion);
  }

  /** The model gate alone, for an entity that is already in key-values form. Not counted. */
  checkKeyValues(keyValues: KeyValues): GateResult {
    const problems = this.#model.check(keyValues);
    return problems.length === 0 ? passed : { ok: false, problems };
  }

  /**
   * What is left to check of an entity that is like one that has passed but for the values of its
   * Properties, none of which is null: each value by itself.
   *
   * @returns undefined for a model whose schema asks something of several properties at once
   */
  valueCheck(type: string, property: string): ValueCheck | undefined {
    return this.#model.valueCheck(type, property);
  }

  /** Counts an entity that was checked by {@link valueCheck}. */
  countPassed(): void {
    this.#checked++;
  }

  stats(): GateStats {
    return {
      checked: this.#checked,
      refused: this.#refused,
      shapes: this.#shapes.size,
      expansions: this.#expansions,
      evictions: this.#evictions,
    };
  }

  /** Expands the first entity of a shape; others of the same shape wait for the same answer. */
  #expand(entity: object): Promise<readonly GateProblem[]> {
    const shape = shapeOf(entity);
    const pending = this.#pending.get(shape);
    if (pending) return pending;
    this.#expansions++;
    const expansion = this.#expansion.check(entity).then((problems) => {
      this.#pending.delete(shape);
      this.#remember(shape, problems);
      return problems;
    });
    this.#pending.set(shape, expansion);
    return expansion;
  }

  #refuse(message: string): GateResult {
    this.#checked++;
    this.#refused++;
    return { ok: false, problems: [{ gate: "strict", path: "", message }] };
  }

  #result(entity: object, expansion: readonly GateProblem[]): GateResult {
    this.#checked++;
    const model = this.#model.check(toKeyValues(entity));
    const strict = this.#strict.check(entity);
    if (model.length === 0 && strict.length === 0 && expansion.length === 0) return passed;
    this.#refused++;
    return { ok: false, problems: [...model, ...strict, ...expansion] };
  }

  /** Moves a shape to the end, but only when there is need to: the map is nearly full. */
  #touch(shape: string, problems: readonly GateProblem[]): void {
    if (this.#shapes.size * 2 <= this.#maxShapes) return;
    this.#shapes.delete(shape);
    this.#shapes.set(shape, problems);
  }

  #remember(shape: string, problems: readonly GateProblem[]): void {
    this.#shapes.set(shape, problems);
    if (this.#shapes.size <= this.#maxShapes) return;
    const [oldest] = this.#shapes.keys();
    if (oldest !== undefined) this.#shapes.delete(oldest);
    this.#evictions++;
  }
}
