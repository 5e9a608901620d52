#include "bollard_link.h"

#include <string.h>

/* The compiler takes less room when it does not put these into their callers. */
#if defined(__AVR__)
#define APART __attribute__((noinline, noclone))
#else
#define APART
#endif

/* A condition that has to hold when this is compiled, by C99's means. */
#define REQUIRE(name, condition) typedef char require_##name[(condition) ? 1 : -1]

/* A frame is one COBS block: at most 254 bytes of header, body and CRC, and 255 with the delimiters. */
REQUIRE(max_payload_11_to_240, BOLLARD_LINK_MAX_PAYLOAD >= 11 && BOLLARD_LINK_MAX_PAYLOAD <= 240);
REQUIRE(hello_bytes_24_to_240, BOLLARD_LINK_HELLO_BYTES >= 24 && BOLLARD_LINK_HELLO_BYTES <= 240);
REQUIRE(window_1_to_8, BOLLARD_LINK_WINDOW >= 1 && BOLLARD_LINK_WINDOW <= 8);
REQUIRE(hold_1_to_240, BOLLARD_LINK_HOLD >= 1 && BOLLARD_LINK_HOLD <= 240);
REQUIRE(queue_bytes_hold_a_result, BOLLARD_LINK_QUEUE_BYTES >= BOLLARD_LINK_MAX_PAYLOAD + 6);
REQUIRE(queue_bytes_have_16_bits, BOLLARD_LINK_QUEUE_BYTES <= 32767);

/* First bytes of frames: type in the high four bits, flags in the low four. */
enum {
	HELLO = 0x10,
	HELLO_ACK = 0x20,
	DATA = 0x30,
	ACK = 0x40,
	RESET = 0x50,
	PING = 0x60,
	LOG = 0x70,
	TIME = 0x80,
	CMD = 0x90,
	RESULT = 0xa0,
	DESC = 0xb0,
	TYPE = 0xf0,
	FLAG_ANSWER = 0x01,
	FLAG_ALARM = 0x02
};

/* In a frame, from its first byte. */
enum { AT_SEQ = 1, AT_BODY = 3, HEADER_BYTES = 3, CRC_BYTES = 4, SMALLEST_FRAME = 8 };

/* In the HELLO. */
enum { HELLO_BOOT = 2, HELLO_LIFE = 4, HELLO_OLDEST = 6, HELLO_UPTIME = 10, UPTIME_BYTES = 4 };

/* In a HELLO_ACK, an ACK and a CMD, from the frame's first byte; and how long their bodies are. */
enum { ACK_VERSION = 3, ACK_BOOT = 5, ACK_LIFE = 7, ACK_NEXT = 9, HELLO_ACK_BYTES = 21 };
enum { ACK_MAP = 3, ACK_DURABLE = 4, ACK_BYTES = 3 };
enum { CMD_WITHIN = 3, CMD_PAYLOAD = 7, CMD_BYTES = 4 };
enum { DESC_QUESTION_BYTES = 2, DESC_HEAD_BYTES = 4 };
enum { TIME_BYTES = 11, TIME_ASKED = 0, TIME_UNIX = 4, TIME_FLAGS = 10 };

/* Time is counted in ticks of 64 ms with 8 bits: enough for 16 s. */
#define TICKS(ms) (((ms) + 63UL) / 64UL)
enum {
	RETRY = 2 + TICKS(BOLLARD_LINK_WINDOW * (BOLLARD_LINK_MAX_BODY + 10UL) * 10000UL / BOLLARD_LINK_BAUD),
	GIVE_UP = 80, /* once the retransmission timer stands here, 4 to 10 s were in vain */
	HELLO_INTERVAL = TICKS(1000),
	HELLO_PAUSE = TICKS(100) + 1,
	HELLO_LONG_PAUSE = TICKS(10000),
	IDLE = 156, /* not more than 10 s */
	DURABLE_WAIT = TICKS(3000),
	TIME_INTERVAL = 9, /* of 65.5 s */
	HELLO_SPAN = 8 /* that many HELLOs of one greeting may be answered */
};
REQUIRE(baud_carries_a_window_within_2_s, RETRY < 40);

/* In the queue a message is: its state, its whole length, the first byte of its frame, its body. */
enum { STATE = 0, LENGTH = 1, FIRST = 2, QUEUE_HEAD = 3 };
/* States. An odd one is the place of the last transmission among all, so it tells which came later. */
enum { UNSENT = 0, RECEIVED = 2, SENT = 1 };

