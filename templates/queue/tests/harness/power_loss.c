/* What a power cut would leave: for each file a shadow that holds what was synced, and no more.
 *
 * Preloaded into a program, it notes which bytes of the files under POWER_LOSS_FOLDER are written.
 * fsync and fdatasync copy those bytes, and the length, into the file's shadow, which is named by
 * its inode and lies in POWER_LOSS_STATE. A killed program leaves the shadows behind; to put them
 * in the place of the files is to cut the power. Lengths alone would not do: a write-ahead log is
 * written over from its beginning after each checkpoint.
 *
 * Names (made, renamed, removed) count as synced at once. What is mapped into memory is not seen.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOST_FILES 256
#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

struct range { off64_t from, to; };
struct file { ino_t inode; struct range *dirty; size_t count, room; };

static struct file files[MOST_FILES];
static size_t file_count;
static const char *folder, *state;
static dev_t device;
static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER;

/* A program may write its title over its environment, as Redis does. */
static const char *copied(const char *name)
{
    const char *value = getenv(name);

    return value ? strdup(value) : NULL;
}

__attribute__((constructor)) static void begin(void)
{
    char path[PATH_MAX];
    struct stat64 about;

    folder = copied("POWER_LOSS_FOLDER");
    state = copied("POWER_LOSS_STATE");
    if (!folder || !state || stat64(folder, &about))
        return;
    device = about.st_dev;
    snprintf(path, sizeof path, "%s/loaded", state);
    close(open(path, O_CREAT | O_WRONLY, 0600)); /* the test asks whether we were here */
}

static void die(const char *what)
{
    perror(what);
    abort();
}

static struct file *known(ino_t inode)
{
    for (size_t n = 0; n < file_count; n++)
        if (files[n].inode == inode)
            return &files[n];
    return NULL;
}

static int is_regular(int fd)
{
    struct stat64 about;

    return !fstat64(fd, &about) && S_ISREG(about.st_mode);
}

/* The file behind a descriptor, when it is one that we watch. */
static struct file *watched(int fd)
{
    char link[64], path[PATH_MAX];
    struct stat64 about;
    struct file *file;
    ssize_t length;

    if (!folder || !state || fstat64(fd, &about) || !S_ISREG(about.st_mode))
        return NULL;
    if ((file = known(about.st_ino)))
        return file;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    length = readlink(link, path, sizeof path - 1);
    if (length < 0 || strncmp(path, folder, strlen(folder)))
        return NULL;
    if (file_count == MOST_FILES)
        die("power_loss: too many files");
    file = &files[file_count++];
    *file = (struct file){.inode = about.st_ino};
    return file;
}

static void note(struct file *file, off64_t from, ssize_t length)
{
    struct range *last = file->count ? &file->dirty[file->count - 1] : NULL;

    if (length <= 0)
        return;
    if (last && last->to == from) {
        last->to = from + length;
        return;
    }
    if (file->count == file->room) {
        file->room = file->room ? 2 * file->room : 64;
        file->dirty = realloc(file->dirty, file->room * sizeof *file->dirty);
        if (!file->dirty)
            die("power_loss: no memory");
    }
    file->dirty[file->count++] = (struct range){from, from + length};
}

static void shadow_path(char *path, size_t size, ino_t inode)
{
    snprintf(path, size, "%s/%llu", state, (unsigned long long)inode);
}

/* Copy what was written since the last sync; the caller holds the guard. */
static void keep(int fd, struct file *file)
{
    char path[PATH_MAX], own[64], bytes[65536];
    struct stat64 about;
    int source, shadow;

    snprintf(own, sizeof own, "/proc/self/fd/%d", fd);
    shadow_path(path, sizeof path, file->inode);
    source = open64(own, O_RDONLY); /* the descriptor itself may be for writing only */
    shadow = open64(path, O_CREAT | O_WRONLY, 0600);
    if (source < 0 || shadow < 0 || fstat64(fd, &about))
        die("power_loss: cannot keep what was synced");
    for (size_t n = 0; n < file->count; n++) {
        off64_t at = file->dirty[n].from;
        while (at < file->dirty[n].to) {
            size_t left = (size_t)(file->dirty[n].to - at);
            ssize_t got = pread64(source, bytes, left < sizeof bytes ? left : sizeof bytes, at);
            if (got <= 0)
                break; /* cut off since */
            if (REAL(pwrite64)(shadow, bytes, (size_t)got, at) != got)
                die("power_loss: cannot write a shadow");
            at += got;
        }
    }
    if (REAL(ftruncate64)(shadow, about.st_size))
        die("power_loss: cannot cut a shadow");
    file->count = 0;
    close(source);
    close(shadow);
}

static int synced(int fd, int (*real)(int))
{
    struct file *file;
    int result;

    pthread_mutex_lock(&guard);
    file = watched(fd);
    result = real(fd);
    if (!result && file)
        keep(fd, file);
    pthread_mutex_unlock(&guard);
    return result;
}

int fsync(int fd) { return synced(fd, REAL(fsync)); }
int fdatasync(int fd) { return synced(fd, REAL(fdatasync)); }

ssize_t write(int fd, const void *data, size_t length)
{
    struct file *file;
    ssize_t written;
    off64_t end;

    if (!is_regular(fd))
        return REAL(write)(fd, data, length); /* it may block, and nobody shall wait for it */
    pthread_mutex_lock(&guard);
    file = watched(fd);
    written = REAL(write)(fd, data, length);
    if (file && written > 0 && (end = lseek64(fd, 0, SEEK_CUR)) >= 0)
        note(file, end - written, written); /* right for O_APPEND, too */
    pthread_mutex_unlock(&guard);
    return written;
}

ssize_t pwrite64(int fd, const void *data, size_t length, off64_t at)
{
    struct file *file;
    ssize_t written;

    pthread_mutex_lock(&guard);
    file = watched(fd);
    written = REAL(pwrite64)(fd, data, length, at);
    if (file)
        note(file, at, written);
    pthread_mutex_unlock(&guard);
    return written;
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t at)
{
    return pwrite64(fd, data, length, at);
}

static void forget(int parent, const char *name)
{
    struct stat64 about;
    struct file *file;
    char path[PATH_MAX];

    if (!state || fstatat64(parent, name, &about, AT_SYMLINK_NOFOLLOW))
        return;
    if (about.st_dev != device || about.st_nlink > 1)
        return;
    shadow_path(path, sizeof path, about.st_ino); /* the inode may be another file's tomorrow */
    REAL(unlink)(path);
    if ((file = known(about.st_ino))) {
        free(file->dirty);
        *file = files[--file_count];
    }
}

int unlink(const char *path)
{
    int result;

    pthread_mutex_lock(&guard);
    forget(AT_FDCWD, path);
    result = REAL(unlink)(path);
    pthread_mutex_unlock(&guard);
    return result;
}

int unlinkat(int parent, const char *path, int flags)
{
    int result;

    pthread_mutex_lock(&guard);
    forget(parent, path);
    result = REAL(unlinkat)(parent, path, flags);
    pthread_mutex_unlock(&guard);
    return result;
}
