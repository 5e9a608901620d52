/**
 * @file
 * The second boot stage: 252 bytes of code, to which the build adds their checksum. The boot ROM copies it
 * to memory and starts it there. It sets the flash up for reading in place, one bit at a time (command
 * 03h, which every serial flash has), and starts the program behind it.
 *
 * @see RP2040 data sheet, sections 2.8.1.3.1 (boot stage) and 4.10 (SSI)
 */
	.syntax unified
	.cpu cortex-m0plus
	.thumb

	.equ CTRLR0, 0x00
	.equ CTRLR1, 0x04
	.equ SSIENR, 0x08
	.equ BAUDR, 0x14
	.equ SPI_CTRLR0, 0xf4

	.section .boot2, "ax"
	.global boot2
	.thumb_func
boot2:
	ldr r3, =0x18000000 /* SSI */
	movs r0, #0
	str r0, [r3, #SSIENR]
	movs r0, #4 /* clock divider */
	str r0, [r3, #BAUDR]
	ldr r0, =(31 << 16) | (3 << 8) /* 32 bits a frame, EEPROM read */
	str r0, [r3, #CTRLR0]
	movs r0, #0
	str r0, [r3, #CTRLR1]
	ldr r0, =(0x03 << 24) | (2 << 8) | (6 << 2) /* command 03h of 8 bits, address of 24 */
	ldr r1, =0x18000000 + SPI_CTRLR0
	str r0, [r1]
	movs r0, #1
	str r0, [r3, #SSIENR]
	ldr r0, =0x10000100 /* the program's vectors */
	ldr r1, =0xe000ed08 /* VTOR */
	str r0, [r1]
	ldr r1, [r0]
	msr msp, r1
	ldr r0, [r0, #4]
	bx r0
	.ltorg
