/*
 * How a batch is written: code that a generated source includes once, after `bollard_row_code.h`.
 * Before `bollard_slot_code.h` it has said:
 *
 * BATCH        type of the batch; KEPT that of what it keeps of each number
 * HAS_NUMBERS, HAS_WHOLES, HAS_COUNTERS, HAS_TRENDS, HAS_FOLLOWS, BLOB_SIZE
 *              what occurs in its slots
 * INTERVAL     ticks from row to row; HAS_INTERVAL whether the schema tells it
 */

#ifndef BOLLARD_BATCH_CODE_H
#define BOLLARD_BATCH_CODE_H

#define HAS_GUESSES (HAS_COUNTERS || HAS_TRENDS)

/* What a walk over the row does. */
enum {
	QUIET, /* writes a later row, and leaves out what a quiet row does */
	PUT,   /* the same, and leaves out nothing */
	PLAN,  /* finds whether a later row is refused, or quiet */
	RAW    /* finds whether the first row is refused, and writes it as a single reading */
};

/* What PLAN and RAW find. */
#define IS_CHANGED 1U /* then PUT, else QUIET */
#define HAS_QUIET_BIT 2U
#define IS_REFUSED 4U

/* A step, in the width that the core reckons in. */
#if STEP_BITS == 32
typedef uint32_t number_t;
#else
typedef bollard_word_t number_t;
#endif

/* A walk over the slots, and where in the batch it is. */
typedef struct {
	BATCH *batch;
	KEPT *kept;
#if HAS_NUMBERS && HAS_ARRAYS
	uint16_t *mean; /* the elements of an array share theirs */
#endif
#if BLOB_SIZE > 0
	uint8_t *blob;
#endif
	number_t change; /* how far the number before was from its own guess */
	bool is_fall;    /* it was below */
	uint8_t pass;
	uint8_t found;
} walk_t;

#if HAS_GUESSES
#define GUESS_OF(walk) ((walk)->kept->guess)
#else
#define GUESS_OF(walk) ((walk)->kept->before)
#endif
#if HAS_ARRAYS
#define MEAN_OF(walk) (*(walk)->mean)
#else
#define MEAN_OF(walk) ((walk)->kept->mean)
#endif

/* What PLAN says of a thing that a quiet row leaves out. */
static uint8_t left_out(bool is_changed)
{
	return is_changed ? HAS_QUIET_BIT | IS_CHANGED : HAS_QUIET_BIT;
}

#if HAS_WHOLES

/* An enum, flags, a boolean, text or bytes: sent whole where it is not as it was. */
static void walk_whole(walk_t *walk, const slot_t *slot, unsigned how, const uint8_t *at,
                       bool is_present)
{
	bollard_writer_t *writer = &walk->batch->rows.bits;
	step_t last = FLASH_STEP(&slot->last);
	step_t step = is_present ? step_of(at, slot, how) : 0U;
	bool is_changed = step != walk->kept->before;

#if BLOB_SIZE > 0
	bool is_blob = IS(BOLLARD_HOW_BLOB);

	at += SIZE_OF_NUMBER(how);
	is_changed = is_changed || (is_blob && step <= last && memcmp(at, walk->blob, step) != 0);
#else
	const bool is_blob = false;
#endif
	if (walk->pass == PLAN) {
		walk->found |= left_out(is_present && is_changed);
	}
	if (walk->pass >= PLAN && (step > last || (IS(BOLLARD_HOW_TEXT) &&
	                                          bollard_find_bad_utf8(at, (uint8_t)step) != step))) {
		walk->found |= IS_REFUSED;
	} else if (!is_present && walk->pass == RAW) {
		walk->kept->before = 0U;
	} else if (is_present && (walk->pass == RAW || walk->pass == PUT)) {
		bool is_raw = walk->pass == RAW;

		if (!is_raw) {
			bollard_put(writer, is_changed ? 1U : 0U, 1U);
		}
		if (is_raw || (is_changed && (is_blob || last != 1U))) {
			PUT_STEP(writer, step, BOLLARD_FLASH_8(&slot->bits));
		}
		walk->kept->before = step;
#if BLOB_SIZE > 0
		if (is_blob && (is_raw || is_changed)) {
			bollard_put_bytes(writer, at, (uint8_t)step);
			memcpy(walk->blob, at, step);
		}
#endif
	}
#if BLOB_SIZE > 0
	if (is_blob) {
		walk->blob += last;
	}
#endif
}

