/*
 * Directories of a test's own. What a failed test did not come to remove goes when its program ends.
 */
#ifndef ALLIED_TESTS_HELP_SCRATCH_H
#define ALLIED_TESTS_HELP_SCRATCH_H

#include <stdbool.h>

#define SCRATCH_PATH 64 /* bytes that a pattern has at most */

/* As mkdtemp: the pattern ends in XXXXXX and becomes the path. False: it cannot be made there. Not from several threads at once. */
bool scratch_try(char *pattern);
void scratch_make(char *pattern);      /* fails the test instead */
void scratch_remove(const char *path); /* with all that is in it; nothing there is fine */

#endif
