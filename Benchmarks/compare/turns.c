/* Asks one query after the other and tells how long the answers took: what is left of a resolver's time when nothing queues.
   dnsperf itself pauses for milliseconds when it may have one query under way.

   turns ADDRESS SECONDS: asks for name0.wild.bench to name9999.wild.bench. Prints quantiles in microseconds, and how many. */
#define _GNU_SOURCE
#include "query.h"
#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { NAMES = 10000, CAPACITY = 10000000 };

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
    char label[16];
    snprintf(label, sizeof(label), "name%u", number % NAMES);
    size_t length = compose_query(query, number, label);
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
