#define _GNU_SOURCE
#include "CLinux.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CONTROL_OCTETS 128

static socklen_t to_socket_address(const struct afterglow_address *from, struct sockaddr_storage *to) {
  memset(to, 0, sizeof(*to));
  if (from->family == 4) {
    struct sockaddr_in *address = (struct sockaddr_in *)to;
    address->sin_family = AF_INET;
    address->sin_port = htons(from->port);
    memcpy(&address->sin_addr, from->octets, 4);
    return sizeof(*address);
  }
  struct sockaddr_in6 *address = (struct sockaddr_in6 *)to;
  address->sin6_family = AF_INET6;
  address->sin6_port = htons(from->port);
  address->sin6_scope_id = from->scope;
  memcpy(&address->sin6_addr, from->octets, 16);
  return sizeof(*address);
}

static void from_socket_address(const struct sockaddr_storage *from, struct afterglow_address *to) {
  memset(to, 0, sizeof(*to));
  if (from->ss_family == AF_INET) {
    const struct sockaddr_in *address = (const struct sockaddr_in *)from;
    to->family = 4;
    to->port = ntohs(address->sin_port);
    memcpy(to->octets, &address->sin_addr, 4);
  } else if (from->ss_family == AF_INET6) {
    const struct sockaddr_in6 *address = (const struct sockaddr_in6 *)from;
    to->family = 6;
    to->port = ntohs(address->sin6_port);
    to->scope = address->sin6_scope_id;
    memcpy(to->octets, &address->sin6_addr, 16);
  }
}

static int result(int value) { return value < 0 ? -errno : value; }

static int fail(int descriptor) {
  int error = errno;
  close(descriptor);
  return -error;
}

static int set(int descriptor, int level, int option, int value) {
  return setsockopt(descriptor, level, option, &value, sizeof(value));
}

static int open_socket(const struct afterglow_address *address, int type) {
  int domain = address->family == 4 ? AF_INET : AF_INET6;
  int descriptor = socket(domain, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return -errno;
  if (domain == AF_INET6 && set(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, 1) < 0) return fail(descriptor);
  return descriptor;
}

static int bind_shared(int descriptor, const struct afterglow_address *address) {
  struct sockaddr_storage storage;
  socklen_t length = to_socket_address(address, &storage);
  if (set(descriptor, SOL_SOCKET, SO_REUSEADDR, 1) < 0) return -1;
  if (set(descriptor, SOL_SOCKET, SO_REUSEPORT, 1) < 0) return -1;
  return bind(descriptor, (struct sockaddr *)&storage, length);
}

int afterglow_epoll_create(void) { return result(epoll_create1(EPOLL_CLOEXEC)); }

static int control(int epoll, int operation, int descriptor, uint32_t events, uint64_t token) {
  struct epoll_event event = {.events = events, .data = {.u64 = token}};
  return result(epoll_ctl(epoll, operation, descriptor, &event));
}

int afterglow_epoll_add(int epoll, int descriptor, uint32_t events, uint64_t token) {
  return control(epoll, EPOLL_CTL_ADD, descriptor, events, token);
}

int afterglow_epoll_change(int epoll, int descriptor, uint32_t events, uint64_t token) {
  return control(epoll, EPOLL_CTL_MOD, descriptor, events, token);
}

int afterglow_epoll_wait(int epoll, struct afterglow_event *events, int capacity, int64_t nanoseconds) {
  struct epoll_event ready[256];
  if (capacity > 256) capacity = 256;
  int timeout = -1;
  if (nanoseconds >= 0) {
    int64_t milliseconds = nanoseconds / 1000000 + (nanoseconds % 1000000 != 0);
    timeout = milliseconds > 3600000 ? 3600000 : (int)milliseconds;
  }
  int count = epoll_wait(epoll, ready, capacity, timeout);
  if (count < 0) return -errno;
  for (int index = 0; index < count; index++) {
    events[index].token = ready[index].data.u64;
    events[index].events = ready[index].events;
  }
  return count;
}

int afterglow_eventfd(void) { return result(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)); }

