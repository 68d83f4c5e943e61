/* A power cut in a test: whatever fsync or fdatasync was called for is copied aside; the driver later puts the copies in
 * the place of the files, and what was never synced is gone. Build: cc -shared -fPIC -o fsync-shadow.so fsync-shadow.c -ldl */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void copy_aside(int fd) {
  const char *folder = getenv("FSYNC_SHADOW");
  char link[64], path[PATH_MAX], shadow[PATH_MAX + 8], temporary[PATH_MAX + 16];
  struct stat facts;
  if (!folder || fstat(fd, &facts) || !S_ISREG(facts.st_mode)) return;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return;
  path[length] = 0;
  const char *name = strrchr(path, '/');
  snprintf(shadow, sizeof shadow, "%s/%s", folder, name ? name + 1 : path);
  snprintf(temporary, sizeof temporary, "%s.tmp", shadow);
  int out = open(temporary, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (out < 0) return;
  static char block[1 << 16];
  for (off_t at = 0;;) {
    ssize_t count = pread(fd, block, sizeof block, at);
    if (count <= 0) break;
    if (write(out, block, count) != count) break;
    at += count;
  }
  close(out);
  rename(temporary, shadow);
}

int fsync(int fd) {
  static int (*real)(int);
  if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  int result = real(fd);
  if (result == 0) copy_aside(fd);
  return result;
}

int fdatasync(int fd) {
  static int (*real)(int);
  if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  int result = real(fd);
  if (result == 0) copy_aside(fd);
  return result;
}
