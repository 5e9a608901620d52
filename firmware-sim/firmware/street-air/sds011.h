/**
 * @file
 * The SDS011 particle counter's messages, taken byte by byte.
 *
 * @see Nova Fitness, Laser PM2.5 Sensor specification SDS011, V1.3
 */
#ifndef SDS011_H
#define SDS011_H

#include <stdbool.h>
#include <stdint.h>

/** The newest good message. */
typedef struct {
	uint16_t pm25_deci_ug_m3;
	uint16_t pm10_deci_ug_m3;
	bool is_new; /**< cleared by whoever takes it */
} sds011_t;

/** Takes one byte of the sensor's line; what is no message, or a damaged one, is passed over. */
void sds011_receive(sds011_t *sensor, uint8_t byte);

#endif
