/* The socket that each of the echo programs serves. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>

/* A UDP socket at an IPv4 address and port, with room for bursts; negative where there is none. */
static int bound_socket(const char *address, const char *port) {
  int descriptor = socket(AF_INET, SOCK_DGRAM, 0);
  struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
  int room = 4 << 20;
  if (descriptor < 0 || inet_pton(AF_INET, address, &own.sin_addr) != 1) return -1;
  setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
  return bind(descriptor, (struct sockaddr *)&own, sizeof(own)) < 0 ? -1 : descriptor;
}
