/*
 * Vectors of the input digest (PROTOCOL.md §8.4): a replica's inputs as carried, what of them counts, and the digest, which is put together here in the
 * plainest way from the text alone. What counts is written down by hand, case by case.
 */
#include "tests/help/op_vectors.h"

#include "protocol/wire/wr.h"
#include "tests/help/charter_world.h"
#include "tests/help/op_notation.h"

#include <stdlib.h>

#define COMMITS_MAX 40
#define HEADS_MAX   8

struct log_made {
    struct sign_key key;
    uint8_t ally[ALLY_BYTES];
    struct log_id log;
    uint64_t seq, clock;
    uint8_t prev[HASH_BYTES];
};
struct making {
    struct world w;
    struct slice commits[COMMITS_MAX], proofs[4][2];
    size_t commits_n, proofs_n;
    struct head counts[HEADS_MAX], forks[2]; /* as a reader has to find them */
    size_t counts_n, forks_n;
};

static struct log_made log_of(struct making *m, unsigned ally, uint64_t incarnation)
{
    struct log_made l = {.clock = UINT64_C(1790000000000) << 16, .log = {.incarnation = incarnation}};
    seeded_key(world_seed(ally), &l.key);
    memcpy(l.ally, world_ally(&m->w, ally), ALLY_BYTES);
    memcpy(l.log.site, l.key.pub, SITE_BYTES);
    return l;
}

static struct slice carry(struct making *m, struct log_made *l, const struct op *op, struct slice body)
{
    struct buf header, envelope, out;
    struct slice kept;
    uint8_t signature[SIGNATURE_BYTES];
    buf_init(&header, LIMIT_ENVELOPE_BYTES);
    buf_init(&envelope, LIMIT_ENVELOPE_BYTES);
    buf_init(&out, LIMIT_COMMIT_BYTES);
    op_encode_header(&header, op);
    struct op_draft draft = {.header = buf_slice(&header), .body = body};
    struct commit_draft d = {.log = l->log, .seq = ++l->seq, .clock = l->clock += 65536, .ops = &draft, .ops_n = 1};
    memset(draft.salt, (int)(0x50 + l->seq), SALT_BYTES);
    memcpy(d.alliance, m->w.charter, ALLIANCE_BYTES);
    memcpy(d.prev, l->prev, HASH_BYTES);
    if (commit_build(&d, &l->key, &envelope, signature, l->prev))
        abort();
    commit_write_start(&out, buf_slice(&envelope), signature, 1);
    commit_write_body(&out, BODY_PRESENT, draft.salt, body);
    if (arena_copy(&m->w.arena, buf_slice(&out), &kept))
        abort();
    buf_fini(&header);
    buf_fini(&envelope);
    buf_fini(&out);
    return m->commits[m->commits_n++] = kept;
}

static struct slice put_title(struct making *m, struct log_made *l, const char *title)
{
    uint8_t record[RECORD_BYTES];
    struct op_write w = {.field = R_TITLE, .lang = slice_text("fr"), .target = slice_text(""), .add = true};
    struct op op = {
        .info = kind_info(OP_RECORD_PUT), .entity = slice_of(record, RECORD_BYTES), .writes = &w, .writes_n = 1};
    struct buf value, body;
    memset(record, 0xaa, sizeof record);
    memcpy(record, l->ally, ALLY_BYTES);
    buf_init(&value, 256);
    buf_init(&body, 256);
    wr_text(&value, slice_text(title));
    struct slice values[] = {buf_slice(&value)};
    op_encode_body(&body, values, 1);
    struct slice carried = carry(m, l, &op, buf_slice(&body));
    buf_fini(&value);
    buf_fini(&body);
    return carried;
}

static void erase(struct making *m, struct log_made *l, const uint8_t commit[HASH_BYTES])
{
    struct dot dot = dot_of(commit, 0);
    struct op op = {
        .info = kind_info(OP_SITE_ERASE), .entity = slice_of(l->log.site, SITE_BYTES), .dots = &dot, .dots_n = 1};
    carry(m, l, &op, slice_of((const uint8_t[]){0x91, 0xa0}, 2));
}