#endif

#if HAS_NUMBERS

#if HAS_TRENDS || HAS_FOLLOWS
/* Moves a number up or down, within its range. */
static number_t move_within(number_t number, number_t by, bool is_down, number_t last)
{
	if (is_down) {
		return number < by ? 0U : (number_t)(number - by);
	}
	return (number_t)(last - number) < by ? last : (number_t)(number + by);
}
#endif

/*
 * What is left of a value behind its guess, from 0 on: one apart, above or below, are 1 and 2, and
 * so on to the nearer end of the range, behind which only one side is left.
 */
static number_t fold_error(number_t value, number_t guess, number_t last)
{
	number_t near = (number_t)(last - guess);
	number_t size;
	number_t folded;

	if (guess < near) {
		near = guess;
	}
	if (value < guess) {
		size = (number_t)(guess - value);
		folded = (number_t)((number_t)(size << 1) - 1U);
	} else {
		size = (number_t)(value - guess);
		folded = (number_t)(size << 1);
	}
	return size > near ? (number_t)(near + size) : folded;
}

/* A number: its distance from what it was guessed to be. */
static uint16_t walk_number(walk_t *walk, const slot_t *slot, unsigned how, const uint8_t *at,
                            uint16_t running)
{
	bollard_writer_t *writer = &walk->batch->rows.bits;
	uint8_t bits = BOLLARD_FLASH_8(&slot->bits);
	number_t last = FLASH_STEP(&slot->last);
	number_t step = step_of(at, slot, how);
	number_t value = step;
	number_t own = GUESS_OF(walk);
	number_t guess = own;

	if (CAN_REFUSE && step > last) {
		walk->found |= IS_REFUSED;
		return running;
	}
	if (walk->pass == RAW) {
		PUT_STEP(writer, step, bits);
		walk->kept->before = (step_t)step;
		return running;
	}
	if (!HAS_FOLLOWS && walk->pass == PLAN && MEAN_OF(walk) >= BOLLARD_QUIET_MEAN) {
		return running; /* it is written in any case */
	}
	if (COUNTS(slot)) {
		value = (number_t)((step - walk->kept->before) & last);
	}
#if HAS_FOLLOWS
	{
		int8_t follow = FOLLOW_OF(slot);

		if (follow != 0) {
			bool is_opposite = follow < 0;
			uint8_t shift = (uint8_t)((is_opposite ? -follow : follow) - 1);

			guess = move_within(own, (number_t)(walk->change >> shift), walk->is_fall != is_opposite,
			                    last);
		}
	}
#endif
#if HAS_TRENDS || HAS_FOLLOWS
	walk->is_fall = value < own;
	walk->change = walk->is_fall ? (number_t)(own - value) : (number_t)(value - own);
#endif
	if (walk->pass == PLAN) {
		if (MEAN_OF(walk) < BOLLARD_QUIET_MEAN && value != guess) {
			walk->found |= IS_CHANGED;
		}
		return running;
	}
	walk->kept->before = (step_t)step;
#if HAS_GUESSES
	walk->kept->guess = (step_t)value;
#if HAS_TRENDS
	if (TREND_OF(slot) != 0) {
		walk->kept->guess =
			(step_t)move_within(value, (number_t)(walk->change >> 1),
		                        walk->is_fall != (TREND_OF(slot) < 0), last);
	}
#endif
#endif
	if (walk->pass == QUIET && MEAN_OF(walk) < BOLLARD_QUIET_MEAN) {
		bits = 0U;
	}
	return bollard_put_number(&walk->batch->rows, fold_error(value, guess, last), running, bits);
}

