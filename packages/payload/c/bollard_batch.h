/**
 * Writes the numbers of a batch. All generated batch encoders share this file.
 *
 * @see docs/payload-format.md, section 7
 */
#ifndef BOLLARD_BATCH_H
#define BOLLARD_BATCH_H

#include <string.h>

#include "bollard_bits.h"

#ifdef __cplusplus
extern "C" {
#endif

/** How appending a reading went. */
typedef enum {
	BOLLARD_APPENDED = 0,
	BOLLARD_FULL,   /**< no room: finish this batch, which takes no more; append it to the next */
	BOLLARD_REFUSED /**< a value is out of its range; the batch is as it was */
} bollard_append_t;

/** Rows of one batch at most. */
#define BOLLARD_MOST_ROWS 255U

/** A mean below this: the number is left out of a quiet row. In sixteenths. */
#define BOLLARD_QUIET_MEAN 4U

/** Rows of a batch whose means follow faster, its first one left out. */
#define BOLLARD_FAST_ROWS 4U

/** Where the next row goes. */
typedef struct {
	bollard_writer_t bits;
	uint8_t count_at; /**< place of the row count */
	uint8_t count;    /**< rows so far; BOLLARD_MOST_ROWS where nothing more goes in */
} bollard_rows_t;

/**
 * Appends a number, short where it is near its mean.
 *
 * @param mean of the numbers before it, in sixteenths
 * @param bits of the largest that it may be; 0 leaves it out, and only the mean follows it
 * @return the mean after it
 */
uint16_t bollard_put_number(bollard_rows_t *rows, uint32_t number, uint16_t mean, uint8_t bits);

/**
 * The mean after a number, of which no more than 12 bits count.
 *
 * @param row which of the batch the number is of, from 0 on
 */
BOLLARD_INLINE uint16_t bollard_next_mean(uint16_t mean, uint32_t number, uint8_t row)
{
	bollard_word_t gain = number > 4095U ? 4095U : (bollard_word_t)number;
	bollard_word_t loss = mean >> 1;

	gain = (bollard_word_t)(gain << 2);
	if (row <= BOLLARD_FAST_ROWS) {
		gain = (bollard_word_t)(gain << 1);
	} else {
		loss >>= 1;
	}
	return (uint16_t)(mean - loss + gain);
}

#ifdef __cplusplus
}
#endif

#endif
