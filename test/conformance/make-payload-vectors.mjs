// `npm run -s vectors`: writes the golden vectors of the payload format, test/vectors/<schema>/<case>.json.
//
// The readings are made by a generator with a fixed seed, so a second run writes the same. A diff of the
// vectors is a change of the format.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bootstrap, root } from "../../tools/bootstrap.mjs";

const vectors = join(root, "test/vectors");
const start = 1_538_352_143;

/** Whole numbers from 0 to `below` - 1, the same in every run. */
function randomFrom(seed) {
  let state = seed >>> 0;
  return (below) => {
    // xorshift32
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const hex = (bytes) => Buffer.from(bytes).toString("hex");

function toJson(value) {
  return value instanceof Uint8Array ? hex(value) : value;
}

/** JSON with one key a line, and one reading or row a line. */
function format(vector) {
  const lines = Object.entries(vector).map(([key, value]) => {
    if (!Array.isArray(value)) return `  ${JSON.stringify(key)}: ${JSON.stringify(value)}`;
    const items = value.map((item) => `    ${JSON.stringify(item)}`);
    return `  ${JSON.stringify(key)}: [\n${items.join(",\n")}\n  ]`;
  });
  return `{\n${lines.join(",\n")}\n}\n`;
}

class Maker {
  #payload;
  #schemaPackage;
  #schema;
  #path;
  #codec;
  #random;

  constructor(payload, schemaPackage, schema, path) {
    this.#payload = payload;
    this.#schemaPackage = schemaPackage;
    this.#schema = schema;
    this.#path = path;
    this.#codec = payload.compileSchema(schema);
    this.#random = randomFrom(schema.id * 7919);
    rmSync(join(vectors, schema.name), { recursive: true, force: true });
    mkdirSync(join(vectors, schema.name));
  }

  #write(name, vector) {
    const file = join(vectors, this.#schema.name, `${name}.json`);
    writeFileSync(file, format(vector));
  }

  /** A value at a place of its range: 0 the lowest, 1 the highest. */
  #at(field, place) {
    const { stepsOf, positionStepsOf, valueOfStep } = this.#schemaPackage;
    const value = (steps) => valueOfStep(steps, Math.round(place * steps.last));
    switch (field.kind) {
      case "quantity":
      case "counter":
      case "duration":
        return value(stepsOf(field));
      case "array":
        return Array.from({ length: field.length }, () => value(stepsOf(field)));
      case "position": {
        const { latitude, longitude, altitude } = positionStepsOf(field);
        const ground = { latitude: value(latitude), longitude: value(longitude) };
        return altitude === undefined ? ground : { ...ground, altitude: value(altitude) };
      }
      case "boolean":
        return place >= 0.5;
      case "enum":
        return field.values[Math.round(place * (field.values.length - 1))];
      case "flags":
        return place >= 0.5 ? [...field.flags] : [];
      case "text":
        return place >= 0.5 ? "é€😀".padEnd(field.maxBytes - 6, "x") : "";
      case "bytes":
        return new Uint8Array(place >= 0.5 ? field.maxBytes : 0).fill(0xa5);
    }
  }

  /** A value near another: the same, a few steps away, now and then far away. */
  #near(field, value) {
    const { stepsOf, positionStepsOf, stepOfValue, valueOfStep } = this.#schemaPackage;
    const move = (steps, number) => {
      const kind = this.#random(8);
      if (kind < 2) return number;
      const reach = kind < 7 ? 9 : Math.min(steps.last, 2000);
      const size = this.#random(2 * reach + 1) - reach;
      const step = stepOfValue(steps, number) + size;
      return valueOfStep(steps, Math.max(0, Math.min(steps.last, step)));
    };
    switch (field.kind) {
      case "quantity":
      case "duration":
        return move(stepsOf(field), value);
      case "counter":
        return (value + this.#random(40)) % 2 ** field.bits;
      case "array":
        return value.map((element) => move(stepsOf(field), element));
      case "position": {
        const parts = positionStepsOf(field);
        const entries = Object.entries(value);
        return Object.fromEntries(entries.map(([name, part]) => [name, move(parts[name], part)]));
      }
      case "boolean":
        return this.#random(4) === 0 ? !value : value;
      case "enum":
        return this.#random(4) === 0 ? field.values[this.#random(field.values.length)] : value;
      case "flags":
        return this.#random(4) === 0 ? field.flags.filter(() => this.#random(2) === 0) : value;
      case "text":
        return this.#random(4) === 0 ? `v1.${this.#random(30)}`.slice(0, field.maxBytes) : value;
      case "bytes":
        return this.#random(4) === 0
          ? Uint8Array.from({ length: this.#random(field.maxBytes + 1) }, () => this.#random(256))
          : value;
    }
  }

  #reading(time, valueAt) {
    const values = Object.fromEntries(
      this.#schema.fields.map((field, index) => [field.name, valueAt(field, index)]),
    );
    return { time, values };
  }

  /** Readings that follow one another, as a street gives them. */
  walk(count, missing = true) {
    const interval = this.#schema.reportInterval ?? 60;
    const readings = [this.#reading(start, (field) => this.#at(field, 0.25))];
    const known = { ...readings[0].values };
    while (readings.length < count) {
      const late = this.#random(5) === 0 ? this.#random(3) - 1 : 0;
      const time = readings.at(-1).time + interval + late;
      readings.push(
        this.#reading(time, (field) => {
          known[field.name] = this.#near(field, known[field.name]);
          const isMissing = missing && field.optional && this.#random(6) === 0;
          return isMissing ? null : known[field.name];
        }),
      );
    }
    return readings;
  }

  flat(count, place) {
    const interval = this.#schema.reportInterval ?? 60;
    const readings = Array.from({ length: count }, (_, row) =>
      this.#reading(start + row * interval, (field) => this.#at(field, place(row))),
    );
    return readings;
  }

  without(reading, isMissing) {
    const values = { ...reading.values };
    for (const [index, field] of this.#schema.fields.entries()) {
      if (field.optional && isMissing(index)) values[field.name] = null;
    }
    return { ...reading, values };
  }

  /** Encodes readings and writes the vector; more than one are a batch. */
  add(name, about, readings, options = {}) {
    const { compileSchema, BatchEncoder } = this.#payload;
    const { key, form = readings.length > 1 ? "batch" : "single", ...rest } = options;
    const mode = rest.timeMode ?? this.#schema.time.mode;
    const given = readings.map(({ time, values }) =>
      mode === "none" ? { values } : { time, values },
    );
    let bytes;
    if (form === "single") {
      bytes = compileSchema(this.#schema).encode(given[0], { ...rest, key });
    } else {
      const encoder = new BatchEncoder(this.#schema, rest);
      encoder.open(new Uint8Array(60_000), key);
      for (const reading of given) {
        if (!encoder.append(reading)) throw new Error(`${name}: a row does not fit`);
      }
      bytes = encoder.close().slice();
    }
    const arrival = start + 100;
    const decoded = this.#codec.decode(bytes, { arrival });
    this.#write(name, {
      about,
      schema: this.#path,
      bytes: hex(bytes),
      form,
      timeMode: decoded.timeMode,
      milliseconds: decoded.milliseconds,
      schemaId: decoded.schemaId !== undefined,
      key: decoded.key ?? null,
      arrival,
      readings: decoded.readings.map(({ time = null, values }) => ({
        time,
        values: Object.fromEntries(
          Object.entries(values).map(([key, value]) => [key, toJson(value)]),
        ),
      })),
      rows: decoded.readings.map((reading) => this.#rowOf(reading)),
    });
    return bytes;
  }

  #rowOf({ time = 0, values }) {
    const fields = this.#schema.fields.map((field) => {
      const value = values[field.name];
      return value === null ? null : this.#slotsOf(field, value);
    });
    return { time: Math.round(time * 1000), fields };
  }

  #slotsOf(field, value) {
    const { stepsOf, positionStepsOf, stepOfValue } = this.#schemaPackage;
    switch (field.kind) {
      case "quantity":
      case "counter":
      case "duration":
        return [stepOfValue(stepsOf(field), value)];
      case "array":
        return value.map((element) => stepOfValue(stepsOf(field), element));
      case "position": {
        const parts = positionStepsOf(field);
        return Object.entries(value).map(([name, part]) => stepOfValue(parts[name], part));
      }
      case "boolean":
        return [value ? 1 : 0];
      case "enum":
        return [field.values.indexOf(value)];
      case "flags":
        return [
          field.flags.reduce((set, flag, bit) => set + (value.includes(flag) ? 2 ** bit : 0), 0),
        ];
      case "text":
        return [Buffer.byteLength(value), hex(Buffer.from(value))];
      case "bytes":
        return [value.length, hex(value)];
    }
  }

  /** A message that must be refused; the decoder says with what. */
  refuse(name, about, bytes, code, options = {}) {
    const { arrival = start + 100 } = options;
    try {
      this.#codec.decode(bytes, arrival === null ? {} : { arrival });
    } catch (error) {
      if (error.code !== code) throw new Error(`${name}: ${error.code}, not ${code}`);
      const { offset } = error;
      const vector = {
        about,
        schema: this.#path,
        bytes: hex(bytes),
        arrival,
        error: { code, offset },
      };
      this.#write(`error-${name}`, vector);
      return;
    }
    throw new Error(`${name} is not refused`);
  }
}

