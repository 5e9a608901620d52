/*
 * How a row is read from a reading: code that a generated source includes once, after it has said by
 * macros what its schema has. What a schema does not have costs nothing, since each condition on
 * these macros is a constant:
 *
 * READING           type of the reading
 * FIRST             its first member that travels in a slot
 * SLOTS, SLOT_COUNT its slots: SLOT(min, last, bits, count, bit, member, how,
 *                   mean, counts, increment, trend, follow) for each, of which the last five are for
 *                   batches
 * STEP_BITS         16, or 32 where a number takes more than 16 in storage
 * STRIDE            bytes from one number to the next; 0 where slots are told by their offsets
 * OFFSET_BITS       8 or 16: what an offset in the reading takes
 * MASK_BITS         bits of the presence mask, 0 to 32
 * TIME_BITS         0, 16 or 32
 * HAS_MILLISECONDS  whether 10 bits more travel with the time
 * HAS_ARRAYS        whether a slot has more than one number
 * CAN_REFUSE        whether some value can be refused
 * HOW_ALL, HOW_SOME the BOLLARD_HOW_ bits that all slots have, and those that only some have
 */

#ifndef BOLLARD_SLOT_CODE_H
#define BOLLARD_SLOT_CODE_H

#include "bollard_how.h"

/* A constant where all slots have the bit or none has. */
#define IS(bit) (((HOW_ALL) & (bit)) != 0U || (((HOW_SOME) & (bit)) != 0U && (how & (bit)) != 0U))

#if STEP_BITS == 32
typedef uint32_t step_t;
#define FLASH_STEP(address) BOLLARD_FLASH_32(address)
#define PUT_STEP(writer, step, bits) bollard_put_long(writer, step, bits)
#else
typedef uint16_t step_t;
#define FLASH_STEP(address) BOLLARD_FLASH_16(address)
#define PUT_STEP(writer, step, bits) bollard_put(writer, step, bits)
#endif

#if MASK_BITS > 16
typedef uint32_t mask_t;
#define FLASH_MASK(address) BOLLARD_FLASH_32(address)
#elif MASK_BITS > 8
typedef uint16_t mask_t;
#define FLASH_MASK(address) BOLLARD_FLASH_16(address)
#else
typedef uint8_t mask_t;
#define FLASH_MASK(address) BOLLARD_FLASH_8(address)
#endif

#ifndef BATCH
#define HAS_NUMBERS 0
#define HAS_COUNTERS 0
#define HAS_TRENDS 0
#define HAS_FOLLOWS 0
#endif

/* How one number travels, or an array's numbers. */
typedef struct {
	step_t min;  /* what is stored for step 0, modulo 2^STEP_BITS */
	step_t last; /* the highest step */
#ifndef SENML_KINDS
	uint8_t bits;
#endif
#if HAS_ARRAYS
	uint8_t count;
#endif
#if MASK_BITS > 0
	mask_t bit; /* of the presence mask; 0 for what is always there */
#endif
#if STRIDE == 0 && OFFSET_BITS == 8
	uint8_t at; /* where it is stored, in bytes from the reading's first */
#elif STRIDE == 0
	uint16_t at;
#endif
#if (HOW_SOME) > 0xff
	uint16_t how;
#elif (HOW_SOME) > 0
	uint8_t how;
#endif
#if HAS_NUMBERS
	uint16_t mean; /* in sixteenths of a step, as a batch begins */
#endif
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
} slot_t;

#ifndef SENML_KINDS
#define SLOT_COLUMN_BITS(bits) (bits),
#else
#define SLOT_COLUMN_BITS(bits)
#endif

#if HAS_ARRAYS
#define SLOT_COLUMN_COUNT(count) (count),
#define COUNT_OF(slot) BOLLARD_FLASH_8(&(slot)->count)
#else
#define SLOT_COLUMN_COUNT(count)
#define COUNT_OF(slot) 1U
#endif

#if MASK_BITS > 0
#define SLOT_COLUMN_BIT(bit) (bit),
#define BIT_OF(slot) FLASH_MASK(&(slot)->bit)
#else
#define SLOT_COLUMN_BIT(bit)
#define BIT_OF(slot) 0U
#endif

#if STRIDE == 0
#define SLOT_COLUMN_AT(member) offsetof(READING, member),
#if OFFSET_BITS == 8
#define AT_OF(slot) BOLLARD_FLASH_8(&(slot)->at)
#else
#define AT_OF(slot) BOLLARD_FLASH_16(&(slot)->at)
#endif
#else
#define SLOT_COLUMN_AT(member)
#endif

#if (HOW_SOME) > 0xff
#define SLOT_COLUMN_HOW(how) (how),
#define HOW_OF(slot) BOLLARD_FLASH_16(&(slot)->how)
#elif (HOW_SOME) > 0
#define SLOT_COLUMN_HOW(how) (how),
#define HOW_OF(slot) BOLLARD_FLASH_8(&(slot)->how)
#else
#define SLOT_COLUMN_HOW(how)
#define HOW_OF(slot) 0U
#endif

#if HAS_NUMBERS
#define SLOT_COLUMN_MEAN(mean) (mean),
#else
#define SLOT_COLUMN_MEAN(mean)
#endif

