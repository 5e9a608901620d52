// The peer: nanopb's encoder for the same row, as small as its own options make it.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const proto = `syntax = "proto3";
message Street {
  uint32 t = 1;
  int32 pm25 = 2;
  int32 pm10 = 3;
  sint32 temperature = 4;
  int32 humidity = 5;
  int32 pressure = 6;
  int32 battery = 7;
}
`;
/** Numbers of 16 bits are kept in 16 bits. */
const options = `Street.t int_size:IS_32
Street.* int_size:IS_16
`;

const main = `
size_t nanopb_street(const street_node_reading_t *reading, uint8_t *out, size_t capacity);
int main(void)
{
	for (;;) {
		MARK(1);
		MARK(2);
		length = nanopb_street(&reading, out, sizeof(out));
		MARK(3);
	}
}
`;

const glue = `#define PB_BUFFER_ONLY
#define PB_NO_ERRMSG
#define PB_WITHOUT_64BIT
#define PB_NO_STATIC_ASSERT
#include "pb_common.c"
#include "pb_encode.c"
#include "street.pb.c"
#include "street_node.h"
size_t nanopb_street(const street_node_reading_t *reading, uint8_t *out, size_t capacity);
size_t nanopb_street(const street_node_reading_t *reading, uint8_t *out, size_t capacity)
{
	Street street;
	pb_ostream_t stream = pb_ostream_from_buffer(out, capacity);

	street.t = reading->time_s;
	street.pm25 = (int16_t)reading->pm25_deci_ug_m3;
	street.pm10 = (int16_t)reading->pm10_deci_ug_m3;
	street.temperature = reading->temperature_deci_cel;
	street.humidity = (int16_t)reading->humidity_deci_percent;
	street.pressure = (int16_t)reading->pressure_deci_h_pa;
	street.battery = (int16_t)reading->battery_centi_v;
	return pb_encode(&stream, Street_fields, &street) ? stream.bytes_written : 0;
}
`;

const stubs = `#include "street_node.h"
size_t nanopb_street(const street_node_reading_t *r, uint8_t *o, size_t c);
size_t nanopb_street(const street_node_reading_t *r, uint8_t *o, size_t c) { (void)r; (void)o; return c; }
`;

/**
 * Gets the sources that Debian has, with lists of its own so that the system's stay as they are, and
 * generates the encoder; a sentence where that cannot be.
 */
export function buildNanopb(folder) {
  const at = join(folder, "nanopb");
  const run = (command, args) =>
    execFileSync(command, args, { cwd: at, stdio: "pipe", timeout: 180_000, encoding: "utf8" });
  mkdirSync(join(at, "lists/partial"), { recursive: true });
  writeFileSync(join(at, "sources.list"), "deb-src http://deb.debian.org/debian bookworm main\n");
  const apt = [
    ...["-o", `Dir::Etc::sourcelist=${at}/sources.list`, "-o", "Dir::Etc::sourceparts=/dev/null"],
    ...["-o", `Dir::State::lists=${at}/lists`],
  ];
  let source;
  try {
    run("apt-get", [...apt, "update", "-qq"]);
    run("apt-get", [...apt, "source", "-qq", "--download-only", "nanopb"]);
    const archive = readdirSync(at).find((name) => name.endsWith(".orig.tar.gz")) ?? "";
    run("tar", ["xzf", archive]);
    source = readdirSync(at).find((name) => /^nanopb-[\d.]+$/.test(name));
    if (source === undefined) return "its sources are not where they were";
    run("python3", ["-m", "venv", "venv"]);
    run("venv/bin/pip", [
      "install",
      "-q",
      "--only-binary",
      ":all:",
      "grpcio-tools",
      "setuptools<81",
    ]);
  } catch (error) {
    return `not measured, apt or pip does not reach it (${String(error.message).split("\n")[0]})`;
  }
  writeFileSync(join(at, "street.proto"), proto);
  writeFileSync(join(at, "street.options"), options);
  run("venv/bin/python", [`${source}/generator/nanopb_generator.py`, "street.proto"]);
  for (const name of ["street.pb.c", "street.pb.h"]) cpSync(join(at, name), join(folder, name));
  for (const name of ["pb.h", "pb_common.c", "pb_common.h", "pb_encode.c", "pb_encode.h"]) {
    cpSync(join(at, source, name), join(folder, name));
  }
  writeFileSync(join(folder, "nanopb_glue.c"), glue);
  return { version: source.replace("nanopb-", ""), main, sources: ["nanopb_glue.c"], stubs };
}
