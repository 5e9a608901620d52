// `npm run -s bench:ngsi-ld`: what the gates cost. Ends with one JSON line.
//
// - entitiesPerS: entities through all three gates, warm, on one core
// - seriesPerS: the same from their values to their text, each like one that has passed before
// - buildPerS: entities built from records
// - expandEachPerS: the same gate 3 without its memory, JSON-LD expansion of every entity
// - firstEntityMs: from the start of Node to the first entity through the gates, Node's own start included
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { bootstrap } from "../../tools/bootstrap.mjs";

const records = [
  { name: "pm25", unit: "ug/m3", value: 7.25, time: 1_764_000_000 },
  { name: "pm10", unit: "ug/m3", value: 11.5, time: 1_764_000_000 },
  { name: "temperature", unit: "Cel", value: 21.5, time: 1_764_000_000 },
  { name: "humidity", unit: "%RH", value: 55.3, time: 1_764_000_000 },
];

function mappingFor(ngsiLd, name) {
  return {
    id: ngsiLd.entityId("AirQualityObserved", name),
    type: "AirQualityObserved",
    properties: {
      pm25: "pm25",
      pm10: "pm10",
      temperature: "temperature",
      humidity: "relativeHumidity",
    },
    location: { latitude: 55.6759, longitude: 12.5655 },
    refDevice: ngsiLd.entityId("Device", name),
  };
}

/** Median over 5 runs of about half a second each, in calls per second. */
async function rate(run, batch) {
  const rates = [];
  for (let round = 0; round < 5; round++) {
    const start = performance.now();
    let calls = 0;
    while (performance.now() - start < 500) calls += await run(batch);
    rates.push((calls * 1000) / (performance.now() - start));
  }
  return Math.round(rates.sort((a, b) => a - b)[2]);
}

async function firstEntity() {
  const ngsiLd = await import("@bollard/ngsi-ld");
  const entity = ngsiLd.toEntity(records, mappingFor(ngsiLd, "radhuspladsen-3"));
  const result = await new ngsiLd.EntityGates().check(entity);
  if (!result.ok) throw new Error(JSON.stringify(result));
  process.stdout.write(String(performance.now()));
}

async function main() {
  await bootstrap();
  const ngsiLd = await import("@bollard/ngsi-ld");
  const mappings = Array.from({ length: 200 }, (_, i) => mappingFor(ngsiLd, `lamp-${i}`));
  const build = (i) => {
    const changed = [{ ...records[0], value: (i % 100) / 4 }, ...records.slice(1)];
    return ngsiLd.toEntity(changed, mappings[i % mappings.length]);
  };
  const entities = Array.from({ length: 2000 }, (_, i) => build(i));

  const gates = new ngsiLd.EntityGates();
  const entitiesPerS = await rate(async (batch) => {
    for (let i = 0; i < batch; i++) {
      const entity = entities[i % entities.length];
      const result = gates.checkKnown(entity) ?? (await gates.check(entity));
      if (!result.ok) throw new Error(JSON.stringify(result));
    }
    return batch;
  }, 2000);
  const kind = { ...mappings[0], records };
  const stencils = new ngsiLd.EntityStencils(kind, gates);
  const valuesOf = (i) => [(i % 100) / 4, 11.5, 21.5, 55.3];
  const things = mappings.map((mapping, i) => {
    const { refDevice, ...alone } = mapping;
    const series = new ngsiLd.EntitySeries(stencils);
    series.learn(ngsiLd.toEntity(records, alone), valuesOf(i));
    return series;
  });
  const seriesPerS = await rate(async (batch) => {
    for (let i = 0; i < batch; i++) {
      const text = things[i % things.length].write(records[0].time, valuesOf(i));
      if (text === undefined) throw new Error("it has to go the long way");
    }
    return batch;
  }, 2000);
  const buildPerS = await rate(async (batch) => {
    for (let i = 0; i < batch; i++) build(i);
    return batch;
  }, 2000);
  const forgetful = new ngsiLd.EntityGates({ maxShapes: 1 });
  const other = { ...entities[0], no2: entities[0].pm25 };
  const expandEachPerS = await rate(async (batch) => {
    for (let i = 0; i < batch; i++) await forgetful.check(i % 2 === 0 ? entities[i] : other);
    return batch;
  }, 50);

  const starts = Array.from({ length: 5 }, () => {
    const child = spawnSync(process.execPath, [fileURLToPath(import.meta.url), "--first"]);
    return Number(child.stdout);
  });
  const firstEntityMs = Math.round(starts.sort((a, b) => a - b)[2]);
  const figures = { entitiesPerS, seriesPerS, buildPerS, expandEachPerS, firstEntityMs };
  process.stdout.write(`${JSON.stringify({ bench: "ngsi-ld", ...figures })}\n`);
}

await (process.argv.includes("--first") ? firstEntity() : main());
