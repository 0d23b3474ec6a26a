/* What the programs that ask have in common: a clock, and a query. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* Nanoseconds of a clock that only goes on. */
static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/* Writes a query for the address of LABEL.wild.bench, a label of 63 octets at most, and returns its length. */
static size_t compose_query(uint8_t *query, uint16_t id, const char *label) {
  size_t length = strlen(label);
  memcpy(query, (uint8_t[12]){id >> 8, id, 1, 0, 0, 1}, 12);
  query[12] = length;
  memcpy(query + 13, label, length);
  memcpy(query + 13 + length, "\4wild\5bench\0\0\1\0\1", 16);
  return 13 + length + 16;
}
