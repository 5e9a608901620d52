// `npm run -s bench:payload`: nanoseconds per value to encode and decode, beside other formats in the
// same run. Ends with one JSON line; exit code 1 where a goal is missed.
//
// The readings are those of the street recording, five values and a time each, in turn. A round takes
// each format for a while, so that all meet the same machine; the median of the rounds counts.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Encoder } from "cbor-x";
import protobuf from "protobufjs";
import { bootstrap, root } from "../../tools/bootstrap.mjs";

const ROUNDS = 7;
const ROUND_MS = 120;
const ROWS = 60;
const VALUES = 5;

function readStreet() {
  const file = join(root, "examples/street-air/data/street_pm_bme280.csv");
  const [header, ...lines] = readFileSync(file, "utf8").trim().split("\n");
  const names = header.split(",");
  const rows = lines.map((line) => line.split(",").map(Number));
  const round = { pm25: 10, pm10: 10, temperature: 10, humidity: 10, pressure: 0.1 };
  return rows
    .filter((row) => row.every(Number.isFinite))
    .slice(0, 6000)
    .map((row) => {
      const at = (name) => Math.round(row[names.indexOf(name)] * round[name]) / round[name];
      const values = Object.fromEntries(Object.keys(round).map((name) => [name, at(name)]));
      return { time: row[0], values };
    });
}

const plainOf = ({ time, values }) => ({ t: time, ...values });

function protobufTypes() {
  const reading = new protobuf.Type("Reading").add(new protobuf.Field("t", 1, "uint32"));
  const types = {
    pm25: "uint32",
    pm10: "uint32",
    temperature: "sint32",
    humidity: "uint32",
    pressure: "uint32",
  };
  for (const [index, [name, type]] of Object.entries(types).entries()) {
    reading.add(new protobuf.Field(name, index + 2, type));
  }
  const batch = new protobuf.Type("Batch").add(
    new protobuf.Field("rows", 1, "Reading", "repeated"),
  );
  new protobuf.Root().define("bollard").add(reading).add(batch);
  return { reading, batch };
}

/** The scaled whole numbers that Protobuf carries. */
const toWhole = ({ time, values }) => ({
  t: time,
  pm25: Math.round(values.pm25 * 10),
  pm10: Math.round(values.pm10 * 10),
  temperature: Math.round(values.temperature * 10),
  humidity: Math.round(values.humidity * 10),
  pressure: Math.round(values.pressure / 10),
});
const fromWhole = (message) => ({
  t: message.t,
  pm25: message.pm25 / 10,
  pm10: message.pm10 / 10,
  temperature: message.temperature / 10,
  humidity: message.humidity / 10,
  pressure: message.pressure * 10,
});

function groupsOf(items) {
  const groups = [];
  for (let start = 0; start + ROWS <= items.length; start += ROWS) {
    groups.push(items.slice(start, start + ROWS));
  }
  return groups;
}

