#include "bollard_batch.h"

/* Ones at most before the low bits; after so many the whole number comes. */
#define MOST_ONES 16U

void bollard_put_number(bollard_writer_t *writer, uint32_t number, uint16_t mean, uint8_t bits)
{
	uint16_t spread = (uint16_t)(mean + 6U);
	uint32_t rest = number;
	uint32_t unit = 1U; /* what the next of the ones stands for */
	uint8_t low = 0U;
	uint8_t ones;

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
	if (ones < MOST_ONES) {
		bollard_put(writer, 0xfffeU, (uint8_t)(ones + 1U));
	} else {
		bollard_put(writer, 0xffffU, MOST_ONES);
		rest = number;
		low = bits;
	}
	bollard_put_long(writer, rest, low);
}

uint16_t bollard_next_mean(uint16_t mean, uint16_t number, bool is_fast)
{
	uint16_t loss = mean >> 1;

	if (number > 4095U) {
		number = 4095U;
	}
	number = (uint16_t)(number << 2);
	if (is_fast) {
		number = (uint16_t)(number << 1);
	} else {
		loss >>= 1;
	}
	return (uint16_t)(mean - loss + number);
}