#if HAS_COUNTERS
#define SLOT_COLUMN_COUNTER(counts, increment) (counts), (increment),
#define COUNTS(slot) (BOLLARD_FLASH_8(&(slot)->counts) != 0U)
#define INCREMENT_OF(slot) FLASH_STEP(&(slot)->increment)
#else
#define SLOT_COLUMN_COUNTER(counts, increment)
#define COUNTS(slot) false
#define INCREMENT_OF(slot) 0U
#endif

#if HAS_TRENDS
#define SLOT_COLUMN_TREND(trend) (trend),
#define TREND_OF(slot) ((int8_t)BOLLARD_FLASH_8(&(slot)->trend))
#else
#define SLOT_COLUMN_TREND(trend)
#define TREND_OF(slot) 0
#endif

#if HAS_FOLLOWS
#define SLOT_COLUMN_FOLLOW(follow) (follow),
#define FOLLOW_OF(slot) ((int8_t)BOLLARD_FLASH_8(&(slot)->follow))
#else
#define SLOT_COLUMN_FOLLOW(follow)
#define FOLLOW_OF(slot) 0
#endif

#define SLOT(min, last, bits, count, bit, member, how, mean, counts, increment, trend, follow) \
	{(step_t)(min), (last), SLOT_COLUMN_BITS(bits) SLOT_COLUMN_COUNT(count) SLOT_COLUMN_BIT(bit) \
	 SLOT_COLUMN_AT(member) SLOT_COLUMN_HOW(how) SLOT_COLUMN_MEAN(mean) \
	 SLOT_COLUMN_COUNTER(counts, increment) SLOT_COLUMN_TREND(trend) SLOT_COLUMN_FOLLOW(follow)},

static const slot_t slots[SLOT_COUNT] BOLLARD_FLASH = {SLOTS};

/* Where a slot's first number is stored, and how far on the next one is. */
#if STRIDE > 0
#define START_AT(reading) ((const uint8_t *)(const void *)(reading) + offsetof(READING, FIRST))
#define GO_TO(at, reading, slot) ((void)0)
#define SIZE_OF_NUMBER(how) STRIDE
#else
#define START_AT(reading) NULL
#define GO_TO(at, reading, slot) \
	((at) = (const uint8_t *)(const void *)(reading) + AT_OF(slot))
#define SIZE_OF_NUMBER(how) \
	(IS(BOLLARD_HOW_BYTE) ? 1U : (STEP_BITS == 32 && IS(BOLLARD_HOW_WIDE)) ? 4U : 2U)
#endif

/*
 * The step of a stored number. Subtracted modulo the width of its storage, a number out of range
 * comes out above the last step, and stays there unless it is clamped or wraps.
 */
static step_t step_of(const uint8_t *at, const slot_t *slot, unsigned how)
{
	const void *place = at;
	step_t min = FLASH_STEP(&slot->min);
	step_t step;
	bool is_below = false;

	if (IS(BOLLARD_HOW_BYTE)) {
		step = (uint8_t)(*at - min);
		is_below = (int8_t)*at < (int8_t)min;
#if STEP_BITS == 32
	} else if (IS(BOLLARD_HOW_WIDE)) {
		uint32_t number = *(const uint32_t *)place;

		step = number - min;
		is_below = IS(BOLLARD_HOW_UNSIGNED) ? number < min : (int32_t)number < (int32_t)min;
#endif
	} else {
		uint16_t number = *(const uint16_t *)place;

		step = (uint16_t)(number - (uint16_t)min);
		is_below = IS(BOLLARD_HOW_UNSIGNED) ? number < (uint16_t)min
		                                    : (int16_t)number < (int16_t)min;
	}
	if (IS(BOLLARD_HOW_WRAP)) {
		step &= FLASH_STEP(&slot->last);
	}
	if (IS(BOLLARD_HOW_CLAMP) && step > FLASH_STEP(&slot->last)) {
		step = is_below ? 0U : FLASH_STEP(&slot->last);
	}
	return step;
}

#if HAS_MILLISECONDS
#define MILLISECONDS_OF(reading) ((reading)->time_ms)
#else
#define MILLISECONDS_OF(reading) 0U
#endif

/* Whether the field of a slot is in a reading with this mask. */
#if MASK_BITS > 0
#define IS_PRESENT(slot, mask) (BIT_OF(slot) == 0U || (BIT_OF(slot) & (mask)) != 0U)
#else
#define IS_PRESENT(slot, mask) ((void)(mask), true)
#endif

/* The presence mask of a reading, without what is missing because it is out of range. */
static mask_t present_of(const READING *reading)
{
#if MASK_BITS == 0
	(void)reading;
	return 0U;
#else
	mask_t mask = (mask_t)(reading->present & (mask_t)(0xffffffffUL >> (32 - MASK_BITS)));

	if (((HOW_ALL | HOW_SOME) & BOLLARD_HOW_MISSING) != 0U) {
		const uint8_t *at = START_AT(reading);
		const slot_t *slot;

		for (slot = slots; slot != slots + SLOT_COUNT; slot++) {
			unsigned how = HOW_OF(slot);
			uint8_t count = COUNT_OF(slot);

			GO_TO(at, reading, slot);
			for (; count != 0U; count--) {
				if (IS(BOLLARD_HOW_MISSING) && step_of(at, slot, how) > FLASH_STEP(&slot->last)) {
					mask &= (mask_t)~BIT_OF(slot);
				}
				at += SIZE_OF_NUMBER(how);
			}
		}
	}
	return mask;
#endif
}

#endif
