/**
 * @file
 * A Raspberry Pi Pico: host on UART 0 (GP0, GP1), BME280 on I²C (GP4, GP5), SDS011 on UART 1 (GP9).
 *
 * It runs from the crystal at 12 MHz, without a PLL: more is not needed, and takes more current.
 */
#include "board.h"

#include <string.h>

#include "bme280.h"
#include "rp2040.h"

#define CLOCK_HZ 12000000UL
#define HOST_BAUD 115200UL
#define COUNTER_BAUD 9600UL
/* A baud rate's divider in 1/64, to the nearest. */
#define DIVIDER(baud) ((CLOCK_HZ * 4U + (baud) / 2U) / (baud))
#define I2C_HZ 100000UL
#define BME280_ADDRESS 0x76U
#define MOST_SLEEP_MS 64U
#define ID_MAX 17U
/* A byte takes 90 µs; a sensor may stretch it. */
#define I2C_WITHIN_US 10000UL

/* What was written to the flash's last sector when the board was given its name; as in an Uno's EEPROM. */
typedef struct {
	uint16_t unused;
	uint8_t id_size;
	char id[ID_MAX];
} kept_t;
#define KEPT ((const kept_t *)0x101ff000U)

static volatile uint8_t rx_ring[256], tx_ring[1024], counter_ring[64];
static volatile uint16_t rx_in, rx_out, tx_in, tx_out, counter_in, counter_out;

static void pump(void)
{
	while (tx_out != tx_in && !(UART_FR(UART0) & UART_FR_TXFF)) UART_DR(UART0) = tx_ring[tx_out++ % sizeof(tx_ring)];
	UART_IMSC(UART0) = UART_INT_RX | UART_INT_TIMEOUT | (tx_out != tx_in ? UART_INT_TX : 0);
}

void uart0_interrupt(void)
{
	while (!(UART_FR(UART0) & UART_FR_RXFE)) {
		uint8_t byte = (uint8_t)UART_DR(UART0);
		/* What finds no room is lost; the link asks again. */
		if ((uint16_t)(rx_in - rx_out) < sizeof(rx_ring)) rx_ring[rx_in++ % sizeof(rx_ring)] = byte;
	}
	pump();
}

void uart1_interrupt(void)
{
	while (!(UART_FR(UART1) & UART_FR_RXFE)) {
		uint8_t byte = (uint8_t)UART_DR(UART1);
		if ((uint16_t)(counter_in - counter_out) < sizeof(counter_ring)) {
			counter_ring[counter_in++ % sizeof(counter_ring)] = byte;
		}
	}
}

/* It only wakes. */
void timer0_interrupt(void) { TIMER_INTR = 1; }

static void uart_begin(uint32_t base, uint32_t divider)
{
	UART_IBRD(base) = divider >> 6;
	UART_FBRD(base) = divider & 63U;
	UART_LCR_H(base) = UART_8N1_FIFO;
	UART_IMSC(base) = UART_INT_RX | UART_INT_TIMEOUT;
	UART_CR(base) = UART_ON_BOTH_WAYS;
}

static void clock_begin(void)
{
	XOSC_STARTUP = 47; /* 1 ms, in 256 cycles */
	XOSC_CTRL = XOSC_ENABLE;
	while (!(XOSC_STATUS & XOSC_STABLE)) {}
	CLK_REF_CTRL = CLK_REF_SRC_XOSC;
	while (!(CLK_REF_SELECTED & (1U << CLK_REF_SRC_XOSC))) {}
	CLK_SYS_CTRL = 0; /* clk_ref */
	while (!(CLK_SYS_SELECTED & 1U)) {}
	CLK_PERI_CTRL = CLK_PERI_ENABLE;
	WATCHDOG_TICK = WATCHDOG_TICK_ENABLE | CLOCK_HZ / 1000000UL;
}

static void pins_begin(void)
{
	static const struct {
		uint8_t pin, function;
	} pins[] = {{0, GPIO_UART}, {1, GPIO_UART}, {4, GPIO_I2C}, {5, GPIO_I2C}, {9, GPIO_UART}};
	for (uint8_t i = 0; i < sizeof(pins) / sizeof(pins[0]); i++) {
		PAD(pins[i].pin) = PAD_INPUT_PULL_UP;
		GPIO_CTRL(pins[i].pin) = pins[i].function;
	}
}

static void i2c_begin(void)
{
	I2C0_ENABLE = 0;
	I2C0_CON = I2C_CON_MASTER;
	I2C0_FS_SCL_HCNT = CLOCK_HZ / I2C_HZ * 2U / 5U;
	I2C0_FS_SCL_LCNT = CLOCK_HZ / I2C_HZ * 3U / 5U;
	I2C0_TAR = BME280_ADDRESS;
	I2C0_ENABLE = 1;
}

