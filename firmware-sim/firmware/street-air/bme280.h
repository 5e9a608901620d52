/**
 * @file
 * The BME280's weather, in integers of 32 bits.
 *
 * @see BST-BME280-DS002, sections 4.2.2, 4.2.3 and 5.3
 */
#ifndef BME280_H
#define BME280_H

#include <stdbool.h>
#include <stdint.h>

/** What it measured. */
typedef struct {
	int16_t temperature_centi_cel;
	uint16_t humidity_centi_percent;
	uint32_t pressure_pa;
} bme280_weather_t;

/** Reads registers from `first` on. Defined by the board. @return false: nobody answers */
bool bme280_read(uint8_t first, uint8_t *to, uint8_t count);

/** Writes one register. Defined by the board. @return false: nobody answers */
bool bme280_write(uint8_t reg, uint8_t value);

/** Waits for a measurement, 10 ms. Defined by the board. */
void bme280_wait(void);

/** Looks for the sensor and reads its trimming values. @return false: there is none */
bool bme280_begin(void);

/** Measures once. @return false: it did not answer, or was never there */
bool bme280_measure(bme280_weather_t *weather);

#endif
