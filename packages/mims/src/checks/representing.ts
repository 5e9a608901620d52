import { modelOf } from "@bollard/ngsi-ld";
import { type Check, met, NO_ENTITIES, notApplicable, notMet, some } from "./check.js";
import { numericProperties } from "./entity-parts.js";

/** MIM2 R1.2a. */
export const standardModels: Check = {
  id: "standard-models",
  title: "Types of entities are Smart Data Models",
  async run(deployment) {
    const entities = await deployment.entities();
    const asked = `GET ${deployment.url(deployment.dialect.types())}`;
    if (entities.length === 0) return notMet(asked, NO_ENTITIES);
    const types = [...new Set(entities.map(({ type }) => type))];
    const own = types.filter((type) => modelOf(type) === undefined);
    if (own.length > 0)
      return notMet(asked, `no Smart Data Models that are known here: ${some(own)}`);
    const models = types.map((type) => `${type} (${modelOf(type)?.subject})`);
    return met(asked, models.join(", "));
  },
};

/** MIM2 R1.1: a number says in what, and of when. */
export const explicitUnits: Check = {
  id: "explicit-units",
  title: "Every measured number has unitCode (UN/CEFACT) and observedAt in UTC",
  async run(deployment) {
    const entities = await deployment.entities();
    const asked = `GET ${deployment.api}entities; each number looked at`;
    const numbers = entities.flatMap((entity) =>
      numericProperties(entity).map((property) => ({ id: entity.id, ...property })),
    );
    if (numbers.length === 0) return notMet(asked, "no entity has a number");
    const wrong = numbers.flatMap(({ id, name, unitCode, observedAt }) => {
      if (!/^[A-Z0-9]{2,3}$/.test(unitCode ?? "")) return [`${id} ${name} has no unitCode`];
      if (!observedAt) return [`${id} ${name} has no observedAt`];
      return /Z$/.test(observedAt) ? [] : [`${id} ${name}: ${observedAt} is not in UTC`];
    });
    if (wrong.length > 0) return notMet(asked, some(wrong));
    return met(asked, `${numbers.length} numbers of ${entities.length} entities`);
  },
};

/** MIM2 R1.2b, R4.1, R4.2: what a model lacks has a name of its own. */
export const profiledExtensions: Check = {
  id: "profiled-extensions",
  title: "Attributes beyond a model have a context of their own; no term is left without a meaning",
  async run(deployment) {
    const gated = await deployment.gated();
    const asked = `GET ${deployment.api}entities; every term expanded`;
    if (gated.length === 0) return notMet(asked, NO_ENTITIES);
    const wrong = gated.flatMap(({ entity, problems }) =>
      problems
        .filter(({ gate }) => gate === "expansion")
        .map(({ path, message }) => `${entity.id}${path}: ${message}`),
    );
    if (wrong.length > 0) return notMet(asked, some(wrong));
    const contexts = new Set(gated.flatMap(({ entity }) => [entity["@context"]].flat()));
    const own = [...contexts].filter(
      (one) => typeof one !== "string" || !/smart-data-models|uri\.etsi\.org/.test(one),
    );
    if (own.length === 0) return notApplicable(asked, "nothing goes beyond the models");
    return met(asked, `contexts of its own: ${some(own.map((one) => String(one)))}`);
  },
};

/** MIM2 R3.1, R3.4. */
export const validEntities: Check = {
  id: "valid-entities",
  title: "Every entity passes its model's JSON Schema and the strict profile of NGSI-LD",
  async run(deployment) {
    const gated = await deployment.gated();
    const asked = `GET ${deployment.api}entities; each checked by JSON Schema`;
    if (gated.length === 0) return notMet(asked, NO_ENTITIES);
    const wrong = gated.flatMap(({ entity, problems: [first] }) =>
      first ? [`${entity.id}${first.path}: ${first.message}`] : [],
    );
    if (wrong.length > 0) return notMet(asked, `${wrong.length} fail: ${some(wrong)}`);
    return met(asked, `${gated.length} entities, none failed`);
  },
};