void afterglow_eventfd_signal(int descriptor) {
  uint64_t one = 1;
  ssize_t written = write(descriptor, &one, sizeof(one));
  (void)written;
}

void afterglow_eventfd_drain(int descriptor) {
  uint64_t count;
  ssize_t octets = read(descriptor, &count, sizeof(count));
  (void)octets;
}

static int64_t nanoseconds_of(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

int64_t afterglow_monotonic_nanoseconds(void) { return nanoseconds_of(CLOCK_MONOTONIC); }
int64_t afterglow_wall_nanoseconds(void) { return nanoseconds_of(CLOCK_REALTIME); }

int afterglow_random(void *octets, size_t count) {
  size_t filled = 0;
  while (filled < count) {
    ssize_t more = getrandom((uint8_t *)octets + filled, count - filled, 0);
    if (more < 0) {
      if (errno == EINTR) continue;
      return -errno;
    }
    filled += (size_t)more;
  }
  return 0;
}

int afterglow_close(int descriptor) { return result(close(descriptor)); }

void afterglow_lower_priority(void) { (void)setpriority(PRIO_PROCESS, 0, 5); }

void afterglow_name_thread(const char *name) {
  char room[16] = {0};
  strncpy(room, name, sizeof(room) - 1);
  pthread_setname_np(pthread_self(), room);
}

/* Whether what is bound to this address can be asked at several of ours. */
static int is_unspecified(const struct afterglow_address *address) {
  static const uint8_t zeros[16];
  return memcmp(address->octets, zeros, address->family == 4 ? 4 : 16) == 0;
}

int afterglow_udp_listen(const struct afterglow_address *address) {
  int descriptor = open_socket(address, SOCK_DGRAM);
  if (descriptor < 0) return descriptor;
  /* The reply leaves from the address the query came to. Only on a wildcard the kernel need tell which that was. */
  int told = !is_unspecified(address) ? 0
             : address->family == 4   ? set(descriptor, IPPROTO_IP, IP_PKTINFO, 1)
                                      : set(descriptor, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
  if (told < 0 || bind_shared(descriptor, address) < 0) return fail(descriptor);
  set(descriptor, SOL_SOCKET, SO_RCVBUF, 4 << 20);
  return descriptor;
}

int afterglow_tcp_listen(const struct afterglow_address *address) {
  int descriptor = open_socket(address, SOCK_STREAM);
  if (descriptor < 0) return descriptor;
  /* Accepted sockets have it from here. */
  if (set(descriptor, IPPROTO_TCP, TCP_NODELAY, 1) < 0) return fail(descriptor);
  if (bind_shared(descriptor, address) < 0 || listen(descriptor, 1024) < 0) return fail(descriptor);
  return descriptor;
}

int afterglow_local_address(int descriptor, struct afterglow_address *address) {
  struct sockaddr_storage storage;
  socklen_t length = sizeof(storage);
  if (getsockname(descriptor, (struct sockaddr *)&storage, &length) < 0) return -errno;
  from_socket_address(&storage, address);
  return 0;
}

static int queue_errors(int descriptor, const struct afterglow_address *address) {
  return address->family == 4 ? set(descriptor, IPPROTO_IP, IP_RECVERR, 1)
                              : set(descriptor, IPPROTO_IPV6, IPV6_RECVERR, 1);
}

int afterglow_udp_connect(const struct afterglow_address *address, uint16_t source_port) {
  int descriptor = open_socket(address, SOCK_DGRAM);
  if (descriptor < 0) return descriptor;
  if (queue_errors(descriptor, address) < 0) return fail(descriptor);
  if (source_port != 0) {
    struct afterglow_address local = {.family = address->family, .port = source_port};
    struct sockaddr_storage storage;
    socklen_t length = to_socket_address(&local, &storage);
    if (bind(descriptor, (struct sockaddr *)&storage, length) < 0) return fail(descriptor);
  }
  struct sockaddr_storage storage;
  socklen_t length = to_socket_address(address, &storage);
  if (connect(descriptor, (struct sockaddr *)&storage, length) < 0) return fail(descriptor);
  return descriptor;
}

int afterglow_tcp_connect(const struct afterglow_address *address) {
  int descriptor = open_socket(address, SOCK_STREAM);
  if (descriptor < 0) return descriptor;
  if (queue_errors(descriptor, address) < 0) return fail(descriptor);
  set(descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
  struct sockaddr_storage storage;
  socklen_t length = to_socket_address(address, &storage);
  if (connect(descriptor, (struct sockaddr *)&storage, length) < 0 && errno != EINPROGRESS) return fail(descriptor);
  return descriptor;
}

int afterglow_socket_error(int descriptor) {
  int error = 0;
  socklen_t length = sizeof(error);
  if (getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length) < 0) return errno;
  return error;
}

int afterglow_accept(int descriptor, struct afterglow_address *peer) {
  struct sockaddr_storage storage;
  socklen_t length = sizeof(storage);
  int accepted = accept4(descriptor, (struct sockaddr *)&storage, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (accepted < 0) return -errno;
  from_socket_address(&storage, peer);
  return accepted;
}

intptr_t afterglow_send(int descriptor, const void *octets, size_t count) {
  ssize_t sent = send(descriptor, octets, count, MSG_NOSIGNAL);
  return sent < 0 ? -errno : sent;
}

intptr_t afterglow_receive(int descriptor, void *octets, size_t count) {
  ssize_t received = recv(descriptor, octets, count, 0);
  return received < 0 ? -errno : received;
}

int afterglow_read_queued_error(int descriptor, struct afterglow_queued_error *error) {
  memset(error, 0, sizeof(*error));
  uint8_t octets[64];
  union {
    uint8_t octets[512];
    struct cmsghdr alignment;
  } room;
  struct iovec vector = {.iov_base = octets, .iov_len = sizeof(octets)};
  struct msghdr message = {
      .msg_iov = &vector, .msg_iovlen = 1, .msg_control = room.octets, .msg_controllen = sizeof(room.octets)};
  if (recvmsg(descriptor, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) return -errno;
  for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
    bool four = header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_RECVERR;
    bool six = header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_RECVERR;
    if (!four && !six) continue;
    struct sock_extended_err extended;
    if (header->cmsg_len < CMSG_LEN(sizeof(extended))) continue;
    memcpy(&extended, CMSG_DATA(header), sizeof(extended));
    error->error = (int32_t)extended.ee_errno;
    error->origin = extended.ee_origin;
    error->type = extended.ee_type;
    error->code = extended.ee_code;
    struct sockaddr_storage offender;
    memset(&offender, 0, sizeof(offender));
    size_t rest = header->cmsg_len - CMSG_LEN(sizeof(extended));
    if (rest > sizeof(offender)) rest = sizeof(offender);
    memcpy(&offender, CMSG_DATA(header) + sizeof(extended), rest);
    from_socket_address(&offender, &error->offender);
  }
  return 0;
}

/* A cache line more than a page: places that begin alike in every page would compete for the same few lines. */
#define PLACE_OCTETS (AFTERGLOW_DATAGRAM_OCTETS + 64)

struct afterglow_batch {
  struct mmsghdr arrivals[AFTERGLOW_BATCH];
  struct iovec arrival_vectors[AFTERGLOW_BATCH];
  struct sockaddr_storage arrival_names[AFTERGLOW_BATCH];
  _Alignas(16) uint8_t arrival_control[AFTERGLOW_BATCH][CONTROL_OCTETS];
  uint8_t arrival_octets[AFTERGLOW_BATCH][PLACE_OCTETS];
  struct mmsghdr replies[AFTERGLOW_BATCH];
  struct iovec reply_vectors[AFTERGLOW_BATCH];
  struct sockaddr_storage reply_names[AFTERGLOW_BATCH];
  _Alignas(16) uint8_t reply_control[AFTERGLOW_BATCH][CONTROL_OCTETS];
  uint8_t reply_octets[AFTERGLOW_BATCH][PLACE_OCTETS];
  int queued;
  /* The arrivals that the last call filled in: the kernel changed what stands in front of them. */
  int used;
};

static void ready_arrival(struct afterglow_batch *batch, int index) {
  batch->arrival_vectors[index] =
      (struct iovec){.iov_base = batch->arrival_octets[index], .iov_len = AFTERGLOW_DATAGRAM_OCTETS};
  batch->arrivals[index].msg_hdr = (struct msghdr){
      .msg_name = &batch->arrival_names[index],
      .msg_namelen = sizeof(struct sockaddr_storage),
      .msg_iov = &batch->arrival_vectors[index],
      .msg_iovlen = 1,
      .msg_control = batch->arrival_control[index],
      .msg_controllen = CONTROL_OCTETS,
  };
}

struct afterglow_batch *afterglow_batch_create(void) {
  struct afterglow_batch *batch = calloc(1, sizeof(struct afterglow_batch));
  if (batch) batch->used = AFTERGLOW_BATCH;
  return batch;
}

void afterglow_batch_destroy(struct afterglow_batch *batch) { free(batch); }

int afterglow_batch_receive(struct afterglow_batch *batch, int descriptor) {
  for (int index = 0; index < batch->used; index++) ready_arrival(batch, index);
  int count = recvmmsg(descriptor, batch->arrivals, AFTERGLOW_BATCH, MSG_DONTWAIT, NULL);
  /* One that could not be handed over may have been written to as well. */
  batch->used = count < 0 ? 1 : count < AFTERGLOW_BATCH ? count + 1 : AFTERGLOW_BATCH;
  return result(count);
}

const uint8_t *afterglow_batch_octets(struct afterglow_batch *batch, int index) {
  return batch->arrival_octets[index];
}

size_t afterglow_batch_count(struct afterglow_batch *batch, int index) { return batch->arrivals[index].msg_len; }

void afterglow_batch_peer(struct afterglow_batch *batch, int index, struct afterglow_peer *peer) {
  memset(peer, 0, sizeof(*peer));
  from_socket_address(&batch->arrival_names[index], &peer->remote);
  struct msghdr *message = &batch->arrivals[index].msg_hdr;
  for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header; header = CMSG_NXTHDR(message, header)) {
    if (header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_PKTINFO) {
      struct in_pktinfo info;
      memcpy(&info, CMSG_DATA(header), sizeof(info));
      peer->local.family = 4;
      memcpy(peer->local.octets, &info.ipi_spec_dst, 4);
      peer->interface_index = (uint32_t)info.ipi_ifindex;
    } else if (header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_PKTINFO) {
      struct in6_pktinfo info;
      memcpy(&info, CMSG_DATA(header), sizeof(info));
      peer->local.family = 6;
      memcpy(peer->local.octets, &info.ipi6_addr, 16);
      peer->interface_index = info.ipi6_ifindex;
    }
  }
}

uint8_t *afterglow_batch_reply_buffer(struct afterglow_batch *batch) {
  return batch->queued < AFTERGLOW_BATCH ? batch->reply_octets[batch->queued] : NULL;
}

static void write_source(struct msghdr *message, const struct afterglow_peer *peer) {
  struct cmsghdr *header = CMSG_FIRSTHDR(message);
  if (peer->local.family == 4) {
    struct in_pktinfo info = {0};
    memcpy(&info.ipi_spec_dst, peer->local.octets, 4);
    header->cmsg_level = IPPROTO_IP;
    header->cmsg_type = IP_PKTINFO;
    header->cmsg_len = CMSG_LEN(sizeof(info));
    memcpy(CMSG_DATA(header), &info, sizeof(info));
    message->msg_controllen = CMSG_SPACE(sizeof(info));
  } else {
    struct in6_pktinfo info = {0};
    memcpy(&info.ipi6_addr, peer->local.octets, 16);
    /* Only a link-local source needs its interface named. */
    if (peer->local.octets[0] == 0xfe && (peer->local.octets[1] & 0xc0) == 0x80)
      info.ipi6_ifindex = peer->interface_index;
    header->cmsg_level = IPPROTO_IPV6;
    header->cmsg_type = IPV6_PKTINFO;
    header->cmsg_len = CMSG_LEN(sizeof(info));
    memcpy(CMSG_DATA(header), &info, sizeof(info));
    message->msg_controllen = CMSG_SPACE(sizeof(info));
  }
}

static void queue_reply(struct afterglow_batch *batch, size_t count, void *name, socklen_t length,
                        const struct afterglow_peer *peer) {
  int index = batch->queued;
  struct msghdr *reply = &batch->replies[index].msg_hdr;
  batch->reply_vectors[index] = (struct iovec){.iov_base = batch->reply_octets[index], .iov_len = count};
  *reply = (struct msghdr){
      .msg_name = name, .msg_namelen = length, .msg_iov = &batch->reply_vectors[index], .msg_iovlen = 1};
  if (peer->local.family != 0) {
    memset(batch->reply_control[index], 0, CONTROL_OCTETS);
    reply->msg_control = batch->reply_control[index];
    reply->msg_controllen = CONTROL_OCTETS;
    write_source(reply, peer);
  }
  batch->queued = index + 1;
}

static bool has_room(const struct afterglow_batch *batch, size_t count) {
  return batch->queued < AFTERGLOW_BATCH && count <= AFTERGLOW_DATAGRAM_OCTETS;
}

void afterglow_batch_queue(struct afterglow_batch *batch, size_t count, const struct afterglow_peer *peer) {
  if (!has_room(batch, count)) return;
  struct sockaddr_storage *name = &batch->reply_names[batch->queued];
  queue_reply(batch, count, name, to_socket_address(&peer->remote, name), peer);
}

void afterglow_batch_answer(struct afterglow_batch *batch, int arrival, size_t count, const struct afterglow_peer *peer) {
  if (!has_room(batch, count)) return;
  struct msghdr *query = &batch->arrivals[arrival].msg_hdr;
  queue_reply(batch, count, query->msg_name, query->msg_namelen, peer);
}

/* Sends some of what is queued, from `next` on, and returns how many. */
static int send_queued(struct afterglow_batch *batch, int next, int descriptor) {
  int flags = MSG_DONTWAIT | MSG_NOSIGNAL, count = batch->queued - next;
  if (count > 1) return sendmmsg(descriptor, batch->replies + next, (unsigned)count, flags);
  /* One alone costs the kernel less so, for it need not look at vectors. */
  const struct msghdr *reply = &batch->replies[next].msg_hdr;
  ssize_t octets = reply->msg_control ? sendmsg(descriptor, reply, flags)
                                      : sendto(descriptor, reply->msg_iov->iov_base, reply->msg_iov->iov_len, flags,
                                               reply->msg_name, reply->msg_namelen);
  return octets < 0 ? -1 : 1;
}

int afterglow_batch_flush(struct afterglow_batch *batch, int descriptor) {
  int next = 0, delivered = 0;
  while (next < batch->queued) {
    int sent = send_queued(batch, next, descriptor);
    if (sent > 0) {
      next += sent;
      delivered += sent;
    } else if (errno == EAGAIN) {
      break; /* The send queue is full: what is left is dropped, as a network drops it. */
    } else if (errno != EINTR) {
      next += 1; /* This destination cannot be sent to; the others can. */
    }
  }
  batch->queued = 0;
  return delivered;
}

/* The kernel's struct tcp_md5sig, whose header does not go together with <netinet/tcp.h> everywhere. */
struct md5_option {
  struct sockaddr_storage address;
  uint8_t flags;
  uint8_t prefix_length;
  uint16_t key_length;
  int32_t interface_index;
  uint8_t key[AFTERGLOW_TCP_MD5_KEY_OCTETS];
};

_Static_assert(sizeof(struct md5_option) == sizeof(struct afterglow_tcp_md5), "struct tcp_md5sig has 216 octets");

int afterglow_tcp_md5_fill(struct afterglow_tcp_md5 *option, const struct afterglow_address *peer,
                           const void *key, size_t count) {
  struct md5_option filled;
  if (count == 0 || count > sizeof(filled.key)) return -EINVAL;
  memset(&filled, 0, sizeof(filled));
  to_socket_address(peer, &filled.address);
  filled.key_length = (uint16_t)count;
  memcpy(filled.key, key, count);
  memcpy(option, &filled, sizeof(filled));
  return 0;
}
