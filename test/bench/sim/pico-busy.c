/**
 * @file
 * A Pico that never sleeps: 125 MHz, and one reading encoded after the other by the generated encoder.
 */
#include "rp2040.h"
#include "street_air.h"

#define PLL_SYS 0x40028000U
#define PLL_CS REGISTER(PLL_SYS)
#define PLL_PWR REGISTER(PLL_SYS + 0x4U)
#define PLL_FBDIV REGISTER(PLL_SYS + 0x8U)
#define PLL_PRIM REGISTER(PLL_SYS + 0xcU)
#define PLL_LOCKED (1U << 31)
/** Powered down: VCO, post dividers, and the PLL itself. RP2040 data sheet, section 2.18.4. */
#define VCO_DOWN (1U << 5)
#define POST_DIVIDERS_DOWN (1U << 3)
#define PLL_DOWN (1U << 0)
#define RESET_PLL_SYS (1U << 12)

void timer0_interrupt(void) {}
void uart0_interrupt(void) {}
void uart1_interrupt(void) {}

static void clock_begin(void)
{
	XOSC_STARTUP = 47;
	XOSC_CTRL = XOSC_ENABLE;
	while (!(XOSC_STATUS & XOSC_STABLE)) {}
	CLEAR(RESETS_RESET) = RESET_PLL_SYS;
	while (!(RESETS_DONE & RESET_PLL_SYS)) {}
	PLL_CS = 1; /* 12 MHz */
	PLL_FBDIV = 125; /* 1500 MHz */
	CLEAR(PLL_PWR) = PLL_DOWN | VCO_DOWN;
	while (!(PLL_CS & PLL_LOCKED)) {}
	PLL_PRIM = 6U << 16 | 2U << 12; /* 125 MHz */
	CLEAR(PLL_PWR) = POST_DIVIDERS_DOWN;
	CLK_REF_CTRL = CLK_REF_SRC_XOSC;
	CLK_SYS_CTRL = 1; /* PLL_SYS */
	while (!(CLK_SYS_SELECTED & 2U)) {}
}

int main(void)
{
	static street_air_reading_t reading;
	static uint8_t message[32];
	clock_begin();
	for (;;) {
		reading.time_s++;
		reading.present = 0x1f;
		reading.temperature_deci_cel = (int16_t)(reading.time_s & 0xff);
		WATCHDOG_SCRATCH1 = street_air_reading_encode(&reading, message, sizeof(message));
		WATCHDOG_SCRATCH0 = reading.time_s;
	}
}
