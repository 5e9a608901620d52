/**
 * @file
 * Feeds the link's node half with bytes that make little sense, and frames that make some, while it
 * has messages to send. `fuzz COUNT SEED` takes COUNT bytes in; the sanitizers it is compiled with
 * say what went wrong. Then a good session has to work.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bollard_link.h"

uint8_t bollard_link_hello[BOLLARD_LINK_HELLO_BYTES] = {BOLLARD_LINK_HELLO_HEAD, 4, 'f', 'u', 'z', 'z', 0, 0};

static uint32_t now;
static uint64_t random_state;
static uint64_t fed, frames_fed, frames_written, hellos, commands;

static uint32_t random32(void)
{
	/* xorshift64*, S. Vigna 2016 */
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return (uint32_t)((random_state * 2685821657736338717ULL) >> 32);
}

static uint32_t below(uint32_t bound)
{
	return random32() % bound;
}

void bollard_link_write(const uint8_t *bytes, uint8_t count)
{
	/* A frame is one block between two zeros, and has none inside. */
	if (count < 10 || bytes[0] || bytes[count - 1] || memchr(bytes + 1, 0, count - 2U)) abort();
	frames_written++;
	if (bytes[2] >> 4 == 1) hellos++;
}

uint32_t bollard_link_millis(void)
{
	return now;
}

void bollard_link_command(uint16_t id, uint32_t within_ms, const uint8_t *payload, uint8_t size)
{
	static uint8_t copied[256];
	(void)within_ms;
	memcpy(copied, payload, size);
	commands++;
	bollard_link_answer(id, BOLLARD_LINK_DONE, copied, size < 8 ? size : 8);
}

void bollard_link_time(const uint8_t *answer)
{
	uint16_t milliseconds;
	bollard_link_unix_time(answer, &milliseconds);
	if (milliseconds > 999) abort();
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

static void feed(uint8_t byte)
{
	bollard_link_receive(byte);
	fed++;
}

static uint32_t crc32(const uint8_t *bytes, size_t size)
{
	uint32_t crc = 0xffffffffU;
	for (size_t i = 0; i < size; i++) {
		crc ^= bytes[i];
		for (int bit = 0; bit < 8; bit++) crc = crc & 1 ? crc >> 1 ^ 0xedb88320U : crc >> 1;
	}
	return ~crc;
}

/* A frame with a good CRC. */
static void feed_frame(const uint8_t *frame, size_t size)
{
	uint8_t bytes[300];
	memcpy(bytes, frame, size);
	uint32_t crc = crc32(bytes, size);
	for (int i = 0; i < 4; i++) bytes[size++] = (uint8_t)(crc >> 8 * i);
	frames_fed++;
	feed(0);
	for (size_t at = 0; at <= size;) {
		size_t end = at;
		while (end < size && bytes[end] && end - at < 254) end++;
		feed((uint8_t)(end - at + 1));
		while (at < end) feed(bytes[at++]);
		if (at == size) break;
		if (bytes[at] == 0) at++;
	}
	feed(0);
}

/* As the node numbers them: each session skips eight. */
static uint8_t hello_number(void)
{
	return (uint8_t)(hellos + 8U * bollard_link_counts()->sessions);
}

static void feed_made_up_frame(void)
{
	static const uint8_t types[] = {0x20, 0x40, 0x50, 0x60, 0x61, 0x80, 0x81, 0x90, 0xb0};
	uint8_t frame[260];
	size_t size = 3 + below(below(4) ? 24 : sizeof frame - 3);
	for (size_t i = 0; i < size; i++) frame[i] = (uint8_t)(below(3) ? random32() : below(4));
	if (below(8)) frame[0] = types[below(sizeof types)];
	if (frame[0] == 0x20 && size >= 13) {
		frame[1] = (uint8_t)(hello_number() - below(3));
		frame[3] = 1;
		memcpy(frame + 7, bollard_link_hello + 4, 2);
		if (below(4)) memcpy(frame + 9, bollard_link_hello + 6, 4);
	} else if (frame[0] == 0x40 && below(4)) {
		memcpy(frame + 1, bollard_link_hello + 6, 2);
		frame[1] = (uint8_t)(frame[1] + below(6));
		if (size >= 6) memcpy(frame + 4, bollard_link_hello + 6, 2);
		if (size >= 6) frame[4] = (uint8_t)(frame[4] + below(6));
	}
	feed_frame(frame, size);
}

/* A HELLO is answered, a message taken and made durable. Aborts when one of it fails. */
static void run_good_session(void)
{
	bollard_link_line_up();
	now += 11000;
	if (!bollard_link_poll()) abort();
	uint8_t hello_ack[24] = {0x20, 0, 0, 1, 0, 7, 0};
	memcpy(hello_ack + 7, bollard_link_hello + 4, 2);
	memcpy(hello_ack + 9, bollard_link_hello + 6, 4);
	hello_ack[19] = 255;
	hello_ack[21] = 8;
	for (int number = 0; number < 256 && !bollard_link_in_session(); number++) {
		hello_ack[1] = (uint8_t)number;
		feed_frame(hello_ack, sizeof hello_ack);
	}
	if (!bollard_link_in_session()) abort();
	for (int i = 0; bollard_link_held() > 0; i++) {
		if (i > 1000) abort();
		now += 10;
		bollard_link_poll();
		uint8_t end[4];
		uint32_t all = bollard_link_next_sequence();
		for (int b = 0; b < 4; b++) end[b] = (uint8_t)(all >> 8 * b);
		uint8_t ack[6] = {0x40, end[0], end[1], 0, end[0], end[1]};
		feed_frame(ack, sizeof ack);
	}
}

int main(int argc, char **argv)
{
	uint64_t count = argc > 1 ? strtoull(argv[1], 0, 10) : 100000;
	random_state = argc > 2 ? strtoull(argv[2], 0, 10) | 1U << 20 : 1;
	bollard_link_begin(3, (uint16_t)random32());
	while (fed < count) {
		switch (below(6)) {
		case 0:
			for (uint32_t left = below(80); left; left--) feed((uint8_t)(below(4) ? random32() : 0));
			break;
		case 1: {
			uint8_t payload[255];
			uint8_t size = (uint8_t)(below(8) ? below(30) : below(256));
			memset(payload, (int)below(256), size);
			bollard_link_offer(payload, size, below(8) == 0);
			break;
		}
		case 2:
			now += below(10) ? below(50) : below(20000);
			break;
		case 3: {
			char text[255] = "text";
			bollard_link_log((uint8_t)below(4), text, (uint8_t)below(256));
			break;
		}
		default: feed_made_up_frame();
		}
		for (uint32_t left = below(4); left; left--) bollard_link_poll();
	}
	run_good_session();
	printf("{\"bytes\":%" PRIu64 ",\"frames\":%" PRIu64 ",\"written\":%" PRIu64 ",\"commands\":%" PRIu64
	       ",\"sessions\":%u}\n",
	       fed, frames_fed, frames_written, commands, (unsigned)bollard_link_counts()->sessions);
	return 0;
}
