/*
 * How a batch is written: code that a generated source includes once, after `bollard_row_code.h`:
 *
 * BATCH        type of the batch
 * MODELS       what is known of each slot: MODEL(mean, counts, increment, trend, follow)
 * HAS_NUMBERS, HAS_WHOLES, HAS_COUNTERS, HAS_TRENDS, HAS_FOLLOWS, BLOB_SIZE
 *              what of that occurs
 * INTERVAL     ticks from row to row; HAS_INTERVAL whether the schema tells it
 */

#ifndef BOLLARD_BATCH_CODE_H
#define BOLLARD_BATCH_CODE_H

#define HAS_GUESSES (HAS_COUNTERS || HAS_TRENDS)

/* What a batch knows beforehand of a slot. */
typedef struct {
	uint16_t mean; /* in sixteenths of a step, as a batch begins */
#if HAS_COUNTERS
	uint8_t counts;   /* 1 for a counter, whose increments are guessed */
	step_t increment; /* that of the second row */
#endif
#if HAS_TRENDS
	int8_t trend; /* -1 takes back half of a change, 1 adds it once more */
#endif
#if HAS_FOLLOWS
	int8_t follow; /* 0, or by which power of two less one, with the sign of the change */
#endif
} model_t;

#if HAS_COUNTERS
#define MODEL_COLUMN_COUNTER(counts, increment) (counts), (increment),
#define COUNTS(model) (BOLLARD_FLASH_8(&(model)->counts) != 0U)
#define INCREMENT_OF(model) FLASH_STEP(&(model)->increment)
#else
#define MODEL_COLUMN_COUNTER(counts, increment)
#define COUNTS(model) false
#define INCREMENT_OF(model) 0U
#endif
#if HAS_TRENDS
#define MODEL_COLUMN_TREND(trend) (trend),
#define TREND_OF(model) ((int8_t)BOLLARD_FLASH_8(&(model)->trend))
#else
#define MODEL_COLUMN_TREND(trend)
#define TREND_OF(model) 0
#endif
#if HAS_FOLLOWS
#define MODEL_COLUMN_FOLLOW(follow) (follow),
#define FOLLOW_OF(model) ((int8_t)BOLLARD_FLASH_8(&(model)->follow))
#else
#define MODEL_COLUMN_FOLLOW(follow)
#define FOLLOW_OF(model) 0
#endif

#define MODEL(mean, counts, increment, trend, follow) \
	{(mean), MODEL_COLUMN_COUNTER(counts, increment) MODEL_COLUMN_TREND(trend) \
	 MODEL_COLUMN_FOLLOW(follow)},

static const model_t models[SLOT_COUNT] BOLLARD_FLASH = {MODELS};

/* What a walk over the row does. */
enum {
	PLAN,  /* finds whether it is refused, or quiet */
	RAW,   /* writes it as a single reading, a batch's first row */
	PUT,   /* writes it as a later row */
	QUIET, /* the same, and leaves out what a quiet row does */
	FIRST, /* makes the first row the row before */
	KEEP   /* makes a later row the row before */
};

/* What PLAN finds. */
#define HAS_QUIET_BIT 1U
#define IS_CHANGED 2U
#define IS_REFUSED 4U

/* A walk over the slots, and where in the batch it is. */
typedef struct {
	BATCH *batch;
	step_t *before;
#if HAS_GUESSES
	step_t *guess;
#endif
#if HAS_NUMBERS
	uint16_t *mean;
#endif
#if BLOB_SIZE > 0
	uint8_t *blob;
#endif
	step_t change; /* how far the number before was from its own guess */
	bool is_fall;  /* it was below */
	uint8_t pass;
	uint8_t found;
} walk_t;

#if HAS_GUESSES
#define GUESS_OF(walk) (*(walk)->guess)
#else
#define GUESS_OF(walk) (*(walk)->before)
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
	bollard_writer_t *writer = &walk->batch->writer;
	step_t last = FLASH_STEP(&slot->last);
	step_t step = is_present ? step_of(at, slot, how) : 0U;
	bool is_changed = step != *walk->before;

#if BLOB_SIZE > 0
	bool is_blob = IS(BOLLARD_HOW_BLOB);

	at += SIZE_OF_NUMBER(how);
	is_changed = is_changed || (is_blob && step <= last && memcmp(at, walk->blob, step) != 0);
