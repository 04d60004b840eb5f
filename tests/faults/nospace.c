/* A full disk on demand: preloaded into the server, it lets write-like calls on files below
 * NOSPACE_DIRECTORY fail with ENOSPC, from a chosen call on, until the test says otherwise.
 *
 * NOSPACE_CONTROL names a file of three 64-bit numbers that test and server share by mmap:
 *   armed    0: nothing fails, nothing is counted
 *   left     how many calls may still succeed
 *   seen     how many calls there were since arming
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

struct control {
  _Atomic int64_t armed, left, seen;
};
static struct control *control;
static char directory[PATH_MAX];
static size_t directory_length;

__attribute__((constructor)) static void begin(void) {
  const char *file = getenv("NOSPACE_CONTROL"), *below = getenv("NOSPACE_DIRECTORY");
  if (!file || !below || !realpath(below, directory)) return;
  directory_length = strlen(directory);
  int fd = open(file, O_RDWR | O_CLOEXEC);
  if (fd < 0) return;
  void *place = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  if (place != MAP_FAILED) control = place;
}

static int is_ours(int fd) {
  char link[40], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= (ssize_t)directory_length) return 0;
  path[length] = 0;
  return !strncmp(path, directory, directory_length) && path[directory_length] == '/';
}

/* Whether this call must fail. */
static int full(int fd) {
  if (!control || !atomic_load(&control->armed)) return 0;
  int before = errno;
  int ours = is_ours(fd);
  errno = before;
  if (!ours) return 0;
  atomic_fetch_add(&control->seen, 1);
  return atomic_fetch_sub(&control->left, 1) <= 0;
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define REFUSE(fd)    \
  if (full(fd)) {     \
    errno = ENOSPC;   \
    return -1;        \
  }

ssize_t write(int fd, const void *data, size_t size) {
  REFUSE(fd)
  return NEXT(write)(fd, data, size);
}
ssize_t pwrite(int fd, const void *data, size_t size, off_t place) {
  REFUSE(fd)
  return NEXT(pwrite)(fd, data, size, place);
}
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t place) {
  REFUSE(fd)
  return NEXT(pwrite64)(fd, data, size, place);
}
ssize_t writev(int fd, const struct iovec *parts, int count) {
  REFUSE(fd)
  return NEXT(writev)(fd, parts, count);
}
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t place) {
  REFUSE(fd)
  return NEXT(pwritev)(fd, parts, count, place);
}
ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t place) {
  REFUSE(fd)
  return NEXT(pwritev64)(fd, parts, count, place);
}
ssize_t copy_file_range(int from, off64_t *from_place, int to, off64_t *to_place, size_t size, unsigned flags) {
  REFUSE(to)
  return NEXT(copy_file_range)(from, from_place, to, to_place, size, flags);
}
static int grows(int fd, off_t size) {
  struct stat status;
  return fstat(fd, &status) || size > status.st_size;
}
int ftruncate(int fd, off_t size) {
  if (grows(fd, size)) REFUSE(fd)
  return NEXT(ftruncate)(fd, size);
}
int ftruncate64(int fd, off64_t size) {
  if (grows(fd, size)) REFUSE(fd)
  return NEXT(ftruncate64)(fd, size);
}
int fallocate(int fd, int mode, off_t place, off_t size) {
  REFUSE(fd)
  return NEXT(fallocate)(fd, mode, place, size);
}
int fallocate64(int fd, int mode, off64_t place, off64_t size) {
  REFUSE(fd)
  return NEXT(fallocate64)(fd, mode, place, size);
}
int posix_fallocate(int fd, off_t place, off_t size) {
  return full(fd) ? ENOSPC : NEXT(posix_fallocate)(fd, place, size);
}
int posix_fallocate64(int fd, off64_t place, off64_t size) {
  return full(fd) ? ENOSPC : NEXT(posix_fallocate64)(fd, place, size);
}