void board_begin(void)
{
	const uint32_t used =
		RESET_I2C0 | RESET_IO_BANK0 | RESET_PADS_BANK0 | RESET_TIMER | RESET_UART0 | RESET_UART1;
	clock_begin();
	CLEAR(RESETS_RESET) = used;
	while ((RESETS_DONE & used) != used) {}
	pins_begin();
	uart_begin(UART0, DIVIDER(HOST_BAUD));
	uart_begin(UART1, DIVIDER(COUNTER_BAUD));
	i2c_begin();
	TIMER_INTE = 1;
	NVIC_ISER = IRQ_TIMER0 | IRQ_UART0 | IRQ_UART1;
	interrupts_on();
	bme280_begin();
}

uint32_t board_millis(void)
{
	/* The timer's 32 bits wrap after 71 minutes; it is asked more often than that. */
	static uint32_t milliseconds, last_us;
	uint32_t passed = (TIMER_RAWL - last_us) / 1000U;
	milliseconds += passed;
	last_us += passed * 1000U;
	return milliseconds;
}

/* It has no memory that it may count in: the host numbers its starts. */
uint16_t board_count_start(void) { return 0; }

uint8_t board_node_id(char *to, uint8_t room)
{
	uint8_t size = KEPT->id_size;
	if (size > ID_MAX || size > room) return 0;
	memcpy(to, KEPT->id, size);
	return size;
}

bool board_host_byte(uint8_t *byte)
{
	if (rx_out == rx_in) return false;
	*byte = rx_ring[rx_out++ % sizeof(rx_ring)];
	return true;
}

void board_host_write(const uint8_t *bytes, uint8_t count)
{
	while (count--) {
		while ((uint16_t)(tx_in - tx_out) == sizeof(tx_ring)) {}
		tx_ring[tx_in++ % sizeof(tx_ring)] = *bytes++;
	}
	interrupts_off();
	pump();
	interrupts_on();
}

bool board_counter_byte(uint8_t *byte)
{
	if (counter_out == counter_in) return false;
	*byte = counter_ring[counter_out++ % sizeof(counter_ring)];
	return true;
}

void board_sleep(uint32_t most_ms)
{
	uint32_t ms = most_ms < MOST_SLEEP_MS ? most_ms : MOST_SLEEP_MS;
	interrupts_off();
	if (rx_in == rx_out && counter_in == counter_out) {
		TIMER_ALARM0 = TIMER_RAWL + ms * 1000U + 16U;
		/* What has come since the interrupts are off wakes it too. */
		wait_for_interrupt();
	}
	interrupts_on();
}

void board_reboot(void)
{
	WATCHDOG_CTRL = WATCHDOG_TRIGGER;
	for (;;) {}
}

void board_mark(uint8_t mark, uint16_t number)
{
	WATCHDOG_SCRATCH1 = number;
	WATCHDOG_SCRATCH0 = mark;
}

/* False: it took too long. */
static bool wait_until(volatile uint32_t *reg, uint32_t bits)
{
	uint32_t begin = TIMER_RAWL;
	while (!(*reg & bits)) {
		if (TIMER_RAWL - begin > I2C_WITHIN_US) return false;
	}
	return true;
}

static bool end(bool is_good)
{
	is_good = wait_until(&I2C0_RAW_INTR_STAT, I2C_STOP_DET) && is_good;
	is_good = !(I2C0_RAW_INTR_STAT & I2C_TX_ABRT) && is_good;
	(void)I2C0_CLR_TX_ABRT;
	(void)I2C0_CLR_STOP_DET;
	return is_good;
}

bool bme280_write(uint8_t reg, uint8_t value)
{
	I2C0_DATA_CMD = reg;
	I2C0_DATA_CMD = value | I2C_STOP;
	return end(true);
}

bool bme280_read(uint8_t first, uint8_t *to, uint8_t count)
{
	uint32_t again = I2C_RESTART;
	I2C0_DATA_CMD = first;
	while (count--) {
		I2C0_DATA_CMD = I2C_READ | again | (count ? 0 : I2C_STOP);
		again = 0;
		if (!wait_until(&I2C0_RAW_INTR_STAT, I2C_RX_FULL | I2C_TX_ABRT)) return end(false);
		if (I2C0_RAW_INTR_STAT & I2C_TX_ABRT) return end(false);
		*to++ = (uint8_t)I2C0_DATA_CMD;
	}
	return end(true);
}

void bme280_wait(void)
{
	uint32_t begin = board_millis();
	for (uint32_t waited; (waited = board_millis() - begin) < 10;) board_sleep(10 - waited);
}
