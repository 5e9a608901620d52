/*
 * The same load as the fleet's, with nothing but the system calls it takes: the floor for
 * `npm run -s bench:fleet`. One thread, epoll, QoS 0 or 1 of MQTT 3.1.1, a payload of 100 bytes.
 *
 *   floor PORT CLIENTS INTERVAL_MS QOS SECONDS     INTERVAL_MS 0: as fast as the broker takes it
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PAYLOAD = 100, BURST = 32, IN_FLIGHT = 20, TICK_MS = 2, MAX_PACKET = 160, EVENTS = 256 };

typedef struct {
	int fd;
	int in_flight;
	uint16_t next_id;
	uint16_t packet_bytes;
	uint16_t id_at;              /* where the packet identifier lies, 0 at QoS 0 */
	int skip;                    /* bytes of a PUBACK that is cut */
	int waiting, waiting_from;   /* bytes in `burst` that wait for the socket */
	uint8_t packet[MAX_PACKET];
	uint8_t burst[MAX_PACKET * BURST];
} node_t;

static double now_ms(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void fail(const char *what) {
	perror(what);
	exit(1);
}

static void open_node(node_t *node, int index, int port, int qos) {
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	char text[32];
	uint8_t packet[64], answer[4];
	int length, on = 1;
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	node->fd = socket(AF_INET, SOCK_STREAM, 0);
	if (node->fd < 0 || connect(node->fd, (struct sockaddr *)&to, sizeof to) < 0) fail("connect");
	setsockopt(node->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	length = sprintf(text, "floor-%d", index);
	memcpy(packet, "\x10\x00\x00\x04MQTT\x04\x02\x00\x3c\x00", 13);
	packet[1] = (uint8_t)(12 + length);
	packet[13] = (uint8_t)length;
	memcpy(packet + 14, text, (size_t)length);
	if (write(node->fd, packet, (size_t)length + 14) != length + 14) fail("CONNECT");
	if (recv(node->fd, answer, 4, MSG_WAITALL) != 4 || answer[3] != 0) fail("CONNACK");
	fcntl(node->fd, F_SETFL, O_NONBLOCK);

	length = sprintf(text, "bollard/fleet/%d", index);
	node->packet[0] = (uint8_t)(0x30 | (qos << 1));
	int body = 2 + length + (qos ? 2 : 0) + PAYLOAD, at = 1;
	if (body > 127) {
		node->packet[at++] = (uint8_t)(body & 127) | 128;
		node->packet[at++] = (uint8_t)(body >> 7);
	} else node->packet[at++] = (uint8_t)body;
	node->packet[at++] = 0;
	node->packet[at++] = (uint8_t)length;
	memcpy(node->packet + at, text, (size_t)length);
	at += length;
	node->id_at = (uint16_t)(qos ? at : 0);
	at += qos ? 2 : 0;
	memset(node->packet + at, '.', PAYLOAD);
	node->packet_bytes = (uint16_t)(at + PAYLOAD);
	node->next_id = 1;
}

/* Writes what waits; 0 where the socket takes no more. */
static int flush_node(node_t *node) {
	while (node->waiting > 0) {
		ssize_t wrote = write(node->fd, node->burst + node->waiting_from, (size_t)node->waiting);
		if (wrote < 0) {
			if (errno == EAGAIN) return 0;
			fail("write");
		}
		node->waiting_from += (int)wrote;
		node->waiting -= (int)wrote;
	}
	return 1;
}

/* Up to so many messages in one write; how many there were. */
static int send_burst(node_t *node, int most) {
	int count = 0;
	if (!flush_node(node)) return 0;
	node->waiting_from = 0;
	for (; count < most && (node->id_at == 0 || node->in_flight < IN_FLIGHT); count++) {
		uint8_t *packet = node->burst + node->waiting;
		memcpy(packet, node->packet, node->packet_bytes);
		if (node->id_at) {
			packet[node->id_at] = (uint8_t)(node->next_id >> 8);
			packet[node->id_at + 1] = (uint8_t)node->next_id;
			if (++node->next_id == 0) node->next_id = 1;
			node->in_flight++;
		}
		node->waiting += node->packet_bytes;
	}
	flush_node(node);
	return count;
}

/* Takes PUBACKs, of four bytes each. */
static void receive(node_t *node) {
	uint8_t bytes[4096];
	ssize_t got = read(node->fd, bytes, sizeof bytes);
	if (got == 0) fail("the broker closed a connection");
	if (got < 0) {
		if (errno == EAGAIN) return;
		fail("read");
	}
	node->in_flight -= (int)((node->skip + got) / 4);
	node->skip = (int)((node->skip + got) % 4);
}

int main(int count, char **arguments) {
	if (count != 6) {
		fprintf(stderr, "usage: floor PORT CLIENTS INTERVAL_MS QOS SECONDS\n");
		return 2;
	}
	int port = atoi(arguments[1]), clients = atoi(arguments[2]), qos = atoi(arguments[4]);
	double interval_ms = atof(arguments[3]), seconds = atof(arguments[5]);
	node_t *nodes = calloc((size_t)clients, sizeof *nodes);
	struct epoll_event events[EVENTS];
	struct rlimit files = {0, 0};
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	int poll = epoll_create1(0);
	for (int i = 0; i < clients; i++) {
		open_node(&nodes[i], i, port, qos);
		struct epoll_event event = {.events = EPOLLIN, .data.ptr = &nodes[i]};
		epoll_ctl(poll, EPOLL_CTL_ADD, nodes[i].fd, &event);
	}
	double start = now_ms(), end = start + seconds * 1e3, due = start;
	long sent = 0;
	while (now_ms() < end) {
		int wait = 0;
		if (interval_ms > 0) {
			struct timespec tick = {0, TICK_MS * 1000000L};
			double now = now_ms();
			for (; due <= now; due = start + (double)sent * interval_ms / clients) {
				send_burst(&nodes[sent % clients], 1);
				sent++;
			}
			nanosleep(&tick, NULL);
			if (qos == 0) continue;
		} else {
			int wrote = 0;
			for (int i = 0; i < clients; i++) wrote += send_burst(&nodes[i], BURST);
			sent += wrote;
			wait = wrote ? 0 : 1;
		}
		int ready = epoll_wait(poll, events, EVENTS, wait);
		for (int i = 0; i < ready; i++) receive(events[i].data.ptr);
	}
	printf("{\"sent\":%ld}\n", sent);
	return 0;
}
