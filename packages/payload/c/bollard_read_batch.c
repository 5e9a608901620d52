#include "bollard_read_batch.h"

#include "bollard_batch.h"

#define MOST_ONES 16U

static uint8_t low_bits(uint16_t mean)
{
	uint16_t spread = (uint16_t)((mean + 6U) >> 5);
	uint8_t low = 0U;

	for (; spread != 0U; spread >>= 1) {
		low++;
	}
	return low;
}

/* Reads what bollard_put_number writes. */
static uint32_t take_number(bollard_reader_t *reader, uint16_t mean, uint8_t bits)
{
	uint8_t low = low_bits(mean);
	uint8_t ones = bollard_take_ones(reader, MOST_ONES);

	if (ones < 4U) {
		return ((uint32_t)ones << low) | bollard_take(reader, low);
	}
	if (ones == MOST_ONES) {
		return bollard_take(reader, bits);
	}
	low = (uint8_t)(low + (uint8_t)(ones - 4U));
	return (((uint32_t)1U << low) | bollard_take(reader, low)) +
	       ((uint32_t)3U << (low - (ones - 4U)));
}

static uint32_t move_within(uint32_t number, uint32_t by, bool is_down, uint32_t last)
{
	if (is_down) {
		return number < by ? 0U : number - by;
	}
	return last - number < by ? last : number + by;
}

/* The value whose fold behind a guess is the number. */
static uint32_t unfold_error(uint32_t number, uint32_t guess, uint32_t last)
{
	uint32_t above = last - guess;
	bool is_low = guess < above;
	uint32_t near = is_low ? guess : above;

	/* Twice `near` is at most `last`, so it fits. */
	if (number > 2U * near) {
		return is_low ? guess + (number - near) : guess - (number - near);
	}
	return (number & 1U) != 0U ? guess - (number >> 1) - 1U : guess + (number >> 1);
}

void bollard_decoder_start(bollard_decoder_t *decoder, const uint8_t *bytes, size_t length,
                           uint32_t arrival_s)
{
	bollard_reader_t *reader = &decoder->reader;
	const bollard_header_t *header = &decoder->header;

	decoder->arrival_s = arrival_s;
	decoder->rows = 0U;
	decoder->row_count = 1U;
	decoder->time_s = 0U;
	decoder->time_ms = 0U;
	bollard_read_start(reader, bytes, length);
	bollard_take_header(reader, &decoder->header);
	if (header->schema_id != 0U && header->schema_id != decoder->layout->schema_id) {
		bollard_fail(reader, BOLLARD_WRONG_SCHEMA, 1U);
	}
	if (header->form != 0U) {
		size_t offset = bollard_offset(reader);

		decoder->row_count = (uint8_t)bollard_take(reader, 8U);
		if (decoder->row_count == 0U) {
			bollard_fail(reader, BOLLARD_BAD_ROW_COUNT, offset);
		}
	}
}

/* Completes the low 16 bits of a time: the moment nearest to the arrival that has them. */
static uint32_t complete_time(uint16_t low, uint32_t arrival_s)
{
	uint16_t ahead = (uint16_t)(low - (uint16_t)arrival_s);

	return arrival_s + ahead - (ahead >= 0x8000U ? (uint32_t)0x10000U : 0U);
}

static void take_first_time(bollard_decoder_t *decoder)
{
	bollard_reader_t *reader = &decoder->reader;

	switch (decoder->header.time_mode) {
	case BOLLARD_TIME_NONE:
		return;
	case BOLLARD_TIME_16:
		decoder->time_s = complete_time((uint16_t)bollard_take(reader, 16U), decoder->arrival_s);
		break;
	default:
		decoder->time_s = bollard_take(reader, 32U);
		break;
	}
	if (decoder->header.milliseconds) {
		size_t offset = bollard_offset(reader);

		decoder->time_ms = (uint16_t)bollard_take(reader, 10U);
		if (decoder->time_ms > 999U) {
			bollard_fail(reader, BOLLARD_BAD_MILLISECONDS, offset);
		}
	}
}

/* The number stored at a place, as a step. */
static uint32_t stored_step(const uint8_t *place, const bollard_slot_t *slot, uint8_t how)
{
	const void *number = place;
	uint32_t min = BOLLARD_FLASH_32(&slot->min);

	if ((how & BOLLARD_HOW_BYTE) != 0U) {
		return (uint8_t)(*place - min);
	}
	if ((how & BOLLARD_HOW_WIDE) != 0U) {
		return *(const uint32_t *)number - min;
	}
	return (uint16_t)(*(const uint16_t *)number - min);
}

