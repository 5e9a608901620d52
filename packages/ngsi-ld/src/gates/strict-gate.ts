import { Ajv, type ValidateFunction } from "ajv";
import ajvFormats from "ajv-formats";
import { standard, standardsIndex } from "../standards.js";
import type { GateProblem } from "./gate-result.js";
import { StrictExplainer } from "./strict-explainer.js";

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
  #explainer: StrictExplainer | undefined;

  /** The problems of one normalized entity; empty for none. */
  check(entity: object): readonly GateProblem[] {
    this.#validate ??= ajvWithProfile(false).getSchema("strict") as ValidateFunction;
    if (this.#validate(entity)) return [];
    this.#explainer ??= new StrictExplainer(ajvWithProfile(true));
    return this.#explainer.explain(entity);
  }
}

function ajvWithProfile(allErrors: boolean): Ajv {
  const ajv = new Ajv({ strict: false, validateSchema: false, logger: false, allErrors });
  ajvFormats.default(ajv);
  const { $schema, $id, ...profile } = standard(standardsIndex().strict) as {
    $schema?: string;
    $id?: string;
  };
  return ajv.addSchema(profile, "strict");
}
