#include "bollard_senml.h"

void bollard_put_byte(bollard_writer_t *writer, uint8_t byte)
{
	size_t length = writer->length;

	if (length < writer->capacity) {
		writer->out[length] = byte;
	}
	writer->length = length + 1U;
}

void bollard_put_u16(bollard_writer_t *writer, uint16_t number)
{
	bollard_put_byte(writer, (uint8_t)(number >> 8));
	bollard_put_byte(writer, (uint8_t)number);
}

void bollard_put_head(bollard_writer_t *writer, uint8_t major, uint16_t argument)
{
	if (argument > 0xffU) {
		bollard_put_byte(writer, major | 25U);
		bollard_put_u16(writer, argument);
		return;
	}
	if (argument > 23U) {
		bollard_put_byte(writer, major | 24U);
		major = 0U;
	}
	bollard_put_byte(writer, (uint8_t)(major | argument));
}

void bollard_put_long_head(bollard_writer_t *writer, uint8_t major, uint32_t argument)
{
	if (argument <= 0xffffU) {
		bollard_put_head(writer, major, (uint16_t)argument);
		return;
	}
	bollard_put_byte(writer, major | 26U);
	BOLLARD_PUT_U32(writer, argument);
}

const uint8_t *bollard_put_flash(bollard_writer_t *writer, const uint8_t *from, uint8_t count)
{
	size_t length = writer->length;
	const uint8_t *end = from + count;
	uint8_t *out;

	writer->length = length + count;
	if (writer->length <= writer->capacity) {
		out = writer->out + length;
		for (; from != end; from++) {
			*out++ = BOLLARD_FLASH_8(from);
		}
	}
	return end;
}

void bollard_put_base_name(bollard_writer_t *writer, const char *text)
{
	uint16_t length = 0U;

	while (text[length] != '\0') {
		length++;
	}
	bollard_put_byte(writer, 0x21U); /* bn, -2 */
	bollard_put_head(writer, BOLLARD_CBOR_TEXT, length);
	while (*text != '\0') {
		bollard_put_byte(writer, (uint8_t)*text++);
	}
}
