#include "bollard_bits.h"

static inline void put_byte(bollard_writer_t *writer, uint8_t byte)
{
	size_t length = writer->length;

	if (length < writer->capacity) {
		writer->out[length] = byte;
	}
	writer->length = length + 1U;
}

/* A bit at a time: an 8-bit core shifts by one bit only, so it is smaller and not slower there. */
#if defined(__AVR__)

void bollard_put(bollard_writer_t *writer, bollard_word_t value, bollard_count_t bits)
{
	uint8_t pending = writer->pending;
	uint8_t pad = bits;

	for (; (pad & 7U) != 0U; pad++) {
		value = (uint16_t)(value << 1);
	}
	if (pad <= 8U) {
		value = (uint16_t)(value << 8);
	}
	for (; bits != 0U; bits--) {
		bool is_whole = pending >= 0x80U;

		pending = (uint8_t)(pending << 1);
		if (value >= 0x8000U) {
			pending |= 1U;
		}
		value = (uint16_t)(value << 1);
		if (is_whole) {
			put_byte(writer, pending);
			pending = 1U;
		}
	}
	writer->pending = pending;
}

void bollard_put_long(bollard_writer_t *writer, uint32_t value, uint8_t bits)
{
	if (bits > 16U) {
		bollard_put(writer, (uint16_t)(value >> 16), (uint8_t)(bits - 16U));
		bits = 16U;
	}
	bollard_put(writer, (uint16_t)value, bits);
}

#else

void bollard_put(bollard_writer_t *writer, bollard_word_t value, bollard_count_t bits)
{
	unsigned pending = writer->pending;

	while (bits != 0U) {
		bits--;
		pending = (pending << 1) | (unsigned)((value >> bits) & 1U);
		if (pending > 0xffU) {
			put_byte(writer, (uint8_t)pending);
			pending = 1U;
		}
	}
	writer->pending = (uint8_t)pending;
}

#endif

void bollard_put_bytes(bollard_writer_t *writer, const uint8_t *bytes, uint8_t count)
{
	for (; count != 0U; count--) {
		bollard_put(writer, *bytes++, 8U);
	}
}

void bollard_put_key(bollard_writer_t *writer, const bollard_key_t *key)
{
	uint32_t sequence = key->sequence;
	uint8_t byte;

	bollard_put(writer, key->boot & 0xffU, 8U);
	bollard_put(writer, key->boot >> 8, 8U);
	for (byte = 0U; byte < 4U; byte++) {
		bollard_put(writer, (uint8_t)sequence, 8U);
		sequence >>= 8;
	}
}

/* RFC 3629, section 4. */
uint8_t bollard_find_bad_utf8(const uint8_t *bytes, uint8_t count)
{
	uint8_t at = 0U;

	while (at < count) {
		uint8_t lead = bytes[at];
		uint8_t low = 0x80U;
		uint8_t high = 0xbfU;
		uint8_t more = 0U;
		uint8_t index;

		if (lead >= 0xc2U && lead < 0xe0U) {
			more = 1U;
		} else if (lead >= 0xe0U && lead < 0xf0U) {
			more = 2U;
			if (lead == 0xe0U) {
				low = 0xa0U;
			} else if (lead == 0xedU) {
				high = 0x9fU;
			}
		} else if (lead >= 0xf0U && lead < 0xf5U) {
			more = 3U;
			if (lead == 0xf0U) {
				low = 0x90U;
			} else if (lead == 0xf4U) {
				high = 0x8fU;
			}
		} else if (lead >= 0x80U) {
			return at;
		}
		if (more >= count - at) {
			return at;
		}
		for (index = 1U; index <= more; index++) {
			uint8_t byte = bytes[at + index];

			if (byte < low || byte > high) {
				return at;
			}
			low = 0x80U;
			high = 0xbfU;
		}
		at = (uint8_t)(at + more + 1);
	}
	return count;
}
