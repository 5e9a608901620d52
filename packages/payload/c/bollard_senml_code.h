/*
 * How a reading is written as SenML: code that a generated source includes once, after
 * `bollard_slot_code.h` and a table of what its slots are called:
 *
 * senml        bytes in flash: what the first record holds for all, with its length before it; then
 *              slot by slot a SENML_ kind, unless all are of one, the record with its length before
 *              it, from its map's head up to its value, and what the kind asks for
 * SENML_KINDS  the kinds that occur
 * SENML_HAS_KIND whether they stand in the table
 * SENML_START  where the slots begin
 * SENML_BASE   pairs that the first record holds for all, its base name left out
 * SENML_MOST   records at most
 * SENML_TIME   whether the last of those pairs is the time
 * HAS_FACTORS  whether a stored number is to be multiplied by its slot's of `factors`
 */

#ifndef BOLLARD_SENML_CODE_H
#define BOLLARD_SENML_CODE_H

#define SENML_UNSIGNED 0x01U /* a number from 0 on, whose highest bit counts */
#define SENML_SIGNED 0x02U   /* any other number */
#define SENML_BOOLEAN 0x04U
#define SENML_ENUM 0x08U  /* then each value's text, with its length before it */
#define SENML_FLAGS 0x10U /* a record for each flag, each with its length before it */
#define SENML_TEXT 0x20U
#define SENML_BYTES 0x40U
#define SENML_ARRAY 0x80U /* of numbers: the record is in three parts: up to the name, the name, all behind it */

/* A constant where all slots are of the kind or none is. */
#define IS_KIND(bits) (((SENML_KINDS) & (bits)) != 0U && \
                       (((SENML_KINDS) & ~(bits)) == 0U || (kind & (bits)) != 0U))

/* Bytes of the array's head. */
#define SENML_PREFIX (SENML_MOST < 24 ? 1U : SENML_MOST < 256 ? 2U : 3U)

/* A pack that is being written. */
typedef struct {
	bollard_writer_t *writer;
	const uint8_t *text; /* where in `senml` */
	uint8_t first;       /* head of the first record's map, which holds what is for all */
#if SENML_MOST < 256
	uint8_t records;
#else
	uint16_t records;
#endif
} pack_t;

/* Passes over a part of the table: its length and so many bytes. */
static void skip_part(pack_t *pack)
{
	pack->text += 1U + BOLLARD_FLASH_8(pack->text);
}

/* Writes a part of the table. */
static void put_part(bollard_writer_t *writer, const uint8_t *part)
{
	bollard_put_flash(writer, part + 1, BOLLARD_FLASH_8(part));
}

/* What the first record holds for all. */
static void put_base(bollard_writer_t *writer, const READING *reading, const char *base_name)
{
#if SENML_BASE > 0U
	put_part(writer, senml);
#endif
#if SENML_TIME && HAS_MILLISECONDS
	{
		uint32_t low = (reading->time_s & 0xffffU) * 1000U + reading->time_ms;
		uint32_t high = (reading->time_s >> 16) * 1000U + (low >> 16);

		BOLLARD_PUT_U32(writer, high >> 16);
		BOLLARD_PUT_U32(writer, (high << 16) | (low & 0xffffU));
	}
#elif SENML_TIME
	BOLLARD_PUT_U32(writer, reading->time_s);
#else
	(void)reading;
#endif
	if (base_name != NULL) {
		bollard_put_base_name(writer, base_name);
	}
}

/*
 * Writes the beginning of a record: a part of the table, whose first byte is its map's head. What
 * comes after it in the table.
 */
static const uint8_t *begin_record(pack_t *pack)
{
	const uint8_t *text = pack->text;
	uint8_t size = BOLLARD_FLASH_8(text);
	uint8_t head = BOLLARD_FLASH_8(text + 1);

	if (pack->records++ != 0U) {
		bollard_put_byte(pack->writer, head);
	} else {
		pack->first = head; /* it has its place before what is for all */
	}
	return bollard_put_flash(pack->writer, text + 2, (uint8_t)(size - 1U));
}

/* Writes a record up to its value and passes over it. */
static void put_record(pack_t *pack)
{
	pack->text = begin_record(pack);
}

