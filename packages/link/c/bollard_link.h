/**
 * @file
 * The node's half of the Bollard serial link, version 1, for microcontrollers.
 *
 * Keeps each message until the host says that it is on its disk, and sends it as often as that
 * takes. One link a program. Static memory only; no malloc, no floats, no division, nothing of 64
 * bits. C99, and C++ may include it.
 *
 * The firmware has a HELLO (`bollard_link_hello`), a clock (`bollard_link_millis`) and a way out
 * (`bollard_link_write`). It hands in each byte that comes (`bollard_link_receive`), calls
 * `bollard_link_poll` in its loop, and offers payloads (`bollard_link_offer`). None of the
 * functions may be called from an interrupt, nor from within `bollard_link_write`.
 *
 * @see docs/link-protocol.md of Bollard
 */
#ifndef BOLLARD_LINK_H
#define BOLLARD_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "bollard_link_config.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Longest body of a frame, in bytes: a payload, and what a result has before it. */
#define BOLLARD_LINK_MAX_BODY (BOLLARD_LINK_MAX_PAYLOAD + 5)

/** What came of a command. */
enum {
	BOLLARD_LINK_DONE = 0,
	BOLLARD_LINK_REFUSED = 1,
	BOLLARD_LINK_UNKNOWN = 2,
	BOLLARD_LINK_FAILED = 3
};

/** Levels of a line for people. */
enum {
	BOLLARD_LINK_DEBUG = 0,
	BOLLARD_LINK_INFO = 1,
	BOLLARD_LINK_WARNING = 2,
	BOLLARD_LINK_ERROR = 3
};

/**
 * The first 19 bytes of `bollard_link_hello`, filled by the link. Behind them stand the node id,
 * the firmware's name and version, and the schemas:
 *
 * @code
 * uint8_t bollard_link_hello[BOLLARD_LINK_HELLO_BYTES] = {
 *     BOLLARD_LINK_HELLO_HEAD,
 *     8, 's', 't', 'r', 'e', 'e', 't', '-', '7', // its length, then the node id, 1 to 64 bytes
 *     3, '1', '.', '0',                          // its length, then the firmware, 0 to 64 bytes
 *     1, BOLLARD_LINK_SCHEMA_ID(17), 0x8d, 0x61, 0x02, 0xc4, 0xa9, 0xf1, 0x5e, 0x30,
 * };
 * @endcode
 *
 * The schemas are their number, 0 to 16, then each one's id and layout fingerprint.
 */
#define BOLLARD_LINK_HELLO_HEAD \
	1, BOLLARD_LINK_COMMANDS, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, BOLLARD_LINK_MAX_BODY, 0, \
		BOLLARD_LINK_WINDOW, BOLLARD_LINK_HOLD, 0

/** A schema's id, 1 to 16383, as its two bytes in HELLO. */
#define BOLLARD_LINK_SCHEMA_ID(id) ((id) & 0xff), ((id) >> 8)

/** Who the node is. Defined by the firmware; what is left over at its end stays 0. */
extern uint8_t bollard_link_hello[BOLLARD_LINK_HELLO_BYTES];

/**
 * Writes one whole frame to the line. Defined by the firmware.
 *
 * It may wait until all is written, or copy it. What it cannot write counts as lost on the line.
 *
 * @param bytes good until it returns
 * @param count 10 to 255
 */
void bollard_link_write(const uint8_t *bytes, uint8_t count);

/** Milliseconds since the start, which wrap at 2^32. Defined by the firmware. */
uint32_t bollard_link_millis(void);

/**
 * Takes a command of the host, once, however often it was sent. Defined by the firmware where
 * `BOLLARD_LINK_COMMANDS` is 1. Answer with `bollard_link_answer`, at once or later.
 *
 * @param id        names the command in the answer, 1 to 65535
 * @param within_ms do not begin later than this, 1 ms or more
 * @param payload   good until it returns
 * @param size      0 to `BOLLARD_LINK_MAX_PAYLOAD` + 1
 */
void bollard_link_command(uint16_t id, uint32_t within_ms, const uint8_t *payload, uint8_t size);

/**
 * Takes the host's answer to what time it is: when a session begins, and about every ten minutes.
 * Defined by the firmware where `BOLLARD_LINK_TIME` is 1.
 *
 * @param answer for `bollard_link_unix_time` and `bollard_link_asked_ms`, good until it returns
 */
