#include "tests/help/scratch.h"
#include "tests/help/store_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include <cmocka.h>

#define KEPT 64 /* of more than these at a time, a failed test leaves some */

static struct kept {
    pid_t by; /* 0: free; a forked child does not remove what is its parent's */
    char path[SCRATCH_PATH];
} kept[KEPT];

static void remove_kept(void)
{
    for (size_t i = 0; i < KEPT; i++)
        if (kept[i].by == getpid())
            store_fixture_remove_tree(kept[i].path);
}

static void keep(const char *path)
{
    static bool registered;
    if (!registered)
        registered = atexit(remove_kept) == 0;
    for (size_t i = 0; i < KEPT; i++)
        if (!kept[i].by) {
            kept[i].by = getpid();
            snprintf(kept[i].path, sizeof kept[i].path, "%s", path);
            return;
        }
}

bool scratch_try(char *pattern)
{
    assert_true(strlen(pattern) < SCRATCH_PATH);
    if (!mkdtemp(pattern))
        return false;
    keep(pattern);
    return true;
}

void scratch_make(char *pattern)
{
    assert_true(scratch_try(pattern));
}

void scratch_remove(const char *path)
{
    store_fixture_remove_tree(path);
    for (size_t i = 0; i < KEPT; i++)
        if (strcmp(kept[i].path, path) == 0)
            kept[i] = (struct kept){0};
}
