/*
 * A store in a directory of its own, and logs of signed commits to put into it.
 */
#ifndef ALLIED_TESTS_HELP_STORE_FIXTURE_H
#define ALLIED_TESTS_HELP_STORE_FIXTURE_H

#include "daemon/store/oplog.h"

struct store_fixture {
    char dir[64], path[96]; /* path: of the database in it */
    struct store *s;
    struct arena arena;
};
void store_fixture_open(struct store_fixture *f); /* makes the directory, creates the store; fails the test */
void store_fixture_again(struct store_fixture *f, enum store_mode mode); /* closes, opens again */
void store_fixture_close(struct store_fixture *f);                       /* removes the directory */
/* As setup and teardown of cmocka: *state is a store_fixture. */
int store_fixture_setup(void **state);
int store_fixture_teardown(void **state);
/* Writes, changes or measures files from outside. */
void store_fixture_file(const char *path, const void *at, size_t len);
size_t store_fixture_size(const char *path);
void store_fixture_remove_tree(const char *dir);

/* An author: makes the next commit of its log each time. */
struct store_author {
    struct sign_key key;
    struct log_id log;
    uint64_t seq, clock; /* of the last commit */
    uint8_t prev[HASH_BYTES];
};
struct store_commit {
    struct buf envelope, body;
    uint8_t signature[SIGNATURE_BYTES];
    uint8_t salt[LIMIT_OPS][SALT_BYTES];
    struct commit c; /* bodies present, body i begins with the byte i */
};
void store_author_init(struct store_author *a, uint8_t seed, uint64_t incarnation);
/* ops_n ops, with bodies of body_bytes each. Free with store_commit_free. */
struct store_commit *store_author_commit(struct store_author *a, size_t ops_n, size_t body_bytes);
void store_commit_free(struct store_commit *m);
/* The carried form, for comparing; the caller frees it. */
struct buf store_commit_carried(const struct commit *c);
/* Makes a commit and puts it. The commit's row. */
int64_t store_author_put(struct store_author *a, struct store *s, size_t ops_n);

#endif
