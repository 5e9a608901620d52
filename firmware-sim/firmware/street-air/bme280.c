#include "bme280.h"

#define CALIBRATION_1 0x88U
#define CALIBRATION_1_BYTES 26U
#define CHIP_ID 0xd0U
#define CALIBRATION_2 0xe1U
#define CALIBRATION_2_BYTES 7U
#define CTRL_HUM 0xf2U
#define CTRL_MEAS 0xf4U
#define DATA 0xf7U
#define BME280 0x60U
/* Each once, in forced mode. */
#define HUMIDITY_ONCE 0x01U
#define MEASURE_ONCE 0x25U

/* Trimming values under their names of the data sheet. */
static uint16_t t1, p1;
static int16_t t2, t3, p2, p3, p4, p5, p6, p7, p8, p9, h2, h4, h5;
static uint8_t h1, h3;
static int8_t h6;
static bool is_there;

static uint16_t word_at(const uint8_t *from) { return (uint16_t)(from[0] | ((uint16_t)from[1] << 8)); }

bool bme280_begin(void)
{
	uint8_t id, a[CALIBRATION_1_BYTES], b[CALIBRATION_2_BYTES];
	is_there = bme280_read(CHIP_ID, &id, 1) && id == BME280 && bme280_read(CALIBRATION_1, a, sizeof(a)) &&
	           bme280_read(CALIBRATION_2, b, sizeof(b));
	if (!is_there) return false;
	t1 = word_at(a), t2 = (int16_t)word_at(a + 2), t3 = (int16_t)word_at(a + 4);
	p1 = word_at(a + 6), p2 = (int16_t)word_at(a + 8), p3 = (int16_t)word_at(a + 10);
	p4 = (int16_t)word_at(a + 12), p5 = (int16_t)word_at(a + 14), p6 = (int16_t)word_at(a + 16);
	p7 = (int16_t)word_at(a + 18), p8 = (int16_t)word_at(a + 20), p9 = (int16_t)word_at(a + 22);
	h1 = a[25], h2 = (int16_t)word_at(b), h3 = b[2], h6 = (int8_t)b[6];
	h4 = (int16_t)((int8_t)b[3] * 16 + (b[4] & 0x0f));
	h5 = (int16_t)((int8_t)b[5] * 16 + (b[4] >> 4));
	return true;
}

/* In 1/5120 °C. */
static int32_t fine_of(int32_t raw)
{
	int32_t a = (((raw >> 3) - ((int32_t)t1 << 1)) * t2) >> 11;
	int32_t b = (raw >> 4) - (int32_t)t1;
	return a + ((((b * b) >> 12) * t3) >> 14);
}

/* Pa. */
static uint32_t pressure_of(int32_t raw, int32_t fine)
{
	int32_t a = (fine >> 1) - 64000;
	int32_t b = (((a >> 2) * (a >> 2)) >> 11) * p6;
	b += (a * p5) * 2;
	b = (b >> 2) + ((int32_t)p4 * 65536);
	a = (((p3 * (((a >> 2) * (a >> 2)) >> 13)) >> 3) + (((int32_t)p2 * a) >> 1)) >> 18;
	a = ((32768 + a) * (int32_t)p1) >> 15;
	if (a == 0) return 0;
	uint32_t p = ((uint32_t)(1048576 - raw) - (uint32_t)(b >> 12)) * 3125U;
	p = p < 0x80000000U ? (p << 1) / (uint32_t)a : (p / (uint32_t)a) * 2U;
	a = (p9 * (int32_t)(((p >> 3) * (p >> 3)) >> 13)) >> 12;
	b = ((int32_t)(p >> 2) * p8) >> 13;
	return (uint32_t)((int32_t)p + ((a + b + p7) >> 4));
}

/* 0.01 %RH. */
static uint16_t humidity_of(int32_t raw, int32_t fine)
{
	int32_t v = fine - 76800;
	int32_t scale = (((v * h6) >> 10) * (((v * (int32_t)h3) >> 11) + 32768)) >> 10;
	v = (((raw << 14) - ((int32_t)h4 * 1048576) - ((int32_t)h5 * v)) + 16384) >> 15;
	v = v * (((scale + 2097152) * h2 + 8192) >> 14);
	v -= ((((v >> 15) * (v >> 15)) >> 7) * (int32_t)h1) >> 4;
	if (v < 0) v = 0;
	if (v > 419430400) v = 419430400;
	/* 1/1024 %RH in 0.01 %RH, to the nearest. */
	return (uint16_t)((((uint32_t)(v >> 12) * 25U) + 128U) >> 8);
}

bool bme280_measure(bme280_weather_t *weather)
{
	uint8_t data[8];
	if (!is_there || !bme280_write(CTRL_HUM, HUMIDITY_ONCE) || !bme280_write(CTRL_MEAS, MEASURE_ONCE)) return false;
	bme280_wait();
	if (!bme280_read(DATA, data, sizeof(data))) return false;
	int32_t raw_p = ((int32_t)data[0] << 12) | ((int32_t)data[1] << 4) | (data[2] >> 4);
	int32_t raw_t = ((int32_t)data[3] << 12) | ((int32_t)data[4] << 4) | (data[5] >> 4);
	int32_t raw_h = ((int32_t)data[6] << 8) | data[7];
	int32_t fine = fine_of(raw_t);
	weather->temperature_centi_cel = (int16_t)((fine * 5 + 128) >> 8);
	weather->pressure_pa = pressure_of(raw_p, fine);
	weather->humidity_centi_percent = humidity_of(raw_h, fine);
	return true;
}
