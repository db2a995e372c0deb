/*
 * guard: a file on tmpfs with the head of an own log, so that it dies with the boot (DESIGN §3 "Incarnations"). A restored backup, a
 * snapshot or a clone cannot carry it along.
 */
#ifndef ALLIED_DAEMON_STORE_GUARD_H
#define ALLIED_DAEMON_STORE_GUARD_H

#include "protocol/op/commit.h"

struct guard_state {
    uint64_t incarnation, seq;
    uint8_t id[HASH_BYTES];
};
struct guard {
    int lock_fd; /* held from guard_open to guard_close; -1: no tmpfs, state lives in this process */
    char path[512];
    bool known; /* in-process state is set (only where lock_fd is -1) */
    struct guard_state state;
};
/* The directory for new guards: RUNTIME_DIRECTORY, XDG_RUNTIME_DIR, /run/allied, /dev/shm: the first that is writable tmpfs. "" where none is. */
void guard_choose(const uint8_t site[SITE_BYTES], char *path, size_t size);
/* Takes the lock (path ‖ ".lock"). ERR_LOCKED where another process holds it, ERR_GUARD. An empty path is fine. */
err_t guard_open(const char *path, struct guard *out, struct why *why);
void guard_close(struct guard *g);
/* ERR_NOT_FOUND where there is none (after a boot, a restore on another machine) or it is unreadable. */
err_t guard_read(struct guard *g, struct guard_state *out);
/* Replaces it whole (a new file, renamed). ERR_GUARD. */
err_t guard_write(struct guard *g, const struct guard_state *state);
/* Takes it away: from then on there is none. */
void guard_drop(struct guard *g);

#endif
