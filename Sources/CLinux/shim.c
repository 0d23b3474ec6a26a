#define _GNU_SOURCE
#include "CLinux.h"
#include "addresses.h"

#include <errno.h>
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

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

int afterglow_epoll_wait(int epoll, struct afterglow_event *events, int capacity, bool sleeps) {
  struct epoll_event ready[256];
  if (capacity > 256) capacity = 256;
  int count = epoll_wait(epoll, ready, capacity, sleeps ? -1 : 0);
  if (count < 0) return -errno;
  for (int index = 0; index < count; index++) {
    events[index].token = ready[index].data.u64;
    events[index].events = ready[index].events;
  }
  return count;
}

int afterglow_timerfd(void) { return result(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)); }

int afterglow_timerfd_set(int descriptor, int64_t nanoseconds) {
  int64_t left = nanoseconds < 1 ? 1 : nanoseconds;
  struct itimerspec time = {.it_value = {.tv_sec = left / 1000000000, .tv_nsec = left % 1000000000}};
  return result(timerfd_settime(descriptor, 0, &time, NULL));
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

int afterglow_local_address(int descriptor, struct afterglow_address *address) {
  struct sockaddr_storage storage;
  socklen_t length = sizeof(storage);
  if (getsockname(descriptor, (struct sockaddr *)&storage, &length) < 0) return -errno;
  from_socket_address(&storage, address);
  return 0;
}

/* Whether what comes from others goes past a connected socket that shares its endpoint with others (Linux 5.4). */
static bool connected_sockets_stand_aside(void) {
  struct utsname system;
  int major, minor;
  if (uname(&system) < 0 || sscanf(system.release, "%d.%d", &major, &minor) != 2) return false;
  return major > 5 || (major == 5 && minor >= 4);
}

int afterglow_udp_sender(int listener) {
  struct afterglow_address address;
  int status = afterglow_local_address(listener, &address);
  if (status < 0) return status;
  if (is_unspecified(&address) || !connected_sockets_stand_aside()) return -EADDRNOTAVAIL;
  int descriptor = open_socket(&address, SOCK_DGRAM);
  if (descriptor < 0) return descriptor;
  struct sockaddr_storage storage;
  socklen_t length = to_socket_address(&address, &storage);
  set(descriptor, SOL_SOCKET, SO_RCVBUF, 0);
  /* Connected to itself it gets nothing that comes from others. */
  if (bind_shared(descriptor, &address) < 0 || connect(descriptor, (struct sockaddr *)&storage, length) < 0)
    return fail(descriptor);
  return descriptor;
}

int afterglow_tcp_listen(const struct afterglow_address *address) {
  int descriptor = open_socket(address, SOCK_STREAM);
  if (descriptor < 0) return descriptor;
  /* Accepted sockets have it from here. */
  if (set(descriptor, IPPROTO_TCP, TCP_NODELAY, 1) < 0) return fail(descriptor);
  /* A client speaks first: it is shown with its query, which saves a wakeup, or after a second of silence. */
  set(descriptor, IPPROTO_TCP, TCP_DEFER_ACCEPT, 1);
  if (bind_shared(descriptor, address) < 0 || listen(descriptor, 1024) < 0) return fail(descriptor);
  return descriptor;
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
