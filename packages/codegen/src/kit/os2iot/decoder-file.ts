import type { SensorSchema } from "@bollard/schema";
import { decoderTable } from "../../decoder/decoder-table.js";
import { jsTable } from "../../decoder/js-literal.js";
import { runtimeText } from "../../runtime-text.js";
import { entityPlans } from "../entity-plan.js";

/**
 * A payload decoder for OS2iot: one function, `decode(payload, metadata)`, with nothing from outside but
 * `atob`.
 *
 * @param form - `entities` for its FIWARE data target, which sends on what the decoder returns as it is;
 * `flat` for all others
 */
export function os2iotDecoder(
  schema: SensorSchema,
  port: number,
  form: "entities" | "flat",
): string {
  const table = decoderTable(schema);
  return [
    banner(schema, table.fingerprint, form),
    `var PORT = ${port};`,
    `var SCHEMA = ${jsTable(table)};`,
    ...(form === "entities"
      ? [`var ENTITIES = ${JSON.stringify(entityPlans(schema), undefined, 1)};`, "", entities]
      : ["", flat]),
    messages,
    runtimeText("bollard_decoder.js", [table]),
  ].join("\n");
}

function banner({ name, version }: SensorSchema, layout: string, form: string): string {
  const what =
    form === "entities"
      ? "NGSI-LD entities, for the FIWARE data target"
      : "flat JSON, for HTTP, MQTT and OpenData.dk data targets";
  return `// ${name}, version ${version}: an OS2iot payload decoder that returns ${what}.
// Takes LoRaWAN uplinks of ChirpStack, and what a Bollard bridge posts or publishes. Layout ${layout}.
// Made by Bollard, Apache-2.0. Do not edit: make it anew.
`;
}

const entities = `// An array of entities, each id at most once: of a batch the newest row counts.
function decode(payload, metadata) {
	var rows = readingsOf(payload), newest = rows[0], all = [], i;
	for (i = 1; i < rows.length; i++) if (rows[i].time >= newest.time) newest = rows[i];
	var place = metadata && metadata.location && metadata.location.coordinates;
	for (i = 0; i < ENTITIES.length; i++) {
		var plan = ENTITIES[i], count = 0, n;
		var entity = { id: "urn:ngsi-ld:" + plan.type + ":" + nameOf(payload, metadata), type: plan.type };
		if (place) entity.location = { type: "GeoProperty", value: { type: "Point", coordinates: [place[0], place[1]] } };
		for (n = 0; n < plan.times.length; n++) entity[plan.times[n]] = { type: "Property", value: newest.time };
		for (n = 0; n < plan.properties.length; n++) {
			var to = plan.properties[n], value = newest.values[to.field];
			if (value === null || value === undefined) continue;
			if (to.words) value = to.words[value ? 1 : 0];
			if (to.factor || to.offset) value = Number((value * (to.factor || 1) + (to.offset || 0)).toPrecision(12));
			entity[to.property] = { type: "Property", value: value, observedAt: newest.time };
			if (to.unitCode) entity[to.property].unitCode = to.unitCode;
			count++;
		}
		entity["@context"] = plan.context;
		if (count > 0) all.push(entity);
	}
	return all;
}

// The owner's name of the device makes the id, as it does by every other way to a broker.
function nameOf(payload, metadata) {
	var name = (metadata && metadata.name) || payload.node || SCHEMA.name;
	return String(name).replace(/[^A-Za-z0-9_.:-]+/g, "-");
}
`;

const flat = `// The newest reading with its fields by name, and in \`readings\` all rows of a batch.
function decode(payload, metadata) {
	var rows = readingsOf(payload), all = [], newest = 0, i, name;
	for (i = 0; i < rows.length; i++) {
		var row = { time: rows[i].time };
		for (name in rows[i].values) if (rows[i].values[name] !== null) row[name] = rows[i].values[name];
		all.push(row);
		if (row.time >= all[newest].time) newest = i;
	}
	var answer = { schema: SCHEMA.name };
	for (name in all[newest]) answer[name] = all[newest][name];
	if (all.length > 1) answer.readings = all;
	return answer;
}
`;

const messages = `// The readings in a message, each with its time: of a LoRaWAN uplink, or decoded by a bridge.
function readingsOf(payload) {
	if (payload && payload.values && payload.schema !== undefined) {
		if (payload.schema !== SCHEMA.name) throw new Error("the message is of " + payload.schema + ", and this decoder of " + SCHEMA.name);
		return [{ time: payload.time, values: payload.values }];
	}
	if (!payload || typeof payload.data !== "string") {
		throw new Error("the message has neither data in base64, as a LoRaWAN uplink has, nor values of a bridge");
	}
	var text = atob(payload.data), bytes = [], i;
	for (i = 0; i < text.length; i++) bytes.push(text.charCodeAt(i));
	if (!(bytes[0] & 4) && payload.fPort !== PORT) throw new Error("fPort " + payload.fPort + " is not " + PORT);
	var arrived = payload.time ? new Date(payload.time) : new Date();
	var message = bollardDecode(SCHEMA, bytes, arrived.getTime() / 1000);
	for (i = 0; i < message.readings.length; i++) {
		var isDated = message.timeMode === "absolute" || message.timeMode === "16";
		var at = isDated ? new Date(Math.round(message.readings[i].time * 1000)) : arrived;
		message.readings[i].time = at.toISOString();
	}
	return message.readings;
}
`;
