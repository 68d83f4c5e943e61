/* A process that dies at an exact point: SIGKILL just before the n-th write, sync, truncation or removal of a file below
 * one folder. KILL_BELOW names the folder, KILL_AT_WRITE n. Build: cc -shared -fPIC -o kill-at-write.so kill-at-write.c -ldl */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static long calls;

static void count(const char *path) {
  const char *below = getenv("KILL_BELOW"), *at = getenv("KILL_AT_WRITE");
  if (!below || !at || strncmp(path, below, strlen(below))) return;
  if (__sync_add_and_fetch(&calls, 1) == atol(at)) kill(getpid(), SIGKILL);
}

static void count_file(int fd) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return;
  path[length] = 0;
  count(path);
}

#define REAL(name) \
  static __typeof__(name) *real; \
  if (!real) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name);

ssize_t write(int fd, const void *octets, size_t size) { REAL(write) count_file(fd); return real(fd, octets, size); }
ssize_t pwrite64(int fd, const void *octets, size_t size, off64_t at) { REAL(pwrite64) count_file(fd); return real(fd, octets, size, at); }
ssize_t pwrite(int fd, const void *octets, size_t size, off_t at) { REAL(pwrite) count_file(fd); return real(fd, octets, size, at); }
int ftruncate64(int fd, off64_t size) { REAL(ftruncate64) count_file(fd); return real(fd, size); }
int ftruncate(int fd, off_t size) { REAL(ftruncate) count_file(fd); return real(fd, size); }
int fsync(int fd) { REAL(fsync) count_file(fd); return real(fd); }
int fdatasync(int fd) { REAL(fdatasync) count_file(fd); return real(fd); }
int unlink(const char *path) { REAL(unlink) count(path); return real(path); }
