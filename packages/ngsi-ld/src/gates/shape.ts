/** Members whose text is a term of the context and so part of the shape. */
const termMembers = new Set(["type", "@type", "vocab", "objectType", "previousVocab"]);

/** Objects in objects, counted from the entity. A Smart Data Model needs 6. */
export const maxDepth = 32;

/**
 * A key that is the same for two entities exactly when JSON-LD expansion treats them alike: same
 * context, same types, same names at the same depth. Values do not matter.
 *
 * @throws RangeError for an entity nested deeper than `maxDepth`
 */
export function shapeOf(entity: object): string {
  const members = entity as Readonly<Record<string, unknown>>;
  let shape = contextKey(members["@context"]);
  for (const name in members) {
    if (name !== "@context" && name !== "id") shape += memberShape(name, members[name], 1);
  }
  return shape;
}

function contextKey(context: unknown): string {
  if (typeof context === "string") return `${context}\n`;
  if (!Array.isArray(context)) return `${JSON.stringify(context)}\n`;
  let key = "";
  for (const item of context) key += `${typeof item === "string" ? item : JSON.stringify(item)}\n`;
  return key;
}

function memberShape(name: string, value: unknown, depth: number): string {
  if (typeof value !== "object" || value === null) {
    if (!termMembers.has(name)) return value === null ? `${name}!` : `${name},`;
    return `${name}=${String(value)},`;
  }
  return `${name}${valueShape(value, termMembers.has(name), depth)}`;
}

function valueShape(value: object, isTerm: boolean, depth: number): string {
  if (depth > maxDepth) throw new RangeError(`nested deeper than ${maxDepth}`);
  if (Array.isArray(value)) {
    let shape = "[";
    for (const item of value) {
      if (typeof item === "object" && item !== null) shape += valueShape(item, isTerm, depth + 1);
      else if (isTerm) shape += `=${String(item)},`;
    }
    return `${shape}]`;
  }
  let shape = "{";
  const members = value as Readonly<Record<string, unknown>>;
  for (const name in members) shape += memberShape(name, members[name], depth + 1);
  return `${shape}}`;
}