#if STEP_BITS == 32 || HAS_FACTORS
typedef uint32_t argument_t;
#define PUT_ARGUMENT bollard_put_long_head
#else
typedef uint16_t argument_t;
#define PUT_ARGUMENT bollard_put_head
#endif

/* Writes the number of a step, behind its record. */
static void put_number(pack_t *pack, const slot_t *slot, step_t step, uint8_t kind,
                       argument_t factor)
{
	step_t number = (step_t)(step + FLASH_STEP(&slot->min));
	uint8_t major = BOLLARD_CBOR_UNSIGNED;
	argument_t argument = (argument_t)(number * factor);

	if (IS_KIND(SENML_SIGNED) && (number >> (STEP_BITS - 1)) != 0U) {
		major = BOLLARD_CBOR_NEGATIVE;
		argument = (argument_t)((step_t)(0U - number) * factor - 1U);
	}
	PUT_ARGUMENT(pack->writer, major, argument);
}

#if HAS_ARRAYS
/* Writes the record of an array's element up to its value; its parts serve the next one too. */
static void put_element_record(pack_t *pack, uint8_t index)
{
	bollard_writer_t *writer = pack->writer;
	const uint8_t *name = pack->text + 1U + BOLLARD_FLASH_8(pack->text);
	uint8_t size = BOLLARD_FLASH_8(name);
	uint8_t tens = 0U;

	begin_record(pack);
	for (; index >= 10U; index = (uint8_t)(index - 10U)) {
		tens++;
	}
	bollard_put_head(writer, BOLLARD_CBOR_TEXT, (uint16_t)(size + (tens != 0U ? 3U : 2U)));
	put_part(writer, name);
	bollard_put_byte(writer, (uint8_t)'/');
	if (tens != 0U) {
		bollard_put_byte(writer, (uint8_t)('0' + tens));
	}
	bollard_put_byte(writer, (uint8_t)('0' + index));
	put_part(writer, name + 1U + size);
}

/* Writes the records of an array, or passes over them; false where a value is refused. */
static bool put_array(pack_t *pack, const slot_t *slot, unsigned how, const uint8_t *at,
                      uint8_t kind, argument_t factor)
{
	uint8_t count = COUNT_OF(slot);
	uint8_t index;

	for (index = 0U; index < count; index++) {
		step_t step = step_of(at, slot, how);

		if (CAN_REFUSE && step > FLASH_STEP(&slot->last)) {
			return false;
		}
		put_element_record(pack, index);
		put_number(pack, slot, step, kind, factor);
		at += SIZE_OF_NUMBER(how);
	}
	return true;
}
#endif

/* Passes over the texts of an enum and writes that of a step, if any. */
static void put_name(pack_t *pack, step_t last, step_t step, bool is_present)
{
	step_t value;

	for (value = 0U; value <= last; value++) {
		if (is_present && value == step) {
			bollard_put_head(pack->writer, BOLLARD_CBOR_TEXT, BOLLARD_FLASH_8(pack->text));
			put_part(pack->writer, pack->text);
		}
		skip_part(pack);
	}
}

/* Writes what flags are set, a record each, or passes over them. */
static void put_flags(pack_t *pack, step_t last, step_t step, bool is_present)
{
	for (; last != 0U; last >>= 1, step >>= 1) {
		if (is_present) {
			put_record(pack);
			bollard_put_byte(pack->writer, (step & 1U) != 0U ? 0xf5U : 0xf4U);
		} else {
			skip_part(pack);
		}
	}
}

/* Writes the text or the bytes behind their record; false where a text is ill-formed. */
static bool put_blob(pack_t *pack, const uint8_t *blob, uint8_t size, uint8_t kind)
{
	bollard_writer_t *writer = pack->writer;

	if (IS_KIND(SENML_TEXT) && bollard_find_bad_utf8(blob, size) != size) {
		return false;
	}
	bollard_put_head(writer, IS_KIND(SENML_TEXT) ? BOLLARD_CBOR_TEXT : BOLLARD_CBOR_BYTES, size);
	for (; size != 0U; size--) {
		bollard_put_byte(writer, *blob++);
	}
	return true;
}

