/** What of the street a thing of SensorThings is of; what is absent, it is not bound to. */
export interface Scope {
  /** The owner's name of a node. */
  readonly node?: string;
  /** Name of a schema. */
  readonly schema?: string;
  /** Name of one of its fields. */
  readonly field?: string;
}

/** The entity sets of SensorThings that are served. @see OGC 18-088, clause 8 */
export type SetName =
  | "Things"
  | "Locations"
  | "Sensors"
  | "ObservedProperties"
  | "Datastreams"
  | "Observations"
  | "FeaturesOfInterest";

/** One entity of a set. */
export interface Item {
  readonly set: SetName;
  readonly id: string;
  readonly properties: Readonly<Record<string, unknown>>;
  /** What it is of: where its navigation links lead is what shares it. */
  readonly scope: Scope;
}

/** Where a navigation link leads. */
export interface Navigation {
  readonly set: SetName;
  readonly isOne: boolean;
}

const one = (set: SetName): Navigation => ({ set, isOne: true });
const many = (set: SetName): Navigation => ({ set, isOne: false });

/** The navigation links of each set, by name. */
export const navigations: Readonly<Record<SetName, Readonly<Record<string, Navigation>>>> = {
  Things: { Locations: many("Locations"), Datastreams: many("Datastreams") },
  Locations: { Things: many("Things") },
  Sensors: { Datastreams: many("Datastreams") },
  ObservedProperties: { Datastreams: many("Datastreams") },
  Datastreams: {
    Thing: one("Things"),
    Sensor: one("Sensors"),
    ObservedProperty: one("ObservedProperties"),
    Observations: many("Observations"),
  },
  Observations: { Datastream: one("Datastreams"), FeatureOfInterest: one("FeaturesOfInterest") },
  FeaturesOfInterest: { Observations: many("Observations") },
};

/** Every set. */
export const setNames = Object.keys(navigations) as readonly SetName[];

/** Whether something of `inner` is of `outer` too. */
export function isWithin(inner: Scope, outer: Scope): boolean {
  return (
    (outer.node === undefined || outer.node === inner.node) &&
    (outer.schema === undefined || outer.schema === inner.schema) &&
    (outer.field === undefined || outer.field === inner.field)
  );
}
