import { EntityGates, lintEntityName } from "@bollard/ngsi-ld";
import { entitiesIn } from "../deployment/deployment.js";
import { type Check, met, NO_ENTITIES, notChecked, notMet, some } from "./check.js";

/** MIM1 R1.1, R1.5 of 9.0: unique, and the same as before. */
export const persistentIds: Check = {
  id: "persistent-ids",
  title: "Identifiers are IRIs, each of one entity, and those of an earlier look are there still",
  async run(deployment) {
    const entities = await deployment.entities();
    const { earlierIds } = deployment.options;
    const asked = `GET ${deployment.api}entities, compared with an earlier look`;
    if (entities.length === 0) return notMet(asked, NO_ENTITIES);
    const ids = entities.map(({ id }) => id);
    const twice = ids.filter((id, index) => ids.indexOf(id) !== index);
    const strange = ids.filter((id) => !URL.canParse(id));
    if (twice.length > 0) return notMet(asked, `of several entities: ${some([...new Set(twice)])}`);
    if (strange.length > 0) return notMet(asked, `no IRIs: ${some(strange)}`);
    if (earlierIds === undefined) {
      return notChecked(
        asked,
        `${ids.length} IRIs, each once; whether they stay shows a second look: --earlier with the results of this one`,
      );
    }
    const gone: string[] = [];
    for (const id of earlierIds.filter((one) => !ids.includes(one))) {
      const { status } = await deployment.get(deployment.dialect.byId(id));
      if (status !== 200) gone.push(id);
    }
    if (gone.length > 0) return notMet(asked, `not there any more: ${some(gone)}`);
    return met(asked, `${ids.length} IRIs, each once; all ${earlierIds.length} of then are there`);
  },
};

/** MIM1 R1.2, R2.1, R2.2: an identifier leads to its entity, type and meaning. */
export const lookUp: Check = {
  id: "look-up",
  title:
    "By its identifier an entity is found, with type and @context; every term expands to an IRI",
  async run(deployment) {
    const entities = await deployment.entities();
    const asked = `GET ${deployment.api}entities/{id} for one of each type`;
    const byType = new Map(entities.map((entity) => [entity.type, entity]));
    if (byType.size === 0) return notMet(asked, NO_ENTITIES);
    const gates = new EntityGates();
    const wrong: string[] = [];
    for (const [type, { id }] of byType) {
      const answer = await deployment.get(deployment.dialect.byId(id));
      if (answer.status !== 200) {
        wrong.push(`${id} answers ${answer.status}`);
        continue;
      }
      const [entity] = entitiesIn(answer.text);
      if (entity?.id !== id || entity.type !== type) wrong.push(`${id} leads to another entity`);
      else if (entity["@context"] === undefined) wrong.push(`${id} has no @context`);
      else {
        const result = await gates.check(entity);
        const terms = result.ok ? [] : result.problems.filter(({ gate }) => gate === "expansion");
        wrong.push(...terms.map(({ path, message }) => `${id}${path}: ${message}`));
      }
    }
    if (wrong.length > 0) return notMet(asked, some(wrong));
    return met(asked, `${[...byType.keys()].join(", ")}: found, and every term has a meaning`);
  },
};

/** MIM1 R1.3, R1.4: which identifier elsewhere is which here. */
export const mappedIds: Check = {
  id: "mapped-ids",
  title: "A list says which device stands behind which entity",
  async run(deployment) {
    if (deployment.dialect.name !== "bollard") {
      return notChecked("a list of identifiers", "NGSI-LD has no address for it: show yours");
    }
    const url = new URL("../api/v1/registry", deployment.api).href;
    const asked = `GET ${url}`;
    const { operatorToken } = deployment.options;
    const answer = await deployment.reader.get(url, {
      accept: "application/json",
      ...(operatorToken !== undefined && { authorization: `Bearer ${operatorToken}` }),
    });
    if (answer.status === 401 || answer.status === 403) {
      return notChecked(
        asked,
        `status ${answer.status}: it takes the operator's token, --operator-token-file`,
      );
    }
    if (answer.status !== 200) return notMet(asked, `status ${answer.status}`);
    const { nodes = [] } = JSON.parse(answer.text) as {
      nodes?: readonly { readonly id?: string; readonly name?: string }[];
    };
    const named = nodes.filter(({ id, name }) => id && name);
    const entities = await deployment.entities();
    const mapped = named.filter(({ name }) => entities.some(({ id }) => id.endsWith(`:${name}`)));
    if (mapped.length === 0) return notMet(asked, "no device of it is one of the entities");
    return met(
      asked,
      `${named.length} devices with their names, ${mapped.length} of them in entities' ids`,
    );
  },
};

/** MIM1 mechanism 3.1: nothing in an identifier that a change of vendor would change. */
export const ownedIds: Check = {
  id: "owned-ids",
  title: "No host name, address or row number in an identifier",
  async run(deployment) {
    const entities = await deployment.entities();
    const asked = `GET ${deployment.api}entities; each id read`;
    if (entities.length === 0) return notMet(asked, NO_ENTITIES);
    const wrong = entities.flatMap(({ id }) => {
      const name = /^urn:[a-z0-9-]+:[^:]+:(.+)$/i.exec(id)?.[1];
      if (name === undefined) return [`${id} is no urn of a type and a name`];
      const problem = lintEntityName(name);
      return problem === undefined ? [] : [`${id}: ${problem}`];
    });
    if (wrong.length > 0) return notMet(asked, some(wrong));
    return met(asked, `${entities.length} ids, such as ${entities[0]?.id}`);
  },
};
