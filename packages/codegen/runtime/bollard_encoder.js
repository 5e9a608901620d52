// ---- How commands are written: a single reading without a time. The same for every schema. ----

function bollardEncode(schema, values) {
	var bits = [], bytes = [4], i, n;

	function put(value, last) {
		for (var width = 0, most = last; most >= 1; most /= 2) width++;
		for (; width > 0; width--) bits.push(Math.floor(value / Math.pow(2, width - 1)) % 2);
	}
	function refuse(field, why) {
		throw new Error(schema.name + "." + field.name + ": " + why);
	}
	function putNumber(field, slot, value) {
		if (typeof value !== "number") refuse(field, value + " is no number");
		var steps = slot.steps, step = Math.floor((value * steps[2] - steps[0]) / steps[1] + 0.5);
		if (!(step >= 0 && step <= slot.last)) {
			refuse(field, value + " is not within " + steps[0] / steps[2] + " to " + (steps[0] + slot.last * steps[1]) / steps[2]);
		}
		put(step, slot.last);
	}
//: if blob
	function utf8(text) {
		var escaped = encodeURIComponent(text), out = [];
		for (var at = 0; at < escaped.length; at++) {
			if (escaped.charAt(at) !== "%") out.push(escaped.charCodeAt(at));
			else { out.push(parseInt(escaped.substr(at + 1, 2), 16)); at += 2; }
		}
		return out;
	}
//: end
	function putField(field, value) {
		var slots = field.slots, last = slots[0].last, set = 0, at;
		switch (field.kind) {
			case "boolean":
				if (typeof value !== "boolean") refuse(field, value + " is neither true nor false");
				return put(value ? 1 : 0, 1);
//: if enum
			case "enum":
				at = field.names.indexOf(value);
				if (at < 0) refuse(field, value + " is none of " + field.names.join(", "));
				return put(at, last);
//: end
//: if flags
			case "flags":
				for (at = 0; at < value.length; at++) {
					if (field.names.indexOf(value[at]) < 0) refuse(field, value[at] + " is none of " + field.names.join(", "));
				}
				for (at = 0; at < field.names.length; at++) if (value.indexOf(field.names[at]) >= 0) set += Math.pow(2, at);
				return put(set, last);
//: end
//: if position
			case "position":
				at = [value.latitude, value.longitude, value.altitude];
				for (n = 0; n < slots.length; n++) putNumber(field, slots[n], at[n]);
				return;
//: end
//: if array
			case "array":
				for (n = 0; n < slots.length; n++) putNumber(field, slots[n], value[n]);
				return;
//: end
//: if blob
			case "text": case "bytes":
				var blob = field.kind === "text" ? utf8(value) : fromHex(value);
				if (blob.length > last) refuse(field, "it takes " + blob.length + " bytes, and " + last + " are the most");
				put(blob.length, last);
				for (at = 0; at < blob.length; at++) put(blob[at], 255);
				return;
//: end
			default: return putNumber(field, slots[0], value);
		}
	}
//: if blob
	function fromHex(text) {
		for (var at = 0, out = []; at < text.length; at += 2) out.push(parseInt(text.substr(at, 2), 16));
		return out;
	}
//: end

	if (schema.id > 127) bytes.push(128 + Math.floor(schema.id / 256));
	bytes.push(schema.id % 256);
	function isThere(field) { return values[field.name] !== undefined && values[field.name] !== null; }
	for (i = 0; i < schema.fields.length; i++) {
		if (schema.fields[i].optional) bits.push(isThere(schema.fields[i]) ? 1 : 0);
		else if (!isThere(schema.fields[i])) refuse(schema.fields[i], "it is missing");
	}
	for (i = 0; i < schema.fields.length; i++) {
		if (isThere(schema.fields[i])) putField(schema.fields[i], values[schema.fields[i].name]);
	}
	for (i = 0; i < bits.length; i += 8) {
		for (var byte = 0, bit = 0; bit < 8; bit++) byte = byte * 2 + (bits[i + bit] || 0);
		bytes.push(byte);
	}
	return bytes;
}
