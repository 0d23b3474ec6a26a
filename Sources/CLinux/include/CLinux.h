/* Linux calls that Swift cannot import as they stand: macros over control
   messages, structures behind _GNU_SOURCE, variadic calls and option names.
   Every function returns a value of 0 or above, or the negative of an errno. */
#ifndef AFTERGLOW_CLINUX_H
#define AFTERGLOW_CLINUX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The room one datagram has on arrival and in reply, in octets. */
#define AFTERGLOW_DATAGRAM_OCTETS 4096
/* How many datagrams one system call moves at most. */
#define AFTERGLOW_BATCH 64

/* An IPv4 or IPv6 socket address; 28 octets are a sockaddr_in6. */
struct afterglow_address {
  uint8_t family; /* 4 or 6, 0 when absent */
  uint16_t port;  /* host order */
  uint32_t scope; /* IPv6 interface scope */
  uint8_t octets[16];
};

/* Where a datagram came from and, on a socket bound to a wildcard, which of our addresses it was sent to: without a family
   elsewhere. */
struct afterglow_peer {
  struct afterglow_address remote;
  struct afterglow_address local;
  uint32_t interface_index;
};

/* What the error queue of a socket said. */
struct afterglow_queued_error {
  int32_t error;    /* errno the kernel mapped it to, 0 when the queue was empty */
  uint8_t origin;   /* 0 none, 1 local, 2 ICMP, 3 ICMPv6 */
  uint8_t type;
  uint8_t code;
  struct afterglow_address offender;
};

/* One readiness report of epoll. */
struct afterglow_event {
  uint64_t token;
  uint32_t events;
};

enum {
  AFTERGLOW_READABLE = 1,
  AFTERGLOW_WRITABLE = 4,
  AFTERGLOW_ERROR = 8,
  AFTERGLOW_HANGUP = 16,
};

/* Has epoll tell of readiness once each time that it comes about. */
#define AFTERGLOW_EDGE 0x80000000u

struct afterglow_batch;

/* A datagram that came with others, and AFTERGLOW_DATAGRAM_OCTETS of room for its reply; until more is received. */
struct afterglow_arrival {
  const uint8_t *octets;
  size_t count;
  uint8_t *reply;
  struct afterglow_address sender;
};

int afterglow_epoll_create(void);
int afterglow_epoll_add(int epoll, int descriptor, uint32_t events, uint64_t token);
int afterglow_epoll_change(int epoll, int descriptor, uint32_t events, uint64_t token);
/* What is ready, at once or, where it `sleeps`, once something is. */
int afterglow_epoll_wait(int epoll, struct afterglow_event *events, int capacity, bool sleeps);

int afterglow_timerfd(void);
/* Makes a timer ready in so many nanoseconds, whatever it was set to before. */
int afterglow_timerfd_set(int descriptor, int64_t nanoseconds);

int afterglow_eventfd(void);
void afterglow_eventfd_signal(int descriptor);
void afterglow_eventfd_drain(int descriptor);
int64_t afterglow_monotonic_nanoseconds(void);
int64_t afterglow_wall_nanoseconds(void);
int afterglow_random(void *octets, size_t count);
int afterglow_close(int descriptor);
/* Has the calling thread give way to others when processors are short. */
void afterglow_lower_priority(void);
/* Names the calling thread; 15 octets count. */
void afterglow_name_thread(const char *name);

/* A bound, nonblocking datagram socket. */
int afterglow_udp_listen(const struct afterglow_address *address);
/* Another socket at the address of a listening one, for what is sent. A socket that epoll watches is woken by each datagram that it has
   sent, in vain; this one nobody watches. Negative where there is none: at a wildcard address, and before Linux 5.4. */
int afterglow_udp_sender(int listener);
/* A bound, listening, nonblocking stream socket. */
int afterglow_tcp_listen(const struct afterglow_address *address);
int afterglow_local_address(int descriptor, struct afterglow_address *address);
/* A nonblocking datagram socket connected to `address`, errors queued. */
int afterglow_udp_connect(const struct afterglow_address *address, uint16_t source_port);
/* A nonblocking stream socket on its way to `address`, errors queued. */
int afterglow_tcp_connect(const struct afterglow_address *address);
/* The pending error of a socket, 0 when there is none. */
int afterglow_socket_error(int descriptor);
int afterglow_accept(int descriptor, struct afterglow_address *peer);
intptr_t afterglow_send(int descriptor, const void *octets, size_t count);
intptr_t afterglow_receive(int descriptor, void *octets, size_t count);
int afterglow_read_queued_error(int descriptor, struct afterglow_queued_error *error);

struct afterglow_batch *afterglow_batch_create(void);
void afterglow_batch_destroy(struct afterglow_batch *batch);
/* Receives what has come and tells of each; there is room for AFTERGLOW_BATCH in `arrivals`. */
int afterglow_batch_receive(struct afterglow_batch *batch, int descriptor, struct afterglow_arrival *arrivals);
/* What a late reply to one of those that came last needs. */
void afterglow_batch_peer(struct afterglow_batch *batch, int index, struct afterglow_peer *peer);
/* Sends to each of the `arrived` senders the first `counts[index]` octets of its room, nothing where that is 0. What the kernel
   refuses is dropped. Returns the number sent. */
int afterglow_batch_reply(struct afterglow_batch *batch, int descriptor, const intptr_t *counts, int arrived);
/* The next free buffer for a late reply, NULL when all are queued. */
uint8_t *afterglow_batch_queue_buffer(struct afterglow_batch *batch);
/* Queues the `count` octets in that buffer for `peer`. */
void afterglow_batch_queue(struct afterglow_batch *batch, size_t count, const struct afterglow_peer *peer);
/* Sends what is queued; what the kernel refuses is dropped. Returns the number sent. */
int afterglow_batch_flush(struct afterglow_batch *batch, int descriptor);

/* A key for TCP's MD5 signatures (RFC 2385), in the octets that TCP_MD5SIG takes (struct tcp_md5sig). */
#define AFTERGLOW_TCP_MD5SIG 14
#define AFTERGLOW_TCP_MD5_KEY_OCTETS 80
struct afterglow_tcp_md5 {
  uint64_t words[27];
};
/* Fills in the key for one peer; -EINVAL where it is empty or longer than 80 octets. */
int afterglow_tcp_md5_fill(struct afterglow_tcp_md5 *option, const struct afterglow_address *peer,
                           const void *key, size_t count);

#endif
