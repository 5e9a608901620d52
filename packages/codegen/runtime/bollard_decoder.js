// ---- How payloads are read: the payload format of Bollard, version 1. The same for every schema. ----

function bollardDecode(schema, bytes, arrival) {
	var at = 0, mode, milliseconds, first, rows = [], i;

	function fail(code, offset) {
		var error = new Error(code + " at byte " + offset);
		error.code = code;
		throw error;
	}
	function byte(index) {
		if (index >= bytes.length) fail("PAYLOAD_TRUNCATED", bytes.length);
		return bytes[index];
	}
	function bits(count) {
		var value = 0;
		for (; count > 0; count--, at++) value = value * 2 + ((byte(at >> 3) >> (7 - (at & 7))) & 1);
		return value;
	}
	function width(last) {
		var w = 0;
		for (; last >= 1; last /= 2) w++;
		return w;
	}
	function checked(value, last, offset) {
		if (value > last) fail("PAYLOAD_STEP_ABOVE_RANGE", offset);
		return value;
	}

	// The header.
	var format = byte(0), form = format >> 6;
	mode = (format >> 4) & 3;
	milliseconds = (format & 8) !== 0;
	if (form === 2) fail("PAYLOAD_PROTECTED", 0);
	if (form === 3) fail("PAYLOAD_RESERVED_FORM", 0);
	if (format & 1 || (milliseconds && mode === 0)) fail("PAYLOAD_RESERVED_BIT", 0);
	var next = 1, id = 0, key, count = 1;
	if (format & 4) {
		id = byte(next);
		if (id > 127) {
			id = (id - 128) * 256 + byte(next + 1);
			if (id < 128) fail("PAYLOAD_BAD_SCHEMA_ID", next + 1);
			next++;
		}
		if (id === 0) fail("PAYLOAD_BAD_SCHEMA_ID", next);
		next++;
	}
	if (format & 2) {
		byte(next + 5);
		key = { boot: bytes[next] + bytes[next + 1] * 256, sequence: 0 };
		for (i = 5; i > 1; i--) key.sequence = key.sequence * 256 + bytes[next + i];
		next += 6;
	}
	if (id !== 0 && id !== schema.id) fail("PAYLOAD_WRONG_SCHEMA", 1);
	if (form === 1) {
		count = byte(next);
		if (count === 0) fail("PAYLOAD_BAD_ROW_COUNT", next);
		next++;
	}
	at = next * 8;

	// What is kept from row to row.
	var fields = schema.fields, present = [], numbers = [], blobs = [], guess = [], mean = [];
	var time = 0, interval = 0, off, timeMean = 0, timed = schema.interval != null;
	var optional = 0, named = false;
	for (i = 0; i < fields.length; i++) {
		if (fields[i].optional) optional++;
		if (!fields[i].slots[0].steps) named = true;
		numbers[i] = []; guess[i] = []; mean[i] = [];
	}

	function readTime() {
		if (mode === 0) return 0;
		var offset = at >> 3, seconds = bits(mode === 2 ? 16 : 32);
		if (mode === 2) {
			if (typeof arrival !== "number" || !isFinite(arrival)) fail("PAYLOAD_NO_ARRIVAL", offset);
			var whole = Math.floor(arrival), ahead = (((seconds - whole) % 65536) + 65536) % 65536;
			seconds = (whole + (ahead > 32767 ? ahead - 65536 : ahead)) % 4294967296;
		}
		if (!milliseconds) return seconds;
		offset = at >> 3;
		var part = bits(10);
		if (part > 999) fail("PAYLOAD_BAD_MILLISECONDS", offset);
		return seconds * 1000 + part;
	}
	function isBlob(field) { return field.kind === "text" || field.kind === "bytes"; }
	function readMask() {
		for (var f = 0; f < fields.length; f++) present[f] = fields[f].optional ? bits(1) : 1;
	}
//: if blob
	function readBlob(field, length) {
		var blob = [], start = at >> 3;
		while (length-- > 0) blob.push(bits(8));
//: if text
		if (field.kind === "text") return utf8(blob, start);
//: end
		for (var n = 0, hex = ""; n < blob.length; n++) hex += (blob[n] < 16 ? "0" : "") + blob[n].toString(16);
		return hex;
	}
//: end
//: if text
	function utf8(blob, start) {
		var text = "";
		for (var i = 0; i < blob.length; ) {
			var lead = blob[i++], more = lead < 128 ? 0 : lead > 239 ? 3 : lead > 223 ? 2 : 1;
			var code = more === 0 ? lead : lead & (63 >> more);
			var bad = (lead > 127 && lead < 194) || lead > 244 || i + more > blob.length;
			for (var n = 0; n < more && !bad; n++) {
				bad = (blob[i] & 192) !== 128;
				code = code * 64 + (blob[i++] & 63);
			}
			if (bad || (more === 2 && (code < 2048 || (code > 55295 && code < 57344)))
				|| (more === 3 && (code < 65536 || code > 1114111))) fail("PAYLOAD_BAD_TEXT", start);
			text += code < 65536 ? String.fromCharCode(code)
				: String.fromCharCode(55232 + (code >> 10), 56320 + (code & 1023));
		}
		return text;
	}
//: end

	function firstRow() {
		time = readTime();
		readMask();
		for (var f = 0; f < fields.length; f++) {
			for (var s = 0; s < fields[f].slots.length; s++) {
				var slot = fields[f].slots[s], offset = at >> 3, value = 0;
				if (present[f]) value = checked(bits(width(slot.last)), slot.last, offset);
				numbers[f][s] = value;
				if (slot.steps) { guess[f][s] = slot.increment == null ? value : slot.increment; mean[f][s] = slot.mean; }
//: if blob
				if (isBlob(fields[f])) blobs[f] = readBlob(fields[f], value);
//: end
			}
		}
		interval = Math.round((schema.interval || 0) * (milliseconds ? 1000 : 1)) | 0;
		off = !timed;
	}

	// A number behind a guess is short where such numbers have been: section 7.3.
	function low(of) { return width(Math.floor((of + 6) / 32)); }
	function readLeft(k, last) {
		var offset = at >> 3, ones = 0, left;
		while (ones < 16 && bits(1)) ones++;
		if (ones < 4) left = ones * Math.pow(2, k) + bits(k);
		else if (ones < 16) left = Math.pow(2, ones - 4 + k) + bits(ones - 4 + k) + 3 * Math.pow(2, k);
		else left = bits(width(last));
		return checked(left, last, offset);
	}
	function unleft(left, g, last) {
		var near = Math.min(g, last - g);
		if (left > 2 * near) return g < last - g ? g + left - near : g - left + near;
		return left % 2 ? g - (left + 1) / 2 : g + left / 2;
	}
	function nextMean(of, left, shift) {
		return of - Math.floor(of / Math.pow(2, shift)) + Math.min(left, 4095) * Math.pow(2, 4 - shift);
	}

	function laterRow(row) {
		var shift = row < 5 ? 1 : 2, f, s, opening = row === 1 && !timed;
		var quietTime = mode !== 0 && timeMean < 4 && !opening, quiets = [];
		var hasQuiet = optional > 0 || named || quietTime;
		for (f = 0; f < fields.length; f++) {
			for (s = 0; s < fields[f].slots.length; s++) {
				var isArray = fields[f].kind === "array";
				if (!fields[f].slots[s].steps || (isArray && s > 0)) continue;
				quiets[f] = quiets[f] || [];
				quiets[f][s] = mean[f][s] < 4;
				hasQuiet = hasQuiet || quiets[f][s];
			}
		}
		var quiet = hasQuiet && bits(1) === 0;
		if (!quiet && optional > 0 && bits(1)) readMask();
		if (mode !== 0) laterTime(quiet && quietTime, opening, shift);
		var change = 0;
		for (f = 0; f < fields.length; f++) {
			var field = fields[f], isNumber = field.slots[0].steps;
			if (!present[f]) { if (isNumber) change = 0; continue; }
			for (s = 0; s < field.slots.length; s++) {
				var slot = field.slots[s], of = field.kind === "array" ? 0 : s;
				if (isNumber) change = laterNumber(f, s, of, slot, quiet && quiets[f][of], change, shift);
				else if (!quiet && bits(1)) {
					var offset = at >> 3;
					if (slot.last === 1 && !isBlob(field)) numbers[f][s] = 1 - numbers[f][s];
					else numbers[f][s] = checked(bits(width(slot.last)), slot.last, offset);
//: if blob
					if (isBlob(field)) blobs[f] = readBlob(field, numbers[f][s]);
//: end
				}
			}
		}
	}
	function laterNumber(f, s, of, slot, isQuiet, change, shift) {
		var base = guess[f][s], g = base, last = slot.last;
//: if follows
		if (slot.follows && change) {
			var move = Math.floor(Math.abs(change) / Math.pow(2, slot.shift));
			g = Math.min(last, Math.max(0, g + (change > 0 === slot.follows > 0 ? move : -move)));
		}
//: end
		var left = isQuiet ? 0 : readLeft(low(mean[f][of]), last), x = unleft(left, g, last);
		var by = x - base, half = Math.floor(Math.abs(by) / 2) * (by < 0 ? -1 : 1);
		mean[f][of] = nextMean(mean[f][of], left, shift);
		guess[f][s] = Math.min(last, Math.max(0, x + (slot.trend || 0) * half));
		numbers[f][s] = slot.increment == null ? x : (numbers[f][s] + x) % (last + 1);
		return by;
	}
	function laterTime(isQuiet, opening, shift) {
		var offset = at >> 3, k = opening ? (milliseconds ? 11 : 6) : low(timeMean);
		var left = isQuiet ? 0 : readLeft(k, 4294967295);
		var error = left % 2 ? -(left + 1) / 2 : left / 2, step = (interval + error) | 0;
		time += step;
		if (!milliseconds) time = ((time % 4294967296) + 4294967296) % 4294967296;
		else if (time < 0 || time >= 4294967296000) fail("PAYLOAD_TIME_OUT_OF_RANGE", offset);
		if (!opening) timeMean = nextMean(timeMean, left, shift);
		if (error !== 0 && off) interval = step;
		off = error !== 0;
	}

	function valueOf(f) {
		var field = fields[f], slots = field.slots, all = [], flags = [], s;
		if (!present[f]) return null;
		for (s = 0; s < slots.length; s++) {
			var steps = slots[s].steps;
			all.push(steps ? (steps[0] + numbers[f][s] * steps[1]) / steps[2] : numbers[f][s]);
		}
		switch (field.kind) {
//: if array
			case "array": return all;
//: end
//: if position
			case "position":
				var place = { latitude: all[0], longitude: all[1] };
				if (all.length > 2) place.altitude = all[2];
				return place;
//: end
//: if boolean
			case "boolean": return all[0] === 1;
//: end
//: if enum
			case "enum": return field.names[all[0]];
//: end
//: if flags
			case "flags":
				for (s = 0; s < field.names.length; s++) {
					if (Math.floor(all[0] / Math.pow(2, s)) % 2) flags.push(field.names[s]);
				}
				return flags;
//: end
//: if blob
			case "text": case "bytes": return blobs[f];
//: end
			default: return all[0];
		}
	}

	for (i = 0; i < count; i++) {
		if (i === 0) firstRow();
		else laterRow(i);
		var reading = { values: {} };
		if (mode !== 0) reading.time = milliseconds ? time / 1000 : time;
		for (first = 0; first < fields.length; first++) reading.values[fields[first].name] = valueOf(first);
		rows.push(reading);
	}
	if (at & 7 && bits(8 - (at & 7)) !== 0) fail("PAYLOAD_BAD_PADDING", (at >> 3) - 1);
	if (at >> 3 < bytes.length) fail("PAYLOAD_TRAILING_BYTES", at >> 3);
	var message = { timeMode: ["none", "absolute", "16", "uptime"][mode], readings: rows };
	if (key) message.key = key;
	return message;
}
