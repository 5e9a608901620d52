/**
 * @file
 * An Arduino Uno: host on the UART, BME280 on I²C, SDS011 on pin 2, read bit by bit.
 */
#include "board.h"

#include <avr/eeprom.h>
#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/sleep.h>
#include <avr/wdt.h>

#include "bme280.h"

/* Timer 1 counts 16 µs and overflows after 1,048.576 ms; its compare only wakes. */
#define OVERFLOW_MS 1048U
#define OVERFLOW_US 576U
#define MOST_SLEEP_MS 64U
/* Timer 0 counts 4 µs: a bit of 9,600 baud is 26 of them, a bit and a half 39. */
#define BIT 26U
#define BIT_AND_HALF 39U
#define I2C_HZ 100000UL
#define BME280_ADDRESS 0x76U
#define ID_MAX 17U

/* What outlives a reset, from the EEPROM's first byte on. */
typedef struct {
	uint16_t starts;
	uint8_t id_size;
	char id[ID_MAX];
} kept_t;
static kept_t EEMEM kept;

static volatile uint32_t milliseconds;
static volatile uint16_t microseconds;
static volatile uint8_t rx_ring[64], tx_ring[256], counter_ring[32];
static volatile uint8_t rx_in, rx_out, tx_in, tx_out, counter_in, counter_out;
static volatile uint8_t counter_byte, counter_bit;

/* The watchdog stays on after its own reset until it is told otherwise. */
void watchdog_off(void) __attribute__((naked, used, section(".init3")));
void watchdog_off(void)
{
	MCUSR = 0;
	wdt_disable();
}

ISR(TIMER1_OVF_vect)
{
	milliseconds += OVERFLOW_MS;
	microseconds += OVERFLOW_US;
	if (microseconds < 1000U) return;
	microseconds -= 1000U;
	milliseconds++;
}

EMPTY_INTERRUPT(TIMER1_COMPA_vect)

ISR(USART_RX_vect)
{
	uint8_t byte = UDR0;
	if ((uint8_t)(rx_in - rx_out) >= sizeof(rx_ring)) return; /* the link asks again */
	rx_ring[rx_in % sizeof(rx_ring)] = byte;
	rx_in++;
}

ISR(USART_UDRE_vect)
{
	UDR0 = tx_ring[tx_out];
	tx_out++;
	if (tx_in == tx_out) UCSR0B &= (uint8_t)~_BV(UDRIE0);
}

/* A start bit of the counter: its bits follow, each read in its middle. */
ISR(INT0_vect)
{
	EIMSK = 0;
	counter_bit = 0;
	OCR0A = (uint8_t)(TCNT0 + BIT_AND_HALF);
	TIFR0 = _BV(OCF0A);
	TIMSK0 = _BV(OCIE0A);
}

ISR(TIMER0_COMPA_vect)
{
	OCR0A = (uint8_t)(OCR0A + BIT);
	bool level = PIND & _BV(PD2);
	if (counter_bit < 8) {
		counter_byte = (uint8_t)(counter_byte >> 1 | (level ? 0x80 : 0));
		counter_bit++;
		return;
	}
	TIMSK0 = 0;
	EIFR = _BV(INTF0);
	EIMSK = _BV(INT0);
	if (!level || (uint8_t)(counter_in - counter_out) >= sizeof(counter_ring)) return;
	counter_ring[counter_in % sizeof(counter_ring)] = counter_byte;
	counter_in++;
}

void board_begin(void)
{
	TCCR1B = _BV(CS12);
	TIMSK1 = _BV(TOIE1) | _BV(OCIE1A);
	TCCR0B = _BV(CS01) | _BV(CS00);
	EICRA = _BV(ISC01);
	EIFR = _BV(INTF0);
	EIMSK = _BV(INT0);
	PORTD = _BV(PD2);
	UCSR0A = _BV(U2X0);
	UBRR0 = 16; /* 117,647 baud, as an Arduino has it for 115,200 */
	UCSR0B = _BV(RXEN0) | _BV(TXEN0) | _BV(RXCIE0);
	TWBR = (uint8_t)((F_CPU / I2C_HZ - 16) / 2);
	set_sleep_mode(SLEEP_MODE_IDLE);
	sei();
	bme280_begin();
}