/* Makes the first row the row before. */
static void start_rows(bollard_decoder_t *decoder, const void *row)
{
	const bollard_layout_t *layout = decoder->layout;
	const bollard_model_t *model = layout->models;
	uint32_t *before = decoder->before;
	uint32_t *guess = decoder->guess;
	uint8_t index;

	for (index = 0U; index < layout->slot_count; index++, model++) {
		const bollard_slot_t *slot = &layout->slots[index];
		uint32_t bit = BOLLARD_FLASH_32(&slot->bit);
		uint8_t how = BOLLARD_FLASH_8(&slot->how);
		uint8_t count = BOLLARD_FLASH_8(&slot->count);
		const uint8_t *at = (const uint8_t *)row + BOLLARD_FLASH_16(&slot->at);

		for (; count != 0U; count--) {
			bool is_present = bit == 0U || (decoder->present & bit) != 0U;

			*before = is_present ? stored_step(at, slot, how) : 0U;
			*guess = model->counts != 0U ? model->increment : *before;
			at += (how & BOLLARD_HOW_BYTE) != 0U ? 1 : (how & BOLLARD_HOW_WIDE) != 0U ? 4 : 2;
			before++;
			guess++;
		}
		decoder->mean[index] = model->mean;
	}
	decoder->interval = decoder->header.milliseconds ? layout->interval_ms : layout->interval_s;
	decoder->clock_mean = layout->has_interval              ? 0U
	                      : decoder->header.milliseconds ? 0x8000U
	                                                     : 0x400U;
	decoder->is_off = !layout->has_interval;
}

/* Moves the time on by signed milliseconds. */
static void move_milliseconds(bollard_decoder_t *decoder, uint32_t step, size_t offset)
{
	bool is_back = step >> 31 != 0U;
	uint32_t rest = is_back ? 0U - step : step;
	uint32_t seconds = 0U;
	uint32_t time_s = decoder->time_s;
	uint8_t shift;

	for (shift = 22U; shift != 0U; shift--) {
		uint32_t part = (uint32_t)1000U << (shift - 1U);

		if (rest >= part) {
			rest -= part;
			seconds += (uint32_t)1U << (shift - 1U);
		}
	}
	if (is_back) {
		if (rest > decoder->time_ms) {
			rest -= 1000U; /* modulo 2^32, and back below */
			seconds++;
		}
		decoder->time_s = time_s - seconds;
		decoder->time_ms = (uint16_t)(decoder->time_ms - rest);
	} else {
		rest += decoder->time_ms;
		if (rest > 999U) {
			rest -= 1000U;
			seconds++;
		}
		decoder->time_s = time_s + seconds;
		decoder->time_ms = (uint16_t)rest;
	}
	if (is_back ? decoder->time_s > time_s : decoder->time_s < time_s) {
		bollard_fail(&decoder->reader, BOLLARD_TIME_OUT_OF_RANGE, offset);
	}
}

static void take_time(bollard_decoder_t *decoder, bool is_quiet)
{
	bollard_reader_t *reader = &decoder->reader;
	uint16_t mean = decoder->clock_mean;
	size_t offset = bollard_offset(reader);
	uint32_t number = 0U;
	uint32_t step;

	if (!(is_quiet && mean < BOLLARD_QUIET_MEAN)) {
		number = take_number(reader, mean, 32U);
	}
	step = decoder->interval + ((number >> 1) ^ (0U - (number & 1U)));
	if (decoder->header.milliseconds) {
		move_milliseconds(decoder, step, offset);
	} else {
		decoder->time_s += step;
	}
	if (!decoder->layout->has_interval && decoder->rows == 1U) {
		decoder->clock_mean = 0U;
	} else {
		decoder->clock_mean =
			bollard_next_mean(mean, number, decoder->rows);
	}
	if (number != 0U && decoder->is_off) {
		decoder->interval = step;
	}
	decoder->is_off = number != 0U;
}

/* Whether the next row says that it leaves out what is quiet. */
static bool take_quiet(bollard_decoder_t *decoder)
{
	const bollard_layout_t *layout = decoder->layout;
	bool has_bit = layout->mask_bits > 0U;
	uint8_t index;

	if (decoder->header.time_mode != BOLLARD_TIME_NONE &&
	    decoder->clock_mean < BOLLARD_QUIET_MEAN) {
		has_bit = true;
	}
	for (index = 0U; index < layout->slot_count; index++) {
		uint8_t how = BOLLARD_FLASH_8(&layout->slots[index].how);

		if ((how & (BOLLARD_HOW_WHOLE | BOLLARD_HOW_BLOB)) != 0U ||
		    decoder->mean[index] < BOLLARD_QUIET_MEAN) {
			has_bit = true;
		}
	}
	return has_bit && bollard_take(&decoder->reader, 1U) == 0U;
}

/* Reads what travels whole: an enum, flags, a boolean, text or bytes. */
static void take_whole(bollard_reader_t *reader, const bollard_slot_t *slot, uint8_t *at,
                       uint32_t *before)
{
	uint32_t last = BOLLARD_FLASH_32(&slot->last);
	uint8_t how = BOLLARD_FLASH_8(&slot->how);

	if (bollard_take(reader, 1U) == 0U) {
		return;
	}
	if (last == 1U && (how & BOLLARD_HOW_BLOB) == 0U) {
		*before = 1U - *before;
	} else {
		size_t offset = bollard_offset(reader);
		uint32_t step = bollard_take(reader, BOLLARD_FLASH_8(&slot->bits));

		*before = bollard_check_step(reader, slot, step, offset);
	}
	at += bollard_store(at, *before + BOLLARD_FLASH_32(&slot->min), how);
	if ((how & BOLLARD_HOW_BLOB) != 0U) {
		bollard_take_blob(reader, at, (uint8_t)*before, how);
	}
}

