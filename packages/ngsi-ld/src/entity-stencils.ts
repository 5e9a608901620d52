import type { Entity, Property } from "./entity.js";
import type { EntityGates } from "./gates/entity-gates.js";
import { type Model, modelOf } from "./models.js";
import { isObservable, observedAt } from "./observed-at.js";
import { modelValue, unknownModel } from "./to-entity.js";

/** What the entities of one type have in common, whatever thing they are of. */
export interface EntityKind {
  readonly type: string;
  /** Record name to property name, as in `EntityMapping`. */
  readonly properties: Readonly<Record<string, string>>;
  /** The records that each is made of where their value is there, names without base name. */
  readonly records: readonly { readonly name: string; readonly unit?: string }[];
}

/** Values of the records, one for each; undefined for one that is not there. */
export type RecordValues = readonly (number | string | boolean | Uint8Array | undefined)[];

/** Writes a member, with a comma before it; undefined for one that the gates may refuse. */
type MemberWriter = (observed: string, values: RecordValues) => string | undefined;

/** Writes what an entity has behind `id`, `type` and `location`. */
export type Stencil = readonly MemberWriter[];

/** One for each set of values that are there; when there are more, it begins anew. */
export const MOST_STENCILS = 64;
/** Which values are there is one bit each of a whole number. */
const MOST_RECORDS = 53;

/**
 * How the entities of one kind are written, learnt from entities that have passed all gates.
 *
 * Two of a kind with the same values there differ in `id`, `location`, times and values, so a new one
 * passes where its values do, each by what the model asks of it: the strict profile and JSON-LD
 * expansion ask nothing of a value but that it is not null, and times have one form. Nothing is learnt
 * of a model whose schema asks something of several properties at once, nor of entities with links
 * or with a property made of two records.
 */
export class EntityStencils {
  readonly #kind: EntityKind;
  readonly #gates: EntityGates;
  readonly #model: Model;
  readonly #isFit: boolean;
  /** By which values are there; undefined where nothing can be learnt. */
  readonly #stencils = new Map<number, Stencil | undefined>();

  constructor(kind: EntityKind, gates: EntityGates) {
    this.#kind = kind;
    this.#gates = gates;
    this.#model = modelOf(kind.type) ?? unknownModel;
    // A moving thing's place is in its records.
    const isMoving = kind.records.some(({ unit }) => unit === "lat" || unit === "lon");
    this.#isFit = !isMoving && kind.records.length <= MOST_RECORDS;
  }

  /** What was learnt for entities with these values there. */
  find(values: RecordValues): Stencil | undefined {
    return this.#stencils.get(whichAreThere(values));
  }

  /** Learns from an entity that has passed the gates; undefined where nothing can be learnt. */
  learn(entity: Entity, values: RecordValues): Stencil | undefined {
    const there = whichAreThere(values);
    if (!this.#stencils.has(there)) {
      if (this.#stencils.size >= MOST_STENCILS) this.#stencils.clear();
      this.#stencils.set(there, this.#isFit ? this.#stencilOf(entity, values) : undefined);
    }
    return this.#stencils.get(there);
  }

  /** The text behind `head`; undefined where a gate may refuse it. */
  write(stencil: Stencil, head: string, time: number, values: RecordValues): string | undefined {
    if (!isObservable(time)) return undefined;
    const observed = observedAt(time, this.#kind.type);
    let text = head;
    for (const write of stencil) {
      const member = write(observed, values);
      if (member === undefined) return undefined;
      text += member;
    }
    this.#gates.countPassed();
    return `${text}}`;
  }

  #stencilOf(entity: Entity, values: RecordValues): Stencil | undefined {
    const made = this.#recordOfEach(values);
    if (!made) return undefined;
    const writers: MemberWriter[] = [];
    for (const name in entity) {
      if (name === "id" || name === "type" || name === "location") continue;
      const record = made.get(name);
      let write: MemberWriter | undefined;
      if (name === "@context") write = constant(name, entity[name]);
      else if (record !== undefined) write = this.#measured(name, record, entity[name] as Property);
      else if (this.#isTime(name)) write = this.#time(name);
      if (!write) return undefined;
      writers.push(write);
    }
    return writers;
  }

  /** Property to the index of the record that it is made of; undefined where it is made of two. */
  #recordOfEach(values: RecordValues): ReadonlyMap<string, number> | undefined {
    const { records, properties } = this.#kind;
    const made = new Map<string, number>();
    for (const [index, { name }] of records.entries()) {
      if (!Object.hasOwn(properties, name) || values[index] === undefined) continue;
      const property = properties[name] as string;
      if (made.has(property)) return undefined;
      made.set(property, index);
    }
    return made;
  }

  #isTime(name: string): boolean {
    const { instants, period } = this.#model;
    const isOfPeriod = name === "dateObservedFrom" || name === "dateObservedTo";
    return instants.includes(name) || (period !== undefined && isOfPeriod);
  }

  #measured(name: string, index: number, example: Property): MemberWriter | undefined {
    const { type, records } = this.#kind;
    const record = records[index];
    const check = this.#gates.valueCheck(type, name);
    if (!check || !record) return undefined;
    const said = modelValue(this.#model, name, record.unit, record.name);
    const code = example.unitCode;
    const before = `,${JSON.stringify(name)}:{"type":"Property","value":`;
    const after = `${code === undefined ? "" : `,"unitCode":${JSON.stringify(code)}`},"observedAt":"`;
    return (observed, values) => {
      const measured = values[index];
      if (measured === undefined || measured instanceof Uint8Array) return undefined;
      const value = said(measured);
      const text = typeof value === "number" ? numberText(value) : JSON.stringify(value);
      if (text === undefined || !check(value)) return undefined;
      return `${before}${text}${after}${observed}"}`;
    };
  }

  /** Many have the same time one after the other. */
  #time(name: string): MemberWriter | undefined {
    const check = this.#gates.valueCheck(this.#kind.type, name);
    if (!check) return undefined;
    const before = `,${JSON.stringify(name)}:{"type":"Property","value":"`;
    let lastGood = "";
    return (observed) => {
      if (observed !== lastGood && !check(observed)) return undefined;
      lastGood = observed;
      return `${before}${observed}"}`;
    };
  }
}

function whichAreThere(values: RecordValues): number {
  let there = 0;
  for (let index = 0; index < values.length; index++) {
    if (values[index] !== undefined) there += 2 ** index;
  }
  return there;
}

function constant(name: string, content: unknown): MemberWriter {
  const text = `,${JSON.stringify(name)}:${JSON.stringify(content)}`;
  return () => text;
}

/** Undefined for what JSON does not have. */
function numberText(value: number): string | undefined {
  // -0 is 0.
  return Number.isFinite(value) ? String(value + 0) : undefined;
}