static struct {
	uint8_t hello_seq;  /* of the last HELLO */
	uint8_t hello_wait; /* ticks between HELLOs; 0: in session */
	uint8_t held;       /* messages in the queue */
	uint8_t received;   /* of those, received and not durable */
	uint8_t order;      /* of the last transmission */
	uint8_t arrived;    /* order of the last transmission that is known to have arrived */
	uint8_t now;        /* in ticks */
	uint8_t written_at; /* when anything was last written, in ticks */
	uint8_t sent_at;    /* when a message was last sent, in ticks */
	uint8_t timeout;    /* when it then counts as lost, in ticks */
	uint8_t time_at;    /* when TIME was last asked, in 65.5 s */
	uint8_t rx_size;    /* bytes in rx */
	uint8_t *end;       /* of the queue's used part */
} s;

#define LARGER(a, b) ((a) > (b) ? (a) : (b))
static uint8_t tx[LARGER(BOLLARD_LINK_HELLO_BYTES, BOLLARD_LINK_MAX_BODY) + 10];
/* A HELLO_ACK has 22 bytes now, and up to 32 in a later version. */
static uint8_t rx[LARGER(32, BOLLARD_LINK_MAX_BODY) + 9];
static uint8_t queue[BOLLARD_LINK_QUEUE_BYTES];
#if BOLLARD_LINK_COMMANDS
static uint16_t known[16]; /* the last commands' ids; 0 is none */
#endif

#define hello bollard_link_hello

#if BOLLARD_LINK_COUNTS
static bollard_link_counts_t counts;
static void count(uint16_t *counter)
{
	if (*counter != UINT16_MAX) (*counter)++;
}
#define COUNT(name) count(&counts.name)
#else
#define COUNT(name) ((void)0)
#endif

/* Numbers travel least significant byte first, which is how most processors have them in memory. */
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ && !defined(BOLLARD_LINK_BYTEWISE)
static uint16_t get16(const uint8_t *from)
{
	uint16_t value;
	memcpy(&value, from, sizeof value);
	return value;
}

static uint32_t get32(const uint8_t *from)
{
	uint32_t value;
	memcpy(&value, from, sizeof value);
	return value;
}

static void put16(uint8_t *to, uint16_t value)
{
	memcpy(to, &value, sizeof value);
}

static void put32(uint8_t *to, uint32_t value)
{
	memcpy(to, &value, sizeof value);
}
#else
static uint16_t get16(const uint8_t *from)
{
	return (uint16_t)(from[0] | from[1] << 8);
}

static uint32_t get32(const uint8_t *from)
{
	return get16(from) | (uint32_t)get16(from + 2) << 16;
}

static void put16(uint8_t *to, uint16_t value)
{
	to[0] = (uint8_t)value;
	to[1] = (uint8_t)(value >> 8);
}

static void put32(uint8_t *to, uint32_t value)
{
	put16(to, (uint16_t)value);
	put16(to + 2, (uint16_t)(value >> 16));
}
#endif

/*
 * CRC-32 of 1 to 255 bytes, before its final inversion. Bit by bit: a table of 16 entries takes 154
 * bytes more on AVR and makes a frame 6 % cheaper.
 */
static APART uint32_t crc32(const uint8_t *bytes, uint8_t size)
{
	uint32_t crc = 0xffffffffUL;
	do {
		crc ^= *bytes++;
		for (uint8_t bit = 8; bit; bit--) {
			uint8_t odd = (uint8_t)crc & 1;
			crc >>= 1;
			if (odd) crc ^= 0xedb88320UL;
		}
	} while (--size);
	return crc;
}

/* crc32 of a frame with its CRC behind it, least significant byte first. */
#define GOOD_CRC 0xdebb20e3UL

/* Returns what is behind the last byte written. */
static APART uint8_t *copy(uint8_t *to, const uint8_t *from, uint8_t size)
{
	while (size--) *to++ = *from++;
	return to;
}

static APART void send(uint8_t first, uint16_t seq, const uint8_t *body, uint8_t size)
{
	/* 00, COBS code, header, body, CRC, 00. */
	tx[2] = first;
	put16(tx + 3, seq);
	uint8_t *at = copy(tx + 5, body, size);
	put32(at, ~crc32(tx + 2, (uint8_t)(size + HEADER_BYTES)));
	at += CRC_BYTES;
	*at = 0;
	/* From its end to its begin, each 0 becomes the way to the next one. */
	uint8_t code = 0;
	tx[1] = 0;
	do {
		code++;
		at--;
		if (*at == 0) {
			*at = code;
			code = 0;
		}
	} while (at != tx + 1);
	s.written_at = s.now;
	bollard_link_write(tx, (uint8_t)(size + 10));
}