/* A number's change against its guess, of the number before it in the row. */
typedef struct {
	uint32_t size;
	bool is_fall;
} change_t;

/* Reads a number of a slot. */
static void take_later_number(bollard_decoder_t *decoder, uint8_t index, bool is_left_out,
                              change_t *change, uint32_t *before, uint32_t *guess)
{
	bollard_reader_t *reader = &decoder->reader;
	const bollard_slot_t *slot = &decoder->layout->slots[index];
	const bollard_model_t *model = &decoder->layout->models[index];
	uint32_t last = BOLLARD_FLASH_32(&slot->last);
	uint16_t mean = decoder->mean[index];
	uint32_t better = *guess;
	uint32_t number = 0U;
	uint32_t value;

	if (model->follow != 0) {
		bool is_opposite = model->follow < 0;
		uint8_t shift = (uint8_t)((is_opposite ? -model->follow : model->follow) - 1);

		better = move_within(better, change->size >> shift, change->is_fall != is_opposite, last);
	}
	if (!is_left_out) {
		size_t offset = bollard_offset(reader);

		number = take_number(reader, mean, BOLLARD_FLASH_8(&slot->bits));
		number = bollard_check_step(reader, slot, number, offset);
	}
	value = unfold_error(number, better, last);
	decoder->mean[index] = bollard_next_mean(mean, number, decoder->rows);
	change->is_fall = value < *guess;
	change->size = change->is_fall ? *guess - value : value - *guess;
	*guess = value;
	if (model->trend != 0) {
		*guess = move_within(value, change->size >> 1, change->is_fall != (model->trend < 0), last);
	}
	*before = model->counts != 0U ? (value + *before) & last : value;
}

static void take_later_row(bollard_decoder_t *decoder, void *row)
{
	bollard_reader_t *reader = &decoder->reader;
	const bollard_layout_t *layout = decoder->layout;
	bool is_quiet = take_quiet(decoder);
	uint32_t *before = decoder->before;
	uint32_t *guess = decoder->guess;
	change_t change = {0U, false};
	uint8_t index;

	if (!is_quiet && layout->mask_bits > 0U && bollard_take(reader, 1U) != 0U) {
		decoder->present = bollard_take(reader, layout->mask_bits);
	}
	if (decoder->header.time_mode != BOLLARD_TIME_NONE) {
		take_time(decoder, is_quiet);
	}
	for (index = 0U; index < layout->slot_count; index++) {
		const bollard_slot_t *slot = &layout->slots[index];
		uint8_t how = BOLLARD_FLASH_8(&slot->how);
		uint8_t count = BOLLARD_FLASH_8(&slot->count);
		uint32_t bit = BOLLARD_FLASH_32(&slot->bit);
		uint8_t *at = (uint8_t *)row + BOLLARD_FLASH_16(&slot->at);
		bool is_present = bit == 0U || (decoder->present & bit) != 0U;
		bool is_left_out = is_quiet && decoder->mean[index] < BOLLARD_QUIET_MEAN;
		uint8_t part;

		if ((how & (BOLLARD_HOW_WHOLE | BOLLARD_HOW_BLOB)) != 0U) {
			if (is_present && !is_quiet) {
				take_whole(reader, slot, at, before);
			}
			before++;
			guess++;
			continue;
		}
		if (count > 1U) {
			change.size = 0U; /* an array's first element follows nothing */
		}
		for (part = 0U; part < count; part++, before++, guess++) {
			if (!is_present) {
				change.size = 0U;
				continue;
			}
			take_later_number(decoder, index, is_left_out, &change, before, guess);
			at += bollard_store(at, *before + BOLLARD_FLASH_32(&slot->min), how);
		}
	}
}

bollard_status_t bollard_decoder_next(bollard_decoder_t *decoder, void *row)
{
	bollard_reader_t *reader = &decoder->reader;
	const bollard_layout_t *layout = decoder->layout;

	if (reader->status != BOLLARD_OK) {
		return reader->status;
	}
	if (decoder->rows == decoder->row_count) {
		bollard_take_end(reader);
		if (reader->status == BOLLARD_OK) {
			bollard_fail(reader, BOLLARD_END, reader->length);
		}
		return reader->status;
	}
	if (decoder->rows == 0U) {
		take_first_time(decoder);
		decoder->present =
			bollard_take_row(reader, layout->slots, layout->slot_count, layout->mask_bits, row);
		start_rows(decoder, row);
	} else {
		take_later_row(decoder, row);
	}
	decoder->rows++;
	return reader->status;
}
