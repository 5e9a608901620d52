/**
 * Writes SenML as CBOR (RFC 8428, section 6) with the exact decimals of a schema, as decimal
 * fractions (RFC 8949, section 3.4.4). All generated SenML encoders share this file.
 */
#ifndef BOLLARD_SENML_H
#define BOLLARD_SENML_H

#include "bollard_bits.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Major types of CBOR. */
#define BOLLARD_CBOR_UNSIGNED 0x00U
#define BOLLARD_CBOR_NEGATIVE 0x20U
#define BOLLARD_CBOR_BYTES 0x40U
#define BOLLARD_CBOR_TEXT 0x60U

/** Appends a byte; here each begins where a byte begins. */
void bollard_put_byte(bollard_writer_t *writer, uint8_t byte);

/** Appends the head of a CBOR item: its major type and its argument, as short as may be. */
void bollard_put_head(bollard_writer_t *writer, uint8_t major, uint16_t argument);

/** The same for an argument of any size. */
void bollard_put_long_head(bollard_writer_t *writer, uint8_t major, uint32_t argument);

/** Appends @p count bytes that stand in flash on AVR; the place after them. */
const uint8_t *bollard_put_flash(bollard_writer_t *writer, const uint8_t *from, uint8_t count);

/** Appends a number in 2 bytes, the highest first. */
void bollard_put_u16(bollard_writer_t *writer, uint16_t number);

/** Appends a number in 4 bytes, the highest first. */
#define BOLLARD_PUT_U32(writer, number)                     \
	(bollard_put_u16(writer, (uint16_t)((number) >> 16)), \
	 bollard_put_u16(writer, (uint16_t)(number)))

/** Appends a base name, of UTF-8 that ends with a 0. */
void bollard_put_base_name(bollard_writer_t *writer, const char *text);

#ifdef __cplusplus
}
#endif

#endif
