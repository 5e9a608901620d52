import type { CField, CModel } from "../c/c-model.js";
import { type CText, indent, toText } from "../c/c-text.js";
import type { GeneratedFile } from "../generated-file.js";

/**
 * A host program that does with generated code what it is told on its standard input, a line a
 * call, and answers each with a line:
 *
 * - `<schema> S <capacity> <reading>`: one reading, in hexadecimal; `-` where it gives 0
 * - `<schema> K <boot> <sequence> <capacity> <reading>`: the same with a key
 * - `<schema> O <capacity>`, `<schema> P <boot> <sequence> <capacity>`: opens a batch
 * - `<schema> A <reading>`: appends to it; what append gives
 * - `<schema> F`: closes it
 * - `<schema> N <base name or -> <capacity> <reading>`: SenML
 * - `<schema> D <arrival> <payload or ->`: readings, each after a `|`, then status and offset
 *
 * Each buffer is allocated at just its capacity, so that a sanitizer sees a byte too far.
 */
export function writeHostDriver(models: readonly CModel[]): GeneratedFile[] {
  return [
    { path: "driver.h", text: driverHeader },
    { path: "driver.c", text: writeMain(models) },
    // Batches and SenML are compiled by themselves: their tables of slots have other columns.
    ...models.map((model) => ({ path: `drive_${model.name}.c`, text: writeUnit(model) })),
  ];
}

const driverHeader = `#ifndef DRIVER_H
#define DRIVER_H
#include <stdint.h>
#include <stddef.h>
char *next_word(void);
long long next_number(void);
void next_bytes(void *bytes, size_t capacity);
uint8_t *next_payload(size_t *length);
void print_payload(const uint8_t *bytes, size_t length);
#endif
`;

function writeMain(models: readonly CModel[]): string {
  return toText(
    "#include <stdio.h>",
    "#include <stdlib.h>",
    "#include <string.h>",
    '#include "driver.h"',
    "",
    models.map(({ name }) => `void drive_${name}(char call);`),
    "static void (*const drives[])(char call) = {",
    ...indent(models.map(({ name }) => `drive_${name},`)),
    "};",
    driverBody,
  );
}

const driverBody = `
char *next_word(void)
{
	char *word = strtok(NULL, " \\n");
	if (word == NULL) {
		fprintf(stderr, "a line ends too early\\n");
		exit(2);
	}
	return word;
}

long long next_number(void) { return strtoll(next_word(), NULL, 10); }

static size_t read_hex(const char *word, uint8_t *bytes, size_t capacity)
{
	size_t length = word[0] == '-' ? 0 : strlen(word) / 2;
	if (length > capacity) length = capacity;
	for (size_t index = 0; index < length; index++) {
		char digits[3] = {word[2 * index], word[2 * index + 1], 0};
		bytes[index] = (uint8_t)strtoul(digits, NULL, 16);
	}
	return length;
}

void next_bytes(void *bytes, size_t capacity) { read_hex(next_word(), bytes, capacity); }

uint8_t *next_payload(size_t *length)
{
	const char *word = next_word();
	uint8_t *bytes = malloc(strlen(word) / 2 + 1);
	uint8_t *exact;
	*length = read_hex(word, bytes, strlen(word) / 2);
	exact = malloc(*length == 0 ? 1 : *length);
	memcpy(exact, bytes, *length);
	free(bytes);
	return exact;
}

void print_payload(const uint8_t *bytes, size_t length)
{
	for (size_t index = 0; index < length; index++) printf("%02x", bytes[index]);
	puts(length == 0 ? "-" : "");
}

int main(void)
{
	static char line[1 << 18];
	while (fgets(line, sizeof(line), stdin) != NULL) {
		size_t schema = strtoul(strtok(line, " \\n"), NULL, 10);
		char call = *next_word();
		if (schema >= sizeof(drives) / sizeof(drives[0])) return 2;
		drives[schema](call);
	}
	return 0;
}`;

function fillLines({ slots, blob, blobSize }: CField): CText {
  return [
    slots.map(({ member, type, count }) =>
      count === 1
        ? `reading->${member} = (${type})next_number();`
        : `for (int i = 0; i < ${count}; i++) reading->${member}[i] = (${type})next_number();`,
    ),
    blob !== undefined && `next_bytes(reading->${blob}, ${blobSize});`,
  ];
}

