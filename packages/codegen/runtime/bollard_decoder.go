// ---- How payloads are read: the payload format of Bollard, version 1. The same for every schema. ----

// PayloadError is a payload that cannot be read. Code is stable; Offset is the byte where it goes wrong.
type PayloadError struct {
	Code   string
	Offset int
}

func (e *PayloadError) Error() string {
	return e.Code + " at byte " + strconv.Itoa(e.Offset)
}

// Message is what a payload holds.
type Message struct {
	// TimeMode is none, absolute, 16 or uptime.
	TimeMode string
	Key      *Key
	Readings []Reading
}

// Key names a message for ever.
type Key struct {
	Boot     uint16
	Sequence uint32
}

// Reading is one row. Time is in seconds, 0 where TimeMode is none. A value is a float64, bool, string,
// []byte, []string of flags, []float64 of an array, or map[string]float64 of a position; nil for what is
// missing.
type Reading struct {
	Time   float64
	Values map[string]any
}

type schemaTable struct {
	name     string
	id       int
	interval float64
	timed    bool
	fields   []fieldTable
}

type fieldTable struct {
	name, kind string
	optional   bool
	names      []string
	slots      []slotTable
}

// increment is -1 for what is no counter; scale is 0 for a name.
type slotTable struct {
	last             int64
	min, step, scale float64
	mean, increment  int64
	trend, follows   int64
	shift            uint
}

type decoder struct {
	schema       *schemaTable
	data         []byte
	at           int
	mode         int
	milliseconds bool
	arrival      float64

	present []bool
	numbers [][]int64
	guess   [][]int64
	mean    [][]int64
	blobs   [][]byte

	time, timeMean int64
	interval       int32
	off            bool
}

func fail(code string, offset int) {
	panic(&PayloadError{code, offset})
}

func (d *decoder) byteAt(index int) int {
	if index >= len(d.data) {
		fail("PAYLOAD_TRUNCATED", len(d.data))
	}
	return int(d.data[index])
}

func (d *decoder) bits(count int) int64 {
	var value int64
	for ; count > 0; count-- {
		value = value<<1 | int64(d.byteAt(d.at>>3)>>(7-uint(d.at&7))&1)
		d.at++
	}
	return value
}

func width(last int64) int { return bits.Len64(uint64(last)) }

func checked(value, last int64, offset int) int64 {
	if value > last {
		fail("PAYLOAD_STEP_ABOVE_RANGE", offset)
	}
	return value
}

func (d *decoder) number(last int64) int64 {
	offset := d.at >> 3
	return checked(d.bits(width(last)), last, offset)
}

// left reads what is left of a guess: section 7.3.
func (d *decoder) left(k int, last int64) int64 {
	offset, ones := d.at>>3, 0
	for ones < 16 && d.bits(1) == 1 {
		ones++
	}
	if ones < 4 {
		return checked(int64(ones)<<k+d.bits(k), last, offset)
	}
	if ones < 16 {
		z := ones - 4 + k
		return checked(int64(1)<<z+d.bits(z)+int64(3)<<k, last, offset)
	}
	return checked(d.bits(width(last)), last, offset)
}

func unleft(left, guess, last int64) int64 {
	near := min(guess, last-guess)
	if left > 2*near {
		if guess < last-guess {
			return guess + left - near
		}
		return guess - left + near
	}
	if left%2 == 1 {
		return guess - (left+1)/2
	}
	return guess + left/2
}

func nextMean(mean, left int64, shift uint) int64 {
	return mean - mean>>shift + min(left, 4095)<<(4-shift)
}

func low(mean int64) int { return width((mean + 6) / 32) }

func (f *fieldTable) isBlob() bool     { return f.kind == "text" || f.kind == "bytes" }
func (f *fieldTable) hasNumbers() bool { return f.slots[0].scale != 0 }

func (d *decoder) readTime() {
	if d.mode == 0 {
		return
	}
	offset, count := d.at>>3, 32
	if d.mode == 2 {
		count = 16
	}
	seconds := d.bits(count)
	if d.mode == 2 {
		if math.IsNaN(d.arrival) || math.IsInf(d.arrival, 0) {
			fail("PAYLOAD_NO_ARRIVAL", offset)
		}
		whole := int64(math.Floor(d.arrival))
		seconds = (whole + int64(int16(seconds-whole))) & 0xffffffff
	}
	d.time = seconds
	if d.milliseconds {
		offset = d.at >> 3
		part := d.bits(10)
		if part > 999 {
			fail("PAYLOAD_BAD_MILLISECONDS", offset)
		}
		d.time = seconds*1000 + part
	}
}