/* Writes the records of a slot, or passes over them; false where a value is refused. */
static bool put_slot(pack_t *pack, const slot_t *slot, const uint8_t *at, bool is_present,
                     argument_t factor)
{
	unsigned how = HOW_OF(slot);
#if SENML_HAS_KIND
	uint8_t kind = BOLLARD_FLASH_8(pack->text);
#else
	const uint8_t kind = SENML_KINDS;
#endif
	step_t last = FLASH_STEP(&slot->last);
	step_t step = 0U;
	bool is_right = true;

#if SENML_HAS_KIND
	pack->text++;
#endif
#if HAS_ARRAYS
	if (IS_KIND(SENML_ARRAY)) {
		is_right = !is_present || put_array(pack, slot, how, at, kind, factor);
		skip_part(pack);
		skip_part(pack);
		skip_part(pack);
		return is_right;
	}
#endif
	if (is_present) {
		step = step_of(at, slot, how);
		if (CAN_REFUSE && step > last) {
			return false;
		}
	}
	if (IS_KIND(SENML_FLAGS)) {
		put_flags(pack, last, step, is_present);
		return true;
	}
	if (!is_present) {
		skip_part(pack);
	} else {
		put_record(pack);
		if (IS_KIND(SENML_SIGNED | SENML_UNSIGNED)) {
			put_number(pack, slot, step, kind, factor);
		} else if (IS_KIND(SENML_BOOLEAN)) {
			bollard_put_byte(pack->writer, step != 0U ? 0xf5U : 0xf4U);
		} else if (IS_KIND(SENML_TEXT | SENML_BYTES)) {
			is_right = put_blob(pack, at + SIZE_OF_NUMBER(how), (uint8_t)step, kind);
		}
	}
	if (IS_KIND(SENML_ENUM)) {
		put_name(pack, last, step, is_present);
	}
	return is_right;
}

/*
 * Writes a reading as a pack.
 *
 * Returns the bytes written, or 0 when they do not fit or a value is refused.
 */
static size_t put_pack(const READING *reading, const char *base_name, uint8_t *out, size_t capacity)
{
	const uint8_t *at = START_AT(reading);
	const slot_t *slot;
	mask_t mask = present_of(reading);
	bollard_writer_t writer;
	pack_t pack;
#if HAS_FACTORS
	const uint32_t *next_factor = factors;
#endif

	if (MILLISECONDS_OF(reading) > 999U) {
		return 0U;
	}
	bollard_start(&writer, out, capacity);
	pack.writer = &writer;
	pack.text = senml + SENML_START;
	pack.first = 0U;
	pack.records = 0U;
	/* How many records there are, and which is the first, is known at the end. */
	writer.length = SENML_PREFIX + 1U;
	put_base(&writer, reading, base_name);
	for (slot = slots; slot != slots + SLOT_COUNT; slot++) {
#if HAS_FACTORS
		argument_t factor = BOLLARD_FLASH_32(next_factor);

		next_factor++;
#else
		argument_t factor = 1U;
#endif
		GO_TO(at, reading, slot);
		if (!put_slot(&pack, slot, at, IS_PRESENT(slot, mask), factor)) {
			return 0U;
		}
#if STRIDE > 0
		at += STRIDE * COUNT_OF(slot);
#endif
	}
#if MASK_BITS > 0
	if (pack.records == 0U) {
		writer.length = SENML_PREFIX;
	}
#endif
	if (writer.length > capacity) {
		return 0U;
	}
#if MASK_BITS > 0
	if (pack.records != 0U)
#endif
	{
		out[SENML_PREFIX] = (uint8_t)(pack.first + SENML_BASE + (base_name != NULL ? 1U : 0U));
	}
#if SENML_MOST < 24
	out[0] = (uint8_t)(0x80U | pack.records);
#elif SENML_MOST < 256
	out[0] = 0x98U;
	out[1] = pack.records;
#else
	out[0] = 0x99U;
	out[1] = (uint8_t)(pack.records >> 8);
	out[2] = (uint8_t)pack.records;
#endif
	return writer.length;
}

#endif
