#define _GNU_SOURCE
#include "CLinux.h"
#include "addresses.h"

#include <errno.h>

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
