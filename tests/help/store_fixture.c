#include "tests/help/store_fixture.h"

#include "protocol/wire/wr.h"
#include "tests/help/scratch.h"

#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

void store_fixture_open(struct store_fixture *f)
{
    struct why why = {0};
    *f = (struct store_fixture){0};
    assert_int_equal(sign_start(), ERR_OK);
    snprintf(f->dir, sizeof f->dir, "/tmp/allied-store-XXXXXX");
    scratch_make(f->dir);
    snprintf(f->path, sizeof f->path, "%s/allied.db", f->dir);
    if (store_open(f->path, STORE_CREATE, &f->s, &why))
        fail_msg("%s: %s", err_name(why.code), why.text);
}

void store_fixture_again(struct store_fixture *f, enum store_mode mode)
{
    struct why why = {0};
    store_close(f->s);
    f->s = NULL;
    if (store_open(f->path, mode, &f->s, &why))
        fail_msg("%s: %s", err_name(why.code), why.text);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    (void)type;
    (void)at;
    return remove(path);
}

void store_fixture_remove_tree(const char *dir)
{
    nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

void store_fixture_close(struct store_fixture *f)
{
    store_close(f->s);
    arena_fini(&f->arena);
    if (f->dir[0])
        scratch_remove(f->dir);
    *f = (struct store_fixture){0};
}

int store_fixture_setup(void **state)
{
    struct store_fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    store_fixture_open(f);
    *state = f;
    return 0;
}

int store_fixture_teardown(void **state)
{
    store_fixture_close(*state);
    free(*state);
    return 0;
}

void store_fixture_file(const char *path, const void *at, size_t len)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, at, len), len);
    close(fd);
}

size_t store_fixture_size(const char *path)
{
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    return (size_t)st.st_size;
}

void store_author_init(struct store_author *a, uint8_t seed, uint64_t incarnation)
{
    uint8_t bytes[SEED_BYTES];
    memset(bytes, seed, sizeof bytes);
    *a = (struct store_author){.clock = UINT64_C(1790000000000) << 16};
    sign_key_from_seed(bytes, &a->key);
    memcpy(a->log.site, a->key.pub, SITE_BYTES);
    a->log.incarnation = incarnation;
}

static void draft_ops(const struct store_author *a, struct store_commit *m, struct buf *headers, struct op_draft *ops,
                      size_t ops_n, size_t body_bytes)
{
    uint8_t record[24] = {0};
    buf_init(headers, 1 << 16);
    buf_init(&m->body, 1 << 24);
    wr_array(headers, 4);
    wr_uint(headers, 16);
    wr_bin(headers, slice_of(record, sizeof record));
    wr_array(headers, 0);
    wr_array(headers, 0);
    assert_int_equal(headers->err, ERR_OK);
    for (size_t i = 0; i < ops_n; i++) {
        buf_byte(&m->body, (uint8_t)i);
        for (size_t n = 1; n < body_bytes; n++)
            buf_byte(&m->body, (uint8_t)(a->seq + n));
        memset(m->salt[i], (int)(i + 1), SALT_BYTES);
    }
    assert_int_equal(m->body.err, ERR_OK);
    for (size_t i = 0; i < ops_n; i++) {
        ops[i] = (struct op_draft){buf_slice(headers), slice_of(m->body.at + i * body_bytes, body_bytes), {0}};
        memcpy(ops[i].salt, m->salt[i], SALT_BYTES);
    }
}

struct store_commit *store_author_commit(struct store_author *a, size_t ops_n, size_t body_bytes)
{
    struct store_commit *m = calloc(1, sizeof *m);
    struct op_draft *ops = calloc(ops_n, sizeof *ops);
    struct buf headers;
    uint8_t id[HASH_BYTES];
    assert_true(m && ops);
    draft_ops(a, m, &headers, ops, ops_n, body_bytes);
    struct commit_draft d = {
        .log = a->log, .seq = a->seq + 1, .clock = a->clock + (1 << 16), .ops = ops, .ops_n = ops_n};
    memset(d.alliance, 7, sizeof d.alliance);
    memcpy(d.prev, a->prev, HASH_BYTES);
    buf_init(&m->envelope, LIMIT_ENVELOPE_BYTES);
    assert_int_equal(commit_build(&d, &a->key, &m->envelope, m->signature, id), ERR_OK);
    assert_int_equal(commit_decode_envelope(buf_slice(&m->envelope), m->signature, &m->c), ERR_OK);
    for (size_t i = 0; i < ops_n; i++) {
        m->c.ops[i].state = BODY_PRESENT;
        m->c.ops[i].salt = m->salt[i];
        m->c.ops[i].body = ops[i].body;
    }
    a->seq++;
    a->clock = d.clock;
    memcpy(a->prev, id, HASH_BYTES);
    buf_fini(&headers);
    free(ops);
    return m;
}

void store_commit_free(struct store_commit *m)
{
    buf_fini(&m->envelope);
    buf_fini(&m->body);
    free(m);
}

struct buf store_commit_carried(const struct commit *c)
{
    struct buf out;
    buf_init(&out, LIMIT_COMMIT_BYTES);
    commit_write_start(&out, c->envelope, c->signature, c->ops_n);
    for (size_t i = 0; i < c->ops_n; i++)
        commit_write_body(&out, c->ops[i].state, c->ops[i].salt, c->ops[i].body);
    assert_int_equal(out.err, ERR_OK);
    return out;
}

int64_t store_author_put(struct store_author *a, struct store *s, size_t ops_n)
{
    struct store_commit *m = store_author_commit(a, ops_n, 40);
    int64_t row = 0;
    assert_int_equal(oplog_put(s, &m->c, &row), ERR_OK);
    store_commit_free(m);
    return row;
}