void bollard_link_begin(uint16_t boot, uint16_t life)
{
	put16(hello + HELLO_BOOT, boot);
	put16(hello + HELLO_LIFE, life);
	s.end = queue;
	s.hello_wait = 1;
}

void bollard_link_line_up(void)
{
	s.hello_wait = HELLO_PAUSE;
}

/* Returns where the body begins, its first `gap` bytes left to the caller; null when there is no room. */
static APART uint8_t *append(uint8_t first, const uint8_t *payload, uint8_t size, uint8_t gap)
{
	uint8_t *at = s.end;
	uint8_t length = (uint8_t)(size + gap + QUEUE_HEAD);
	if (size > BOLLARD_LINK_MAX_PAYLOAD || s.held == BOLLARD_LINK_HOLD ||
	    (uint16_t)(queue + BOLLARD_LINK_QUEUE_BYTES - at) < length) {
		COUNT(refused);
		return 0;
	}
	s.held++;
	*at++ = UNSENT;
	*at++ = length;
	*at++ = first;
	s.end = copy(at + gap, payload, size);
#if BOLLARD_LINK_COUNTS
	uint16_t used = (uint16_t)(s.end - queue);
	if (used > counts.most_bytes) counts.most_bytes = used;
#endif
	return at;
}

bool bollard_link_offer(const uint8_t *payload, uint8_t size, bool alarm)
{
	return append((uint8_t)(DATA | alarm * FLAG_ALARM), payload, size, 0) != 0;
}

bool bollard_link_answer(uint16_t id, uint8_t status, const uint8_t *payload, uint8_t size)
{
	uint8_t *at = append(RESULT, payload, size, 3);
	if (!at) return false;
	put16(at, id);
	at[2] = status;
	return true;
}

void bollard_link_log(uint8_t level, const char *text, uint8_t size)
{
	if (s.hello_wait) return;
	if (size > BOLLARD_LINK_MAX_PAYLOAD) size = BOLLARD_LINK_MAX_PAYLOAD;
	send(LOG | level, 0, (const uint8_t *)text, size);
}

/* The host has the first `received` messages of the queue; `map` tells of those behind. */
static APART void mark(uint8_t received, uint16_t map)
{
	uint8_t *at = queue;
	s.received = received;
	s.timeout = RETRY;
	while (at != s.end) {
		bool is_there = true;
		if (received) {
			received--;
		} else {
			is_there = map & 1;
			map >>= 1;
		}
		if (is_there) {
			if (at[STATE] & SENT) s.arrived = at[STATE];
			at[STATE] = RECEIVED;
		} else if (at[STATE] == RECEIVED) {
			at[STATE] = UNSENT; /* on a line in order, the last word is the truth */
		}
		at += at[LENGTH];
	}
}

static APART void take_hello_ack(const uint8_t *frame)
{
	if (get16(frame + ACK_LIFE) != get16(hello + HELLO_LIFE) ||
	    (uint8_t)(s.hello_seq - frame[AT_SEQ]) >= HELLO_SPAN) {
		COUNT(ignored);
		return;
	}
	if (frame[ACK_VERSION] != 1) {
		s.hello_wait = HELLO_LONG_PAUSE;
		return;
	}
	uint16_t received = (uint16_t)(get16(frame + ACK_NEXT) - get16(hello + HELLO_OLDEST));
	/* A host that knows more messages than this node, which has lost its memory, tells where to go on. */
	if (received > s.held) received = 0;
	put32(hello + HELLO_OLDEST, get32(frame + ACK_NEXT) - received);
	put16(hello + HELLO_BOOT, get16(frame + ACK_BOOT));
	s.time_at = (uint8_t)(hello[HELLO_UPTIME + 2] - TIME_INTERVAL);
	s.hello_wait = 0;
	/* No answer to a HELLO said before counts any more. */
	s.hello_seq = (uint8_t)(s.hello_seq + HELLO_SPAN);
	mark((uint8_t)received, 0);
	COUNT(sessions);
}

