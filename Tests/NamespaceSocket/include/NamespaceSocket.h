/* A listening TCP socket inside a network namespace, for a process that stays outside. */
#ifndef NAMESPACE_SOCKET_H
#define NAMESPACE_SOCKET_H

#include <stdint.h>

/* The descriptor, or the negative of an errno. `name` is as `ip netns` knows it, the address IPv4. */
int namespace_listen(const char *name, const char *address, uint16_t port);

#endif
