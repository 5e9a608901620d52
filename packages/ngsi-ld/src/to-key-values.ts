/** The key-values form of an entity: each attribute is just its value. */
export interface KeyValues {
  readonly id: string;
  readonly type: string | readonly string[];
  readonly [name: string]: unknown;
}

/** Members that are no attributes. */
const plain = new Set(["id", "type", "scope", "@context", "createdAt", "modifiedAt"]);

const attributeTypes: ReadonlySet<unknown> = new Set([
  ...["Property", "GeoProperty", "Relationship", "LanguageProperty", "VocabProperty"],
  ...["JsonProperty", "ListProperty", "ListRelationship"],
]);

/**
 * The key-values form of a normalized entity, without its `@context`.
 *
 * A Property gives its value (the text of a typed `{"@type": "DateTime", "@value": …}`), a
 * GeoProperty its geometry, a Relationship the id or ids it points to. Several instances of one
 * attribute give `{"dataset": {…}}` by datasetId.
 *
 * @param entity - normalized; a member that is no attribute object is handed on as it is
 * @see ETSI GS CIM 009, clause 4.5.4
 */
export function toKeyValues(entity: object): KeyValues {
  const result: Record<string, unknown> = {};
  const members = entity as Readonly<Record<string, unknown>>;
  for (const name in members) {
    const member = members[name];
    if (name === "@context") continue;
    result[name] = plain.has(name) ? member : simplify(member);
  }
  return result as KeyValues;
}

function simplify(attribute: unknown): unknown {
  if (Array.isArray(attribute)) return simplifyInstances(attribute);
  if (!isObject(attribute)) return attribute;
  switch (attribute.type) {
    case "Property":
    case "GeoProperty":
      return untyped(attribute.value);
    case "Relationship":
      return attribute.object;
    case "LanguageProperty":
      return { languageMap: attribute.languageMap };
    case "VocabProperty":
      return { vocab: attribute.vocab };
    case "JsonProperty":
      return { json: attribute.json };
    case "ListProperty":
      return { valueList: attribute.valueList };
    case "ListRelationship":
      return { objectList: attribute.objectList };
    default:
      return attribute;
  }
}

function simplifyInstances(instances: readonly unknown[]): unknown {
  if (!instances.every((item) => isObject(item) && attributeTypes.has(item.type))) return instances;
  const dataset: Record<string, unknown> = {};
  for (const instance of instances as readonly Record<string, unknown>[]) {
    const id = typeof instance.datasetId === "string" ? instance.datasetId : "@none";
    dataset[id] = simplify(instance);
  }
  return { dataset };
}

function untyped(value: unknown): unknown {
  return isObject(value) && "@value" in value ? value["@value"] : value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
