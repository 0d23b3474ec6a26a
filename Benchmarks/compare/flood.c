/* Asks for names that nobody asked before, from several clients, and counts what is answered in time. dnsperf takes too much
   of its processor to ask for more than a resolver gives.

   flood ADDRESS PREFIX RATE SECONDS: RATE queries a second, however few are answered; with RATE 0 as many as are answered, WINDOW
   at a time. Asks for PREFIX00000000.wild.bench and so on. Prints how many a second were sent, and how many were answered NOERROR
   within PATIENCE of being sent, both after the first second, in which queues fill. */
#define _GNU_SOURCE
#include "query.h"
#include <arpa/inet.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { CLIENTS = 8, BATCH = 32, WINDOW = 200, OCTETS = 512, DIGITS = 8 };
static const int64_t PATIENCE = 2000000000, TICK = 300000, LEAD = 1000000000;

static int sockets[CLIENTS];
static int64_t *moments; /* of each query: when it was sent, or 0 once it has its answer */
static const size_t CAPACITY = 99999999;
static size_t sent, answered, settled, first_open;
static int64_t begin;
static const char *prefix;

static void open_sockets(const char *address) {
  for (int index = 0; index < CLIENTS; index++) {
    struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7F000002 + index)};
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(53)};
    inet_pton(AF_INET, address, &to.sin_addr);
    int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0), room = 4 << 20;
    setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
    if (bind(descriptor, (struct sockaddr *)&from, sizeof(from)) < 0) exit(1);
    if (connect(descriptor, (struct sockaddr *)&to, sizeof(to)) < 0) exit(1);
    sockets[index] = descriptor;
  }
}

static size_t compose(uint8_t *query, size_t number) {
  char label[64];
  snprintf(label, sizeof(label), "%s%0*zu", prefix, DIGITS, number);
  return compose_query(query, number, label);
}

static void ask(size_t count) {
  static uint8_t octets[BATCH][OCTETS];
  static struct iovec vectors[BATCH];
  static struct mmsghdr messages[BATCH];
  static unsigned turn;
  for (size_t index = 0; index < count; index++) {
    vectors[index] = (struct iovec){octets[index], compose(octets[index], sent + index)};
    messages[index].msg_hdr = (struct msghdr){.msg_iov = &vectors[index], .msg_iovlen = 1};
    moments[sent + index] = now();
  }
  if (sendmmsg(sockets[turn++ % CLIENTS], messages, count, 0) < (int)count) { /* What the kernel refuses is lost. */ }
  sent += count;
}

static void take(const uint8_t *reply, size_t count, int64_t time) {
  size_t start = 12 + 1 + strlen(prefix);
  if (count < start + DIGITS || (reply[3] & 15) != 0 || reply[7] == 0) return;
  char digits[DIGITS + 1] = {0};
  memcpy(digits, reply + start, DIGITS);
  size_t number = strtoul(digits, NULL, 10);
  if (number >= sent || moments[number] == 0) return;
  if (time - moments[number] <= PATIENCE && time - begin > LEAD) answered++;
  moments[number] = 0;
  settled++;
}

static void listen_all(void) {
  static uint8_t octets[BATCH][OCTETS];
  static struct iovec vectors[BATCH];
  static struct mmsghdr messages[BATCH];
  for (int index = 0; index < BATCH; index++) {
    vectors[index] = (struct iovec){octets[index], OCTETS};
    messages[index].msg_hdr = (struct msghdr){.msg_iov = &vectors[index], .msg_iovlen = 1};
  }
  int64_t time = now();
  for (int client = 0; client < CLIENTS; client++) {
    int count;
    while ((count = recvmmsg(sockets[client], messages, BATCH, 0, NULL)) > 0)
      for (int index = 0; index < count; index++) take(octets[index], messages[index].msg_len, time);
  }
}

/* Gives up the queries that have waited too long, so that others take their place in the window. */
static void expire(int64_t time) {
  for (; first_open < sent; first_open++) {
    if (moments[first_open] == 0) continue;
    if (time - moments[first_open] <= PATIENCE) return;
    moments[first_open] = 0;
    settled++;
  }
}

static void rest(void) {
  struct pollfd waits[CLIENTS];
  for (int index = 0; index < CLIENTS; index++) waits[index] = (struct pollfd){sockets[index], POLLIN, 0};
  struct timespec tick = {0, TICK};
  ppoll(waits, CLIENTS, &tick, NULL);
}

int main(int count, char **arguments) {
  if (count != 5) return 2;
  prefix = arguments[2];
  int64_t rate = atoll(arguments[3]), length = atoll(arguments[4]) * 1000000000;
  if (length <= LEAD) return 2;
  moments = calloc(CAPACITY, sizeof(*moments));
  open_sockets(arguments[1]);
  begin = now();
  size_t before = 0;
  for (int64_t time = begin; time < begin + length; time = now()) {
    size_t due = rate ? (size_t)((double)(time - begin) * rate / 1e9) - sent : WINDOW - (sent - settled);
    size_t together = due < BATCH ? due : BATCH;
    if (together > 0 && sent + together < CAPACITY) ask(together);
    if (time - begin <= LEAD) before = sent;
    listen_all();
    expire(time);
    if (due <= BATCH && rate) nanosleep(&(struct timespec){0, TICK}, NULL);
    else if (due == 0) rest();
  }
  double seconds = (length - LEAD) / 1e9;
  printf("sent a second: %.0f\nanswered a second: %.0f\n", (sent - before) / seconds, answered / seconds);
}
