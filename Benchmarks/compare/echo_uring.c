/* The floor by io_uring: `echo.c` with a multishot receive into provided buffers and one submission for all replies of a turn.
   Usage: echo_uring ADDRESS PORT. Needs liburing. */
#define _GNU_SOURCE
#include "echo.h"
#include <liburing.h>
#include <stdlib.h>
#include <string.h>

#define BUFFERS 1024
#define OCTETS 4352 /* A message of 4,096 octets with what the kernel writes before it. */
#define GROUP 1
#define RECEIVE UINT64_MAX

static uint8_t octets[BUFFERS][OCTETS];
static struct sockaddr_in peers[BUFFERS];
static struct iovec vectors[BUFFERS];
static struct msghdr replies[BUFFERS];
static struct msghdr arriving = {.msg_namelen = sizeof(struct sockaddr_in)};

static void receive(struct io_uring *ring, int descriptor) {
  struct io_uring_sqe *entry = io_uring_get_sqe(ring);
  io_uring_prep_recvmsg_multishot(entry, descriptor, &arriving, 0);
  entry->flags |= IOSQE_BUFFER_SELECT;
  entry->buf_group = GROUP;
  io_uring_sqe_set_data64(entry, RECEIVE);
}

/* Queues the answer to what lies in a buffer; the buffer is free again when that is sent. */
static int reply(struct io_uring *ring, int descriptor, int buffer, int length) {
  struct io_uring_recvmsg_out *found = io_uring_recvmsg_validate(octets[buffer], length, &arriving);
  struct io_uring_sqe *entry = found ? io_uring_get_sqe(ring) : NULL;
  if (!entry) return 0;
  uint8_t *message = io_uring_recvmsg_payload(found, &arriving);
  memcpy(&peers[buffer], io_uring_recvmsg_name(found), sizeof(peers[buffer]));
  message[2] |= 0x80;
  vectors[buffer] = (struct iovec){message, io_uring_recvmsg_payload_length(found, length, &arriving)};
  replies[buffer] = (struct msghdr){.msg_name = &peers[buffer],
                                    .msg_namelen = sizeof(peers[buffer]),
                                    .msg_iov = &vectors[buffer],
                                    .msg_iovlen = 1};
  io_uring_prep_sendmsg(entry, descriptor, &replies[buffer], 0);
  io_uring_sqe_set_data64(entry, (uint64_t)buffer);
  return 1;
}

int main(int count, char **arguments) {
  if (count != 3) return 2;
  int descriptor = bound_socket(arguments[1], arguments[2]);
  if (descriptor < 0) return 1;
  struct io_uring ring;
  struct io_uring_params parameters = {
      .flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_CQSIZE, .cq_entries = 4 * BUFFERS};
  if (io_uring_queue_init_params(2 * BUFFERS, &ring, &parameters) < 0) return 1;
  struct io_uring_buf_ring *buffers = NULL;
  if (posix_memalign((void **)&buffers, 4096, BUFFERS * sizeof(struct io_uring_buf))) return 1;
  struct io_uring_buf_reg ring_of_buffers = {.ring_addr = (uintptr_t)buffers, .ring_entries = BUFFERS, .bgid = GROUP};
  if (io_uring_register_buf_ring(&ring, &ring_of_buffers, 0)) return 1;
  io_uring_buf_ring_init(buffers);
  int mask = io_uring_buf_ring_mask(BUFFERS);
  for (int index = 0; index < BUFFERS; index++)
    io_uring_buf_ring_add(buffers, octets[index], OCTETS, (unsigned short)index, mask, index);
  io_uring_buf_ring_advance(buffers, BUFFERS);
  receive(&ring, descriptor);
  for (;;) {
    if (io_uring_submit_and_wait(&ring, 1) < 0) return 1;
    struct io_uring_cqe *done;
    unsigned head, seen = 0, freed = 0;
    io_uring_for_each_cqe(&ring, head, done) {
      seen++;
      int buffer = -1;
      if (io_uring_cqe_get_data64(done) != RECEIVE) {
        buffer = (int)io_uring_cqe_get_data64(done);
      } else {
        if (!(done->flags & IORING_CQE_F_MORE)) receive(&ring, descriptor);
        if (done->res < 0) continue;
        int taken = (int)(done->flags >> IORING_CQE_BUFFER_SHIFT);
        if (!reply(&ring, descriptor, taken, done->res)) buffer = taken;
      }
      if (buffer < 0) continue;
      io_uring_buf_ring_add(buffers, octets[buffer], OCTETS, (unsigned short)buffer, mask, (int)freed++);
    }
    io_uring_buf_ring_advance(buffers, (int)freed);
    io_uring_cq_advance(&ring, seen);
  }
}
