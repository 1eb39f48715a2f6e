/* A disk whose flush takes 5 ms longer: preload it, and fsync and fdatasync sleep first. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>

static const struct timespec LONGER = {0, 5 * 1000 * 1000};

static int slowly(const char *name, int file)
{
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    nanosleep(&LONGER, 0);
    return real(file);
}

int fsync(int file) { return slowly("fsync", file); }
int fdatasync(int file) { return slowly("fdatasync", file); }
