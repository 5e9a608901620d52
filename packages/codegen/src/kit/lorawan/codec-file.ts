import type { SensorSchema } from "@bollard/schema";
import { commandTables, type DecoderTable, decoderTable } from "../../decoder/decoder-table.js";
import { jsTable } from "../../decoder/js-literal.js";
import { CodegenError } from "../../error.js";
import { runtimeText } from "../../runtime-text.js";
import { normalizedFields } from "./normalized.js";

/** What a codec is made for. */
export interface LorawanCodecOptions {
  /** The port that stands for the schema where a payload does not name it, 1 to 223. */
  readonly port: number;
  /** The port that commands go down on, 1 to 223. */
  readonly commandPort: number;
}

/** Members of an answer beside the fields; a schema has no field named `time`. */
const TAKEN: ReadonlySet<string> = new Set(["uptime", "readings"]);

/**
 * One codec for every network server that follows LoRa Alliance TS013: ES5, without an import.
 *
 * @throws CodegenError `CODEGEN_NAME_TAKEN` for a field with the name of a member of the answer
 */
export function lorawanCodec(schema: SensorSchema, options: LorawanCodecOptions): string {
  const taken = schema.fields.find(({ name }) => TAKEN.has(name));
  if (taken) {
    const message = `the codec's answers have a member "${taken.name}" of their own; name the field otherwise`;
    throw new CodegenError("CODEGEN_NAME_TAKEN", `${schema.name}.${taken.name}`, message);
  }
  const table = decoderTable(schema);
  const commands = commandTables(schema);
  return [
    banner(schema, table.fingerprint, options),
    `var PORT = ${options.port};`,
    `var SCHEMA = ${jsTable(table)};`,
    "",
    decodeUplink,
    ...normalizeUplink(schema),
    ...(commands.length > 0 ? downlinks(commands, options.commandPort) : []),
    rows,
    "// The payload format, without what only people need: packages/codegen/runtime/bollard_decoder.js.",
    compactRuntime("bollard_decoder", [table, ...commands]),
    ...(commands.length > 0 ? [compactRuntime("bollard_encoder", commands)] : []),
  ].join("\n");
}

/** The kinds of fields that the smaller runtimes know. */
const NUMBERS: ReadonlySet<string> = new Set(["quantity", "counter", "duration", "boolean"]);

function compactRuntime(name: string, tables: readonly DecoderTable[]): string {
  const isPlain = tables.every(({ fields }) => fields.every(({ kind }) => NUMBERS.has(kind)));
  return runtimeText(`${name}.${isPlain ? "numbers" : "compact"}.js`, []);
}

function banner(schema: SensorSchema, fingerprint: string, { port }: LorawanCodecOptions): string {
  const { name, version } = schema;
  return `// ${name}, version ${version}: a codec for The Things Stack, ChirpStack v4 and any other server with
// codecs as in LoRa Alliance TS013. Layout ${fingerprint}. Made by Bollard, Apache-2.0.
// Port ${port} stands for the schema where a payload does not name it. Do not edit: make it anew.
`;
}

const decodeUplink = `function decodeUplink(input) {
	try {
		if (!(input.bytes[0] & 4) && input.fPort !== PORT) {
			throw new Error("fPort " + input.fPort + " is not " + PORT);
		}
		var at = input.recvTime ? new Date(input.recvTime).getTime() / 1000 : NaN;
		var all = rowsOf(bollardDecode(SCHEMA, input.bytes, at)), newest = all[0], data = {}, i;
		for (i = 1; i < all.length; i++) if (all[i].time === undefined || all[i].time >= newest.time) newest = all[i];
		for (i in newest) data[i] = newest[i];
		if (all.length > 1) data.readings = all;
		return { data: data };
	} catch (error) {
		return { errors: [SCHEMA.name + ": " + error.message] };
	}
}
`;

const rows = `// Readings as flat objects; what was not measured is not there, and bytes are hexadecimal.
function rowsOf(message) {
	var all = [], i, name;
	for (i = 0; i < message.readings.length; i++) {
		var reading = message.readings[i], row = {};
		if (message.timeMode === "uptime") row.uptime = reading.time;
		else if (reading.time !== undefined) row.time = new Date(Math.round(reading.time * 1000)).toISOString();
		for (name in reading.values) if (reading.values[name] !== null) row[name] = reading.values[name];
		all.push(row);
	}
	return all;
}
`;

function normalizeUplink(schema: SensorSchema): string[] {
  const fields = normalizedFields(schema);
  if (fields.length === 0) return [];
  const lines = fields.map(
    ({ field, group, name, factor, offset, min, max }) =>
      `\t${JSON.stringify([field, group, name, factor, offset, min, max])}`,
  );
  return [
    `// field, group, name, factor, offset, least, most
var NORMALIZED = [
${lines.join(",\n")}
];

function normalizeUplink(input) {
	var all = input.data.readings || [input.data], data = [];
	for (var i = 0; i < all.length; i++) {
		var row = {};
		if (all[i].time) row.time = all[i].time;
		for (var n = 0; n < NORMALIZED.length; n++) {
			var to = NORMALIZED[n], value = all[i][to[0]];
			if (value === undefined) continue;
			value = Math.round((value * to[3] + to[4]) * 1e6) / 1e6;
			if (value < to[5] || value > to[6]) continue;
			row[to[1]] = row[to[1]] || {};
			row[to[1]][to[2]] = value;
		}
		data.push(row);
	}
	return { data: data };
}
`,
  ];
}

function downlinks(commands: readonly Parameters<typeof jsTable>[0][], port: number): string[] {
  const tables = commands.map((table) => `${JSON.stringify(table.name)}: ${jsTable(table)}`);
  return [
    `var COMMAND_PORT = ${port};
var COMMANDS = {
${tables.join(",\n")}
};

// { "command": "…" } and the values of its fields.
function encodeDownlink(input) {
	try {
		var names = [], name, command = input.data.command;
		for (name in COMMANDS) names.push(name);
		if (names.indexOf(command) < 0) throw new Error("command is " + command + "; there are " + names.join(", "));
		return { bytes: bollardEncode(COMMANDS[command], input.data), fPort: COMMAND_PORT };
	} catch (error) {
		return { bytes: [], fPort: COMMAND_PORT, errors: [error.message] };
	}
}

function decodeDownlink(input) {
	for (var name in COMMANDS) {
		try {
			var data = rowsOf(bollardDecode(COMMANDS[name], input.bytes))[0];
			data.command = name;
			return { data: data };
		} catch (error) {
			if (error.code !== "PAYLOAD_WRONG_SCHEMA") return { errors: [name + ": " + error.message] };
		}
	}
	return { errors: ["no command has this id"] };
}
`,
  ];
}
