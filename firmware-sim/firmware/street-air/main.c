/**
 * @file
 * A street air station: SDS011 particle counter, BME280, and Bollard's link to a host.
 *
 * It samples every REPORT_INTERVAL_MS, fills batches of up to BATCH_ROWS readings, and keeps each
 * message until the host has it on its disk. The host tells it what time it is; before, it samples
 * nothing. Payloads and commands come from the schema: `bollard generate c street-air.schema.yaml`.
 */
#include <string.h>

#include "board.h"
#include "bme280.h"
#include "bollard_link.h"
#include "sds011.h"
#include "street_air.h"
#include "street_air_commands.h"

#ifndef REPORT_INTERVAL_MS
#define REPORT_INTERVAL_MS 148000UL
#endif
/** 1: each reading is a message of its own. */
#ifndef BATCH_ROWS
#define BATCH_ROWS 10
#endif
#ifndef NODE_ID
#define NODE_ID "street-air"
#endif
/** The link wants a turn that often. */
#define LINK_SLEEP_MS 64
#define FIRMWARE "street-air 1.0"
#define FINGERPRINT_BYTES 8
/** A reboot waits so long for the host to have everything. */
#define REBOOT_WITHIN_MS 10000UL

uint8_t bollard_link_hello[BOLLARD_LINK_HELLO_BYTES] = {BOLLARD_LINK_HELLO_HEAD};

static sds011_t counter;
static uint32_t interval_ms = REPORT_INTERVAL_MS;
static uint32_t reboot_asked_ms;
static bool is_reboot_asked;
/* What time it was when. */
static uint32_t known_s, known_ms;
/* The message that is filled, or waits until the link has room. */
static uint8_t message[BOLLARD_LINK_MAX_PAYLOAD];
static uint8_t ready;
#if BATCH_ROWS > 1
static street_air_batch_t batch;
static uint8_t rows;
#endif

uint32_t bollard_link_millis(void) { return board_millis(); }

void bollard_link_write(const uint8_t *bytes, uint8_t count) { board_host_write(bytes, count); }

void bollard_link_time(const uint8_t *answer)
{
	uint16_t part;
	uint32_t seconds = bollard_link_unix_time(answer, &part);
	if (seconds == 0) return;
	uint32_t asked = bollard_link_asked_ms(answer);
	/* The host's time is that of the middle between question and answer, as near as can be told. */
	uint32_t then = asked + (board_millis() - asked) / 2;
	known_s = seconds;
	known_ms = then - part;
}

void bollard_link_command(uint16_t id, uint32_t within_ms, const uint8_t *payload, uint8_t size)
{
	street_air_command_t command;
	(void)within_ms; /* each is done at once */
	uint8_t status = BOLLARD_LINK_UNKNOWN;
	if (street_air_command_decode(payload, size, &command) == BOLLARD_OK) {
		status = BOLLARD_LINK_DONE;
		if (command.id == STREET_AIR_REBOOT_ID) {
			is_reboot_asked = true;
			reboot_asked_ms = board_millis();
		} else if (command.as.set_report_interval.interval_s == 0) {
			status = BOLLARD_LINK_REFUSED;
		} else {
			interval_ms = command.as.set_report_interval.interval_s * 1000UL;
		}
	}
	bollard_link_answer(id, status, 0, 0);
}

static uint8_t nibble(char digit) { return (uint8_t)(digit <= '9' ? digit - '0' : digit - 'a' + 10); }

static uint8_t *put_text(uint8_t *to, const char *text, uint8_t size)
{
	*to++ = size;
	memcpy(to, text, size);
	return to + size;
}

static void say_who(void)
{
	static const char layout[] = STREET_AIR_LAYOUT;
	const uint8_t head[] = {BOLLARD_LINK_HELLO_HEAD};
	char id[17];
	uint8_t size = board_node_id(id, sizeof(id));
	uint8_t *to = bollard_link_hello + sizeof(head);
	to = size ? put_text(to, id, size) : put_text(to, NODE_ID, sizeof(NODE_ID) - 1);
	to = put_text(to, FIRMWARE, sizeof(FIRMWARE) - 1);
	*to++ = 1;
	*to++ = STREET_AIR_SCHEMA_ID & 0xff;
	*to++ = STREET_AIR_SCHEMA_ID >> 8;
	for (uint8_t i = 0; i < FINGERPRINT_BYTES; i++) {
		*to++ = (uint8_t)(nibble(layout[2 * i]) << 4 | nibble(layout[2 * i + 1]));
	}
}

