import type { SensorSchema } from "@bollard/schema";
import { type CModel, type CSlot, modelOf } from "../c/c-model.js";
import { toWord } from "../c/c-names.js";
import { generateC } from "../c/generate-c.js";
import type { GeneratedFile } from "../generated-file.js";

/** What a sketch is made from beside its schema. */
export interface SketchOptions {
  /** Who the node says it is: 1 to 64 bytes of ASCII. */
  readonly nodeId: string;
  /** Between two readings, s. */
  readonly everyS: number;
  /** The C half of the serial link: name to text of its files. */
  readonly link: Readonly<Record<string, string>>;
}

/** HELLO before the node id, and its schema behind the firmware. */
const HELLO_HEAD_BYTES = 20;
const HELLO_SCHEMA_BYTES = 11;
const FIRMWARE = "1.0";
const FIRST_ANALOG_PINS = 6;

/**
 * A sketch for an Arduino that reports readings of a schema over its serial port, with all that it
 * includes below `src/`. It reads its analog pins until real sensors are put in their place.
 */
export function arduinoSketch(
  schema: SensorSchema,
  options: SketchOptions,
): readonly GeneratedFile[] {
  const name = toWord(schema.name);
  const model = modelOf(schema, name);
  const folder = `firmware/${name}`;
  return [
    { path: `${folder}/${name}.ino`, text: sketchOf(model, options) },
    ...generateC([schema]).map(({ path, text }) => ({ path: `${folder}/src/${path}`, text })),
    ...Object.entries(options.link).map(([path, text]) => ({
      path: `${folder}/src/${path}`,
      text: path === "bollard_link_config.h" ? configured(text, model, options) : text,
    })),
  ];
}

/** The link's sizes for this node: it is told the time, and its HELLO fits. */
function configured(text: string, { maxRowBits }: CModel, { nodeId }: SketchOptions): string {
  const hello = HELLO_HEAD_BYTES + nodeId.length + 1 + FIRMWARE.length + 1 + HELLO_SCHEMA_BYTES;
  const payload = Math.ceil(maxRowBits / 8) + 16;
  const set = (given: string, key: string, value: number) =>
    given.replace(new RegExp(`(#define ${key}) \\d+`), `$1 ${value}`);
  return [
    ["BOLLARD_LINK_TIME", 1] as const,
    ["BOLLARD_LINK_HELLO_BYTES", Math.max(64, hello)] as const,
    ["BOLLARD_LINK_MAX_PAYLOAD", Math.min(240, Math.max(48, payload))] as const,
  ].reduce((given, [key, value]) => set(given, key, value), text);
}

function sketchOf(model: CModel, { nodeId, everyS }: SketchOptions): string {
  const { schema, name, macro, fingerprint } = model;
  const letters = (text: string) => [...text].map((letter) => `'${letter}'`).join(", ");
  const layout = fingerprint.match(/../g)?.map((byte) => `0x${byte}`) ?? [];
  const hasTime = schema.time.mode === "absolute" || schema.time.mode === "16";
  const time = hasTime
    ? "\treading->time_s = unix_s + (millis() - unix_ms) / 1000;\n"
    : schema.time.mode === "uptime"
      ? "\treading->time_s = millis() / 1000;\n"
      : "";
  return `/*
 * ${schema.title ?? schema.name}: a reading every ${everyS} s over the serial port, to a Bollard bridge.
 *
 * Each reading is kept in memory until the bridge has it on its disk, and sent again as often as that
 * takes. Payload and link are in src/; they come from ${schema.name}.schema.yaml, so change that and make
 * them anew: bollard generate c ${schema.name}.schema.yaml -o firmware/${name}/src
 */
#include "src/${name}.h"
#include "src/bollard_link.h"

const unsigned long EVERY_MS = ${everyS * 1000}UL;

/* Who this node is: head, id, version of this sketch, and the schema that it speaks. */
uint8_t bollard_link_hello[BOLLARD_LINK_HELLO_BYTES] = {
	BOLLARD_LINK_HELLO_HEAD,
	${nodeId.length}, ${letters(nodeId)},
	${FIRMWARE.length}, ${letters(FIRMWARE)},
	1, BOLLARD_LINK_SCHEMA_ID(${macro}_SCHEMA_ID), ${layout.join(", ")},
};

/* What time it was when: the bridge tells. */
static uint32_t unix_s, unix_ms;

uint32_t bollard_link_millis(void) { return millis(); }

void bollard_link_write(const uint8_t *bytes, uint8_t count) { Serial.write(bytes, count); }

void bollard_link_time(const uint8_t *answer)
{
	uint16_t part;
	uint32_t seconds = bollard_link_unix_time(answer, &part);
	if (seconds == 0) return;
	unix_s = seconds;
	unix_ms = millis() - part;
}

/* Your sensors: put what they measure in place of analogRead. A member counts steps of the resolution, as
   its name says: 21.5 degrees in temperature_deci_cel are 215. */
static void measure(${name}_reading_t *reading)
{
${time}${membersOf(model)}}

void setup()
{
	Serial.begin(115200);
	bollard_link_begin(0, 0); /* the bridge numbers the starts */
}

void loop()
{
	static unsigned long due;
	while (Serial.available() > 0) bollard_link_receive((uint8_t)Serial.read());
	bollard_link_poll();
	if (${hasTime ? "unix_s == 0 || " : ""}(long)(millis() - due) < 0) return;
	due = millis() + EVERY_MS;

	static ${name}_reading_t reading;
	uint8_t payload[BOLLARD_LINK_MAX_PAYLOAD];
	measure(&reading);
	size_t size = ${name}_reading_encode(&reading, payload, sizeof payload);
	if (size > 0) bollard_link_offer(payload, (uint8_t)size, false);
}
`;
}

/**
 * Which analog pin stands for which number in the sketch, until a sensor takes its place.
 *
 * @returns pins such as `A0`, used again from the first where there are more numbers than pins
 */
export function sketchPins(
  schema: SensorSchema,
): readonly { readonly pin: string; readonly field: string }[] {
  return pinsOf(modelOf(schema, toWord(schema.name))).map(({ pin, slot }) => ({
    pin,
    field: slot.field.field.name,
  }));
}

function pinsOf({ slots }: CModel): readonly { readonly pin: string; readonly slot: CSlot }[] {
  return slots
    .filter((slot) => isMeasured(slot))
    .map((slot, index) => ({ pin: `A${index % FIRST_ANALOG_PINS}`, slot }));
}

function membersOf(model: CModel): string {
  const { fields, macro, name } = model;
  const lines = pinsOf(model).map(({ pin, slot: { member } }) => {
    const range = `${macro}_${member.toUpperCase()}`;
    return `\treading->${member} = map(analogRead(${pin}), 0, 1023, ${range}_MIN, ${range}_MAX);`;
  });
  const there = fields.filter(
    ({ has, slots: own }) => has !== undefined && own.some((slot) => isMeasured(slot)),
  );
  const present = there.map(({ has }) => `${macro}_${has}`).join(" | ");
  const mask = fields.some(({ has }) => has !== undefined)
    ? [`\treading->present = ${present || "0"};`]
    : [];
  const all = [...lines, ...mask];
  if (all.length === 0) all.push(`\t(void)reading; /* ${name} has no number: fill it in here */`);
  return `${all.join("\n")}\n`;
}

function isMeasured({ field: { field }, count }: CSlot): boolean {
  return field.kind === "quantity" && count === 1;
}
