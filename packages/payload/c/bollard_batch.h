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
	BOLLARD_FULL,   /**< it does not fit: finish this batch and append it to the next */
	BOLLARD_REFUSED /**< a value is out of its range; the batch is as it was */
} bollard_append_t;

/** Rows of one batch at most. */
#define BOLLARD_MOST_ROWS 255U

/** A mean below this: the number is left out of a quiet row. In sixteenths. */
#define BOLLARD_QUIET_MEAN 4U

/** Rows of a batch whose means follow faster, its first one left out. */
#define BOLLARD_FAST_ROWS 4U

/**
 * Appends a number, short where it is near its mean.
 *
 * @param mean of the numbers before it, in sixteenths
 * @param bits of the largest that it may be
 */
void bollard_put_number(bollard_writer_t *writer, uint32_t number, uint16_t mean, uint8_t bits);

/** The mean after a number, of which no more than 16 bits count. */
uint16_t bollard_next_mean(uint16_t mean, uint16_t number, bool is_fast);

/** A number in 16 bits: all that a mean asks for. */
#define BOLLARD_SHORT(number) ((number) > 0xffffU ? (uint16_t)0xffffU : (uint16_t)(number))

#ifdef __cplusplus
}
#endif

#endif
