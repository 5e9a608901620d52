/**
 * Reads Bollard payloads: commands on a node, readings on a host.
 *
 * Total: any bytes give values or a status with an offset. Nothing is read past the end, and no
 * number of the wire decides how much memory or time is taken.
 */
#ifndef BOLLARD_READ_H
#define BOLLARD_READ_H

#include "bollard_bits.h"
#include "bollard_how.h"

#ifdef __cplusplus
extern "C" {
#endif

/** How reading went. The names are those of the error codes of @bollard/payload. */
typedef enum {
	BOLLARD_OK = 0,
	BOLLARD_END, /**< there is no further reading */
	BOLLARD_TRUNCATED,
	BOLLARD_TRAILING_BYTES,
	BOLLARD_BAD_PADDING,
	BOLLARD_RESERVED_FORM,
	BOLLARD_PROTECTED,
	BOLLARD_RESERVED_BIT,
	BOLLARD_BAD_SCHEMA_ID,
	BOLLARD_WRONG_SCHEMA,
	BOLLARD_BAD_ROW_COUNT,
	BOLLARD_BAD_MILLISECONDS,
	BOLLARD_STEP_ABOVE_RANGE,
	BOLLARD_BAD_TEXT,
	BOLLARD_TIME_OUT_OF_RANGE,
	BOLLARD_NOT_A_COMMAND /**< a batch, or with a time */
} bollard_status_t;

/** Takes bits from bytes. After the first error every further number is 0. */
typedef struct {
	const uint8_t *bytes;
	size_t length;
	size_t position;
	size_t offset; /**< where it went wrong, in bytes from the first; valid with an error */
	bollard_status_t status;
	uint8_t pending;
	uint8_t pending_bits;
} bollard_reader_t;

/** Time modes by their number in the format byte. */
enum {
	BOLLARD_TIME_NONE = 0,
	BOLLARD_TIME_ABSOLUTE = 1,
	BOLLARD_TIME_16 = 2,
	BOLLARD_TIME_UPTIME = 3
};

/** What can be read of a payload without its schema. */
typedef struct {
	bollard_key_t key;
	uint16_t schema_id; /**< 0 where the carrier tells it */
	uint8_t form;       /**< 0 single, 1 batch */
	uint8_t time_mode;
	bool milliseconds;
	bool has_key;
} bollard_header_t;

/** How one number of a row travels, or an array's numbers. In flash on AVR. */
typedef struct {
	uint32_t min;  /**< what is stored for step 0, modulo 2^32 */
	uint32_t last; /**< the highest step */
	uint32_t bit;  /**< of the presence mask; 0 for what is always there */
	uint16_t at;   /**< where it is stored, in bytes from the reading's first */
	uint8_t bits;  /**< 1 to 32 */
	uint8_t count; /**< 1, or the length of an array */
	uint8_t how;   /**< BOLLARD_HOW_BYTE, _WIDE, _WHOLE, _BLOB, _TEXT */
} bollard_slot_t;

/** Starts at the first byte. */
void bollard_read_start(bollard_reader_t *reader, const uint8_t *bytes, size_t length);

/** The next @p bits, 0 to 32, as a number. */
uint32_t bollard_take(bollard_reader_t *reader, uint8_t bits);

/** The byte that the next bit is in. */
size_t bollard_offset(const bollard_reader_t *reader);

/** Ones up to a 0, and takes both; or @p most ones and no 0 after them. */
uint8_t bollard_take_ones(bollard_reader_t *reader, uint8_t most);

/** Reads a number and checks that it is at most its slot's last step. */
uint32_t bollard_check_step(bollard_reader_t *reader, const bollard_slot_t *slot, uint32_t step,
                            size_t offset);

/** Stores a number at its place; the bytes it takes there. */
uint8_t bollard_store(void *place, uint32_t number, uint8_t how);

/** Reads the bytes behind a length, and checks a text's UTF-8. */
void bollard_take_blob(bollard_reader_t *reader, uint8_t *blob, uint8_t count, uint8_t how);

/** Notes what went wrong, if nothing did before. */
void bollard_fail(bollard_reader_t *reader, bollard_status_t status, size_t offset);

/** Reads format byte, schema id and key. */
void bollard_take_header(bollard_reader_t *reader, bollard_header_t *header);

/**
 * Reads a row as a single reading has it, after its time.
 *
 * @param slots in flash on AVR
 * @param mask_bits of the presence mask, 0 to 32
 * @param place where its numbers are stored
 * @return the presence mask, right-aligned
 */
uint32_t bollard_take_row(bollard_reader_t *reader, const bollard_slot_t *slots, uint8_t slot_count,
                          uint8_t mask_bits, void *place);

/** Checks that only 0 bits are left, and those within the last byte. */
void bollard_take_end(bollard_reader_t *reader);

#ifdef __cplusplus
}
#endif

#endif