function printLines({ slots, blob }: CField): CText {
  return [
    slots.map(({ member, count }) =>
      count === 1
        ? `printf(" %lld", (long long)reading->${member});`
        : `for (int i = 0; i < ${count}; i++) printf(" %lld", (long long)reading->${member}[i]);`,
    ),
    blob !== undefined && [
      `printf(reading->${slots[0]?.member} == 0 ? " -" : " ");`,
      `for (int i = 0; i < reading->${slots[0]?.member}; i++) printf("%02x", (unsigned)(uint8_t)reading->${blob}[i]);`,
    ],
  ];
}

/** All of a schema's code and what drives it, in one unit. */
function writeUnit(model: CModel): string {
  const { name, schema, fields, maskBits, maskType } = model;
  const { mode, milliseconds } = schema.time;
  const head: readonly (readonly [string, string])[] = [
    ...(mode !== "none" ? [["time_s", "uint32_t"] as const] : []),
    ...(milliseconds ? [["time_ms", "uint16_t"] as const] : []),
    ...(maskBits > 0 ? [["present", maskType] as const] : []),
  ];
  return toText(
    "#include <stdio.h>",
    "#include <stdlib.h>",
    "#include <string.h>",
    '#include "driver.h"',
    `#include "${name}.c"`,
    `#include "${name}_decode.c"`,
    "",
    `static void fill(${name}_reading_t *reading)`,
    "{",
    "\tmemset(reading, 0, sizeof(*reading));",
    ...indent(head.map(([member, type]) => `reading->${member} = (${type})next_number();`)),
    ...indent(fields.map(fillLines)),
    "}",
    "",
    `static void print(const ${name}_reading_t *reading)`,
    "{",
    ...indent(head.map(([member]) => `printf(" %lld", (long long)reading->${member});`)),
    ...indent(fields.map(printLines)),
    "}",
    writeCalls(model),
  );
}

function writeCalls({ name }: CModel): string {
  return `
void drive_${name}(char call)
{
	static ${name}_batch_t batch;
	static uint8_t *batch_out;
	${name}_reading_t reading;
	bollard_key_t key = {0, 0};
	size_t capacity;
	size_t length;
	uint8_t *out;

	switch (call) {
	case 'S':
	case 'K':
		if (call == 'K') {
			key.boot = (uint16_t)next_number();
			key.sequence = (uint32_t)next_number();
		}
		capacity = (size_t)next_number();
		fill(&reading);
		out = malloc(capacity == 0 ? 1 : capacity);
		length = call == 'S' ? ${name}_reading_encode(&reading, out, capacity)
		                     : ${name}_reading_encode_keyed(&reading, &key, out, capacity);
		print_payload(out, length);
		free(out);
		break;
	case 'O':
	case 'P':
		if (call == 'P') {
			key.boot = (uint16_t)next_number();
			key.sequence = (uint32_t)next_number();
		}
		capacity = (size_t)next_number();
		free(batch_out);
		batch_out = malloc(capacity == 0 ? 1 : capacity);
		if (call == 'O') ${name}_batch_start(&batch, batch_out, capacity);
		else ${name}_batch_start_keyed(&batch, &key, batch_out, capacity);
		puts("ok");
		break;
	case 'A':
		fill(&reading);
		printf("%d\\n", (int)${name}_batch_append(&batch, &reading));
		break;
	case 'F':
		print_payload(batch_out, ${name}_batch_finish(&batch));
		break;
	case 'N': {
		const char *base = next_word();
		capacity = (size_t)next_number();
		fill(&reading);
		out = malloc(capacity == 0 ? 1 : capacity);
		length = ${name}_senml_encode(&reading, base[0] == '-' ? NULL : base, out, capacity);
		print_payload(out, length);
		free(out);
		break;
	}
	case 'D': {
		${name}_decoder_t decoder;
		bollard_status_t status;
		uint32_t arrival = (uint32_t)next_number();
		out = next_payload(&length);
		${name}_decoder_start(&decoder, out, length, arrival);
		while ((status = ${name}_decoder_next(&decoder, &reading)) == BOLLARD_OK) {
			putchar('|');
			print(&reading);
		}
		printf("|%d %lu\\n", (int)status, (unsigned long)decoder.base.reader.offset);
		free(out);
		break;
	}
	default:
		exit(2);
	}
}`;
}
