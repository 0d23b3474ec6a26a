/* The floor by UDP segmentation: `echo.c`, but what goes to one peer in octets of one length leaves in one call.
   Usage: echo_gso ADDRESS PORT */
#define _GNU_SOURCE
#include "echo.h"
#include <errno.h>
#include <netinet/udp.h>
#include <string.h>

#define BATCH 64
#define OCTETS 4096

static uint8_t octets[BATCH][OCTETS];
static struct sockaddr_in peers[BATCH];
static struct iovec vectors[BATCH];
static struct mmsghdr messages[BATCH];

/* Sends the first of the messages that are left, with all that can go with it; takes them out. */
static void send_run(int descriptor, int first, int received) {
  struct iovec run[BATCH];
  union {
    struct cmsghdr header;
    char room[CMSG_SPACE(sizeof(uint16_t))];
  } control = {.header = {.cmsg_level = SOL_UDP, .cmsg_type = UDP_SEGMENT, .cmsg_len = CMSG_LEN(sizeof(uint16_t))}};
  uint16_t length = (uint16_t)messages[first].msg_len;
  size_t count = 0;
  for (int index = first; index < received; index++) {
    if (messages[index].msg_len != length || memcmp(&peers[index], &peers[first], sizeof(peers[first]))) continue;
    run[count++] = (struct iovec){octets[index], length};
    messages[index].msg_len = 0;
  }
  memcpy(CMSG_DATA(&control.header), &length, sizeof(length));
  struct msghdr reply = {.msg_name = &peers[first], .msg_namelen = sizeof(peers[first]), .msg_iov = run, .msg_iovlen = count};
  if (count > 1) {
    reply.msg_control = control.room;
    reply.msg_controllen = sizeof(control.room);
  }
  sendmsg(descriptor, &reply, 0);
}

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
    for (int index = 0; index < received; index++) octets[index][2] |= 0x80;
    for (int index = 0; index < received; index++)
      if (messages[index].msg_len) send_run(descriptor, index, received);
  }
}