static struct head head_of(const struct log_made *l)
{
    struct head h = {.log = l->log, .seq = l->seq};
    memcpy(h.id, l->prev, HASH_BYTES);
    return h;
}

static void counts(struct making *m, struct head h)
{
    m->counts[m->counts_n++] = h;
}

static void prove(struct making *m, struct slice one, struct slice other)
{
    m->proofs[m->proofs_n][0] = one;
    m->proofs[m->proofs_n++][1] = other;
}

/* ---- cases: each has more in it than the one before ---- */

enum { PLAIN, FORKED, CHECKPOINTED, CUT, ERASED, CASES };
static const char *const names[CASES] = {
    [PLAIN] = "logs of three sites, one of them with two",
    [FORKED] = "a log forked at 3, another at 2: they end before it",
    [CHECKPOINTED] =
        "a checkpoint names a commit of one branch of the second: it counts, and its proof is evidence only",
    [CUT] = "a suspension cuts one log of the third ally at 2 and the one it does not name at nothing",
    [ERASED] = "an erasure: one more commit; what was erased is still a commit that counts",
};

static void fork_first(struct making *m, struct log_made *b, bool forked)
{
    put_title(m, b, "Un");
    put_title(m, b, "Deux");
    if (forked)
        counts(m, head_of(b));
    struct log_made other = *b;
    struct slice one = put_title(m, b, "Trois");
    put_title(m, b, "Quatre");
    if (!forked) {
        counts(m, head_of(b));
        return;
    }
    m->forks[m->forks_n] = (struct head){.log = b->log, .seq = 3};
    m->forks_n++;
    other.clock += 1 << 20;
    prove(m, one, put_title(m, &other, "Trois, autrement"));
}

static struct head fork_second(struct making *m, struct log_made *b, bool forked, bool checkpointed)
{
    put_title(m, b, "Un");
    if (forked && !checkpointed)
        counts(m, head_of(b));
    struct log_made other = *b;
    struct slice one = put_title(m, b, "Deux");
    struct head named = head_of(b);
    put_title(m, b, "Trois");
    if (!forked || checkpointed)
        counts(m, head_of(b));
    if (!forked)
        return named;
    other.clock += 1 << 20;
    prove(m, one, put_title(m, &other, "Deux, autrement"));
    if (!checkpointed)
        m->forks[m->forks_n++] = (struct head){.log = b->log, .seq = 2};
    return named;
}

static void cut_third(struct making *m, bool cut)
{
    struct log_made c = log_of(m, 3, 4), other = log_of(m, 3, 9);
    put_title(m, &c, "Un");
    put_title(m, &c, "Deux");
    struct head upto = head_of(&c);
    put_title(m, &c, "Trois");
    put_title(m, &other, "Ailleurs");
    counts(m, cut ? upto : head_of(&c));
    if (!cut)
        counts(m, head_of(&other));
    else
        world_suspend(&m->w, 3, &upto, 1);
}

static void make(struct making *m, int upto)
{
    *m = (struct making){.commits_n = 0};
    world_init(&m->w, 3);
    struct log_made a = log_of(m, 1, 1), b = log_of(m, 2, 2), b2 = log_of(m, 2, UINT64_C(1) << 40);
    uint8_t first[HASH_BYTES];
    put_title(m, &a, "Un");
    memcpy(first, a.prev, HASH_BYTES);
    put_title(m, &a, "Deux");
    if (upto >= ERASED)
        erase(m, &a, first);
    counts(m, head_of(&a));
    fork_first(m, &b, upto >= FORKED);
    struct head named = fork_second(m, &b2, upto >= FORKED, upto >= CHECKPOINTED);
    if (upto >= CHECKPOINTED)
        world_checkpoint(&m->w, &named, 1);
    cut_third(m, upto >= CUT);
}

/* ---- the digest, word by word ---- */

static int by_log(const void *a, const void *b)
{
    return log_compare(&((const struct head *)a)->log, &((const struct head *)b)->log);
}

