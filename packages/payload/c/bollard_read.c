#include "bollard_read.h"

void bollard_read_start(bollard_reader_t *reader, const uint8_t *bytes, size_t length)
{
	reader->bytes = bytes;
	reader->length = length;
	reader->position = 0U;
	reader->offset = 0U;
	reader->status = BOLLARD_OK;
	reader->pending = 0U;
	reader->pending_bits = 0U;
}

void bollard_fail(bollard_reader_t *reader, bollard_status_t status, size_t offset)
{
	if (reader->status == BOLLARD_OK) {
		reader->status = status;
		reader->offset = offset;
	}
}

size_t bollard_offset(const bollard_reader_t *reader)
{
	return reader->position - (reader->pending_bits != 0U ? 1U : 0U);
}

uint32_t bollard_take(bollard_reader_t *reader, uint8_t bits)
{
	uint32_t value = 0U;

	for (; bits != 0U; bits--) {
		if (reader->pending_bits == 0U) {
			if (reader->position >= reader->length) {
				bollard_fail(reader, BOLLARD_TRUNCATED, reader->length);
				return 0U;
			}
			reader->pending = reader->bytes[reader->position];
			reader->position++;
			reader->pending_bits = 8U;
		}
		value = (value << 1) | (uint32_t)(reader->pending >> 7);
		reader->pending = (uint8_t)(reader->pending << 1);
		reader->pending_bits--;
	}
	return reader->status == BOLLARD_OK ? value : 0U;
}

static uint16_t take_little_endian(bollard_reader_t *reader)
{
	uint16_t low = (uint16_t)bollard_take(reader, 8U);

	return (uint16_t)(low | (uint16_t)(bollard_take(reader, 8U) << 8));
}

void bollard_take_header(bollard_reader_t *reader, bollard_header_t *header)
{
	uint8_t format = (uint8_t)bollard_take(reader, 8U);

	header->form = (uint8_t)(format >> 6);
	header->time_mode = (uint8_t)((format >> 4) & 3U);
	header->milliseconds = (format & 0x08U) != 0U;
	header->has_key = (format & 0x02U) != 0U;
	header->schema_id = 0U;
	header->key.boot = 0U;
	header->key.sequence = 0U;
	if (header->form == 2U) {
		bollard_fail(reader, BOLLARD_PROTECTED, 0U);
	} else if (header->form == 3U) {
		bollard_fail(reader, BOLLARD_RESERVED_FORM, 0U);
	} else if ((format & 0x01U) != 0U) {
		bollard_fail(reader, BOLLARD_RESERVED_BIT, 0U);
	} else if (header->milliseconds && header->time_mode == BOLLARD_TIME_NONE) {
		bollard_fail(reader, BOLLARD_RESERVED_BIT, 0U);
	}
	if ((format & 0x04U) != 0U) {
		uint16_t id = (uint16_t)bollard_take(reader, 8U);

		if (id >= 0x80U) {
			id = (uint16_t)((uint16_t)((id & 0x7fU) << 8) | (uint16_t)bollard_take(reader, 8U));
			if (id < 0x80U) {
				bollard_fail(reader, BOLLARD_BAD_SCHEMA_ID, 1U);
			}
		}
		if (id == 0U) {
			bollard_fail(reader, BOLLARD_BAD_SCHEMA_ID, 1U);
		}
		header->schema_id = id;
	}
	if (header->has_key) {
		header->key.boot = take_little_endian(reader);
		header->key.sequence = take_little_endian(reader);
		header->key.sequence |= (uint32_t)take_little_endian(reader) << 16;
	}
}

uint8_t bollard_take_ones(bollard_reader_t *reader, uint8_t most)
{
	uint8_t ones = 0U;

	while (ones < most && bollard_take(reader, 1U) == 1U) {
		ones++;
	}
	return ones;
}

uint32_t bollard_check_step(bollard_reader_t *reader, const bollard_slot_t *slot, uint32_t step,
                            size_t offset)
{
	if (step <= BOLLARD_FLASH_32(&slot->last)) {
		return step;
	}
	bollard_fail(reader, BOLLARD_STEP_ABOVE_RANGE, offset);
	return 0U;
}

void bollard_take_blob(bollard_reader_t *reader, uint8_t *blob, uint8_t count, uint8_t how)
{
	size_t offset = bollard_offset(reader);
	uint8_t index;

	for (index = 0U; index < count; index++) {
		blob[index] = (uint8_t)bollard_take(reader, 8U);
	}
	if ((how & BOLLARD_HOW_TEXT) != 0U && reader->status == BOLLARD_OK) {
		index = bollard_find_bad_utf8(blob, count);
		if (index < count) {
			bollard_fail(reader, BOLLARD_BAD_TEXT, offset + index);
		}
	}
}

uint8_t bollard_store(void *place, uint32_t number, uint8_t how)
{
	if ((how & BOLLARD_HOW_BYTE) != 0U) {
		*(uint8_t *)place = (uint8_t)number;
		return 1U;
	}
	if ((how & BOLLARD_HOW_WIDE) != 0U) {
		*(uint32_t *)place = number;
		return 4U;
	}
	*(uint16_t *)place = (uint16_t)number;
	return 2U;
}

uint32_t bollard_take_row(bollard_reader_t *reader, const bollard_slot_t *slots, uint8_t slot_count,
                          uint8_t mask_bits, void *place)
{
	uint32_t mask = bollard_take(reader, mask_bits);

	for (; slot_count != 0U; slot_count--, slots++) {
		uint8_t *at = (uint8_t *)place + BOLLARD_FLASH_16(&slots->at);
		uint32_t bit = BOLLARD_FLASH_32(&slots->bit);
		uint8_t count = BOLLARD_FLASH_8(&slots->count);
		uint8_t how = BOLLARD_FLASH_8(&slots->how);

		if (bit != 0U && (mask & bit) == 0U) {
			continue;
		}
		for (; count != 0U; count--) {
			size_t offset = bollard_offset(reader);
			uint32_t step = bollard_take(reader, BOLLARD_FLASH_8(&slots->bits));

			step = bollard_check_step(reader, slots, step, offset);
			at += bollard_store(at, step + BOLLARD_FLASH_32(&slots->min), how);
			if ((how & BOLLARD_HOW_BLOB) != 0U) {
				bollard_take_blob(reader, at, (uint8_t)step, how);
			}
		}
	}
	return mask;
}

void bollard_take_end(bollard_reader_t *reader)
{
	if (reader->pending_bits != 0U && reader->pending != 0U) {
		bollard_fail(reader, BOLLARD_BAD_PADDING, reader->position - 1U);
	}
	if (reader->position < reader->length) {
		bollard_fail(reader, BOLLARD_TRAILING_BYTES, reader->position);
	}
}
