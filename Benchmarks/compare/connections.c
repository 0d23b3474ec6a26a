/* Asks each query over a TCP connection of its own, as clients do that got a truncated answer: connect, ask, read, close. dnsperf
   itself opens no more than a few hundred a second.

   connections ADDRESS CLIENTS COUNT PAUSE: asks COUNT times in all for name0.wild.bench to name999.wild.bench, one query of each
   client at a time, with PAUSE microseconds between its steps, as distance puts there. Prints how many were answered, and how many a
   second. */
#define _GNU_SOURCE
#include "query.h"
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { NAMES = 1000, CLIENTS_MAX = 64 };

static struct sockaddr_in to = {.sin_family = AF_INET};
static atomic_long left, answered;
static useconds_t distance;

static void pause_between_steps(void) {
  if (distance > 0) usleep(distance);
}

/* Whether an answer came, whole and to this query, before a second had passed. */
static int asked(unsigned number) {
  uint8_t query[514], answer[4096];
  char label[16];
  snprintf(label, sizeof(label), "name%u", number % NAMES);
  size_t length = compose_query(query + 2, number, label);
  query[0] = (uint8_t)(length >> 8);
  query[1] = (uint8_t)length;
  int descriptor = socket(AF_INET, SOCK_STREAM, 0);
  struct timeval patience = {.tv_sec = 1};
  setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  int on = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  size_t octets = 0;
  int is_open = connect(descriptor, (struct sockaddr *)&to, sizeof(to)) == 0;
  pause_between_steps();
  if (is_open && send(descriptor, query, length + 2, MSG_NOSIGNAL) == (ssize_t)length + 2)
    while (octets < 14 || octets < 2 + ((size_t)answer[0] << 8 | answer[1])) {
      ssize_t more = recv(descriptor, answer + octets, sizeof(answer) - octets, 0);
      if (more <= 0) break;
      octets += (size_t)more;
    }
  pause_between_steps();
  close(descriptor);
  return octets >= 14 && memcmp(answer + 2, query + 2, 2) == 0;
}

static void *client(void *unused) {
  for (long number; (number = atomic_fetch_sub(&left, 1)) > 0;) answered += asked((unsigned)number);
  return unused;
}

int main(int count, char **arguments) {
  if (count != 5 || inet_pton(AF_INET, arguments[1], &to.sin_addr) != 1) return 2;
  to.sin_port = htons(53);
  int clients = atoi(arguments[2]);
  if (clients < 1 || clients > CLIENTS_MAX) return 2;
  left = atol(arguments[3]);
  distance = (useconds_t)atol(arguments[4]);
  pthread_t threads[CLIENTS_MAX];
  int64_t begin = now();
  for (int index = 0; index < clients; index++)
    if (pthread_create(&threads[index], NULL, client, NULL) != 0) return 1;
  for (int index = 0; index < clients; index++) pthread_join(threads[index], NULL);
  printf("answered: %ld\na second: %.0f\n", (long)answered, answered * 1e9 / (now() - begin));
}