static void site_digest(const struct making *m, size_t from, size_t to, uint8_t out[HASH_BYTES])
{
    struct buf b;
    buf_init(&b, 4096);
    for (size_t i = from; i < to; i++) {
        wr_array(&b, 4);
        wr_bin(&b, slice_of(m->counts[i].log.site, SITE_BYTES));
        wr_uint(&b, m->counts[i].log.incarnation);
        wr_uint(&b, m->counts[i].seq);
        wr_bin(&b, slice_of(m->counts[i].id, HASH_BYTES));
    }
    struct slice parts[] = {slice_text("allied/inputs/1"), buf_slice(&b)};
    hash256(out, parts, 2);
    buf_fini(&b);
}

static void input_digest(struct making *m, uint8_t out[HASH_BYTES])
{
    struct buf b;
    buf_init(&b, 4096);
    qsort(m->counts, m->counts_n, sizeof *m->counts, by_log);
    qsort(m->forks, m->forks_n, sizeof *m->forks, by_log);
    wr_array(&b, 2);
    wr_bin(&b, slice_of(m->w.charter, HASH_BYTES));
    wr_bin(&b, slice_of(m->w.roster_id, HASH_BYTES));
    for (size_t from = 0, to; from < m->counts_n; from = to) {
        uint8_t digest[HASH_BYTES];
        for (to = from; to < m->counts_n && !memcmp(m->counts[to].log.site, m->counts[from].log.site, SITE_BYTES);)
            to++;
        site_digest(m, from, to, digest);
        buf_append(&b, digest, sizeof digest);
    }
    for (size_t i = 0; i < m->forks_n; i++) {
        wr_array(&b, 3);
        wr_bin(&b, slice_of(m->forks[i].log.site, SITE_BYTES));
        wr_uint(&b, m->forks[i].log.incarnation);
        wr_uint(&b, m->forks[i].seq);
    }
    struct slice parts[] = {slice_text("allied/inputs/1"), buf_slice(&b)};
    hash256(out, parts, 2);
    buf_fini(&b);
}

/* ---- the file ---- */

static json_t *hexes(const struct slice *all, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, hex_of(all[i]));
    return list;
}

static json_t *places(const struct head *heads, size_t n, bool ids)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++) {
        json_t *one = json_pack("{s:o, s:o, s:I}", "site", hex_of(slice_of(heads[i].log.site, SITE_BYTES)),
                                "incarnation", json_sprintf("%llu", (unsigned long long)heads[i].log.incarnation),
                                "seq", (json_int_t)heads[i].seq);
        if (ids)
            json_object_set_new(one, "id", hex_of(slice_of(heads[i].id, HASH_BYTES)));
        json_array_append_new(list, one);
    }
    return list;
}

static json_t *one_case(int upto)
{
    struct making *m = malloc(sizeof *m);
    uint8_t digest[HASH_BYTES];
    if (!m)
        abort();
    make(m, upto);
    input_digest(m, digest);
    json_t *proofs = json_array();
    for (size_t i = 0; i < m->proofs_n; i++)
        json_array_append_new(proofs, hexes(m->proofs[i], 2));
    json_t *out = json_pack(
        "{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "name", names[upto], "charters",
        hexes(m->w.charters, m->w.charters_n), "acts", hexes(m->w.acts, m->w.acts_n), "commits",
        hexes(m->commits, m->commits_n), "proofs", proofs, "charter", hex_of(slice_of(m->w.charter, HASH_BYTES)),
        "roster", hex_of(slice_of(m->w.roster_id, HASH_BYTES)), "counts", places(m->counts, m->counts_n, true), "forks",
        places(m->forks, m->forks_n, false), "input_digest", hex_of(slice_of(digest, HASH_BYTES)));
    world_fini(&m->w);
    free(m);
    return out;
}

json_t *vectors_inputs(void)
{
    json_t *file = json_object(), *cases = json_array();
    for (int i = 0; i < CASES; i++)
        json_array_append_new(cases, one_case(i));
    json_object_set_new(file, "version", json_integer(1));
    json_object_set_new(file, "cases", cases);
    return file;
}
