/**
 * Reads the readings of a payload, single or batch, row by row: for tests on a host.
 *
 * @see docs/payload-format.md
 */
#ifndef BOLLARD_READ_BATCH_H
#define BOLLARD_READ_BATCH_H

#include "bollard_read.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What a batch knows beforehand of a slot. */
typedef struct {
	uint32_t increment; /**< that of a counter's second row */
	uint16_t mean;      /**< in sixteenths of a step, as a batch begins */
	uint8_t counts;     /**< 1 for a counter */
	int8_t trend;       /**< -1 takes back half of a change, 1 adds it once more */
	int8_t follow;      /**< 0, or by which power of two less one, with the sign of the change */
} bollard_model_t;

/** How the readings of a schema travel. */
typedef struct {
	const bollard_slot_t *slots; /**< in flash on AVR */
	const bollard_model_t *models;
	uint32_t interval_s; /**< from row to row in seconds; modulo 2^32 */
	uint32_t interval_ms;
	uint16_t schema_id;
	uint8_t slot_count;
	uint8_t mask_bits;
	bool has_interval;
} bollard_layout_t;

/** A payload that is being read. The arrays are as long as a row has numbers, or slots. */
typedef struct {
	bollard_reader_t reader; /**< with its status and offset */
	bollard_header_t header;
	const bollard_layout_t *layout;
	uint32_t *before; /**< by number */
	uint32_t *guess;  /**< by number */
	uint16_t *mean;   /**< by slot */
	uint32_t present;
	uint32_t arrival_s;
	uint32_t time_s; /**< of the row read last */
	uint16_t time_ms;
	uint16_t clock_mean;
	uint32_t interval;
	uint8_t row_count;
	uint8_t rows; /**< that were read */
	bool is_off;
} bollard_decoder_t;

/**
 * Starts with the header.
 *
 * @param arrival_s seconds since 1970 at which the payload came in; completes a 16-bit time
 */
void bollard_decoder_start(bollard_decoder_t *decoder, const uint8_t *bytes, size_t length,
                           uint32_t arrival_s);

/**
 * Reads the next row.
 *
 * @param row where the numbers are stored, and where those of the row before are still
 * @return BOLLARD_OK, BOLLARD_END after the last row, or what is wrong
 */
bollard_status_t bollard_decoder_next(bollard_decoder_t *decoder, void *row);

#ifdef __cplusplus
}
#endif

#endif
