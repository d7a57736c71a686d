/* A layer between the real file code and the C library, preloaded into a process. It counts the calls that concern one
 * folder (PLAYGATE_SHIM_FOLDER), and
 * - lets the one with the number PLAYGATE_SHIM_FAIL fail with PLAYGATE_SHIM_ERRNO,
 * - or cuts the write with the number PLAYGATE_SHIM_TEAR off after PLAYGATE_SHIM_BYTES and kills the process,
 * - and writes down what changes the folder to PLAYGATE_SHIM_TRACE, with the bytes.
 * Whether the fault was reached is told in the file PLAYGATE_SHIM_TOLD. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_FD 1024

/* Calls on it are counted, but it is no part of what is traced. */
#define PARENT 2

static char names[MAX_FD][256];
static char ours[MAX_FD];
static long calls, writes;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static const char *folder(void) { return getenv("PLAYGATE_SHIM_FOLDER"); }

static long number(const char *name) {
    const char *text = getenv(name);
    return text ? atol(text) : -1;
}

static int is_ours(const char *path) {
    const char *where = folder();
    return where && path && strncmp(path, where, strlen(where)) == 0;
}

/* The folder that has this folder's entry. */
static int is_parent(const char *path) {
    const char *where = folder();
    size_t len = path ? strlen(path) : 0;
    return where && len > 1 && strncmp(path, where, len) == 0 && where[len] == '/' && !strchr(where + len + 1, '/');
}

static int fd_is_ours(int fd) { return fd >= 0 && fd < MAX_FD && ours[fd]; }

static const char *name_of(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash && slash[1] && strcmp(path, folder()) != 0 ? slash + 1 : ".";
}

/* Tells that the fault has come about. */
static void told(void) {
    const char *path = getenv("PLAYGATE_SHIM_TOLD");
    int fd = path ? REAL(open)(path, O_WRONLY | O_CREAT | O_TRUNC, 0600) : -1;
    if (fd >= 0) REAL(close)(fd);
}

/* Counts a call; 1 when it is to fail. */
static int fails(void) {
    if (++calls != number("PLAYGATE_SHIM_FAIL")) return 0;
    told();
    errno = (int)number("PLAYGATE_SHIM_ERRNO");
    return 1;
}