func (d *decoder) readMask() {
	for f := range d.schema.fields {
		d.present[f] = !d.schema.fields[f].optional || d.bits(1) == 1
	}
}

func (d *decoder) readBlob(f int) {
	offset := d.at >> 3
	blob := make([]byte, d.numbers[f][0])
	for i := range blob {
		blob[i] = byte(d.bits(8))
	}
	if d.schema.fields[f].kind == "text" && !utf8.Valid(blob) {
		fail("PAYLOAD_BAD_TEXT", offset)
	}
	d.blobs[f] = blob
}

func (d *decoder) firstRow() {
	d.readTime()
	d.readMask()
	for f := range d.schema.fields {
		field := &d.schema.fields[f]
		for s, slot := range field.slots {
			var value int64
			if d.present[f] {
				value = d.number(slot.last)
			}
			d.numbers[f][s], d.guess[f][s], d.mean[f][s] = value, value, slot.mean
			if slot.increment >= 0 {
				d.guess[f][s] = slot.increment
			}
		}
		if field.isBlob() {
			d.readBlob(f)
		}
	}
	ticks := d.schema.interval
	if d.milliseconds {
		ticks *= 1000
	}
	d.interval = int32(uint32(int64(math.Floor(ticks + 0.5))))
	d.off = !d.schema.timed
}

func (d *decoder) laterRow(row int) {
	shift := uint(2)
	if row < 5 {
		shift = 1
	}
	opening := row == 1 && !d.schema.timed
	quietTime := d.mode != 0 && d.timeMean < 4 && !opening
	hasMask, hasQuiet := false, quietTime
	quiets := make([][]bool, len(d.schema.fields))
	for f := range d.schema.fields {
		field := &d.schema.fields[f]
		hasMask = hasMask || field.optional
		quiets[f] = make([]bool, len(field.slots))
		for s := range field.slots {
			if field.hasNumbers() && !(field.kind == "array" && s > 0) {
				quiets[f][s] = d.mean[f][s] < 4
			}
			hasQuiet = hasQuiet || quiets[f][s] || !field.hasNumbers()
		}
	}
	hasQuiet = hasQuiet || hasMask
	quiet := hasQuiet && d.bits(1) == 0
	if !quiet && hasMask && d.bits(1) == 1 {
		d.readMask()
	}
	if d.mode != 0 {
		d.laterTime(quiet && quietTime, opening, shift)
	}
	var change int64
	for f := range d.schema.fields {
		field := &d.schema.fields[f]
		if !d.present[f] {
			if field.hasNumbers() {
				change = 0
			}
			continue
		}
		if !field.hasNumbers() {
			d.laterName(f, quiet)
			continue
		}
		for s := range field.slots {
			of := s
			if field.kind == "array" {
				of = 0
			}
			change = d.laterNumber(f, s, of, quiet && quiets[f][of], change, shift)
		}
	}
}

func (d *decoder) laterName(f int, quiet bool) {
	field := &d.schema.fields[f]
	if quiet || d.bits(1) == 0 {
		return
	}
	last := field.slots[0].last
	if last == 1 && !field.isBlob() {
		d.numbers[f][0] = 1 - d.numbers[f][0]
	} else {
		d.numbers[f][0] = d.number(last)
	}
	if field.isBlob() {
		d.readBlob(f)
	}
}

func (d *decoder) laterNumber(f, s, of int, isQuiet bool, change int64, shift uint) int64 {
	slot := &d.schema.fields[f].slots[s]
	base := d.guess[f][s]
	guess := base
	if slot.follows != 0 && change != 0 {
		move := abs(change) >> slot.shift
		if (change > 0) != (slot.follows > 0) {
			move = -move
		}
		guess = min(slot.last, max(0, guess+move))
	}
	var left int64
	if !isQuiet {
		left = d.left(low(d.mean[f][of]), slot.last)
	}
	number := unleft(left, guess, slot.last)
	by := number - base
	half := abs(by) / 2
	if by < 0 {
		half = -half
	}
	d.mean[f][of] = nextMean(d.mean[f][of], left, shift)
	d.guess[f][s] = min(slot.last, max(0, number+slot.trend*half))
	if slot.increment >= 0 {
		d.numbers[f][s] = (d.numbers[f][s] + number) % (slot.last + 1)
	} else {
		d.numbers[f][s] = number
	}
	return by
}