const key = { boot: 3, sequence: 258 };

/** The cases that every schema has. */
function makeUsual(maker, schema) {
  const [first] = maker.walk(1);
  maker.add("single", "one reading", [first]);
  maker.add(
    "lowest",
    "every value at the lower end of its range",
    maker.flat(1, () => 0),
  );
  maker.add(
    "highest",
    "every value at the upper end of its range",
    maker.flat(1, () => 1),
  );
  maker.add("key", "one reading with a key", [first], { key });
  maker.add("no-id", "one reading without schema id", [first], { schemaId: false });
  maker.add("no-time", "one reading without a time", [first], { timeMode: "none" });
  maker.add("time-16", "one reading with the low 16 bits of its time", [first], { timeMode: "16" });
  maker.add("uptime", "one reading since a boot", [{ ...first, time: 90_061 }], {
    timeMode: "uptime",
  });
  maker.add("batch", "twenty readings, some values missing where they may be", maker.walk(20));
  maker.add("batch-key", "a batch with a key and without schema id", maker.walk(3), {
    key,
    schemaId: false,
  });
  maker.add("batch-one", "a batch of one row", [first], { form: "batch" });
  maker.add(
    "batch-same",
    "twelve rows in which nothing changes",
    maker.flat(12, () => 0.5),
  );
  maker.add(
    "batch-extremes",
    "from one end of each range to the other, and back",
    maker.flat(8, (row) => row % 2),
  );
  maker.add("batch-no-time", "a batch without times", maker.walk(6), { timeMode: "none" });
  maker.add("batch-time-16", "a batch with the low 16 bits of its first time", maker.walk(6), {
    timeMode: "16",
  });
  maker.add("batch-full", "255 rows", maker.walk(255));
  const odd = maker.walk(9).map((reading, row) => {
    return {
      ...reading,
      time: start + [0, 1, 2, 5000, 5001, 4990, 4990, 9000, 4_294_967_295 - start][row],
    };
  });
  if (!schema.time.milliseconds)
    maker.add("batch-odd-times", "times far apart, twice the same, and one before", odd);
  maker.add(
    "batch-milliseconds",
    "times with milliseconds",
    maker.walk(8).map((reading, row) => ({
      ...reading,
      time: Math.round(reading.time * 1000 + [0, 0, 3, 2, 500, 499, 501, 7][row]) / 1000,
    })),
    { milliseconds: true, ...(schema.time.mode === "none" ? { timeMode: "absolute" } : {}) },
  );
  if (!schema.fields.some(({ optional }) => optional)) return;
  maker.add("missing", "nothing is there that may be missing", [maker.without(first, () => true)]);
  const walk = maker.walk(8, false);
  maker.add(
    "batch-missing",
    "what may be missing is missing at first, then by turns",
    walk.map((reading, row) =>
      maker.without(reading, (index) => row === 0 || (index + row) % 3 === 0),
    ),
  );
}