static void take_ack(const uint8_t *frame)
{
	uint16_t oldest = get16(hello + HELLO_OLDEST);
	uint16_t received = (uint16_t)(get16(frame + AT_SEQ) - oldest);
	if (received > s.held) {
		s.hello_wait = HELLO_PAUSE; /* that cannot be true */
		return;
	}
	mark((uint8_t)received, (uint16_t)(frame[ACK_MAP] << 1));
	uint16_t durable = (uint16_t)(get16(frame + ACK_DURABLE) - oldest);
	if (durable > received) return;
	put32(hello + HELLO_OLDEST, get32(hello + HELLO_OLDEST) + durable);
	s.held = (uint8_t)(s.held - durable);
	s.received = (uint8_t)(s.received - durable);
	const uint8_t *from = queue;
	while (durable--) from += from[LENGTH];
	uint8_t *to = queue;
	while (from != s.end) *to++ = *from++;
	s.end = to;
}

#if BOLLARD_LINK_COMMANDS
static void take_command(const uint8_t *frame, uint8_t size)
{
	/* The id goes to the front; what was there moves on, up to where the id was, or out. */
	uint16_t id = get16(frame + AT_SEQ);
	uint16_t newer = id;
	for (uint16_t *at = known; at != known + 16; at++) {
		uint16_t older = *at;
		*at = newer;
		if (older == id) return;
		newer = older;
	}
	bollard_link_command(id, get32(frame + CMD_WITHIN), frame + CMD_PAYLOAD, size);
}
#else
static void take_command(const uint8_t *frame, uint8_t size)
{
	(void)size;
	bollard_link_answer(get16(frame + AT_SEQ), BOLLARD_LINK_UNKNOWN, frame, 0);
}
#endif

#if BOLLARD_LINK_DESCRIPTORS
static void tell_descriptor(const uint8_t *frame)
{
	/* The piece is made where it is sent from. */
	uint8_t *body = tx + 5;
	uint16_t schema = get16(frame + AT_SEQ);
	uint16_t offset = get16(frame + AT_BODY);
	uint8_t size = 0;
	uint8_t room = BOLLARD_LINK_MAX_BODY - DESC_HEAD_BYTES;
	put16(body, offset);
	put16(body + 2, bollard_link_descriptor(schema, offset, body + DESC_HEAD_BYTES, room, &size));
	send(DESC | FLAG_ANSWER, schema, body, (uint8_t)(size + DESC_HEAD_BYTES));
}
#endif

static void take_frame(const uint8_t *frame, uint8_t size)
{
	uint8_t type = frame[0] & TYPE;
	if (type == HELLO_ACK && size >= HELLO_ACK_BYTES) {
		take_hello_ack(frame);
	} else if (type == RESET) {
		s.hello_wait = frame[AT_BODY] == 2 ? HELLO_LONG_PAUSE : HELLO_PAUSE;
	} else if (s.hello_wait) {
		COUNT(ignored);
	} else if (type == ACK && size >= ACK_BYTES) {
		take_ack(frame);
	} else if (type == PING) {
		if (!(frame[0] & FLAG_ANSWER)) send(PING | FLAG_ANSWER, 0, hello + HELLO_UPTIME, UPTIME_BYTES);
	} else if (type == CMD && size >= CMD_BYTES) {
		take_command(frame, (uint8_t)(size - CMD_BYTES));
#if BOLLARD_LINK_DESCRIPTORS
	} else if (type == DESC && size >= DESC_QUESTION_BYTES) {
		tell_descriptor(frame);
#endif
#if BOLLARD_LINK_TIME
	} else if (type == TIME && size >= TIME_BYTES) {
		bollard_link_time(frame + AT_BODY);
#endif
	} else {
		COUNT(ignored);
	}
}

/* Undoes the COBS of `size` bytes in rx. Returns false when a block runs past the end. */
static bool unstuff(uint8_t size)
{
	uint8_t *at = rx;
	do {
		uint8_t code = *at;
		if (code > size) return false;
		*at = 0;
		at += code;
		size = (uint8_t)(size - code);
	} while (size);
	return true;
}

void bollard_link_receive(uint8_t byte)
{
	uint8_t size = s.rx_size;
	if (byte) {
		/* What is too long for rx is cut, and then no frame. */
		if (size < sizeof rx) {
			rx[size] = byte;
			s.rx_size = (uint8_t)(size + 1);
		}
		return;
	}
	s.rx_size = 0;
	if (size >= SMALLEST_FRAME && unstuff(size) && crc32(rx + 1, (uint8_t)(size - 1)) == GOOD_CRC) {
		take_frame(rx + 1, (uint8_t)(size - SMALLEST_FRAME));
	} else if (size) {
		COUNT(bad);
	}
}

