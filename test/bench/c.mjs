// `npm run -s bench:c`: what the generated C takes on small parts, for one row of six numbers and a
// time (bench/c/street-node.schema.yaml), on 60 rows of a street's recording. Ends with one JSON line.
//
// - flash and RAM: the linked image less the one without the encoder, by `size`
// - cycles and stack: avr8js, an emulated ATmega328P; the mean over the rows, and the deepest
// - nanopb, where Debian's sources and pip are within reach: the same row as Protobuf
// - zcbor, where pip reaches it: the same row as a CBOR map by names, from a CDDL file
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bootstrap, root } from "../../tools/bootstrap.mjs";
import { runFirmware } from "./c/avr-machine.mjs";
import { symbolOf, toHex, weighEncoder } from "./c/images.mjs";
import { buildNanopb } from "./c/nanopb.mjs";
import { buildZcbor } from "./c/zcbor.mjs";

const ROWS = 60;
const goals = {
  single: { flash: 380, ram: 0, stack: 32, cycles: 3400, m0: 170 },
  batch: { flash: 1150, ram: 56, stack: 80, cycles: 5200, m0: 660 },
  senml: { flash: 670, ram: 0, stack: 40, cycles: 4100, m0: 440 },
};

/** The recording's rows as the C struct has them: seconds, then six numbers of 16 bits. */
function readRows() {
  const path = join(root, "examples/street-air/data/street_pm_bme280.csv");
  const [head, ...lines] = readFileSync(path, "utf8").trim().split("\n");
  const names = head.split(",");
  return lines.slice(0, ROWS).map((line, index) => {
    const cells = Object.fromEntries(line.split(",").map((cell, at) => [names[at], Number(cell)]));
    const bytes = Buffer.alloc(16);
    bytes.writeUInt32LE(cells.t, 0);
    const tenths = (value) => Math.round(value * 10);
    const numbers = [
      tenths(cells.pm25),
      tenths(cells.pm10),
      tenths(cells.temperature),
      tenths(cells.humidity),
      tenths(cells.pressure / 100),
      // The recording has no battery: one that slowly runs down.
      Math.round(405 - index / 20),
    ];
    for (const [at, number] of numbers.entries()) bytes.writeInt16LE(number, 4 + 2 * at);
    return bytes;
  });
}

const head = `#include <stdint.h>
#include <stddef.h>
#include "street_node.h"
#if defined(__AVR__)
#include <avr/io.h>
#define MARK(number) (GPIOR0 = (number))
#else
#define MARK(number) ((void)0)
#endif
street_node_reading_t reading;
uint8_t out[512];
volatile size_t length;
`;

const encoders = {
  single: {
    main: `${head}
int main(void)
{
	for (;;) {
		MARK(1);
		MARK(2);
		length = street_node_reading_encode(&reading, out, sizeof(out));
		MARK(3);
	}
}
`,
    sources: ["street_node.c", "bollard_bits.c"],
    stubs: `#include "street_node.h"
size_t street_node_reading_encode(const street_node_reading_t *r, uint8_t *o, size_t c) { (void)r; (void)o; return c; }
`,
  },
  batch: {
    main: `${head}
street_node_batch_t batch;
int main(void)
{
	street_node_batch_start(&batch, out, sizeof(out));
	for (;;) {
		MARK(1);
		MARK(2);
		length = street_node_batch_append(&batch, &reading);
		MARK(3);
		if (length != BOLLARD_APPENDED) {
			length = street_node_batch_finish(&batch);
		}
	}
}
`,
    sources: ["street_node_batch.c", "bollard_batch.c", "bollard_bits.c"],
    stubs: `#include "street_node.h"
void street_node_batch_start(street_node_batch_t *b, uint8_t *o, size_t c) { (void)b; (void)o; (void)c; }
bollard_append_t street_node_batch_append(street_node_batch_t *b, const street_node_reading_t *r) { (void)b; (void)r; return BOLLARD_FULL; }
size_t street_node_batch_finish(street_node_batch_t *b) { (void)b; return 0; }
`,
  },
  senml: {
    main: `${head}
int main(void)
{
	for (;;) {
		MARK(1);
		MARK(2);
		length = street_node_senml_encode(&reading, NULL, out, sizeof(out));
		MARK(3);
	}
}
`,
    sources: ["street_node_senml.c", "bollard_senml.c", "bollard_bits.c"],
    stubs: `#include "street_node.h"
size_t street_node_senml_encode(const street_node_reading_t *r, const char *n, uint8_t *o, size_t c) { (void)r; (void)n; (void)o; return c; }
`,
  },
};

function measure(folder, name, { main, sources, stubs }, rows) {
  writeFileSync(join(folder, `${name}-main.c`), main);
  const avr = weighEncoder(folder, "avr", `${name}-main.c`, sources, stubs);
  const m0 = weighEncoder(folder, "m0", `${name}-main.c`, sources, stubs);
  const image = `${name}-main-avr.elf`;
  const run = runFirmware(toHex(folder, image), symbolOf(folder, image, "reading").address, rows);
  // A batch's first row is a single reading.
  const cycles = name === "batch" ? run.cycles.slice(1) : run.cycles;
  const state = name === "batch" ? symbolOf(folder, image, "batch").size : 0;
  return {
    flash: avr.flash,
    ram: avr.ram + state,
    stack: run.stack,
    cycles: Math.round(cycles.reduce((sum, each) => sum + each, 0) / cycles.length),
    m0: m0.flash,
  };
}

function show(name, figures, goal) {
  const cells = ["flash", "ram", "stack", "cycles", "m0"].map((key) => {
    const limit = goal?.[key];
    const mark = limit === undefined ? " " : figures[key] <= limit ? "✓" : "✗";
    const text = limit === undefined ? `${figures[key]}` : `${figures[key]} / ${limit} ${mark}`;
    return text.padStart(16);
  });
  process.stdout.write(`${name.padEnd(24)}${cells.join("")}\n`);
}

await bootstrap();
const { generateC } = await import("@bollard/codegen");
const { readSchemaFile } = await import("@bollard/schema/file");
const folder = mkdtempSync(join(tmpdir(), "bollard-bench-c-"));
try {
  const schema = readSchemaFile(join(root, "test/bench/c/street-node.schema.yaml"));
  for (const { path, text } of generateC([schema], { senml: true })) {
    writeFileSync(join(folder, path), text);
  }
  const rows = readRows();
  const titles = ["AVR flash, B", "RAM, B", "stack, B", "AVR cycles", "M0+ flash, B"];
  process.stdout.write(`${"".padEnd(24)}${titles.map((title) => title.padStart(16)).join("")}\n`);
  const results = {};
  const shown = { single: "single reading", batch: "batch row", senml: "SenML in CBOR" };
  for (const [name, encoder] of Object.entries(encoders)) {
    results[name] = measure(folder, name, encoder, rows);
    show(shown[name], results[name], goals[name]);
  }
  for (const [name, build] of Object.entries({ nanopb: buildNanopb, zcbor: buildZcbor })) {
    const peer = build(folder);
    if (typeof peer === "string") {
      process.stdout.write(`${name}: ${peer}\n`);
      continue;
    }
    results[name] = measure(folder, name, { ...peer, main: `${head}${peer.main}` }, rows);
    show(`${name} ${peer.version}`, results[name]);
  }
  process.stdout.write(`${JSON.stringify(results)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
