// tundelay <namespace a> <namespace b> <device> <delay in microseconds>
//
// A point-to-point link between two network namespaces (ip-netns(8)): a TUN device of that name in each, every IP packet
// held that long in each direction, in order, without loss. For kernels without sch_netem. Prints "up" when the devices
// are there; they still need addresses. Segmentation and checksum offload are handed through (IFF_VNET_HDR).
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

struct packet {
  struct packet *next;
  uint64_t due;
  int length;
  char octets[];
};

struct direction {
  struct packet *head, *tail;
  int from, to;
};

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static void give_up(const char *what) {
  perror(what);
  exit(1);
}

static int open_tun(const char *namespace, const char *device) {
  char path[200];
  snprintf(path, sizeof path, "/var/run/netns/%s", namespace);
  int handle = open(path, O_RDONLY);
  if (handle < 0 || setns(handle, CLONE_NEWNET)) give_up(path);
  close(handle);
  int tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
  if (tun < 0) give_up("/dev/net/tun");
  struct ifreq request;
  memset(&request, 0, sizeof request);
  strncpy(request.ifr_name, device, IFNAMSIZ - 1);
  request.ifr_flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR;
  if (ioctl(tun, TUNSETIFF, &request)) give_up("TUNSETIFF");
  if (ioctl(tun, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6)) perror("TUNSETOFFLOAD");
  return tun;
}

/* Writes what is due; returns when the next packet is, or UINT64_MAX. */
static uint64_t deliver(struct direction *way, uint64_t time) {
  while (way->head && way->head->due <= time) {
    struct packet *packet = way->head;
    if (write(way->to, packet->octets, packet->length) < 0 && errno == EAGAIN) break;
    way->head = packet->next;
    if (!way->head) way->tail = NULL;
    free(packet);
  }
  return way->head ? way->head->due : UINT64_MAX;
}

static void collect(struct direction *way, uint64_t delay) {
  static char buffer[70000];
  for (int count = 0; count < 64; count++) {
    int length = read(way->from, buffer, sizeof buffer);
    if (length <= 0) return;
    struct packet *packet = malloc(sizeof *packet + length);
    if (!packet) give_up("malloc");
    packet->next = NULL;
    packet->due = now() + delay;
    packet->length = length;
    memcpy(packet->octets, buffer, length);
    if (way->tail) way->tail->next = packet;
    else way->head = packet;
    way->tail = packet;
  }
}

int main(int count, char **arguments) {
  if (count != 5) {
    fprintf(stderr, "usage: tundelay <namespace a> <namespace b> <device> <microseconds>\n");
    return 64;
  }
  int a = open_tun(arguments[1], arguments[3]);
  int b = open_tun(arguments[2], arguments[3]);
  uint64_t delay = strtoull(arguments[4], NULL, 10) * 1000ull;
  struct direction ways[2] = {{NULL, NULL, a, b}, {NULL, NULL, b, a}};
  // The default slack of 50 microseconds would add to every delay.
  prctl(PR_SET_TIMERSLACK, 1);
  printf("up\n");
  fflush(stdout);
  for (;;) {
    uint64_t time = now(), next = UINT64_MAX;
    for (int i = 0; i < 2; i++) {
      uint64_t due = deliver(&ways[i], time);
      if (due < next) next = due;
    }
    struct pollfd files[2] = {{a, POLLIN, 0}, {b, POLLIN, 0}};
    struct timespec wait, *limit = NULL;
    if (next != UINT64_MAX) {
      time = now();
      uint64_t left = next > time ? next - time : 0;
      wait.tv_sec = left / 1000000000ull;
      wait.tv_nsec = left % 1000000000ull;
      limit = &wait;
    }
    ppoll(files, 2, limit, NULL);
    for (int i = 0; i < 2; i++)
      if (files[i].revents & POLLIN) collect(&ways[i], delay);
  }
}
