/**
 * @file
 * The vectors, and what comes before `main`.
 */
#include <stdint.h>

#include "rp2040.h"

#define INTERRUPTS 26

extern uint32_t stack_top, data_load, data_start, data_end, bss_start, bss_end;
int main(void);
void start(void);
void timer0_interrupt(void);
void uart0_interrupt(void);
void uart1_interrupt(void);

/** The station starts anew. */
static void fault(void)
{
	WATCHDOG_CTRL = WATCHDOG_TRIGGER;
	for (;;) {}
}

void start(void)
{
	uint32_t *from = &data_load;
	for (uint32_t *to = &data_start; to < &data_end;) *to++ = *from++;
	for (uint32_t *to = &bss_start; to < &bss_end;) *to++ = 0;
	main();
	fault();
}

/* ARMv6-M, section B1.5.2, and RP2040 data sheet, section 2.3.2. */
typedef struct {
	uint32_t *stack;
	void (*exceptions[15])(void);
	void (*interrupts[INTERRUPTS])(void);
} vectors_t;

__attribute__((section(".vectors"), used)) static const vectors_t vectors = {
	&stack_top,
	{start, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault},
	/* No other is turned on. */
	{[0] = timer0_interrupt, [20] = uart0_interrupt, [21] = uart1_interrupt},
};