func (d *decoder) laterTime(isQuiet, opening bool, shift uint) {
	offset, k := d.at>>3, low(d.timeMean)
	if opening {
		k = 6
		if d.milliseconds {
			k = 11
		}
	}
	var left int64
	if !isQuiet {
		left = d.left(k, math.MaxUint32)
	}
	off := left / 2
	if left%2 == 1 {
		off = -(left + 1) / 2
	}
	step := int32(uint32(int64(d.interval) + off))
	d.time += int64(step)
	if !d.milliseconds {
		d.time &= 0xffffffff
	} else if d.time < 0 || d.time >= 4294967296000 {
		fail("PAYLOAD_TIME_OUT_OF_RANGE", offset)
	}
	if !opening {
		d.timeMean = nextMean(d.timeMean, left, shift)
	}
	if off != 0 && d.off {
		d.interval = step
	}
	d.off = off != 0
}

func (d *decoder) value(f int) any {
	field := &d.schema.fields[f]
	if !d.present[f] {
		return nil
	}
	number := d.numbers[f][0]
	switch field.kind {
	case "boolean":
		return number == 1
	case "enum":
		return field.names[number]
	case "flags":
		set := []string{}
		for bit, name := range field.names {
			if number>>uint(bit)&1 == 1 {
				set = append(set, name)
			}
		}
		return set
	case "text":
		return string(d.blobs[f])
	case "bytes":
		return d.blobs[f]
	}
	all := make([]float64, len(field.slots))
	for s, slot := range field.slots {
		all[s] = (slot.min + float64(d.numbers[f][s])*slot.step) / slot.scale
	}
	switch field.kind {
	case "array":
		return all
	case "position":
		place := map[string]float64{}
		for part, name := range []string{"latitude", "longitude", "altitude"}[:len(all)] {
			place[name] = all[part]
		}
		return place
	}
	return all[0]
}

func abs(value int64) int64 {
	if value < 0 {
		return -value
	}
	return value
}

func decodePayload(schema *schemaTable, data []byte, arrival float64) (message *Message, err error) {
	defer func() {
		if caught := recover(); caught != nil {
			failure, isOurs := caught.(*PayloadError)
			if !isOurs {
				panic(caught)
			}
			message, err = nil, failure
		}
	}()
	d := &decoder{schema: schema, data: data, arrival: arrival}
	format := d.byteAt(0)
	form := format >> 6
	d.mode, d.milliseconds = format>>4&3, format&8 != 0
	switch {
	case form == 2:
		fail("PAYLOAD_PROTECTED", 0)
	case form == 3:
		fail("PAYLOAD_RESERVED_FORM", 0)
	case format&1 != 0 || (d.milliseconds && d.mode == 0):
		fail("PAYLOAD_RESERVED_BIT", 0)
	}
	message = &Message{TimeMode: []string{"none", "absolute", "16", "uptime"}[d.mode]}
	next, id, rows := 1, -1, 1
	if format&4 != 0 {
		id = d.byteAt(next)
		if id > 127 {
			id = (id-128)*256 + d.byteAt(next+1)
			next++
			if id < 128 {
				fail("PAYLOAD_BAD_SCHEMA_ID", next)
			}
		}
		if id == 0 {
			fail("PAYLOAD_BAD_SCHEMA_ID", next)
		}
		next++
	}
	if format&2 != 0 {
		d.byteAt(next + 5)
		key := data[next:]
		message.Key = &Key{binary.LittleEndian.Uint16(key), binary.LittleEndian.Uint32(key[2:])}
		next += 6
	}
	if id >= 0 && id != schema.id {
		fail("PAYLOAD_WRONG_SCHEMA", 1)
	}
	if form == 1 {
		rows = d.byteAt(next)
		if rows == 0 {
			fail("PAYLOAD_BAD_ROW_COUNT", next)
		}
		next++
	}
	d.at = next * 8
	d.present, d.blobs = make([]bool, len(schema.fields)), make([][]byte, len(schema.fields))
	for _, field := range schema.fields {
		d.numbers = append(d.numbers, make([]int64, len(field.slots)))
		d.guess = append(d.guess, make([]int64, len(field.slots)))
		d.mean = append(d.mean, make([]int64, len(field.slots)))
	}
	for row := 0; row < rows; row++ {
		if row == 0 {
			d.firstRow()
		} else {
			d.laterRow(row)
		}
		reading := Reading{Time: float64(d.time), Values: map[string]any{}}
		if d.milliseconds {
			reading.Time /= 1000
		}
		for f, field := range schema.fields {
			reading.Values[field.name] = d.value(f)
		}
		message.Readings = append(message.Readings, reading)
	}
	if rest := d.at & 7; rest != 0 && d.bits(8-rest) != 0 {
		fail("PAYLOAD_BAD_PADDING", d.at>>3-1)
	}
	if d.at>>3 < len(data) {
		fail("PAYLOAD_TRAILING_BYTES", d.at>>3)
	}
	return message, nil
}