/* The numbers of a slot: one, or an array's, which share their mean. */
static void walk_numbers(walk_t *walk, const slot_t *slot, unsigned how, const uint8_t *at,
                         bool is_present)
{
	uint8_t count = COUNT_OF(slot);
	uint16_t running = MEAN_OF(walk);

	if (walk->pass == PLAN && running < BOLLARD_QUIET_MEAN) {
		walk->found |= HAS_QUIET_BIT;
	}
	if (HAS_FOLLOWS && count > 1U) {
		walk->change = 0U; /* an array's first element follows nothing */
	}
	for (;;) {
		if (is_present) {
			running = walk_number(walk, slot, how, at, running);
		} else {
			walk->change = 0U;
			if (walk->pass == RAW) {
				walk->kept->before = 0U;
			}
		}
#if HAS_GUESSES
		if (walk->pass == RAW) {
			walk->kept->guess = COUNTS(slot) ? INCREMENT_OF(slot) : walk->kept->before;
		}
#endif
		if (--count == 0U) {
			break;
		}
		at += SIZE_OF_NUMBER(how);
		walk->kept++;
	}
	MEAN_OF(walk) = walk->pass == RAW ? BOLLARD_FLASH_16(&slot->mean) : running;
#if HAS_ARRAYS
	walk->mean++;
#endif
}

#endif

/* Goes once over the slots of a row; what it found. */
static uint8_t walk_row(BATCH *batch, const READING *reading, mask_t mask, uint8_t pass)
{
	const uint8_t *at = START_AT(reading);
	const slot_t *slot;
	walk_t walk;

	walk.batch = batch;
	walk.kept = batch->kept;
#if HAS_NUMBERS && HAS_ARRAYS
	walk.mean = batch->mean;
#endif
#if BLOB_SIZE > 0
	walk.blob = batch->blobs;
#endif
	walk.change = 0U;
	walk.is_fall = false;
	walk.pass = pass;
	walk.found = 0U;
	for (slot = slots; slot != slots + SLOT_COUNT; slot++) {
		unsigned how = HOW_OF(slot);
		bool is_present = IS_PRESENT(slot, mask);

		GO_TO(at, reading, slot);
#if HAS_WHOLES && HAS_NUMBERS
		if (IS(BOLLARD_HOW_WHOLE | BOLLARD_HOW_BLOB)) {
			walk_whole(&walk, slot, how, at, is_present);
		} else {
			walk_numbers(&walk, slot, how, at, is_present);
		}
#elif HAS_WHOLES
		walk_whole(&walk, slot, how, at, is_present);
#else
		walk_numbers(&walk, slot, how, at, is_present);
#endif
		walk.kept++;
#if STRIDE > 0
		at += STRIDE * COUNT_OF(slot);
#endif
	}
	return walk.found;
}

#if TIME_BITS > 0

/* A mean that splits off 6 or 11 low bits: for the first interval, where nothing tells it. */
#if HAS_MILLISECONDS
#define FIRST_INTERVAL_MEAN 0x8000U
#else
#define FIRST_INTERVAL_MEAN 0x400U
#endif

/* A row's time in ticks, seconds or milliseconds, modulo 2^32. */
static uint32_t ticks_of(const READING *reading)
{
#if HAS_MILLISECONDS
	return reading->time_s * 1000U + reading->time_ms;
#else
	return reading->time_s;
#endif
}

#if HAS_MILLISECONDS
/* Whether a row's time is so far from that of the row before that its ticks are no 32-bit number. */
static bool is_too_far(const BATCH *batch, const READING *reading)
{
	bool is_back = reading->time_s < batch->time_s;
	uint32_t seconds = is_back ? batch->time_s - reading->time_s : reading->time_s - batch->time_s;
	uint32_t step = ticks_of(reading) - (batch->expected - batch->interval);

	/* Near the ends of the range a step too far has come out on the other side. */
	return seconds > 2147484UL || (seconds > 2147481UL && (step >> 31 != 0U) != is_back);
}
#endif

/* Writes how far a later row's time is from what was expected, and learns from it. */
static void put_clock(BATCH *batch, uint32_t error, uint8_t pass)
{
	uint16_t mean = batch->clock_mean;
	uint8_t bits = 32U;

	if (pass == QUIET && mean < BOLLARD_QUIET_MEAN) {
		bits = 0U;
	}
	mean = bollard_put_number(&batch->rows, error >> 31 != 0U ? ~(error << 1) : error << 1, mean, bits);
	batch->clock_mean = !HAS_INTERVAL && batch->rows.count == 1U ? 0U : mean;
	if (batch->is_off) {
		batch->interval += error;
	}
	batch->is_off = error != 0U;
}

#endif

