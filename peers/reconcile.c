/*
 * reconcile: everything is one merge of two ascending lists.
 */
#include "peers/reconcile.h"
#include "protocol/wire/wr.h"

#define HEAD_BYTES 96 /* of one head encoded: 1 + 2+32 + 9 + 9 + 2+32, rounded up */

static int compare_heads(const struct msg_head *a, const struct msg_head *b)
{
    int c = memcmp(a->site, b->site, sizeof a->site);
    return c ? c : (a->incarnation > b->incarnation) - (a->incarnation < b->incarnation);
}

bool reconcile_heads_ordered(const struct msg_head *heads, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (compare_heads(&heads[i - 1], &heads[i]) >= 0)
            return false;
    return true;
}

bool reconcile_sites_ordered(const struct msg_site *sites, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (memcmp(sites[i - 1].site, sites[i].site, sizeof sites[i].site) >= 0)
            return false;
    return true;
}

/* The digest of one site's heads; how many of them had a commit. */
static err_t site_digest(const struct msg_head *heads, size_t n, size_t *used, uint8_t out[HASH_BYTES])
{
    struct buf b;
    buf_init(&b, n * HEAD_BYTES + sizeof DOMAIN_INPUTS);
    *used = 0;
    for (size_t i = 0; i < n; i++) {
        if (heads[i].seq == 0)
            continue;
        ++*used;
        wr_array(&b, 4);
        wr_bin(&b, slice_of(heads[i].site, sizeof heads[i].site));
        wr_uint(&b, heads[i].incarnation);
        wr_uint(&b, heads[i].seq);
        wr_bin(&b, slice_of(heads[i].id, sizeof heads[i].id));
    }
    err_t err = b.err;
    if (!err) {
        struct slice parts[] = {slice_text(DOMAIN_INPUTS), buf_slice(&b)};
        hash256(out, parts, 2);
    }
    buf_fini(&b);
    return err;
}

static size_t run_of_site(const struct msg_head *heads, size_t n)
{
    size_t run = 1;
    while (run < n && memcmp(heads[run].site, heads[0].site, sizeof heads[0].site) == 0)
        run++;
    return run;
}

err_t reconcile_sites(const struct msg_head *heads, size_t n, struct arena *arena, struct msg_site **out, size_t *out_n)
{
    struct msg_site *sites = arena_alloc(arena, n + 1, sizeof *sites);
    size_t count = 0;
    if (!sites)
        return ERR_MEMORY;
    for (size_t i = 0, run; i < n; i += run) {
        size_t used;
        run = run_of_site(heads + i, n - i);
        err_t err = site_digest(heads + i, run, &used, sites[count].digest);
        if (err)
            return err;
        memcpy(sites[count].site, heads[i].site, sizeof heads[i].site);
        if (used)
            count++;
    }
    *out = sites;
    *out_n = count;
    return ERR_OK;
}

err_t reconcile_inputs(const struct msg_site *sites, size_t n, const uint8_t charter_id[HASH_BYTES],
                       const uint8_t roster_id[HASH_BYTES], struct slice forks, uint8_t out[HASH_BYTES])
{
    struct buf b;
    buf_init(&b, HEAD_BYTES + n * HASH_BYTES + forks.len);
    wr_array(&b, 2);
    wr_bin(&b, slice_of(charter_id, HASH_BYTES));
    wr_bin(&b, slice_of(roster_id, HASH_BYTES));
    for (size_t i = 0; i < n; i++)
        buf_append(&b, sites[i].digest, HASH_BYTES);
    buf_add(&b, forks);
    err_t err = b.err;
    if (!err) {
        struct slice parts[] = {slice_text(DOMAIN_INPUTS), buf_slice(&b)};
        hash256(out, parts, 2);
    }
    buf_fini(&b);
    return err;
}