/* Returns the message to send now, or null; `seq` becomes its number. */
static uint8_t *next_message(uint16_t *seq)
{
	uint8_t *at = queue;
	*seq = get16(hello + HELLO_OLDEST);
	for (uint8_t left = (uint8_t)(s.received + BOLLARD_LINK_WINDOW); left && at != s.end; left--) {
		uint8_t state = at[STATE];
		if (state == UNSENT) return at;
		if (state & SENT) {
			/* A line does not reorder: what was sent before one that arrived is lost. */
			if ((uint8_t)(state - s.arrived) & 0x80) return at;
			if ((uint8_t)(s.now - s.sent_at) >= s.timeout) {
				s.timeout = (uint8_t)(s.timeout << 1);
				if (s.timeout < GIVE_UP) return at;
				s.hello_wait = HELLO_PAUSE;
				return 0;
			}
		}
		at += at[LENGTH];
		(*seq)++;
	}
	return 0;
}

bool bollard_link_poll(void)
{
	uint32_t uptime = bollard_link_millis();
	put32(hello + HELLO_UPTIME, uptime);
	s.now = (uint8_t)((uint16_t)((uint16_t)uptime << 2) >> 8);
	uint8_t quiet = (uint8_t)(s.now - s.written_at);
	uint8_t first = HELLO;
	uint16_t seq = 0;
	const uint8_t *body = hello;
	uint8_t size = BOLLARD_LINK_HELLO_BYTES;
	if (s.hello_wait) {
		if (quiet < s.hello_wait) return false;
		s.hello_wait = HELLO_INTERVAL;
		seq = ++s.hello_seq;
	} else {
		body = hello + HELLO_UPTIME;
		size = UPTIME_BYTES;
		uint8_t hour = (uint8_t)(uptime >> 16);
		uint8_t wait = IDLE;
		if (s.received) wait = DURABLE_WAIT;
		if ((uint8_t)(hour - s.time_at) >= TIME_INTERVAL) {
			s.time_at = hour;
			first = TIME;
		} else if (quiet >= wait) {
			first = PING;
		} else {
			uint8_t *message = next_message(&seq);
			if (!message) return false;
			COUNT(sent);
			if (message[STATE] != UNSENT) COUNT(resent);
			s.order = (uint8_t)(s.order + 2);
			message[STATE] = s.order | SENT;
			s.sent_at = s.now;
			first = message[FIRST];
			body = message + QUEUE_HEAD;
			size = (uint8_t)(message[LENGTH] - QUEUE_HEAD);
		}
	}
	send(first, seq, body, size);
	return true;
}

uint16_t bollard_link_boot(void)
{
	return get16(hello + HELLO_BOOT);
}

uint32_t bollard_link_next_sequence(void)
{
	return get32(hello + HELLO_OLDEST) + s.held;
}

bool bollard_link_in_session(void)
{
	return s.hello_wait == 0;
}

uint8_t bollard_link_held(void)
{
	return s.held;
}

uint32_t bollard_link_unix_time(const uint8_t *answer, uint16_t *milliseconds)
{
	uint32_t seconds = 0;
	uint16_t rest = 0;
	/* Long division by 1000, bit by bit. */
	for (uint8_t i = 6; i; i--) {
		uint8_t byte = answer[TIME_UNIX - 1 + i];
		for (uint8_t bit = 8; bit; bit--) {
			rest = (uint16_t)(rest << 1 | byte >> 7);
			byte = (uint8_t)(byte << 1);
			seconds <<= 1;
			if (rest >= 1000) {
				rest = (uint16_t)(rest - 1000);
				seconds |= 1;
			}
		}
	}
	if (milliseconds) *milliseconds = rest;
	return seconds;
}

uint32_t bollard_link_asked_ms(const uint8_t *answer)
{
	return get32(answer + TIME_ASKED);
}

bool bollard_link_is_synchronised(const uint8_t *answer)
{
	return answer[TIME_FLAGS] & 1;
}

#if BOLLARD_LINK_COUNTS
const bollard_link_counts_t *bollard_link_counts(void)
{
	return &counts;
}
#endif
