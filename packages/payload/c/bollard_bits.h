/**
 * Writes bits for Bollard payloads. All generated encoders share this file.
 *
 * C99, no malloc, no float, no division; on AVR no 32-bit shift.
 */
#ifndef BOLLARD_BITS_H
#define BOLLARD_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Constants stay in flash on AVR, where they would else be copied to RAM. */
#if defined(__AVR__)
#include <avr/pgmspace.h>
#define BOLLARD_FLASH PROGMEM
#define BOLLARD_FLASH_8(address) pgm_read_byte(address)
#define BOLLARD_FLASH_16(address) pgm_read_word(address)
#define BOLLARD_FLASH_32(address) pgm_read_dword(address)
#else
#define BOLLARD_FLASH
#define BOLLARD_FLASH_8(address) (*(address))
#define BOLLARD_FLASH_16(address) (*(address))
#define BOLLARD_FLASH_32(address) (*(address))
#endif

/* A function whose caller is dropped by the linker where it is not used, and it with it. */
#if defined(__GNUC__)
#define BOLLARD_INLINE static inline __attribute__((always_inline))
#else
#define BOLLARD_INLINE static inline
#endif

/** Names a message for ever: sent again it has the same key. */
typedef struct {
	uint32_t sequence; /**< message number since that boot */
	uint16_t boot;     /**< boot count of the node, or its link session */
} bollard_key_t;

/**
 * Where the next bits go. Nothing is ever written past the capacity; the bytes that would have gone
 * there are counted, so that a length above the capacity tells that they had no room.
 */
typedef struct {
	uint8_t *out;
	size_t capacity;
	size_t length;   /**< whole bytes so far */
	uint8_t pending; /**< the bits of the byte begun, below a leading 1 */
} bollard_writer_t;

/** Starts at the first byte of @p out. */
static inline void bollard_start(bollard_writer_t *writer, uint8_t *out, size_t capacity)
{
	writer->out = out;
	writer->capacity = capacity;
	writer->length = 0U;
	writer->pending = 1U;
}

/* A number of 16 bits and one of 8, in the width that the core reckons in. */
#if defined(__AVR__)
typedef uint16_t bollard_word_t;
typedef uint8_t bollard_count_t;
#else
typedef uint32_t bollard_word_t;
typedef uint32_t bollard_count_t;
#endif

/**
 * Appends the low @p bits of @p value, the highest first.
 *
 * @param bits 0 to 16 on AVR, where a long shift is dear; 0 to 32 elsewhere
 */
void bollard_put(bollard_writer_t *writer, bollard_word_t value, bollard_count_t bits);

/** Appends the low @p bits of @p value, 0 to 32 of them. */
#if defined(__AVR__)
void bollard_put_long(bollard_writer_t *writer, uint32_t value, uint8_t bits);
#else
#define bollard_put_long bollard_put
#endif

/** Appends 32 bits. */
#if defined(__AVR__)
#define BOLLARD_PUT_32(writer, value)                      \
	(bollard_put(writer, (uint16_t)((value) >> 16), 16U), \
	 bollard_put(writer, (uint16_t)(value), 16U))
#else
#define BOLLARD_PUT_32(writer, value) bollard_put(writer, value, 32U)
#endif

/** Appends @p count whole bytes, wherever in a byte that starts. */
void bollard_put_bytes(bollard_writer_t *writer, const uint8_t *bytes, uint8_t count);

/** Appends a key, 6 bytes. */
void bollard_put_key(bollard_writer_t *writer, const bollard_key_t *key);

/**
 * Fills the last byte with 0 bits.
 *
 * @return the bytes written, or 0 where they had no room
 */
static inline size_t bollard_finish(bollard_writer_t *writer)
{
	/* Seven bits complete a byte begun, or begin one that nobody looks at. */
	bollard_put(writer, 0U, 7U);
	return writer->length > writer->capacity ? 0U : writer->length;
}

/** The index of the first byte of an ill-formed UTF-8 sequence; @p count where there is none. */
uint8_t bollard_find_bad_utf8(const uint8_t *bytes, uint8_t count);

#ifdef __cplusplus
}
#endif

#endif
