// The peer: zcbor's generated encoder for the same row.
import { execFileSync } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const VERSION = "0.9.1";

const cddl = `Street = {
  "t": uint .size 4,
  "pm25": -32768..32767,
  "pm10": -32768..32767,
  "temperature": -32768..32767,
  "humidity": -32768..32767,
  "pressure": -32768..32767,
  "battery": -32768..32767,
}
`;

const main = `
size_t zcbor_street(const street_node_reading_t *reading, uint8_t *out, size_t capacity);
int main(void)
{
	for (;;) {
		MARK(1);
		MARK(2);
		length = zcbor_street(&reading, out, sizeof(out));
		MARK(3);
	}
}
`;

const glue = `#include "street_node.h"
#include "street_encode.h"
size_t zcbor_street(const street_node_reading_t *reading, uint8_t *out, size_t capacity);
size_t zcbor_street(const street_node_reading_t *reading, uint8_t *out, size_t capacity)
{
	struct Street street;
	size_t length = 0;

	street.Street_t = reading->time_s;
	street.Street_pm25 = (int32_t)reading->pm25_deci_ug_m3;
	street.Street_pm10 = (int32_t)reading->pm10_deci_ug_m3;
	street.Street_temperature = (int32_t)reading->temperature_deci_cel;
	street.Street_humidity = (int32_t)reading->humidity_deci_percent;
	street.Street_pressure = (int32_t)reading->pressure_deci_h_pa;
	street.Street_battery = (int32_t)reading->battery_centi_v;
	return cbor_encode_Street(out, capacity, &street, &length) == 0 ? length : 0;
}
`;

const stubs = `#include "street_node.h"
size_t zcbor_street(const street_node_reading_t *r, uint8_t *o, size_t c);
size_t zcbor_street(const street_node_reading_t *r, uint8_t *o, size_t c) { (void)r; (void)o; return c; }
`;

/** Generates the encoder in a virtual environment of its own; a sentence where that cannot be. */
export function buildZcbor(folder) {
  const run = (command, args) =>
    execFileSync(command, args, { cwd: folder, stdio: "pipe", timeout: 120_000 });
  try {
    run("python3", ["-m", "venv", "venv"]);
    run("venv/bin/pip", [
      "install",
      "-q",
      "--only-binary",
      ":all:",
      `zcbor==${VERSION}`,
      "cbor2<6",
    ]);
  } catch (error) {
    return `not measured, pip does not reach it (${String(error.message).split("\n")[0]})`;
  }
  writeFileSync(join(folder, "street.cddl"), cddl);
  writeFileSync(join(folder, "zcbor_glue.c"), glue);
  const files = ["--output-c", "street_encode.c", "--output-h", "street_encode.h"];
  const types = ["--output-h-types", "street_types.h", "--copy-sources"];
  run("venv/bin/zcbor", ["code", "-c", "street.cddl", "-e", "-t", "Street", ...files, ...types]);
  const sources = ["zcbor_glue.c", "street_encode.c", "zcbor_encode.c", "zcbor_common.c"];
  if (!readdirSync(folder).includes("zcbor_encode.c"))
    return "its C sources are not where they were";
  return { version: VERSION, main, sources, stubs };
}