/* Begins a batch in the caller's bytes; who calls writes the header, and a byte for the row count. */
static void start(BATCH *batch, uint8_t *out, size_t capacity, uint8_t count_at)
{
	bollard_start(&batch->rows.bits, out, capacity);
	batch->rows.count_at = count_at;
	batch->rows.count = 0U;
#if TIME_BITS > 0
	batch->interval = INTERVAL;
	batch->clock_mean = HAS_INTERVAL ? 0U : FIRST_INTERVAL_MEAN;
	batch->is_off = !HAS_INTERVAL;
#endif
}

/* Writes a later row; what PLAN found of it. */
static uint8_t put_later_row(BATCH *batch, const READING *reading, mask_t mask)
{
	bollard_writer_t *writer = &batch->rows.bits;
	uint8_t found = walk_row(batch, reading, mask, PLAN);
	uint8_t pass;
#if TIME_BITS > 0
	uint32_t error = ticks_of(reading) - batch->expected;

	if (batch->clock_mean < BOLLARD_QUIET_MEAN) {
		found |= left_out(error != 0U);
	}
#endif
#if MASK_BITS > 0
	found |= left_out(mask != batch->present);
#endif
	if ((found & IS_REFUSED) != 0U) {
		return found;
	}
	pass = found & IS_CHANGED;
	if ((found & HAS_QUIET_BIT) != 0U) {
		bollard_put(writer, pass, 1U);
	}
#if MASK_BITS > 0
	if (pass == PUT) {
		bool is_changed = mask != batch->present;

		bollard_put(writer, is_changed ? 1U : 0U, 1U);
		if (is_changed) {
			put_mask(writer, mask);
		}
	}
#endif
#if TIME_BITS > 0
	put_clock(batch, error, pass);
#endif
	walk_row(batch, reading, mask, pass);
	return found;
}

/*
 * A row is written and becomes the row before in one go. Where it then turns out to have no room, its
 * bits are taken back and the batch takes nothing more, since it has lost the row before.
 */
static bollard_append_t append(BATCH *batch, const READING *reading)
{
	bollard_writer_t *writer = &batch->rows.bits;
	size_t length = writer->length;
	uint8_t pending = writer->pending;
	mask_t mask = present_of(reading);
	bollard_append_t answer = BOLLARD_REFUSED;
	uint8_t found;

	if (MILLISECONDS_OF(reading) > 999U) {
		return BOLLARD_REFUSED;
	}
	if (batch->rows.count == BOLLARD_MOST_ROWS) {
		return BOLLARD_FULL;
	}
#if HAS_MILLISECONDS
	if (batch->rows.count != 0U && is_too_far(batch, reading)) {
		return BOLLARD_FULL;
	}
#endif
	if (batch->rows.count == 0U) {
		put_time(writer, reading);
		put_mask(writer, mask);
		found = walk_row(batch, reading, mask, RAW);
	} else {
		found = put_later_row(batch, reading, mask);
	}
	if ((found & IS_REFUSED) == 0U) {
		size_t end = writer->length;

		if (writer->pending != 1U) {
			end++; /* the last byte, too, needs room */
		}
		if (end <= writer->capacity) {
#if MASK_BITS > 0
			batch->present = mask;
#endif
#if TIME_BITS > 0
			batch->expected = ticks_of(reading) + batch->interval;
#if HAS_MILLISECONDS
			batch->time_s = reading->time_s;
#endif
#endif
			batch->rows.count++;
			writer->out[batch->rows.count_at] = batch->rows.count;
			return BOLLARD_APPENDED;
		}
		if (batch->rows.count != 0U) {
			batch->rows.count = BOLLARD_MOST_ROWS;
		}
		answer = BOLLARD_FULL;
	}
	writer->length = length;
	writer->pending = pending;
	return answer;
}

/* Fills the last byte, for which append has found room; the row count is there already. */
static size_t finish(BATCH *batch)
{
	bollard_writer_t *writer = &batch->rows.bits;

	if (batch->rows.count == 0U) {
		return 0U;
	}
	batch->rows.count = BOLLARD_MOST_ROWS; /* nothing more goes in */
	bollard_put(writer, 0U, 7U);
	writer->pending = 1U; /* finished again it is the same */
	return writer->length;
}

#endif