/** The worked examples of the document, and what must be refused. */
function makeStreetAir(maker) {
  const reading = (seconds, pm25, pm10, temperature, humidity, pressure) => ({
    time: start + seconds,
    values: { pm25, pm10, temperature, humidity, pressure },
  });
  const first = reading(0, 1.3, 7.3, 7, 74.7, 102240);
  const single = maker.add("single", "the document's section 12.1", [first]);
  maker.add("key", "the same with a key: the document's section 12.1", [first], { key });
  maker.add(
    "time-16",
    "without schema id, with 16 bits of the time: the document's section 12.1",
    [first],
    { timeMode: "16", schemaId: false },
  );
  const batch = maker.add("batch", "four rows: the document's section 12.2", [
    first,
    reading(147, 1.2, 6.2, 7, 74.3, 102240),
    reading(295, 1.9, 10.5, 7, 74.9, 102240),
    reading(443, 1.6, null, 7, 74.6, 102240),
  ]);
  const changed = (bytes, changes) => {
    const copy = Uint8Array.from(bytes);
    for (const [index, byte] of Object.entries(changes)) copy[index] = byte;
    return copy;
  };
  maker.refuse("empty", "no byte at all", new Uint8Array(0), "PAYLOAD_TRUNCATED");
  maker.refuse("no-id", "the schema id is cut off", single.subarray(0, 1), "PAYLOAD_TRUNCATED");
  maker.refuse(
    "half-id",
    "half of a schema id of two bytes",
    Uint8Array.of(0x14, 0x81),
    "PAYLOAD_TRUNCATED",
  );
  maker.refuse(
    "no-key",
    "the key is cut off",
    Uint8Array.of(0x16, 1, 3, 0, 2),
    "PAYLOAD_TRUNCATED",
  );
  maker.refuse(
    "no-row-count",
    "a batch without its row count",
    batch.subarray(0, 2),
    "PAYLOAD_TRUNCATED",
  );
  maker.refuse(
    "cut",
    "a single reading without its last byte",
    single.subarray(0, -1),
    "PAYLOAD_TRUNCATED",
  );
  maker.refuse(
    "cut-batch",
    "a batch cut within its third row",
    batch.subarray(0, 19),
    "PAYLOAD_TRUNCATED",
  );
  maker.refuse(
    "more-rows",
    "a row count above what is there",
    changed(batch, { 2: 9 }),
    "PAYLOAD_TRUNCATED",
  );
  maker.refuse(
    "fewer-rows",
    "a row count below what is there, and bits of the next row in the last byte",
    changed(batch, { 2: 3 }),
    "PAYLOAD_BAD_PADDING",
  );
  maker.refuse(
    "trailing",
    "a byte too many",
    Uint8Array.of(...single, 0),
    "PAYLOAD_TRAILING_BYTES",
  );
  maker.refuse(
    "trailing-batch",
    "a byte too many behind a batch",
    Uint8Array.of(...batch, 0),
    "PAYLOAD_TRAILING_BYTES",
  );
  maker.refuse(
    "padding",
    "a bit behind the last row",
    changed(single, { 14: 1 }),
    "PAYLOAD_BAD_PADDING",
  );
  maker.refuse(
    "padding-batch",
    "a bit behind the last row of a batch",
    changed(batch, { 23: batch[23] | 1 }),
    "PAYLOAD_BAD_PADDING",
  );
  maker.refuse("protected", "form 2", changed(single, { 0: 0x94 }), "PAYLOAD_PROTECTED");
  maker.refuse("reserved-form", "form 3", changed(single, { 0: 0xd4 }), "PAYLOAD_RESERVED_FORM");
  maker.refuse(
    "reserved-bit",
    "bit 0 of the format byte",
    changed(single, { 0: 0x15 }),
    "PAYLOAD_RESERVED_BIT",
  );
  maker.refuse(
    "milliseconds-of-nothing",
    "milliseconds in time mode none",
    changed(single, { 0: 0x0c }),
    "PAYLOAD_RESERVED_BIT",
  );
  maker.refuse("id-0", "schema id 0", changed(single, { 1: 0 }), "PAYLOAD_BAD_SCHEMA_ID");
  maker.refuse(
    "long-id",
    "schema id 1 in two bytes",
    Uint8Array.of(0x14, 0x80, 0x01, ...single.subarray(2)),
    "PAYLOAD_BAD_SCHEMA_ID",
  );
  maker.refuse(
    "other-schema",
    "the id of another schema",
    changed(single, { 1: 2 }),
    "PAYLOAD_WRONG_SCHEMA",
  );
  maker.refuse("no-rows", "a batch of no rows", changed(batch, { 2: 0 }), "PAYLOAD_BAD_ROW_COUNT");
  maker.refuse(
    "step",
    "a number above its last step",
    Uint8Array.of(0x04, 1, 0x87, 0xff, 0xf0),
    "PAYLOAD_STEP_ABOVE_RANGE",
  );
  // Means quiet: only the temperature is there; then 16 ones and 11 more are a number above 1250.
  maker.refuse(
    "step-batch",
    "what is left of a guess above its last step",
    Uint8Array.of(0x44, 1, 2, 0x20, 0, 0b10111111, 0xff, 0xff, 0xff, 0xff),
    "PAYLOAD_STEP_ABOVE_RANGE",
  );
  maker.refuse(
    "no-arrival",
    "a 16-bit time without an arrival",
    Uint8Array.of(0x24, 1, ...single.subarray(4)),
    "PAYLOAD_NO_ARRIVAL",
    { arrival: null },
  );
}

