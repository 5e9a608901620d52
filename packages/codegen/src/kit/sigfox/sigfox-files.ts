import { layoutOf } from "@bollard/payload";
import type { SensorSchema } from "@bollard/schema";
import { timeBits } from "../../c/c-header-bytes.js";
import { decoderTable } from "../../decoder/decoder-table.js";
import { jsTable } from "../../decoder/js-literal.js";
import type { GeneratedFile } from "../../generated-file.js";
import { runtimeText } from "../../runtime-text.js";

/** The most that a Sigfox uplink carries. */
export const SIGFOX_BYTES = 12;

const FORMAT_BITS = 8;
const MILLISECOND_BITS = 10;

/**
 * The most bytes that one reading takes where the device type tells the schema, and the network numbers
 * the messages: without schema id and key.
 *
 * @see docs/payload-format.md
 */
export function sigfoxBytes(schema: SensorSchema): number {
  const { mode, milliseconds } = schema.time;
  const bits = timeBits(mode) + (milliseconds ? MILLISECOND_BITS : 0);
  return Math.ceil((FORMAT_BITS + bits + layoutOf(schema).maxRowBits) / 8);
}

/**
 * The profile of a schema whose readings fit into one uplink: a callback for the device type, and a
 * function that reads what it posts. None where a reading may be longer than 12 bytes.
 */
export function sigfoxFiles(schema: SensorSchema): readonly GeneratedFile[] {
  const bytes = sigfoxBytes(schema);
  if (bytes > SIGFOX_BYTES) return [];
  const table = decoderTable(schema);
  const callback = {
    channel: "URL",
    callbackType: 0,
    callbackSubtype: 2,
    enabled: true,
    sendDuplicate: false,
    url: "https://city.example/sigfox",
    httpMethod: "POST",
    contentType: "application/json",
    bodyTemplate: `{"device":"{device}","time":{time},"seqNumber":{seqNumber},"data":"{data}","schema":"${schema.name}"}`,
  };
  return [
    { path: "sigfox/callback.json", text: `${JSON.stringify(callback, undefined, 2)}\n` },
    {
      path: "sigfox/decoder.js",
      text: `// ${schema.name}, version ${schema.version}, layout ${table.fingerprint}: reads what callback.json posts.
// A reading takes at most ${bytes} of ${SIGFOX_BYTES} bytes, sent without the schema's id and without a key.
// Made by Bollard, Apache-2.0. Do not edit: make it anew.
var SCHEMA = ${jsTable(table)};

// In: the callback's JSON. Out: device, time and the fields by name. Throws what cannot be read.
function decode(message) {
	var hex = String(message.data), bytes = [], i, name;
	if (!/^([0-9a-fA-F]{2})+$/.test(hex)) throw new Error("data is not hexadecimal: " + hex);
	for (i = 0; i < hex.length; i += 2) bytes.push(parseInt(hex.substr(i, 2), 16));
	var read = bollardDecode(SCHEMA, bytes, Number(message.time));
	var reading = read.readings[0];
	var isDated = read.timeMode === "absolute" || read.timeMode === "16";
	var time = isDated ? reading.time : Number(message.time);
	var answer = { device: message.device, time: new Date(Math.round(time * 1000)).toISOString() };
	for (name in reading.values) if (reading.values[name] !== null) answer[name] = reading.values[name];
	return answer;
}

${runtimeText("bollard_decoder.js", [table])}`,
    },
  ];
}