err_t reconcile_differing(const struct msg_site *ours, size_t ours_n, const struct msg_site *theirs, size_t theirs_n,
                          struct arena *arena, struct msg_site **out, size_t *out_n)
{
    struct msg_site *sites = arena_alloc(arena, ours_n + theirs_n + 1, sizeof *sites);
    size_t i = 0, j = 0, n = 0;
    if (!sites)
        return ERR_MEMORY;
    while (i < ours_n || j < theirs_n) {
        int c = i == ours_n ? 1 : j == theirs_n ? -1 : memcmp(ours[i].site, theirs[j].site, sizeof ours[i].site);
        if (c > 0)
            memcpy(sites[n++].site, theirs[j].site, sizeof theirs[j].site);
        else if (c < 0 || memcmp(ours[i].digest, theirs[j].digest, sizeof ours[i].digest) != 0)
            sites[n++] = ours[i];
        i += c <= 0;
        j += c >= 0;
    }
    *out = sites;
    *out_n = n;
    return ERR_OK;
}

err_t reconcile_heads_of(const struct msg_head *heads, size_t n, const struct msg_site *sites, size_t sites_n,
                         struct arena *arena, struct msg_head **out, size_t *out_n)
{
    struct msg_head *some = arena_alloc(arena, n + 1, sizeof *some);
    size_t j = 0, count = 0;
    if (!some)
        return ERR_MEMORY;
    for (size_t i = 0; i < n; i++) {
        while (j < sites_n && memcmp(sites[j].site, heads[i].site, sizeof heads[i].site) < 0)
            j++;
        if (j < sites_n && memcmp(sites[j].site, heads[i].site, sizeof heads[i].site) == 0 && heads[i].seq > 0)
            some[count++] = heads[i];
    }
    *out = some;
    *out_n = count;
    return ERR_OK;
}

/* The next log that either has; the one that lacks it gives NULL. False at the end. */
struct pair {
    const struct msg_head *ours, *ours_end, *theirs, *theirs_end;
    const struct msg_head *our, *their;
};

static bool pair_next(struct pair *p)
{
    bool left = p->ours < p->ours_end, right = p->theirs < p->theirs_end;
    if (!left && !right)
        return false;
    int c = !left ? 1 : !right ? -1 : compare_heads(p->ours, p->theirs);
    p->our = c <= 0 ? p->ours++ : NULL;
    p->their = c >= 0 ? p->theirs++ : NULL;
    return true;
}

/* Empty lists may be NULL, on which even +0 is undefined. */
static struct pair pair_of(const struct msg_head *ours, size_t ours_n, const struct msg_head *theirs, size_t theirs_n)
{
    return (struct pair){ours, ours_n ? ours + ours_n : ours, theirs, theirs_n ? theirs + theirs_n : theirs, NULL,
                         NULL};
}

err_t reconcile_wants(const struct msg_head *ours, size_t ours_n, const struct msg_head *theirs, size_t theirs_n,
                      struct arena *arena, struct msg_want **out, size_t *out_n)
{
    struct msg_want *wants = arena_alloc(arena, theirs_n + 1, sizeof *wants);
    struct pair p = pair_of(ours, ours_n, theirs, theirs_n);
    size_t n = 0;
    if (!wants)
        return ERR_MEMORY;
    while (pair_next(&p)) {
        uint64_t have = p.our ? p.our->seq : 0;
        if (!p.their || p.their->seq <= have)
            continue;
        memcpy(wants[n].site, p.their->site, sizeof p.their->site);
        wants[n].incarnation = p.their->incarnation;
        wants[n].first = have + 1;
        wants[n++].last = p.their->seq;
    }
    *out = wants;
    *out_n = n;
    return ERR_OK;
}

static uint64_t add_capped(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

void reconcile_count(const struct msg_head *ours, size_t ours_n, const struct msg_head *theirs, size_t theirs_n,
                     struct reconcile_counts *out)
{
    struct pair p = pair_of(ours, ours_n, theirs, theirs_n);
    struct reconcile_counts c = {0};
    while (pair_next(&p)) {
        uint64_t our = p.our ? p.our->seq : 0, their = p.their ? p.their->seq : 0;
        if (their > our)
            c.behind = add_capped(c.behind, their - our);
        else if (our > their)
            c.ahead = add_capped(c.ahead, our - their);
        else if (our > 0 && memcmp(p.our->id, p.their->id, sizeof p.our->id) != 0)
            c.forked++;
    }
    *out = c;
}
