/* The floor: a datagram echo by recvmmsg and sendmmsg, with the response flag set and nothing looked up.
   Usage: echo ADDRESS PORT */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define BATCH 64
#define OCTETS 4096

static uint8_t octets[BATCH][OCTETS];
static struct sockaddr_in peers[BATCH];
static struct iovec vectors[BATCH];
static struct mmsghdr messages[BATCH];

int main(int count, char **arguments) {
  if (count != 3) return 2;
  int descriptor = socket(AF_INET, SOCK_DGRAM, 0);
  struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(arguments[2]))};
  int room = 4 << 20;
  if (descriptor < 0 || inet_pton(AF_INET, arguments[1], &own.sin_addr) != 1) return 1;
  setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
  if (bind(descriptor, (struct sockaddr *)&own, sizeof(own)) < 0) return 1;
  for (;;) {
    for (int index = 0; index < BATCH; index++) {
      vectors[index] = (struct iovec){.iov_base = octets[index], .iov_len = OCTETS};
      messages[index].msg_hdr = (struct msghdr){.msg_name = &peers[index],
                                                .msg_namelen = sizeof(peers[index]),
                                                .msg_iov = &vectors[index],
                                                .msg_iovlen = 1};
    }
    int received = recvmmsg(descriptor, messages, BATCH, MSG_WAITFORONE, NULL);
    if (received < 0 && errno != EINTR) return 1;
    for (int index = 0; index < received; index++) {
      octets[index][2] |= 0x80;
      vectors[index].iov_len = messages[index].msg_len;
    }
    for (int next = 0; next < received;) {
      int sent = sendmmsg(descriptor, messages + next, (unsigned)(received - next), 0);
      next += sent > 0 ? sent : 1;
    }
  }
}
