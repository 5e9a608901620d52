import { type Check, met, notApplicable, notChecked, notMet, some } from "./check.js";

const NO_RUN = "no simulation was named; --manifest takes what bollard fleet run --out writes";

/** MIM8 R1.1: what is simulated says so. */
export const simulatedMarked: Check = {
  id: "simulated-marked",
  title: "Simulated entities are marked, and reached as real ones are",
  async run(deployment) {
    const entities = await deployment.entities();
    const asked = `GET ${deployment.api}entities; ids and data providers read`;
    const simulated = entities.filter(({ id }) => /simulated/i.test(id));
    if (simulated.length === 0) return notApplicable(asked, "no entity is named as simulated");
    const unmarked = simulated.filter(
      (entity) => !/simulated/i.test(JSON.stringify(entity.dataProvider ?? entity.source ?? "")),
    );
    if (unmarked.length > 0) {
      return notMet(asked, `no data provider says so: ${some(unmarked.map(({ id }) => id))}`);
    }
    return met(asked, `${simulated.length} simulated entities say so`);
  },
};

/** MIM8 R3.1, R3.2, R4.4: model and run on record. */
export const runRecorded: Check = {
  id: "run-recorded",
  title: "A run's manifest: scenario, seed, versions, start",
  async run({ options: { manifest } }) {
    const asked = "the manifest beside a run's results";
    if (manifest === undefined) return notChecked(asked, NO_RUN);
    const told = Object(manifest) as Record<string, unknown>;
    const lacking = ["scenario", "seed", "versions", "startedAt", "simulated"].filter(
      (key) => told[key] === undefined,
    );
    if (lacking.length > 0) return notMet(asked, `it lacks ${lacking.join(", ")}`);
    if (told.simulated !== true) return notMet(asked, "it does not say that its data is simulated");
    return met(
      asked,
      `seed ${told.seed}, started ${told.startedAt}, versions ${JSON.stringify(told.versions)}`,
    );
  },
};
