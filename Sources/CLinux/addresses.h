/* Our addresses and the kernel's. */
#ifndef AFTERGLOW_ADDRESSES_H
#define AFTERGLOW_ADDRESSES_H

#include "CLinux.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

static inline socklen_t to_socket_address(const struct afterglow_address *from, struct sockaddr_storage *to) {
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

static inline void from_socket_address(const struct sockaddr_storage *from, struct afterglow_address *to) {
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

#endif
