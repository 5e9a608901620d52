#include "bollard_batch.h"

/* Ones at most before the low bits; after so many the whole number comes. */
#define MOST_ONES 16U

uint16_t bollard_put_number(bollard_rows_t *rows, uint32_t number, uint16_t mean, uint8_t bits)
{
	uint16_t next = bollard_next_mean(mean, number, rows->count);
	bollard_word_t spread = (bollard_word_t)(mean + 6U);
	uint32_t rest = number;
	uint32_t unit = 1U;               /* what the next of the ones stands for */
	bollard_word_t pattern = 0xfffeU; /* ones, and the 0 behind them */
	bollard_count_t low = 0U;
	bollard_count_t ones;

	if (bits == 0U) {
		return next;
	}
	for (; spread > 31U; spread >>= 1) {
		unit <<= 1;
		low++;
	}
	for (ones = 0U; ones < MOST_ONES && rest >= unit; ones++) {
		rest -= unit;
		if (ones > 3U) {
			unit <<= 1;
			low++;
		}
	}
	if (ones == MOST_ONES) {
		pattern++;
		ones--;
		rest = number;
		low = bits;
	}
	bollard_put(&rows->bits, pattern, (bollard_count_t)(ones + 1U));
	bollard_put_long(&rows->bits, rest, low);
	return next;
}
