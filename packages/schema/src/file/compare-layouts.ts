type Canonical = string | number | boolean | null | readonly Canonical[];

/** The fields of a canonical form by name, in their order, and its time where it has one. */
interface Layout {
  readonly time: string | undefined;
  readonly fields: ReadonlyMap<string, Canonical>;
}

function readLayout(text: string): Layout {
  const parts: Canonical = JSON.parse(text);
  const list = (Array.isArray(parts) ? parts : []) as readonly Canonical[];
  const fields = list.at(-1);
  const entries = (Array.isArray(fields) ? fields : []).map(
    (field: readonly Canonical[]) => [String(field[0]), field.slice(1)] as const,
  );
  const time = list.length > 2 ? showTime(list[1] ?? null) : undefined;
  return { time, fields: new Map(entries) };
}

function showTime(time: Canonical): string {
  const [mode, milliseconds, interval] = Array.isArray(time) ? time : [];
  const every = interval === undefined ? "" : `, every ${interval} s`;
  return `${mode}${milliseconds === true ? " with milliseconds" : ""}${every}`;
}

function at(value: Canonical | undefined, index: number): Canonical | undefined {
  return Array.isArray(value) ? value[index] : undefined;
}

/** `0 to 999.9 by 0.1` from the integers of a range, with its typical step. */
function showRange(steps: Canonical | undefined): string {
  const [min, resolution, decimals, last, typical] = (Array.isArray(steps) ? steps : []).map(
    Number,
  );
  if (min === undefined || resolution === undefined || last === undefined) return "none";
  const scale = 10 ** (decimals ?? 0);
  const range = `${min / scale} to ${(min + last * resolution) / scale} by ${resolution / scale}`;
  if (typical === undefined || at(steps, 4) === null) return range;
  return `${range}, typically ${(typical * resolution) / 16 / scale} apart`;
}

/** What can differ in fields of one kind: its name, and how to show it. */
type Aspect = readonly [name: string, show: (parts: Canonical | undefined) => string];

const unit: Aspect = ["unit", (parts) => String(at(parts, 0) ?? "none")];
const range: Aspect = ["range", (parts) => showRange(at(parts, 1))];
const names: Aspect = ["names", (parts) => (Array.isArray(parts) ? parts.join(", ") : "none")];
const length: Aspect = ["longest", (parts) => `${String(parts)} bytes`];

const aspects: Readonly<Record<string, readonly Aspect[]>> = {
  quantity: [unit, range],
  counter: [unit, range],
  duration: [range],
  array: [
    ["length", (parts) => String(at(parts, 0))],
    ["unit", (parts) => String(at(at(parts, 1), 0))],
    ["range", (parts) => showRange(at(at(parts, 1), 1))],
  ],
  enum: [names],
  flags: [names],
  position: [
    ["resolution", (parts) => showRange(at(parts, 0))],
    ["altitude", (parts) => showRange(at(parts, 1) ?? undefined)],
  ],
  text: [length],
  bytes: [length],
};

/** `continues, follows by -1/4` from a profile; nothing but `stays` where there is none. */
function showProfile(profile: Canonical | undefined): string {
  const trend = String(at(profile, 0) ?? "stays");
  const follow = at(profile, 1);
  if (!Array.isArray(follow)) return trend;
  return `${trend}, follows by ${at(follow, 0) === true ? "-" : ""}1/${2 ** Number(at(follow, 1))}`;
}

function compareFields(name: string, before: Canonical, after: Canonical): string[] {
  const [kindBefore, kindAfter] = [String(at(before, 0)), String(at(after, 0))];
  if (kindBefore !== kindAfter) return [`${name}: kind was ${kindBefore}, is ${kindAfter}`];
  const changes: string[] = [];
  if (at(before, 1) !== at(after, 1)) {
    changes.push(`${name} ${at(after, 1) === true ? "became" : "is no longer"} optional`);
  }
  const tell = (aspect: string, was: string, is: string) => {
    if (was !== is) changes.push(`${name}: ${aspect} was ${was}, is ${is}`);
  };
  for (const [aspect, show] of aspects[kindAfter] ?? []) {
    tell(aspect, show(at(before, 2)), show(at(after, 2)));
  }
  tell("trend", showProfile(at(before, 3)), showProfile(at(after, 3)));
  return changes;
}

/**
 * Tells in words what differs between two canonical layouts, such as
 * `pm25: range was 0 to 999.9 by 0.1, is 0 to 999.9 by 1`.
 *
 * @returns at least one line for two different layouts
 */
export function compareLayouts(before: string, after: string): string[] {
  const [old, now] = [readLayout(before), readLayout(after)];
  const changes: string[] = [];
  if (old.time !== now.time) changes.push(`time was ${old.time}, is ${now.time}`);
  for (const name of old.fields.keys()) {
    if (!now.fields.has(name)) changes.push(`${name} is gone`);
  }
  for (const [name, field] of now.fields) {
    const was = old.fields.get(name);
    if (was === undefined) changes.push(`${name} is new`);
    else changes.push(...compareFields(name, was, field));
  }
  const common = [...old.fields.keys()].filter((name) => now.fields.has(name));
  const order = [...now.fields.keys()].filter((name) => old.fields.has(name));
  if (common.join() !== order.join()) {
    changes.push(`the order was ${common.join(", ")}, is ${order.join(", ")}`);
  }
  if (changes.length === 0 && before !== after) changes.push(`was ${before}, is ${after}`);
  return changes;
}
