import type { Deployment } from "../deployment/deployment.js";
import { type Check, type Finding, met, notApplicable, notChecked, notMet, some } from "./check.js";
import { declaredIn, declaredProperties } from "./declaring.js";

type Members = Readonly<Record<string, unknown>>;

const ONLY_BRIDGES = "only a Bollard bridge serves this, and it is another API";

/** What a bridge gives account of, or that it does not. */
async function accountOf(
  deployment: Deployment,
  path: string,
): Promise<{ readonly asked: string; readonly told?: unknown; readonly finding?: Finding }> {
  const asked = `GET ${deployment.url(path)}`;
  if (deployment.dialect.name !== "bollard") {
    return { asked, finding: notChecked(asked, ONLY_BRIDGES) };
  }
  const { status, text } = await deployment.get(path);
  if (status !== 200) return { asked, finding: notMet(asked, `status ${status}`) };
  try {
    return { asked, told: JSON.parse(text) };
  } catch {
    return { asked, finding: notMet(asked, "it is no JSON") };
  }
}

/** MIM4: what leaves of what concerns persons, by which rule, for what, and for how long. */
export const personalDataRuled: Check = {
  id: "personal-data",
  title: "What concerns persons leaves by a rule or not at all, and that is on record",
  async run(deployment) {
    const { asked, told, finding } = await accountOf(deployment, "processing");
    if (finding?.verdict === "not checked") return await personalDataAbsent(deployment);
    if (finding) return finding;
    const processes = listOf(Object(told)["dpv:hasProcess"]);
    if (!processes) return notMet(asked, "it is no record of processing: it has no dpv:hasProcess");
    const entities = await deployment.entities();
    const recorded = processes.map((process) => identifierOf(process));
    const unrecorded = declaredProperties(deployment.options.schemas ?? [])
      .filter(({ concernsPersons, field }) => concernsPersons && !recorded.includes(field))
      .flatMap((declared) => {
        const entity = declaredIn(entities, declared);
        return entity ? [`${declared.field} is not on record, and ${entity.id} has it`] : [];
      });
    if (unrecorded.length > 0) return notMet(asked, some(unrecorded));
    if (processes.length === 0) return notApplicable(asked, "no field concerns persons");
    const problems = processes.flatMap((process) => {
      const id = identifierOf(process);
      const [field = ""] = id.split("/").slice(-1);
      const leaves = JSON.stringify(process["dpv:hasProcessing"] ?? "").includes("MakeAvailable");
      const measures = listOf(process["dpv:hasTechnicalOrganisationalMeasure"]) ?? [];
      const isThere = entities.find((entity) => Object.hasOwn(entity, field));
      if (!leaves && isThere) return [`${id} is said to go nowhere, and ${isThere.id} has it`];
      if (measures.length === 0) return [`${id} has no rule`];
      const isAsItIs = measures.every((one) => /as it is/.test(String(one["dct:description"])));
      if (leaves && isAsItIs && process["dpv:hasPurpose"] === undefined) {
        return [`${id} leaves as it is, and for no purpose`];
      }
      return [];
    });
    if (problems.length > 0) return notMet(asked, some(problems));
    return met(asked, `${processes.length} fields that concern persons, each with its rule`);
  },
};

function identifierOf(process: Members): string {
  return String(Object(process["dpv:hasPersonalData"])["dct:identifier"] ?? "");
}

/** Where there is no record, nothing that a schema marks may be there. */
async function personalDataAbsent(deployment: Deployment): Promise<Finding> {
  const { schemas = [] } = deployment.options;
  const asked = `GET ${deployment.api}entities; looked for what the schemas mark as a person's`;
  if (schemas.length === 0) return notChecked(asked, "no schema was named: --schema");
  const personal = declaredProperties(schemas).filter(({ concernsPersons }) => concernsPersons);
  if (personal.length === 0) return notApplicable(asked, "no field concerns persons");
  const entities = await deployment.entities();
  const there = personal.flatMap((declared) => {
    const entity = declaredIn(entities, declared);
    return entity ? [`${declared.field} concerns persons, and ${entity.id} has it`] : [];
  });
  if (there.length > 0) return notMet(asked, some(there));
  return met(asked, `none of ${personal.length} attributes that concern persons is there`);
}

/** MIM5: a system can be asked what it decides, with what, and within which limits. */
export const algorithmsDeclared: Check = {
  id: "algorithms",
  title: "Each value that is made names method, version, inputs, purpose, and whether it decides",
  async run(deployment) {
    const { asked, told, finding } = await accountOf(deployment, "algorithms");
    if (finding) return finding;
    const entries = listOf(told);
    if (!entries) return notMet(asked, "it is no list");
    if (entries.length === 0) return notApplicable(asked, "every value is measured, none is made");
    const problems = entries.flatMap((entry) => {
      const { id, version, purpose, inputs, decides, limits, method } = entry;
      const lacking = [
        ...(isText(version) ? [] : ["version"]),
        ...(isText(purpose) ? [] : ["purpose"]),
        ...(Array.isArray(inputs) && inputs.length > 0 ? [] : ["inputs"]),
        ...(isText(Object(method).text) ? [] : ["method"]),
        ...(typeof decides === "boolean" ? [] : ["whether it decides"]),
        // Who lets it decide has to know where it must not.
        ...(decides === true && !isText(limits) ? ["limits, though it decides"] : []),
      ];
      return lacking.length > 0 ? [`${id} lacks ${lacking.join(", ")}`] : [];
    });
    if (problems.length > 0) return notMet(asked, some(problems));
    const deciding = entries.filter(({ decides }) => decides === true).length;
    return met(asked, `${entries.length} values that are made, ${deciding} of them decide`);
  },
};

/** MIM10: what a reading takes. */
export const resourcesTold: Check = {
  id: "resources",
  title: "Bytes, messages, airtime and energy of a reading are told",
  async run(deployment) {
    const { asked, told, finding } = await accountOf(deployment, "resources");
    if (finding) return finding;
    const { readings, perReading, lorawan } = Object(told) as Members;
    if (readings === 0) return notChecked(asked, "no reading has come since its start");
    const { payloadBytes, messages } = Object(perReading) as Members;
    if (typeof payloadBytes !== "number" || typeof messages !== "number") {
      return notMet(asked, "it tells no bytes and messages of a reading");
    }
    const rates = listOf(lorawan) ?? [];
    const isComplete = rates.every(
      ({ airtimeS, transmitMJ }) => typeof airtimeS === "number" && typeof transmitMJ === "number",
    );
    if (rates.length === 0 || !isComplete) {
      return notMet(asked, "it tells no airtime and energy of a reading");
    }
    const fastest = rates.at(-1);
    return met(
      asked,
      `a reading: ${payloadBytes} bytes, ${messages} messages, ${fastest?.airtimeS} s and ${fastest?.transmitMJ} mJ at SF${fastest?.spreadingFactor}`,
    );
  },
};

function listOf(value: unknown): readonly Members[] | undefined {
  return Array.isArray(value) ? value.map((one) => Object(one) as Members) : undefined;
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