function formats(payload, schema, readings) {
  const codec = payload.compileSchema(schema);
  const encoder = new payload.BatchEncoder(schema);
  const out = new Uint8Array(4096);
  const groups = groupsOf(readings);
  const encodeBatch = (group) => {
    encoder.open(out);
    for (const reading of group) encoder.append(reading);
    return encoder.close();
  };
  const plain = readings.map(plainOf);
  const plainGroups = groupsOf(plain);
  const structures = new Encoder({ structures: [] });
  const { reading, batch } = protobufTypes();
  const encodeProto = (given) => reading.encode(toWhole(given)).finish();
  const encodeProtoBatch = (group) => batch.encode({ rows: group.map(toWhole) }).finish();
  const text = (value) => JSON.stringify(value);
  return {
    bollard: {
      single: [readings, (given) => codec.encodeInto(given, out, 0)],
      batch: [groups, encodeBatch],
      decodeSingle: [readings.map((given) => codec.encode(given)), (bytes) => codec.decode(bytes)],
      decode: [groups.map((group) => encodeBatch(group).slice()), (bytes) => codec.decode(bytes)],
    },
    "cbor-x structures": {
      single: [plain, (given) => structures.encode(given)],
      batch: [plainGroups, (group) => structures.encode(group)],
      decodeSingle: [
        plain.map((given) => Uint8Array.from(structures.encode(given))),
        (bytes) => structures.decode(bytes),
      ],
      decode: [
        plainGroups.map((group) => Uint8Array.from(structures.encode(group))),
        (bytes) => structures.decode(bytes),
      ],
    },
    protobufjs: {
      single: [readings, encodeProto],
      batch: [groups, encodeProtoBatch],
      decodeSingle: [readings.map(encodeProto), (bytes) => fromWhole(reading.decode(bytes))],
      decode: [groups.map(encodeProtoBatch), (bytes) => batch.decode(bytes).rows.map(fromWhole)],
    },
    JSON: {
      single: [plain, (given) => Buffer.from(text(given))],
      batch: [plainGroups, (group) => Buffer.from(text(group))],
      decodeSingle: [
        plain.map((given) => Buffer.from(text(given))),
        (bytes) => JSON.parse(bytes.toString()),
      ],
      decode: [
        plainGroups.map((group) => Buffer.from(text(group))),
        (bytes) => JSON.parse(bytes.toString()),
      ],
    },
  };
}

let sink = 0;

/** Nanoseconds of processor time per value, over one stretch. */
function stretch([inputs, run], valuesEach) {
  let calls = 0;
  const start = process.cpuUsage();
  let micros = 0;
  while (micros < ROUND_MS * 1000) {
    for (let step = 0; step < 100; step++) {
      const result = run(inputs[calls % inputs.length]);
      sink += typeof result === "number" ? result : 1;
      calls++;
    }
    const { user, system } = process.cpuUsage(start);
    micros = user + system;
  }
  return (micros * 1000) / (calls * valuesEach);
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];

async function main() {
  await bootstrap();
  const payload = await import("@bollard/payload");
  const { readSchemaFile } = await import("@bollard/schema/file");
  const schema = readSchemaFile(join(root, "examples/street-air/street-air.schema.yaml"));
  const all = formats(payload, schema, readStreet());
  const kinds = ["single", "batch", "decodeSingle", "decode"];
  const taken = Object.fromEntries(
    Object.keys(all).map((name) => [name, Object.fromEntries(kinds.map((kind) => [kind, []]))]),
  );
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, format] of Object.entries(all)) {
      for (const kind of kinds) {
        const each = kind === "batch" || kind === "decode" ? VALUES * ROWS : VALUES;
        const ns = stretch(format[kind], each);
        // The first round warms up.
        if (round > 0) taken[name][kind].push(ns);
      }
    }
  }
  const result = {};
  console.log(
    "ns per value".padEnd(22) +
      ["encode 1", "encode 60", "decode 1", "decode 60"].map((name) => name.padStart(11)).join(""),
  );
  for (const [name, byKind] of Object.entries(taken)) {
    result[name] = Object.fromEntries(
      kinds.map((kind) => [kind, Number(median(byKind[kind]).toFixed(1))]),
    );
    console.log(
      name.padEnd(22) + kinds.map((kind) => result[name][kind].toFixed(1).padStart(11)).join(""),
    );
  }
  const { bollard, JSON: json } = result;
  const cbor = result["cbor-x structures"];
  const checks = [
    ["encode single at most 45", bollard.single <= 45],
    ["encode batched at most 30", bollard.batch <= 30],
    ["decode at most 30", bollard.decode <= 30],
    ["ahead of cbor-x structures on single encode", bollard.single < cbor.single],
    ...kinds.map((kind) => [`never behind JSON: ${kind}`, bollard[kind] <= json[kind]]),
  ];
  console.log();
  for (const [name, isMet] of checks) console.log(`${isMet ? "met   " : "missed"} ${name}`);
  const missed = checks.filter(([, isMet]) => !isMet).map(([name]) => name);
  process.exitCode = missed.length === 0 ? 0 : 1;
  console.log(JSON.stringify({ nsPerValue: result, missed }));
}

await main();
if (sink < 0) throw new Error("nothing was encoded");
