import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import ajvFormats from "ajv-formats";
import { standard, standardsIndex } from "../standards.js";
import type { GateProblem } from "./gate-result.js";

/**
 * Gate 2: the structure of a normalized entity.
 *
 * The id is a URI, each member is an attribute object with an explicit type and the value that type
 * calls for, times are UTC with `Z`, coordinates are longitude first.
 *
 * @see ETSI GS CIM 009, clauses 4.5 and 4.6
 */
export class StrictGate {
  #validate: ValidateFunction | undefined;
  #explainer: Ajv | undefined;

  /** The problems of one normalized entity; empty for none. */
  check(entity: object): readonly GateProblem[] {
    this.#validate ??= ajvWithProfile(false).getSchema("strict") as ValidateFunction;
    return this.#validate(entity) ? [] : this.#explain(entity);
  }

  /**
   * ajv tries every kind of attribute and tells what is wrong with each; a person wants to know what
   * is wrong with the kind it says it is. So each attribute is checked again, as its own kind.
   */
  #explain(entity: object): GateProblem[] {
    this.#explainer ??= ajvWithProfile(true);
    const problems = new Map<string, GateProblem>();
    const whole = this.#explainer.getSchema("strict") as ValidateFunction;
    whole(entity);
    for (const error of whole.errors ?? []) {
      if (/^(\/(id|type|scope|createdAt|modifiedAt|@context)(\/|$)|$)/.test(error.instancePath)) {
        add(problems, "", error);
      }
    }
    for (const [name, member] of Object.entries(entity)) {
      if (plainMembers.has(name)) continue;
      for (const [index, attribute] of [member].flat().entries()) {
        const pointer = `/${name.replace(/~/g, "~0").replace(/\//g, "~1")}`;
        const place = Array.isArray(member) ? `${pointer}/${index}` : pointer;
        this.#explainAttribute(attribute, place, problems);
      }
    }
    if (problems.size > 0) return [...problems.values()];
    return [{ gate: "strict", path: "", message: "is no normalized entity" }];
  }

  #explainAttribute(attribute: unknown, place: string, problems: Map<string, GateProblem>): void {
    const type = (attribute as { type?: unknown } | null)?.type;
    const known = typeof type === "string" && /^[A-Z][A-Za-z]+$/.test(type);
    const validate = known ? this.#explainer?.getSchema(`strict#/$defs/${type}`) : undefined;
    if (!validate) {
      const message = "must be an attribute: an object with a type such as Property, and its value";
      problems.set(place, { gate: "strict", path: place, message });
    } else if (!validate(attribute)) {
      for (const error of validate.errors ?? []) add(problems, place, error);
    }
  }
}

const plainMembers = new Set(["id", "type", "scope", "createdAt", "modifiedAt", "@context"]);

function ajvWithProfile(allErrors: boolean): Ajv {
  const ajv = new Ajv({ strict: false, validateSchema: false, logger: false, allErrors });
  ajvFormats.default(ajv);
  const { $schema, $id, ...profile } = standard(standardsIndex().strict) as {
    $schema?: string;
    $id?: string;
  };
  return ajv.addSchema(profile, "strict");
}

/** One problem a place; what is said of a part counts more than what is said of the whole. */
function add(problems: Map<string, GateProblem>, place: string, error: ErrorObject): void {
  const missing = error.keyword === "required" ? `/${error.params.missingProperty}` : "";
  const path = `${place}${error.instancePath}${missing}`;
  const isVague = error.keyword === "anyOf" || error.keyword === "oneOf";
  if (problems.has(path) || (isVague && [...problems.keys()].some((p) => p.startsWith(path)))) {
    return;
  }
  problems.set(path, { gate: "strict", path, message: messageOf(error) });
}

function messageOf(error: ErrorObject): string {
  switch (error.keyword) {
    case "required":
      return "is missing";
    case "propertyNames":
      return `the name "${error.params.propertyName}" must be letters, digits and underscores`;
    case "not":
      return "holds null, or a member that belongs to another type of attribute";
    default:
      return error.message ?? error.keyword;
  }
}
