/**
 * @file
 * A street sensor on an ATmega328P at 16 MHz that has no sensor: it sends readings of 25 bytes by
 * the link, one each PERIOD_MS, or as fast as they go where that is 0. `-DNO_LINK` leaves the link
 * out, to see what it takes.
 *
 * GPIOR0 marks for the simulator: 1 and 0 around a poll, 2 and 3 around the write within.
 */
#include <avr/interrupt.h>
#include <avr/io.h>
#include <stdbool.h>
#include <stdint.h>

#include "bollard_link.h"

#ifndef PERIOD_MS
#define PERIOD_MS 20
#endif
#define READING_BYTES 25

static volatile uint32_t milliseconds;
static volatile uint8_t rx_ring[64], tx_ring[256];
static volatile uint8_t rx_in, rx_out, tx_in, tx_out;

ISR(TIMER0_COMPA_vect) { milliseconds++; }
ISR(USART_RX_vect)
{
	rx_ring[rx_in & 63] = UDR0;
	rx_in++;
}
ISR(USART_UDRE_vect)
{
	UDR0 = tx_ring[tx_out];
	tx_out++;
	if (tx_in == tx_out) UCSR0B &= (uint8_t)~_BV(UDRIE0);
}

static void write_bytes(const uint8_t *bytes, uint8_t count)
{
	while (count--) {
		while ((uint8_t)(tx_in + 1) == tx_out) {}
		tx_ring[tx_in] = *bytes++;
		tx_in++;
	}
	UCSR0B |= _BV(UDRIE0);
}

static uint32_t millis(void)
{
	uint8_t flags = SREG;
	cli();
	uint32_t now = milliseconds;
	SREG = flags;
	return now;
}

#ifndef NO_LINK
uint8_t bollard_link_hello[BOLLARD_LINK_HELLO_BYTES] = {
	BOLLARD_LINK_HELLO_HEAD, 5, 'a', 'v', 'r', '-', '1', 8, 't', 'e', 's', 't', ' ', '1', '.', '0',
	1, BOLLARD_LINK_SCHEMA_ID(17), 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef};

void bollard_link_write(const uint8_t *bytes, uint8_t count)
{
	GPIOR0 = 2;
	write_bytes(bytes, count);
	GPIOR0 = 3;
}

uint32_t bollard_link_millis(void) { return millis(); }

void bollard_link_command(uint16_t id, uint32_t within_ms, const uint8_t *payload, uint8_t size)
{
	(void)within_ms;
	bollard_link_answer(id, BOLLARD_LINK_DONE, payload, size);
}

void bollard_link_time(const uint8_t *answer) { (void)answer; }
#endif

int main(void)
{
	OCR0A = 249; /* 1 ms: 16 MHz / 64 / 250 */
	TCCR0A = _BV(WGM01);
	TCCR0B = _BV(CS01) | _BV(CS00);
	TIMSK0 = _BV(OCIE0A);
	UCSR0A = _BV(U2X0);
	UBRR0 = 16; /* 117,647 baud, as an Arduino has it for 115,200 */
	UCSR0B = _BV(RXEN0) | _BV(TXEN0) | _BV(RXCIE0);
	sei();
	uint32_t due = 0;
	uint16_t number = 0;
	uint8_t reading[READING_BYTES] = {0};
#ifndef NO_LINK
	bollard_link_begin(1, 1);
#endif
	for (;;) {
		while (rx_out != rx_in) {
			uint8_t byte = rx_ring[rx_out & 63];
			rx_out++;
#ifdef NO_LINK
			reading[2] = byte;
#else
			bollard_link_receive(byte);
#endif
		}
#ifndef NO_LINK
		GPIOR0 = 1;
		bollard_link_poll();
		GPIOR0 = 0;
#endif
		if ((int32_t)(millis() - due) < 0) continue;
		reading[0] = (uint8_t)number;
		reading[1] = (uint8_t)(number >> 8);
#ifdef NO_LINK
		write_bytes(reading, READING_BYTES);
		number++;
#else
		if (bollard_link_offer(reading, READING_BYTES, false)) {
			number++;
			if (number % 100 == 0) bollard_link_log(BOLLARD_LINK_INFO, "hundred", 7);
		} else if (PERIOD_MS) {
			continue;
		}
#endif
		due += PERIOD_MS;
	}
}
