#include "sds011.h"

#define HEAD 0xaaU
#define DATA 0xc0U
#define TAIL 0xabU
#define SIZE 10U

void sds011_receive(sds011_t *sensor, uint8_t byte)
{
	static uint8_t message[SIZE];
	static uint8_t count;
	if ((count == 0 && byte != HEAD) || (count == 1 && byte != DATA)) {
		count = byte == HEAD;
		return;
	}
	message[count++] = byte;
	if (count < SIZE) return;
	count = 0;
	uint8_t sum = 0;
	for (uint8_t i = 2; i < 8; i++) sum = (uint8_t)(sum + message[i]);
	if (message[8] != sum || message[9] != TAIL) return;
	sensor->pm25_deci_ug_m3 = (uint16_t)(message[2] | ((uint16_t)message[3] << 8));
	sensor->pm10_deci_ug_m3 = (uint16_t)(message[4] | ((uint16_t)message[5] << 8));
	sensor->is_new = true;
}
