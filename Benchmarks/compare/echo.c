/* The floor: a datagram echo by recvmmsg and sendmmsg, with the response flag set and nothing looked up.
   Usage: echo ADDRESS PORT */
#define _GNU_SOURCE
#include "echo.h"
#include <errno.h>
#include <string.h>

#define BATCH 64
#define OCTETS 4096

static uint8_t octets[BATCH][OCTETS];
static struct sockaddr_in peers[BATCH];
static struct iovec vectors[BATCH];
static struct mmsghdr messages[BATCH];

int main(int count, char **arguments) {
  if (count != 3) return 2;
  int descriptor = bound_socket(arguments[1], arguments[2]);
  if (descriptor < 0) return 1;
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