#else
	const bool is_blob = false;
#endif
	if (walk->pass == PLAN) {
		walk->found |= left_out(is_present && is_changed);
		if (step > last || (IS(BOLLARD_HOW_TEXT) && bollard_find_bad_utf8(at, (uint8_t)step) != step)) {
			walk->found |= IS_REFUSED;
		}
	} else if (!is_present) {
		/* It stays as it last was. */
	} else if (walk->pass >= FIRST) {
		*walk->before = step;
#if BLOB_SIZE > 0
		if (is_blob) {
			memcpy(walk->blob, at, step);
		}
#endif
	} else if (walk->pass != QUIET) {
		bool is_raw = walk->pass == RAW;

		if (!is_raw) {
			bollard_put(writer, is_changed ? 1U : 0U, 1U);
		}
		if (is_raw || (is_changed && (is_blob || last != 1U))) {
			PUT_STEP(writer, step, BOLLARD_FLASH_8(&slot->bits));
		}
#if BLOB_SIZE > 0
		if (is_blob && (is_raw || is_changed)) {
			bollard_put_bytes(writer, at, (uint8_t)step);
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

#if STEP_BITS == 32
#define SHORT_STEP(step) BOLLARD_SHORT(step)
#else
#define SHORT_STEP(step) (step)
#endif

#if HAS_TRENDS || HAS_FOLLOWS
/* Moves a number up or down, within its range. */
static step_t move_within(step_t number, step_t by, bool is_down, step_t last)
{
	if (is_down) {
		return number < by ? 0U : (step_t)(number - by);
	}
	return (step_t)(last - number) < by ? last : (step_t)(number + by);
}
#endif

/*
 * What is left of a value behind its guess, from 0 on: one apart, above or below, are 1 and 2, and
 * so on to the nearer end of the range, behind which only one side is left.
 */
static step_t fold_error(step_t value, step_t guess, step_t last)
{
	bool is_below = value < guess;
	step_t size = is_below ? (step_t)(guess - value) : (step_t)(value - guess);
	step_t near = (step_t)(last - guess);

	if (guess < near) {
		near = guess;
	}
	if (size > near) {
		return (step_t)(near + size);
	}
	return (step_t)((step_t)(size << 1) - (is_below ? 1U : 0U));
}

/* A number: its distance from what it was guessed to be. */
static uint16_t walk_number(walk_t *walk, const slot_t *slot, const model_t *model, unsigned how,
                            const uint8_t *at, uint16_t running)
{
	bollard_writer_t *writer = &walk->batch->writer;
	uint8_t bits = BOLLARD_FLASH_8(&slot->bits);
	step_t last = FLASH_STEP(&slot->last);
	step_t step = step_of(at, slot, how);
	step_t value = step;
	step_t own = GUESS_OF(walk);
	step_t guess = own;
	step_t number;

	(void)model;
	if (CAN_REFUSE && step > last) {
		walk->found |= IS_REFUSED;
		return running;
	}
	if (walk->pass == RAW) {
		PUT_STEP(writer, step, bits);
		return running;
	}
	if (!HAS_FOLLOWS && walk->pass == PLAN && *walk->mean >= BOLLARD_QUIET_MEAN) {
		return running; /* it is written in any case */
	}
	if (COUNTS(model)) {
		value = (step_t)((step - *walk->before) & last);
	}
#if HAS_FOLLOWS
	{
		int8_t follow = FOLLOW_OF(model);

		if (follow != 0) {
			bool is_opposite = follow < 0;
			uint8_t shift = (uint8_t)((is_opposite ? -follow : follow) - 1);

			guess = move_within(own, (step_t)(walk->change >> shift), walk->is_fall != is_opposite,
			                    last);
		}
	}
#endif
	number = fold_error(value, guess, last);
#if HAS_TRENDS || HAS_FOLLOWS
	walk->is_fall = value < own;
	walk->change = walk->is_fall ? (step_t)(own - value) : (step_t)(value - own);
#endif
	if (walk->pass == PLAN) {
		if (*walk->mean < BOLLARD_QUIET_MEAN && number != 0U) {
			walk->found |= IS_CHANGED;
		}
	} else if (walk->pass < FIRST) {
		if (walk->pass == PUT || *walk->mean >= BOLLARD_QUIET_MEAN) {
			bollard_put_number(writer, number, running, bits);
		}
	} else {
		*walk->before = step;
#if HAS_GUESSES
		*walk->guess = value;
#if HAS_TRENDS
		if (TREND_OF(model) != 0) {
			*walk->guess = move_within(value, (step_t)(walk->change >> 1),
			                           walk->is_fall != (TREND_OF(model) < 0), last);
		}
#endif
#endif
	}
	if (!HAS_ARRAYS && walk->pass < FIRST) {
		return running; /* nobody asks for the next one yet */
	}
	return bollard_next_mean(running, SHORT_STEP(number), walk->batch->rows <= BOLLARD_FAST_ROWS);
}

/* The numbers of a slot: one, or an array's, which share their mean. */
static void walk_numbers(walk_t *walk, const slot_t *slot, const model_t *model, unsigned how,
                         const uint8_t *at, bool is_present)
{
	uint8_t count = COUNT_OF(slot);
	uint16_t running = *walk->mean;

	if (walk->pass == PLAN && running < BOLLARD_QUIET_MEAN) {
		walk->found |= HAS_QUIET_BIT;
	}
	if (HAS_FOLLOWS && count > 1U) {
		walk->change = 0U; /* an array's first element follows nothing */
	}
	for (;;) {
		if (is_present) {
			running = walk_number(walk, slot, model, how, at, running);
		} else {
			walk->change = 0U;
		}
#if HAS_GUESSES
		if (walk->pass == FIRST) {
			*walk->guess = COUNTS(model) ? INCREMENT_OF(model) : *walk->before;
		}
#endif
		if (--count == 0U) {
			break;
		}
		at += SIZE_OF_NUMBER(how);
		walk->before++;
#if HAS_GUESSES
		walk->guess++;
#endif
	}
	if (walk->pass >= FIRST) {
		*walk->mean = walk->pass == FIRST ? BOLLARD_FLASH_16(&model->mean) : running;
	}
	walk->mean++;
}

#endif

/* Goes once over the slots of a row; what PLAN found. */
static uint8_t walk_row(BATCH *batch, const READING *reading, mask_t mask, uint8_t pass)
{
	const uint8_t *at = START_AT(reading);
	const model_t *model = models;
	const slot_t *slot;
	walk_t walk;

	walk.batch = batch;
	walk.before = batch->before;
#if HAS_GUESSES
	walk.guess = batch->guess;
#endif
#if HAS_NUMBERS
	walk.mean = batch->mean;
#endif
#if BLOB_SIZE > 0
	walk.blob = batch->blobs;
#endif
	walk.change = 0U;
	walk.is_fall = false;
	walk.pass = pass;
	walk.found = 0U;
	for (slot = slots; slot != slots + SLOT_COUNT; slot++, model++) {
		unsigned how = HOW_OF(slot);
		bool is_present = IS_PRESENT(slot, mask);

		GO_TO(at, reading, slot);
#if HAS_WHOLES && HAS_NUMBERS
		if (IS(BOLLARD_HOW_WHOLE | BOLLARD_HOW_BLOB)) {
			walk_whole(&walk, slot, how, at, is_present);
		} else {
			walk_numbers(&walk, slot, model, how, at, is_present);
		}
#elif HAS_WHOLES
		walk_whole(&walk, slot, how, at, is_present);
#else
		walk_numbers(&walk, slot, model, how, at, is_present);
#endif
		walk.before++;
#if HAS_GUESSES
		walk.guess++;
#endif
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

/* Finds the number of a row's time: how far it is from what was expected. */
static void find_number(BATCH *batch, const READING *reading)
{
	uint32_t error = ticks_of(reading) - batch->expected;

	batch->number = error >> 31 != 0U ? ~(error << 1) : error << 1;
}

/* Makes a row's time that of the row before. */
static void keep_time(BATCH *batch, const READING *reading)
{
	uint32_t ticks = ticks_of(reading);

	if (batch->rows != 0U) {
		bool is_off = batch->number != 0U;

		batch->clock_mean = !HAS_INTERVAL && batch->rows == 1U
		                        ? 0U
		                        : bollard_next_mean(batch->clock_mean, BOLLARD_SHORT(batch->number),
		                                            batch->rows <= BOLLARD_FAST_ROWS);
		if (batch->is_off) {
			batch->interval += ticks - batch->expected;
		}
		batch->is_off = is_off;
	}
	batch->expected = ticks + batch->interval;
#if HAS_MILLISECONDS
	batch->time_s = reading->time_s;
#endif
}

#endif

/* Begins a batch in the caller's bytes; the header is written by who calls. */
static void start(BATCH *batch, uint8_t *out, size_t capacity)
{
	memset(batch, 0, sizeof(*batch));
	batch->writer.out = out;
	batch->writer.capacity = capacity;
	batch->writer.pending = 1U;
#if TIME_BITS > 0
	batch->interval = INTERVAL;
#if !HAS_INTERVAL
	batch->clock_mean = FIRST_INTERVAL_MEAN;
	batch->is_off = true;
#endif
#endif
}

/* Leaves a byte for the count of rows. */
static void begin_rows(BATCH *batch)
{
	batch->count_at = (uint8_t)batch->writer.length;
	bollard_put(&batch->writer, 0U, 8U);
}

/* Writes a later row, of which PLAN found so much. */
static void put_later_row(BATCH *batch, const READING *reading, mask_t mask, uint8_t found)
{
	bollard_writer_t *writer = &batch->writer;
	bool is_quiet;

#if MASK_BITS > 0
	found |= left_out(mask != batch->present);
#endif
#if TIME_BITS > 0
	if (batch->clock_mean < BOLLARD_QUIET_MEAN) {
		found |= left_out(batch->number != 0U);
	}
#endif
	is_quiet = (found & IS_CHANGED) == 0U;
	if ((found & HAS_QUIET_BIT) != 0U) {
		bollard_put(writer, is_quiet ? 0U : 1U, 1U);
	}
#if MASK_BITS > 0
	if (!is_quiet) {
		bool is_changed = mask != batch->present;

		bollard_put(writer, is_changed ? 1U : 0U, 1U);
		if (is_changed) {
			put_mask(writer, mask);
		}
	}
#endif
#if TIME_BITS > 0
	if (!(is_quiet && batch->clock_mean < BOLLARD_QUIET_MEAN)) {
		bollard_put_number(writer, batch->number, batch->clock_mean, 32U);
	}
#endif
	walk_row(batch, reading, mask, is_quiet ? QUIET : PUT);
}

static bollard_append_t append(BATCH *batch, const READING *reading)
{
	bollard_writer_t *writer = &batch->writer;
	size_t length = writer->length;
	uint8_t pending = writer->pending;
	mask_t mask = present_of(reading);
	uint8_t found = walk_row(batch, reading, mask, PLAN);
	bool is_first = batch->rows == 0U;

	if ((found & IS_REFUSED) != 0U || MILLISECONDS_OF(reading) > 999U) {
		return BOLLARD_REFUSED;
	}
	if (batch->rows == BOLLARD_MOST_ROWS) {
		return BOLLARD_FULL;
	}
#if HAS_MILLISECONDS
	if (!is_first && is_too_far(batch, reading)) {
		return BOLLARD_FULL;
	}
#endif
	if (is_first) {
		put_time(writer, reading);
		put_mask(writer, mask);
		walk_row(batch, reading, mask, RAW);
	} else {
#if TIME_BITS > 0
		find_number(batch, reading);
#endif
		put_later_row(batch, reading, mask, found);
	}
	/* The last byte, too, needs room. */
	if (writer->length + (writer->pending != 1U ? 1U : 0U) > writer->capacity) {
		writer->length = length;
		writer->pending = pending;
		return BOLLARD_FULL;
	}
	walk_row(batch, reading, mask, is_first ? FIRST : KEEP);
#if MASK_BITS > 0
	batch->present = mask;
#endif
#if TIME_BITS > 0
	keep_time(batch, reading);
#endif
	batch->rows++;
	return BOLLARD_APPENDED;
}

/* Writes the row count and fills the last byte. */
static size_t finish(BATCH *batch)
{
	if (batch->rows == 0U) {
		return 0U;
	}
	batch->writer.out[batch->count_at] = batch->rows;
	batch->rows = BOLLARD_MOST_ROWS; /* nothing more goes in */
	return bollard_finish(&batch->writer);
}

#endif