void bollard_link_time(const uint8_t *answer);

/**
 * Writes a piece of a schema's descriptor, its canonical layout. Defined by the firmware where
 * `BOLLARD_LINK_DESCRIPTORS` is 1.
 *
 * @param schema the schema's id
 * @param offset of the first byte wanted; may be behind the end
 * @param to     for at most `room` bytes
 * @param size   gets how many were written, 0 to `room`
 * @return bytes of the whole descriptor, at most 4096; 0: there is none
 */
uint16_t bollard_link_descriptor(uint16_t schema, uint16_t offset, uint8_t *to, uint8_t room, uint8_t *size);

/**
 * Starts the link. Call it once, before all others.
 *
 * @param boot how often the node has started, 1 to 65535, from memory that outlives a reset; 0: it
 *             cannot count, and the host numbers it
 * @param life a number that is another one at each start, as random as can be; 0: there is none
 */
void bollard_link_begin(uint16_t boot, uint16_t life);

/** Takes one byte from the line. May write one frame. */
void bollard_link_receive(uint8_t byte);

/**
 * Does what is due, and writes at most one frame. Call it as often as you can, every 5 s at least.
 *
 * @return true when it wrote a frame, so that there may be another to write; false: a good time to
 *         sleep, for up to 64 ms or until a byte comes
 */
bool bollard_link_poll(void);

/** The line is new or was mended: the node says HELLO on it. Not needed after `bollard_link_begin`. */
void bollard_link_line_up(void);

/**
 * Takes a payload, to be delivered once, in order. It is copied.
 *
 * @param size  0 to `BOLLARD_LINK_MAX_PAYLOAD`
 * @param alarm the host puts it on its disk at once
 * @return false when it is too long or the queue is full: then it was not taken
 */
bool bollard_link_offer(const uint8_t *payload, uint8_t size, bool alarm);

/**
 * Answers a command. The answer travels among the payloads, and is kept as they are.
 *
 * @param id     of the command
 * @param status `BOLLARD_LINK_DONE` and the like
 * @param size   0 to `BOLLARD_LINK_MAX_PAYLOAD`
 * @return false when it is too long or the queue is full: then try again later
 */
bool bollard_link_answer(uint16_t id, uint8_t status, const uint8_t *payload, uint8_t size);

/**
 * Sends a line for people, now. It is not kept: without a session it is lost.
 *
 * @param level `BOLLARD_LINK_INFO` and the like
 * @param text  UTF-8
 * @param size  0 to `BOLLARD_LINK_MAX_PAYLOAD`; longer texts are cut
 */
void bollard_link_log(uint8_t level, const char *text, uint8_t size);

/** The number that messages are kept under; 0 before a node that cannot count was given one. */
uint16_t bollard_link_boot(void);

/** The sequence number that the next message offered will have. */
uint32_t bollard_link_next_sequence(void);

/** True while a host takes messages. */
bool bollard_link_in_session(void);

/** Messages kept until the host has them on its disk, 0 to `BOLLARD_LINK_HOLD`. */
uint8_t bollard_link_held(void);

/**
 * What time it was at the host, in seconds since 1970; 0 when it does not know.
 *
 * @param answer       as `bollard_link_time` got it
 * @param milliseconds gets the part of a second, 0 to 999; may be null
 */
uint32_t bollard_link_unix_time(const uint8_t *answer, uint16_t *milliseconds);

/**
 * What `bollard_link_millis` was when the question went out. The host's time is that of a moment
 * between this and now.
 */
uint32_t bollard_link_asked_ms(const uint8_t *answer);

/** True when a time service vouches for the host's time. */
bool bollard_link_is_synchronised(const uint8_t *answer);

#if BOLLARD_LINK_COUNTS
/** What happened since the start; each stops at 65535. */
typedef struct {
	uint16_t sent;     /**< frames that carry a message */
	uint16_t resent;   /**< of those, sent again */
	uint16_t refused;  /**< payloads not taken: the queue was full */
	uint16_t bad;      /**< frames that were none: COBS, CRC, too long */
	uint16_t ignored;  /**< frames of an unknown type, too short, or not to be taken now */
	uint16_t sessions; /**< begun */
	uint16_t most_bytes; /**< of the queue, ever in use */
} bollard_link_counts_t;

/** @see bollard_link_counts_t */
const bollard_link_counts_t *bollard_link_counts(void);
#endif

#ifdef __cplusplus
}
#endif

#endif
