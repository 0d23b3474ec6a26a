/* Asks one query after the other and tells how long the answers took: what is left of a resolver's time when nothing queues.
   dnsperf itself pauses for milliseconds when it may have one query under way.

   turns ADDRESS SECONDS: asks for name0.wild.bench to name9999.wild.bench. Prints quantiles in microseconds, and how many. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { NAMES = 10000, CAPACITY = 10000000 };

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static size_t compose(uint8_t *query, unsigned number) {
  memcpy(query, (uint8_t[12]){number >> 8, number, 1, 0, 0, 1}, 12);
  int digits = sprintf((char *)query + 13, "name%u", number % NAMES);
  query[12] = digits;
  memcpy(query + 13 + digits, "\4wild\5bench\0\0\1\0\1", 16);
  return 13 + digits + 16;
}

static int by_size(const void *left, const void *right) {
  uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
  return a < b ? -1 : a > b;
}

int main(int count, char **arguments) {
  if (count != 3) return 2;
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(53)};
  if (inet_pton(AF_INET, arguments[1], &to.sin_addr) != 1) return 2;
  int descriptor = socket(AF_INET, SOCK_DGRAM, 0);
  struct timeval patience = {.tv_sec = 1};
  setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  if (connect(descriptor, (struct sockaddr *)&to, sizeof(to)) < 0) return 1;
  uint32_t *taken = malloc(CAPACITY * sizeof(*taken));
  size_t answered = 0;
  int64_t end = now() + atoll(arguments[2]) * 1000000000;
  for (unsigned number = 0; answered < CAPACITY; number++) {
    uint8_t query[512], answer[512];
    size_t length = compose(query, number);
    int64_t begin = now();
    if (begin >= end) break;
    if (send(descriptor, query, length, 0) < 0) return 1;
    ssize_t octets;
    do octets = recv(descriptor, answer, sizeof(answer), 0);
    while (octets >= 2 && memcmp(answer, query, 2) != 0);
    if (octets >= 12) taken[answered++] = (uint32_t)(now() - begin);
  }
  if (answered == 0) return 1;
  qsort(taken, answered, sizeof(*taken), by_size);
  printf("p50: %.1f\np99: %.1f\nanswered: %zu\n", taken[answered / 2] / 1e3, taken[answered * 99 / 100] / 1e3, answered);
}