uint32_t board_millis(void)
{
	uint8_t flags = SREG;
	cli();
	uint32_t now = milliseconds;
	uint16_t ticks = TCNT1;
	/* An overflow that is not served yet. */
	if ((TIFR1 & _BV(TOV1)) && ticks < 0x8000U) now += OVERFLOW_MS;
	SREG = flags;
	/* 16 µs in milliseconds, without a division: never more than the overflow adds. */
	return now + (((uint32_t)ticks * 131U) >> 13);
}

uint16_t board_count_start(void)
{
	uint16_t count = eeprom_read_word(&kept.starts);
	count = count >= 65534U ? 1 : (uint16_t)(count + 1);
	eeprom_write_word(&kept.starts, count);
	return count;
}

uint8_t board_node_id(char *to, uint8_t room)
{
	uint8_t size = eeprom_read_byte(&kept.id_size);
	if (size > ID_MAX || size > room) return 0;
	eeprom_read_block(to, kept.id, size);
	return size;
}

bool board_host_byte(uint8_t *byte)
{
	if (rx_out == rx_in) return false;
	*byte = rx_ring[rx_out % sizeof(rx_ring)];
	rx_out++;
	return true;
}

void board_host_write(const uint8_t *bytes, uint8_t count)
{
	while (count--) {
		while ((uint8_t)(tx_in + 1) == tx_out) {}
		tx_ring[tx_in] = *bytes++;
		tx_in++;
	}
	UCSR0B |= _BV(UDRIE0);
}

bool board_counter_byte(uint8_t *byte)
{
	if (counter_out == counter_in) return false;
	*byte = counter_ring[counter_out % sizeof(counter_ring)];
	counter_out++;
	return true;
}

void board_sleep(uint32_t most_ms)
{
	uint16_t ms = most_ms < MOST_SLEEP_MS ? (uint16_t)most_ms : MOST_SLEEP_MS;
	cli();
	OCR1A = (uint16_t)(TCNT1 + ms * 63U + 2U);
	if (rx_in == rx_out && counter_in == counter_out) {
		sleep_enable();
		sei();
		sleep_cpu();
		sleep_disable();
	}
	sei();
}

void board_reboot(void)
{
	wdt_enable(WDTO_15MS);
	for (;;) {}
}

void board_mark(uint8_t mark, uint16_t number)
{
	GPIOR1 = (uint8_t)number;
	GPIOR2 = (uint8_t)(number >> 8);
	GPIOR0 = mark;
}

/* Status codes of the bus as a master. ATmega328P data sheet, section 22.7. */
enum { STARTED = 0x08, AGAIN = 0x10, TO_WRITE = 0x18, WRITTEN = 0x28, TO_READ = 0x40 };

static uint8_t bus(uint8_t flags)
{
	TWCR = (uint8_t)(_BV(TWINT) | _BV(TWEN) | flags);
	/* A byte takes 90 µs. */
	for (uint16_t i = 0; i < 4000; i++) {
		if (TWCR & _BV(TWINT)) return TWSR & 0xf8;
	}
	return 0;
}

static bool send(uint8_t byte, uint8_t expected)
{
	TWDR = byte;
	return bus(0) == expected;
}

static bool start(uint8_t address, uint8_t expected)
{
	uint8_t status = bus(_BV(TWSTA));
	return (status == STARTED || status == AGAIN) && send(address, expected);
}

static bool stop(bool is_good)
{
	TWCR = _BV(TWINT) | _BV(TWEN) | _BV(TWSTO);
	while (TWCR & _BV(TWSTO)) {}
	return is_good;
}

bool bme280_write(uint8_t reg, uint8_t value)
{
	return stop(start(BME280_ADDRESS << 1, TO_WRITE) && send(reg, WRITTEN) && send(value, WRITTEN));
}

bool bme280_read(uint8_t first, uint8_t *to, uint8_t count)
{
	if (!start(BME280_ADDRESS << 1, TO_WRITE) || !send(first, WRITTEN)) return stop(false);
	if (!start(BME280_ADDRESS << 1 | 1, TO_READ)) return stop(false);
	while (count--) {
		if (bus(count ? _BV(TWEA) : 0) == 0) return stop(false);
		*to++ = TWDR;
	}
	return stop(true);
}

void bme280_wait(void)
{
	uint32_t begin = board_millis();
	for (uint32_t waited; (waited = board_millis() - begin) < 10;) board_sleep(10 - waited);
}