/* One line, and then so many bytes. */
static void trace(const char *what, const char *a, const char *b, long long at, const void *bytes, size_t len) {
    const char *path = getenv("PLAYGATE_SHIM_TRACE");
    if (!path) return;
    int kept = errno;
    int fd = REAL(open)(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (fd >= 0) {
        char line[700];
        int n = snprintf(line, sizeof line, "%s %s %s %lld %zu\n", what, a, b, at, len);
        if (REAL(write)(fd, line, (size_t)n) != n) abort();
        if (len && REAL(write)(fd, bytes, len) != (ssize_t)len) abort();
        REAL(close)(fd);
    }
    errno = kept;
}

static int opened(int fd, const char *path, int flags, int was_there) {
    if (fd >= 0 && fd < MAX_FD) {
        ours[fd] = 1;
        snprintf(names[fd], sizeof names[fd], "%s", name_of(path));
        if ((flags & O_CREAT) && !was_there) trace("create", names[fd], "-", 0, 0, 0);
    }
    return fd;
}

static int open_it(int (*real)(const char *, int, ...), const char *path, int flags, mode_t mode) {
    if (is_parent(path)) {
        int fd = fails() ? -1 : real(path, flags, mode);
        if (fd >= 0 && fd < MAX_FD) ours[fd] = PARENT;
        return fd;
    }
    if (!is_ours(path)) return real(path, flags, mode);
    if (fails()) return -1;
    int was_there = REAL(access)(path, F_OK) == 0;
    return opened(real(path, flags, mode), path, flags, was_there);
}

int open(const char *path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = (flags & O_CREAT) ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    return open_it(REAL(open), path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = (flags & O_CREAT) ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    return open_it(REAL(open64), path, flags, mode);
}

int close(int fd) {
    if (fd >= 0 && fd < MAX_FD) ours[fd] = 0;
    return REAL(close)(fd);
}

ssize_t write(int fd, const void *bytes, size_t len) {
    if (fd == STDOUT_FILENO) trace("told", "-", "-", 0, bytes, len);
    if (!fd_is_ours(fd)) return REAL(write)(fd, bytes, len);
    if (fails()) return -1;
    off_t at = lseek(fd, 0, SEEK_CUR);
    size_t cut = (size_t)number("PLAYGATE_SHIM_BYTES");
    if (++writes == number("PLAYGATE_SHIM_TEAR")) {
        if (cut < len) {
            ssize_t written = REAL(write)(fd, bytes, cut);
            (void)written;
            told();
        }
        kill(getpid(), SIGKILL);
    }
    ssize_t written = REAL(write)(fd, bytes, len);
    if (written > 0) trace("write", names[fd], "-", at, bytes, (size_t)written);
    return written;
}

ssize_t read(int fd, void *bytes, size_t len) {
    if (fd_is_ours(fd) && fails()) return -1;
    return REAL(read)(fd, bytes, len);
}

int fsync(int fd) {
    if (!fd_is_ours(fd)) return REAL(fsync)(fd);
    if (fails()) return -1;
    if (ours[fd] != PARENT) trace("sync", names[fd], "-", 0, 0, 0);
    return REAL(fsync)(fd);
}

int fdatasync(int fd) {
    if (!fd_is_ours(fd)) return REAL(fdatasync)(fd);
    if (fails()) return -1;
    if (ours[fd] != PARENT) trace("sync", names[fd], "-", 0, 0, 0);
    return REAL(fdatasync)(fd);
}

int rename(const char *from, const char *to) {
    if (!is_ours(to)) return REAL(rename)(from, to);
    if (fails()) return -1;
    int done = REAL(rename)(from, to);
    if (done == 0) trace("rename", name_of(from), name_of(to), 0, 0, 0);
    return done;
}

int linkat(int from_dir, const char *from, int to_dir, const char *to, int flags) {
    if (!is_ours(to)) return REAL(linkat)(from_dir, from, to_dir, to, flags);
    if (fails()) return -1;
    int done = REAL(linkat)(from_dir, from, to_dir, to, flags);
    if (done == 0) trace("link", name_of(from), name_of(to), 0, 0, 0);
    return done;
}

int link(const char *from, const char *to) { return linkat(AT_FDCWD, from, AT_FDCWD, to, 0); }

int unlink(const char *path) {
    if (!is_ours(path)) return REAL(unlink)(path);
    if (fails()) return -1;
    int done = REAL(unlink)(path);
    if (done == 0) trace("unlink", name_of(path), "-", 0, 0, 0);
    return done;
}

int flock(int fd, int operation) {
    if (fd_is_ours(fd) && (operation & LOCK_NB) && fails()) return -1;
    return REAL(flock)(fd, operation);
}

int mkdir(const char *path, mode_t mode) {
    if (is_ours(path) && fails()) return -1;
    return REAL(mkdir)(path, mode);
}

char *realpath(const char *path, char *out) {
    if (is_ours(path) && fails()) return NULL;
    return REAL(realpath)(path, out);
}

struct dirent64 *readdir64(DIR *dir) {
    if (fd_is_ours(dirfd(dir)) && fails()) return NULL;
    return REAL(readdir64)(dir);
}

DIR *opendir(const char *path) {
    if (!is_ours(path)) return REAL(opendir)(path);
    DIR *dir = fails() ? NULL : REAL(opendir)(path);
    if (dir && dirfd(dir) < MAX_FD) ours[dirfd(dir)] = 1;
    return dir;
}

int statx(int dir, const char *path, int flags, unsigned int mask, struct statx *out) {
    /* Rust asks with NULL whether there is such a call; the declaration says that nobody does. */
    const char *volatile given = path;
    int concerns = given && given[0] ? is_ours(given) : fd_is_ours(dir);
    if (concerns && fails()) return -1;
    return REAL(statx)(dir, given, flags, mask, out);
}

off64_t lseek64(int fd, off64_t at, int whence) {
    if (fd_is_ours(fd) && fails()) return -1;
    return REAL(lseek64)(fd, at, whence);
}