static void sample(street_air_reading_t *reading)
{
	bme280_weather_t weather;
	reading->present = 0;
	reading->time_s = known_s + (board_millis() - known_ms) / 1000UL;
	if (counter.is_new) {
		counter.is_new = false;
		reading->pm25_deci_ug_m3 = (int16_t)counter.pm25_deci_ug_m3;
		reading->pm10_deci_ug_m3 = (int16_t)counter.pm10_deci_ug_m3;
		reading->present |= STREET_AIR_HAS_PM25 | STREET_AIR_HAS_PM10;
	}
	if (!bme280_measure(&weather)) return;
	int16_t half = weather.temperature_centi_cel < 0 ? -5 : 5;
	reading->temperature_deci_cel = (int16_t)((weather.temperature_centi_cel + half) / 10);
	reading->humidity_deci_percent = (int16_t)((weather.humidity_centi_percent + 5U) / 10U);
	reading->pressure_deca_pa = (uint16_t)((weather.pressure_pa + 5U) / 10U);
	reading->present |= STREET_AIR_HAS_TEMPERATURE | STREET_AIR_HAS_HUMIDITY | STREET_AIR_HAS_PRESSURE;
}

#if BATCH_ROWS > 1
static void finish(void)
{
	ready = (uint8_t)street_air_batch_finish(&batch);
	rows = 0;
}

/* False: it waits for the next message. */
static bool take(const street_air_reading_t *reading)
{
	if (rows == 0) street_air_batch_start(&batch, message, sizeof(message));
	bollard_append_t done = street_air_batch_append(&batch, reading);
	if (done == BOLLARD_APPENDED) rows++;
	if (done == BOLLARD_FULL || rows == BATCH_ROWS) finish();
	return done != BOLLARD_FULL;
}
#else
static bool take(const street_air_reading_t *reading)
{
	ready = (uint8_t)street_air_reading_encode(reading, message, sizeof(message));
	return true;
}
#endif

static void offer(void)
{
	uint32_t number = bollard_link_next_sequence();
	if (!bollard_link_offer(message, ready, false)) return;
	ready = 0;
	board_mark(MARK_REPORTED, (uint16_t)number);
}

/* Nothing is left behind: neither a batch half full nor what the host has not on its disk yet. */
static bool may_reboot(void)
{
	if (board_millis() - reboot_asked_ms > REBOOT_WITHIN_MS) return true;
#if BATCH_ROWS > 1
	if (rows) finish();
#endif
	return !ready && bollard_link_held() == 0;
}

int main(void)
{
	static street_air_reading_t reading;
	bool is_sampled = false;
	uint32_t due = 0;
	uint8_t byte;
	board_begin();
	say_who();
	bollard_link_begin(board_count_start(), 0);
	for (;;) {
		while (board_host_byte(&byte)) bollard_link_receive(byte);
		while (board_counter_byte(&byte)) sds011_receive(&counter, byte);
		if (ready) offer();
		if (!ready && is_sampled) is_sampled = !take(&reading);
		bool is_due = known_s && !is_reboot_asked && (int32_t)(board_millis() - due) >= 0;
		if (!ready && !is_sampled && is_due) {
			board_mark(MARK_SAMPLE, 0);
			sample(&reading);
			due = board_millis() - due > interval_ms ? board_millis() + interval_ms : due + interval_ms;
			is_sampled = !take(&reading);
			board_mark(MARK_SAMPLED, 0);
			continue;
		}
		if (bollard_link_poll()) continue;
		if (is_reboot_asked && may_reboot()) board_reboot();
		bool waits = ready || is_sampled || !known_s || is_reboot_asked;
		int32_t left = (int32_t)(due - board_millis());
		board_sleep(waits ? LINK_SLEEP_MS : left > 0 ? (uint32_t)left : 0);
	}
}
