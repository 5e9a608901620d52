import type { SensorSchema } from "@bollard/schema";
import { decoderTable } from "../../decoder/decoder-table.js";
import { jsTable } from "../../decoder/js-literal.js";
import { runtimeText } from "../../runtime-text.js";

/**
 * An uplink converter of ThingsBoard, its JavaScript: the body of a function of `payload`, bytes, and
 * `metadata`. What cannot be read it throws, which the converter's debug page shows.
 */
export function thingsBoardConverter(schema: SensorSchema): string {
  const table = decoderTable(schema);
  return `// ${schema.name}, version ${schema.version}, layout ${table.fingerprint}: an uplink converter of ThingsBoard.
// In: payload, the bytes of a message; metadata of the integration. Made by Bollard, Apache-2.0.
var SCHEMA = ${jsTable(table)};

function telemetryOf(reading, arrivedMs, isDated) {
	var values = {}, name;
	for (name in reading.values) if (reading.values[name] !== null) values[name] = reading.values[name];
	return { ts: isDated ? Math.round(reading.time * 1000) : arrivedMs, values: values };
}

// By the integration's word, else by the second level of the topic: bollard/NODE/up.
function nameOf() {
	var topic = metadata && metadata.topic ? String(metadata.topic).split("/") : [];
	return (metadata && (metadata.deviceName || metadata.deviceId || metadata.devEui)) || topic[1] || SCHEMA.name;
}

${runtimeText("bollard_decoder.js", [table])}
var arrivedMs = Date.now();
var bytes = [];
for (var i = 0; i < payload.length; i++) bytes.push(payload[i] & 255);
var message = bollardDecode(SCHEMA, bytes, arrivedMs / 1000);
var isDated = message.timeMode === "absolute" || message.timeMode === "16";
var telemetry = [];
for (var n = 0; n < message.readings.length; n++) telemetry.push(telemetryOf(message.readings[n], arrivedMs, isDated));

return { deviceName: nameOf(), deviceType: SCHEMA.name, telemetry: telemetry };
`;
}
