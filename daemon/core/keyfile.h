/*
 * keyfile: a site's Ed25519 seed in DATA/keys/NAME.key (mode 0600, its directory 0700): the only place where it stands. The registrar's is
 * DATA/keys/registrar.key.
 */
#ifndef ALLIED_DAEMON_CORE_KEYFILE_H
#define ALLIED_DAEMON_CORE_KEYFILE_H

#include "daemon/core/env.h"
#include "protocol/sign/sign.h"

#define REGISTRAR_KEY_NAME "registrar"

/* Writes it durably (fsync of file and directory) before it is used for anything. ERR_DATA_EXISTS, ERR_READ_ONLY, ERR_DISK, ERR_DISK_FULL. */
err_t keyfile_write(const char *dir, const char *name, const uint8_t seed[SEED_BYTES], struct why *why);
/* ERR_KEY_MISSING where it is absent; ERR_KEY_DAMAGED; ERR_OWNER where others may read it. */
err_t keyfile_read(const char *dir, const char *name, struct sign_key *out, struct why *why);
/* The key of that name, made where there is none: one that an attempt left is taken, for it may have gone out. */
err_t keyfile_next(const char *dir, const char *name, const struct env *env, struct sign_key *out, struct why *why);

/* Gives it another name, durably; what had that name is gone. */
err_t keyfile_move(const char *dir, const char *from, const char *to, struct why *why);

/*
 * Keys that stand without a database are of a site that lost it, or of an `init` or a `join` that was stopped before there was one: those leave
 * keys/unfinished. keyfile_start makes it, durably, before the first key; keyfile_done takes it away once the database holds the site.
 */
err_t keyfile_start(const char *dir, struct why *why);
void keyfile_done(const char *dir);
/* Do keys stand here that no unfinished attempt left? */
bool keyfile_left(const char *dir);

#endif
