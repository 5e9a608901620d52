import type { Ajv, ErrorObject } from "ajv";
import type { GateProblem } from "./gate-result.js";

/** Members of an entity that are no attributes. */
const plainMembers = new Set(["id", "type", "scope", "createdAt", "modifiedAt", "@context"]);

/** Members of an attribute that are no attributes themselves. */
const ownMembers = new Set([
  ...["type", "value", "object", "objectType", "languageMap", "vocab", "json", "valueList"],
  ...["objectList", "unitCode", "observedAt", "datasetId", "createdAt", "modifiedAt"],
]);

/** Core terms that are always a GeoProperty. */
const places = new Set(["location", "observationSpace", "operationSpace"]);

/** In the order of the profile's branches. */
const geometries: readonly (readonly string[])[] = [
  ["Point"],
  ["MultiPoint", "LineString"],
  ["MultiLineString", "Polygon"],
  ["MultiPolygon"],
];

/**
 * Says in few words what is wrong with an entity the strict profile refused.
 *
 * ajv tries every kind of attribute and tells what is wrong with each; a person wants to know what is
 * wrong with the kind it says it is. So each attribute is checked again, as its own kind.
 */
export class StrictExplainer {
  readonly #ajv: Ajv;
  #problems = new Map<string, GateProblem>();

  /** @param ajv - knows the profile as `strict`, and tells all errors */
  constructor(ajv: Ajv) {
    this.#ajv = ajv;
  }

  /** At least one problem. */
  explain(entity: object): readonly GateProblem[] {
    this.#problems = new Map();
    for (const error of this.#errors("strict", entity) ?? []) {
      const member = error.instancePath.split("/")[1];
      const ofAttribute = member !== undefined && !plainMembers.has(member);
      if (!ofAttribute && error.propertyName === undefined) this.#add("", error);
    }
    for (const [name, member] of Object.entries(entity)) {
      if (plainMembers.has(name)) continue;
      const path = `/${name.replace(/~/g, "~0").replace(/\//g, "~1")}`;
      if (!Array.isArray(member)) this.#explainAttribute(member, path, places.has(name));
      else
        for (const [index, instance] of member.entries()) {
          this.#explainAttribute(instance, `${path}/${index}`, places.has(name));
        }
    }
    if (this.#problems.size === 0) this.#tell("", "is no normalized entity");
    return [...this.#problems.values()];
  }

  #explainAttribute(attribute: unknown, path: string, isPlace = false): void {
    const own = (attribute as { type?: unknown } | null)?.type;
    const type = isPlace ? "GeoProperty" : own;
    const known = typeof type === "string" && /^[A-Z][A-Za-z]+$/.test(type);
    const errors = known ? this.#errors(`strict#/$defs/${type}`, attribute) : undefined;
    if (!errors) {
      this.#tell(
        path,
        "must be an attribute: an object with a type such as Property, and its value",
      );
      return;
    }
    for (const error of errors) {
      const member = error.instancePath.split("/")[1] ?? "";
      const value = (attribute as Record<string, unknown> | null)?.[member];
      if (type === "GeoProperty" && member === "value") this.#explainGeometry(value, path);
      else if (member === "" || ownMembers.has(member)) this.#add(path, error);
      else this.#explainAttribute(value, `${path}/${member}`);
    }
  }

  #explainGeometry(geometry: unknown, path: string): void {
    const type = (geometry as { type?: unknown } | null)?.type;
    const branch = geometries.findIndex((types) => types.some((name) => name === type));
    const errors = this.#errors(`strict#/$defs/geometry/oneOf/${branch}`, geometry);
    if (!errors) this.#tell(`${path}/value`, "must be a GeoJSON geometry");
    else for (const error of errors) this.#add(`${path}/value`, error);
  }

  /** What is wrong with a value by one part of the profile; undefined where there is no such part. */
  #errors(part: string, value: unknown): readonly ErrorObject[] | undefined {
    const validate = this.#ajv.getSchema(part);
    if (!validate) return undefined;
    return validate(value) ? [] : [...(validate.errors ?? [])];
  }

  /** One problem a place; what is said of a part counts more than what is said of the whole. */
  #add(place: string, error: ErrorObject): void {
    const missing = error.keyword === "required" ? `/${error.params.missingProperty}` : "";
    const path = `${place}${error.instancePath}${missing}`;
    const isVague = error.keyword === "anyOf" || error.keyword === "oneOf";
    if (isVague && [...this.#problems.keys()].some((known) => known.startsWith(path))) return;
    this.#tell(path, messageOf(error));
  }

  #tell(path: string, message: string): void {
    if (!this.#problems.has(path)) this.#problems.set(path, { gate: "strict", path, message });
  }
}

function messageOf(error: ErrorObject): string {
  switch (error.keyword) {
    case "required":
      return "is missing";
    case "const":
      return `must be ${error.params.allowedValue}`;
    case "pattern":
      return error.params.pattern.includes("T\\d{2}")
        ? "must be UTC with Z, such as 2026-01-31T12:00:00Z"
        : `${error.message}`;
    case "propertyNames":
      return `the name "${error.params.propertyName}" must be letters, digits and underscores`;
    case "not":
      return "holds null, or a member that belongs to another type of attribute";
    default:
      return error.message ?? error.keyword;
  }
}