function makeMovingSensor(maker) {
  const [first] = maker.walk(1, false);
  const single = maker.add("milliseconds", "half a second", [{ ...first, time: start + 0.5 }]);
  const broken = Uint8Array.from(single);
  // Ten ones where the milliseconds are: 1023.
  broken[6] |= 0xff;
  broken[7] |= 0xc0;
  maker.refuse("milliseconds", "1023 milliseconds", broken, "PAYLOAD_BAD_MILLISECONDS");
  const batch = maker.add("batch-back", "ten seconds back", [
    { ...first, time: start + 10 },
    { ...first, time: start },
  ]);
  const early = Uint8Array.from(batch);
  early.fill(0, 3, 8);
  early[8] &= 0x3f;
  maker.refuse("time-below-0", "a row ten seconds before 1970", early, "PAYLOAD_TIME_OUT_OF_RANGE");
  // Of a quiet row not even the time is written.
  const still = maker.add("batch-still", "two rows ten seconds apart", [
    { ...first, time: start },
    { ...first, time: start + 10 },
  ]);
  const late = Uint8Array.from(still);
  late.fill(0xff, 3, 7);
  maker.refuse("time-above", "a row behind the last second", late, "PAYLOAD_TIME_OUT_OF_RANGE");
}

function makeNodeHealth(maker, schema) {
  const [first] = maker.walk(1, false);
  const text = "é";
  const values = { ...first.values, firmware: text };
  const single = maker.add("text", "a text of two bytes", [{ ...first, values }]);
  const found = hex(single);
  // The text starts within a byte, so its bits are looked for in all of them.
  const bits = [...single].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  const place = bits.indexOf("1100001110101001");
  if (place < 0) throw new Error(`no text in ${found} of ${schema.name}`);
  const broken = `${bits.slice(0, place)}11111111${bits.slice(place + 8)}`;
  const bytes = Uint8Array.from(broken.match(/.{8}/g), (byte) => Number.parseInt(byte, 2));
  maker.refuse("text", "a text that is no UTF-8", bytes, "PAYLOAD_BAD_TEXT");
}

async function main() {
  await bootstrap();
  const payload = await import("@bollard/payload");
  const schemaPackage = await import("@bollard/schema");
  const { readSchemaFile } = await import("@bollard/schema/file");
  const paths = [
    "examples/street-air/street-air.schema.yaml",
    ...readdirSync(join(root, "examples/schemas"))
      .filter((name) => name.endsWith(".schema.yaml"))
      .map((name) => `examples/schemas/${name}`),
    "test/vectors/schemas/every-kind.schema.yaml",
  ];
  for (const path of paths) {
    const schema = readSchemaFile(join(root, path));
    const maker = new Maker(payload, schemaPackage, schema, path);
    makeUsual(maker, schema);
    if (schema.name === "street-air") makeStreetAir(maker);
    if (schema.name === "moving-sensor") makeMovingSensor(maker);
    if (schema.name === "node-health") makeNodeHealth(maker, schema);
    console.log(`${schema.name}: ${readdirSync(join(vectors, schema.name)).length} vectors`);
  }
}

await main();
