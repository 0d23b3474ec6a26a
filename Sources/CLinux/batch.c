#define _GNU_SOURCE
#include "CLinux.h"
#include "addresses.h"

#include <errno.h>
#include <stdlib.h>

#define CONTROL_OCTETS 128

/* A cache line more than a page: places that begin alike in every page would compete for the same few lines. */
#define PLACE_OCTETS (AFTERGLOW_DATAGRAM_OCTETS + 64)

struct outgoing {
  struct mmsghdr messages[AFTERGLOW_BATCH];
  struct iovec vectors[AFTERGLOW_BATCH];
  _Alignas(16) uint8_t control[AFTERGLOW_BATCH][CONTROL_OCTETS];
  uint8_t octets[AFTERGLOW_BATCH][PLACE_OCTETS];
};

struct afterglow_batch {
  struct mmsghdr arrivals[AFTERGLOW_BATCH];
  struct iovec arrival_vectors[AFTERGLOW_BATCH];
  struct sockaddr_storage arrival_names[AFTERGLOW_BATCH];
  _Alignas(16) uint8_t arrival_control[AFTERGLOW_BATCH][CONTROL_OCTETS];
  uint8_t arrival_octets[AFTERGLOW_BATCH][PLACE_OCTETS];
  /* To the senders of arrivals, each with the octets of its arrival's place. */
  struct outgoing replies;
  /* What leaves later. */
  struct outgoing queue;
  struct sockaddr_storage queue_names[AFTERGLOW_BATCH];
  int queued;
  /* The arrivals that the last call filled in: the kernel changed what stands in front of them. */
  int used;
};

static void prepare(struct outgoing *outgoing) {
  for (int index = 0; index < AFTERGLOW_BATCH; index++)
    outgoing->messages[index].msg_hdr = (struct msghdr){.msg_iov = &outgoing->vectors[index], .msg_iovlen = 1};
}

struct afterglow_batch *afterglow_batch_create(void) {
  struct afterglow_batch *batch = calloc(1, sizeof(struct afterglow_batch));
  if (!batch) return NULL;
  for (int index = 0; index < AFTERGLOW_BATCH; index++) {
    batch->arrival_vectors[index] = (struct iovec){batch->arrival_octets[index], AFTERGLOW_DATAGRAM_OCTETS};
    batch->arrivals[index].msg_hdr = (struct msghdr){
        .msg_name = &batch->arrival_names[index],
        .msg_iov = &batch->arrival_vectors[index],
        .msg_iovlen = 1,
        .msg_control = batch->arrival_control[index],
    };
  }
  prepare(&batch->replies);
  prepare(&batch->queue);
  batch->used = AFTERGLOW_BATCH;
  return batch;
}

void afterglow_batch_destroy(struct afterglow_batch *batch) { free(batch); }

int afterglow_batch_receive(struct afterglow_batch *batch, int descriptor, struct afterglow_arrival *arrivals) {
  for (int index = 0; index < batch->used; index++) {
    batch->arrivals[index].msg_hdr.msg_namelen = sizeof(struct sockaddr_storage);
    batch->arrivals[index].msg_hdr.msg_controllen = CONTROL_OCTETS;
  }
  int count = recvmmsg(descriptor, batch->arrivals, AFTERGLOW_BATCH, MSG_DONTWAIT, NULL);
  /* One that could not be handed over may have been written to as well. */
  batch->used = count < 0 ? 1 : count < AFTERGLOW_BATCH ? count + 1 : AFTERGLOW_BATCH;
  for (int index = 0; index < count; index++) {
    arrivals[index].octets = batch->arrival_octets[index];
    arrivals[index].count = batch->arrivals[index].msg_len;
    arrivals[index].reply = batch->replies.octets[index];
    from_socket_address(&batch->arrival_names[index], &arrivals[index].sender);
  }
  return count < 0 ? -errno : count;
}

