#define _GNU_SOURCE
#include "NamespaceSocket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct request {
  const char *name;
  const char *address;
  uint16_t port;
  int result;
};

/* A thread of its own, for entering a namespace is for good. */
static void *run(void *argument) {
  struct request *request = argument;
  char path[256];
  snprintf(path, sizeof(path), "/var/run/netns/%s", request->name);
  int namespace = open(path, O_RDONLY | O_CLOEXEC);
  if (namespace < 0 || setns(namespace, CLONE_NEWNET) < 0) {
    request->result = -errno;
    return NULL;
  }
  close(namespace);
  int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  struct sockaddr_in place;
  memset(&place, 0, sizeof(place));
  place.sin_family = AF_INET;
  place.sin_port = htons(request->port);
  inet_pton(AF_INET, request->address, &place.sin_addr);
  int on = 1;
  setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (bind(descriptor, (struct sockaddr *)&place, sizeof(place)) < 0 || listen(descriptor, 16) < 0) {
    request->result = -errno;
    close(descriptor);
    return NULL;
  }
  request->result = descriptor;
  return NULL;
}

int namespace_listen(const char *name, const char *address, uint16_t port) {
  struct request request = {name, address, port, -EAGAIN};
  pthread_t thread;
  int error = pthread_create(&thread, NULL, run, &request);
  if (error != 0) return -error;
  pthread_join(thread, NULL);
  return request.result;
}
