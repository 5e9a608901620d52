/**
 * @file
 * What the firmware asks of its board.
 */
#ifndef BOARD_H
#define BOARD_H

#include <stdbool.h>
#include <stdint.h>

/** Places of the firmware, marked for a simulator; on a real board a mark costs a write. */
enum {
	MARK_REPORTED = 1, /**< the link has taken a message, whose number stands beside the mark */
	MARK_SAMPLE = 2,   /**< a sample and its encoding begin */
	MARK_SAMPLED = 3   /**< and end */
};

/** Starts clock, lines and sensors' bus. Call it first. */
void board_begin(void);

/** Milliseconds since the start. */
uint32_t board_millis(void);

/** How often the board has started, 1 to 65535, counted in memory that outlives it. */
uint16_t board_count_start(void);

/** The node's id as it was given to this board; 0 bytes where it was given none. */
uint8_t board_node_id(char *to, uint8_t room);

/** Takes one byte that came from the host. @return false: there is none */
bool board_host_byte(uint8_t *byte);

/** Writes to the host; waits where there is no room. */
void board_host_write(const uint8_t *bytes, uint8_t count);

/** Takes one byte that came from the particle counter. @return false: there is none */
bool board_counter_byte(uint8_t *byte);

/** Sleeps until a byte comes, for as long as it is told or 64 ms, whichever is less. */
void board_sleep(uint32_t most_ms);

/** Starts anew. */
void board_reboot(void);

/** Marks a place for a simulator. @param number of a message, where the mark has one */
void board_mark(uint8_t mark, uint16_t number);

#endif
