import type { SensorSchema } from "@bollard/schema";
import { decoderTable } from "../../decoder/decoder-table.js";
import { jsTable } from "../../decoder/js-literal.js";
import { runtimeText } from "../../runtime-text.js";

/**
 * A flow with one function node, to be imported into Node-RED: payloads in, flat readings out, one message
 * each.
 */
export function nodeRedFlow(schema: SensorSchema): readonly object[] {
  const { name, title = name } = schema;
  return [
    {
      id: idOf(name),
      type: "function",
      name: title,
      func: functionText(schema),
      outputs: 1,
      timeout: 0,
      noerr: 0,
      wires: [[]],
    },
  ];
}

/** The node's code: `msg.payload` is a Buffer, bytes, or an uplink with `data` in base64. */
export function functionText(schema: SensorSchema): string {
  const table = decoderTable(schema);
  return `// ${schema.name}, version ${schema.version}, layout ${table.fingerprint}. Made by Bollard, Apache-2.0.
// In: a Buffer, bytes, or a LoRaWAN uplink with data in base64. Out: a message for each reading.
var SCHEMA = ${jsTable(table)};
var bytes = msg.payload;
if (bytes && typeof bytes.data === "string") bytes = Buffer.from(bytes.data, "base64");
var message;
try {
	message = bollardDecode(SCHEMA, bytes || [], Date.now() / 1000);
} catch (error) {
	node.error(SCHEMA.name + ": " + error.message, msg);
	return null;
}
return [message.readings.map(function (reading) {
	var values = {}, name;
	for (name in reading.values) if (reading.values[name] !== null) values[name] = reading.values[name];
	if (reading.time !== undefined) values.time = reading.time;
	return Object.assign({}, msg, { payload: values });
})];

${runtimeText("bollard_decoder.js", [table])}`;
}

/** The same for the same schema: 16 hexadecimal digits, as Node-RED has them. */
function idOf(name: string): string {
  let id = "";
  for (let index = 0; index < 8; index++) {
    const code = name.charCodeAt(index % name.length) + 31 * index;
    id += (code & 0xff).toString(16).padStart(2, "0");
  }
  return id;
}
