/**
 * @file
 * The registers of the RP2040 that the station uses, by their names of the data sheet.
 */
#ifndef RP2040_H
#define RP2040_H

#include <stdint.h>

#define REGISTER(address) (*(volatile uint32_t *)(address))
/** A write sets, or clears, the bits that are 1. Section 2.1.2. */
#define SET(reg) REGISTER((uintptr_t)&(reg) + 0x2000U)
#define CLEAR(reg) REGISTER((uintptr_t)&(reg) + 0x3000U)

/* Section 2.15.7. */
#define CLK_REF_CTRL REGISTER(0x40008030U)
#define CLK_REF_SELECTED REGISTER(0x40008038U)
#define CLK_SYS_CTRL REGISTER(0x4000803cU)
#define CLK_SYS_SELECTED REGISTER(0x40008044U)
#define CLK_PERI_CTRL REGISTER(0x40008048U)
#define CLK_REF_SRC_XOSC 2U
#define CLK_PERI_ENABLE (1U << 11)

/* Section 2.14.3. */
#define RESETS_RESET REGISTER(0x4000c000U)
#define RESETS_DONE REGISTER(0x4000c008U)
#define RESET_I2C0 (1U << 3)
#define RESET_IO_BANK0 (1U << 5)
#define RESET_PADS_BANK0 (1U << 8)
#define RESET_TIMER (1U << 21)
#define RESET_UART0 (1U << 22)
#define RESET_UART1 (1U << 23)

/* Sections 2.19.6.1 and 2.19.6.3. */
#define GPIO_CTRL(pin) REGISTER(0x40014004U + 8U * (pin))
#define PAD(pin) REGISTER(0x4001c004U + 4U * (pin))
#define GPIO_UART 2U
#define GPIO_I2C 3U
/** Input on, pull-up on, Schmitt trigger on. */
#define PAD_INPUT_PULL_UP 0x4aU

/* Section 2.16.7. */
#define XOSC_CTRL REGISTER(0x40024000U)
#define XOSC_STATUS REGISTER(0x40024004U)
#define XOSC_STARTUP REGISTER(0x4002400cU)
#define XOSC_ENABLE 0x00fabaa0U
#define XOSC_STABLE (1U << 31)

/* Section 4.2.8; base is that of UART 0 or UART 1. */
#define UART0 0x40034000U
#define UART1 0x40038000U
#define UART_DR(base) REGISTER((base) + 0x00U)
#define UART_FR(base) REGISTER((base) + 0x18U)
#define UART_IBRD(base) REGISTER((base) + 0x24U)
#define UART_FBRD(base) REGISTER((base) + 0x28U)
#define UART_LCR_H(base) REGISTER((base) + 0x2cU)
#define UART_CR(base) REGISTER((base) + 0x30U)
#define UART_IFLS(base) REGISTER((base) + 0x34U)
#define UART_IMSC(base) REGISTER((base) + 0x38U)
#define UART_FR_RXFE (1U << 4)
#define UART_FR_TXFF (1U << 5)
/** 8N1; with the FIFOs on. */
#define UART_8N1_FIFO 0x70U
#define UART_ON_BOTH_WAYS 0x301U
#define UART_INT_RX (1U << 4)
#define UART_INT_TX (1U << 5)
#define UART_INT_TIMEOUT (1U << 6)

/* Section 4.3.17. */
#define I2C0_CON REGISTER(0x40044000U)
#define I2C0_TAR REGISTER(0x40044004U)
#define I2C0_DATA_CMD REGISTER(0x40044010U)
#define I2C0_FS_SCL_HCNT REGISTER(0x4004401cU)
#define I2C0_FS_SCL_LCNT REGISTER(0x40044020U)
#define I2C0_RAW_INTR_STAT REGISTER(0x40044034U)
#define I2C0_CLR_TX_ABRT REGISTER(0x40044054U)
#define I2C0_CLR_STOP_DET REGISTER(0x40044060U)
#define I2C0_ENABLE REGISTER(0x4004406cU)
/** Master, fast, restarts allowed, no slave. */
#define I2C_CON_MASTER 0x65U
#define I2C_READ (1U << 8)
#define I2C_STOP (1U << 9)
#define I2C_RESTART (1U << 10)
/** Nobody acknowledged. */
#define I2C_TX_ABRT (1U << 6)
/** A byte has come: more than IC_RX_TL, which is 0. */
#define I2C_RX_FULL (1U << 2)
#define I2C_STOP_DET (1U << 9)

/* Section 4.6.5. */
#define TIMER_ALARM0 REGISTER(0x40054010U)
#define TIMER_RAWL REGISTER(0x40054028U)
#define TIMER_INTR REGISTER(0x40054034U)
#define TIMER_INTE REGISTER(0x40054038U)

/* Section 4.7.6. The microseconds of the timer come from here. */
#define WATCHDOG_CTRL REGISTER(0x40058000U)
#define WATCHDOG_SCRATCH0 REGISTER(0x4005800cU)
#define WATCHDOG_SCRATCH1 REGISTER(0x40058010U)
#define WATCHDOG_TICK REGISTER(0x4005802cU)
#define WATCHDOG_TRIGGER (1U << 31)
#define WATCHDOG_TICK_ENABLE (1U << 9)

/* ARMv6-M, section B3.4. */
#define NVIC_ISER REGISTER(0xe000e100U)
#define IRQ_TIMER0 (1U << 0)
#define IRQ_UART0 (1U << 20)
#define IRQ_UART1 (1U << 21)

static inline void interrupts_off(void) { __asm volatile("cpsid i" ::: "memory"); }
static inline void interrupts_on(void) { __asm volatile("cpsie i" ::: "memory"); }
static inline void wait_for_interrupt(void) { __asm volatile("wfi" ::: "memory"); }

#endif
