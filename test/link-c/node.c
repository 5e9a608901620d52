/**
 * @file
 * The link's node half on a computer, driven over a pipe: a test gives it the time and the line's
 * bytes, and gets what it writes. Nothing in it waits.
 *
 * A request is `op, time u32, size u16, bytes`; the answer is any number of `kind, size u16, bytes`,
 * of which the last has the kind ANSWERED and the function's result. Numbers are least significant
 * byte first.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bollard_link.h"

enum { BEGIN = 1, POLL, RECEIVE, OFFER, ANSWER, LOG, LINE_UP, STATE };
enum { ANSWERED = 0, WRITTEN, COMMAND, TIME };
/* More frames in one poll than a queue holds is an endless loop. */
enum { MOST_FRAMES = 1000 };

uint8_t bollard_link_hello[BOLLARD_LINK_HELLO_BYTES] = {BOLLARD_LINK_HELLO_HEAD};

static uint32_t now;

static void put(uint8_t *to, uint32_t value, int size)
{
	for (int i = 0; i < size; i++) to[i] = (uint8_t)(value >> 8 * i);
}

static uint32_t get(const uint8_t *from, int size)
{
	uint32_t value = 0;
	for (int i = 0; i < size; i++) value |= (uint32_t)from[i] << 8 * i;
	return value;
}

static void tell(uint8_t kind, const uint8_t *bytes, size_t size)
{
	uint8_t head[3] = {kind};
	put(head + 1, (uint32_t)size, 2);
	fwrite(head, 1, sizeof head, stdout);
	fwrite(bytes, 1, size, stdout);
}

void bollard_link_write(const uint8_t *bytes, uint8_t count)
{
	tell(WRITTEN, bytes, count);
}

uint32_t bollard_link_millis(void)
{
	return now;
}

void bollard_link_command(uint16_t id, uint32_t within_ms, const uint8_t *payload, uint8_t size)
{
	uint8_t told[6 + 255];
	put(told, id, 2);
	put(told + 2, within_ms, 4);
	memcpy(told + 6, payload, size);
	tell(COMMAND, told, 6U + size);
}

void bollard_link_time(const uint8_t *answer)
{
	uint8_t told[11];
	uint16_t milliseconds;
	put(told, bollard_link_unix_time(answer, &milliseconds), 4);
	put(told + 4, milliseconds, 2);
	put(told + 6, bollard_link_asked_ms(answer), 4);
	told[10] = bollard_link_is_synchronised(answer);
	tell(TIME, told, sizeof told);
}

/* Schema 17 has a descriptor of 600 bytes: 0, 1, 2 and so on. */
uint16_t bollard_link_descriptor(uint16_t schema, uint16_t offset, uint8_t *to, uint8_t room, uint8_t *size)
{
	if (schema != 17) return 0;
	while (*size < room && offset + *size < 600) {
		to[*size] = (uint8_t)(offset + *size);
		++*size;
	}
	return 600;
}

static uint8_t poll_all(void)
{
	for (int frames = 0; bollard_link_poll(); frames++) {
		if (frames == MOST_FRAMES) abort();
	}
	return 1;
}

/* What stands behind the link's own part of the HELLO, then boot and life. */
static uint8_t begin(const uint8_t *bytes, size_t size)
{
	size_t who = size - 4;
	if (size < 4 || who > BOLLARD_LINK_HELLO_BYTES - 19) return 0;
	memcpy(bollard_link_hello + 19, bytes, who);
	bollard_link_begin((uint16_t)get(bytes + who, 2), (uint16_t)get(bytes + who + 2, 2));
	return 1;
}

static void tell_state(void)
{
	const bollard_link_counts_t *counts = bollard_link_counts();
	uint8_t told[22] = {bollard_link_held(), bollard_link_in_session()};
	put(told + 2, bollard_link_boot(), 2);
	put(told + 4, bollard_link_next_sequence(), 4);
	const uint16_t all[] = {counts->sent,     counts->resent,     counts->refused, counts->bad,
	                        counts->ignored,  counts->sessions,   counts->most_bytes};
	for (size_t i = 0; i < 7; i++) put(told + 8 + 2 * i, all[i], 2);
	tell(ANSWERED, told, sizeof told);
}

static uint8_t run(uint8_t op, const uint8_t *bytes, size_t size)
{
	switch (op) {
	case BEGIN: return begin(bytes, size);
	case POLL: return poll_all();
	case RECEIVE:
		for (size_t i = 0; i < size; i++) bollard_link_receive(bytes[i]);
		return poll_all();
	case OFFER: return bollard_link_offer(bytes + 1, (uint8_t)(size - 1), bytes[0]) && poll_all();
	case ANSWER:
		return bollard_link_answer((uint16_t)get(bytes, 2), bytes[2], bytes + 3, (uint8_t)(size - 3)) &&
		       poll_all();
	case LOG: bollard_link_log(bytes[0], (const char *)bytes + 1, (uint8_t)(size - 1)); return 1;
	case LINE_UP: bollard_link_line_up(); return 1;
	default: abort();
	}
}

int main(void)
{
	static uint8_t head[7];
	static uint8_t bytes[65536];
	while (fread(head, 1, sizeof head, stdin) == sizeof head) {
		size_t size = get(head + 5, 2);
		if (fread(bytes, 1, size, stdin) != size) return 1;
		now = get(head + 1, 4);
		if (head[0] == STATE) {
			tell_state();
		} else {
			uint8_t result = run(head[0], bytes, size);
			tell(ANSWERED, &result, 1);
		}
		fflush(stdout);
	}
	return 0;
}
