/*
 * How a row is written as a single reading has it: code that a generated source includes once, after
 * `bollard_slot_code.h`.
 */

#ifndef BOLLARD_ROW_CODE_H
#define BOLLARD_ROW_CODE_H

/* Writes a reading's time. */
static inline void put_time(bollard_writer_t *writer, const READING *reading)
{
#if TIME_BITS == 32 && defined(BATCH)
	bollard_put_long(writer, reading->time_s, 32U); /* its numbers need that anyway */
#elif TIME_BITS == 32
	BOLLARD_PUT_32(writer, reading->time_s);
#elif TIME_BITS == 16
	bollard_put(writer, (uint16_t)reading->time_s, 16U);
#else
	(void)writer;
	(void)reading;
#endif
#if HAS_MILLISECONDS
	bollard_put(writer, reading->time_ms, 10U);
#endif
}

/* Writes a presence mask. */
static inline void put_mask(bollard_writer_t *writer, mask_t mask)
{
#if MASK_BITS > 16
	bollard_put_long(writer, mask, MASK_BITS);
#elif MASK_BITS > 0
	bollard_put(writer, mask, MASK_BITS);
#else
	(void)writer;
	(void)mask;
#endif
}

/* Writes a row as a single reading has it; false where a value is refused. */
BOLLARD_INLINE bool put_row(bollard_writer_t *writer, const READING *reading)
{
	const uint8_t *at = START_AT(reading);
	const slot_t *slot;
	mask_t mask = present_of(reading);

	if (MILLISECONDS_OF(reading) > 999U) {
		return false;
	}
	put_time(writer, reading);
	put_mask(writer, mask);
	for (slot = slots; slot != slots + SLOT_COUNT; slot++) {
		unsigned how = HOW_OF(slot);
		uint8_t count = COUNT_OF(slot);
		step_t step = 0U;

		GO_TO(at, reading, slot);
		for (; count != 0U; count--) {
			if (IS_PRESENT(slot, mask)) {
				step = step_of(at, slot, how);
				if (CAN_REFUSE && step > FLASH_STEP(&slot->last)) {
					return false;
				}
				PUT_STEP(writer, step, BOLLARD_FLASH_8(&slot->bits));
			}
			at += SIZE_OF_NUMBER(how);
		}
		if (IS(BOLLARD_HOW_BLOB)) {
			if (IS(BOLLARD_HOW_TEXT) && bollard_find_bad_utf8(at, (uint8_t)step) != step) {
				return false;
			}
			bollard_put_bytes(writer, at, (uint8_t)step);
		}
	}
	return true;
}

#endif