/* Which of our addresses a datagram came to, where the kernel told. */
static void read_local(struct msghdr *message, struct afterglow_peer *peer) {
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

void afterglow_batch_peer(struct afterglow_batch *batch, int index, struct afterglow_peer *peer) {
  memset(peer, 0, sizeof(*peer));
  from_socket_address(&batch->arrival_names[index], &peer->remote);
  read_local(&batch->arrivals[index].msg_hdr, peer);
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

/* Makes message `index` one of so many octets to `name`, from the address of ours that `peer` has where it has one. */
static void write_message(struct outgoing *outgoing, int index, uint8_t *octets, size_t count, void *name,
                          socklen_t length, const struct afterglow_peer *peer) {
  struct msghdr *message = &outgoing->messages[index].msg_hdr;
  outgoing->vectors[index] = (struct iovec){octets, count};
  message->msg_name = name;
  message->msg_namelen = length;
  message->msg_control = NULL;
  message->msg_controllen = 0;
  if (peer->local.family == 0) return;
  memset(outgoing->control[index], 0, CONTROL_OCTETS);
  message->msg_control = outgoing->control[index];
  message->msg_controllen = CONTROL_OCTETS;
  write_source(message, peer);
}

/* Sends some of the messages, and returns how many. */
static int send_some(struct mmsghdr *messages, int count, int descriptor) {
  int flags = MSG_DONTWAIT | MSG_NOSIGNAL;
  if (count > 1) return sendmmsg(descriptor, messages, (unsigned)count, flags);
  /* One alone costs the kernel less so, for it need not look at vectors. */
  const struct msghdr *message = &messages->msg_hdr;
  ssize_t octets = message->msg_control ? sendmsg(descriptor, message, flags)
                                        : sendto(descriptor, message->msg_iov->iov_base, message->msg_iov->iov_len,
                                                 flags, message->msg_name, message->msg_namelen);
  return octets < 0 ? -1 : 1;
}

/* Sends messages; what the kernel refuses is dropped. Returns the number sent. */
static int send_all(struct outgoing *outgoing, int count, int descriptor) {
  int next = 0, delivered = 0;
  while (next < count) {
    int sent = send_some(outgoing->messages + next, count - next, descriptor);
    if (sent > 0) {
      next += sent;
      delivered += sent;
    } else if (errno == EAGAIN) {
      break; /* The send queue is full: what is left is dropped, as a network drops it. */
    } else if (errno != EINTR) {
      next += 1; /* This destination cannot be sent to; the others can. */
    }
  }
  return delivered;
}

int afterglow_batch_reply(struct afterglow_batch *batch, int descriptor, const intptr_t *counts, int arrived) {
  int count = 0;
  for (int index = 0; index < arrived; index++) {
    if (counts[index] <= 0 || counts[index] > AFTERGLOW_DATAGRAM_OCTETS) continue;
    struct msghdr *query = &batch->arrivals[index].msg_hdr;
    struct afterglow_peer peer;
    peer.local.family = 0;
    read_local(query, &peer);
    write_message(&batch->replies, count, batch->replies.octets[index], (size_t)counts[index], query->msg_name,
                  query->msg_namelen, &peer);
    count++;
  }
  return send_all(&batch->replies, count, descriptor);
}

uint8_t *afterglow_batch_queue_buffer(struct afterglow_batch *batch) {
  return batch->queued < AFTERGLOW_BATCH ? batch->queue.octets[batch->queued] : NULL;
}

void afterglow_batch_queue(struct afterglow_batch *batch, size_t count, const struct afterglow_peer *peer) {
  if (batch->queued >= AFTERGLOW_BATCH || count > AFTERGLOW_DATAGRAM_OCTETS) return;
  struct sockaddr_storage *name = &batch->queue_names[batch->queued];
  socklen_t length = to_socket_address(&peer->remote, name);
  write_message(&batch->queue, batch->queued, batch->queue.octets[batch->queued], count, name, length, peer);
  batch->queued++;
}

int afterglow_batch_flush(struct afterglow_batch *batch, int descriptor) {
  int delivered = send_all(&batch->queue, batch->queued, descriptor);
  batch->queued = 0;
  return delivered;
}
