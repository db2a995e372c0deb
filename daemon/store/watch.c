#include "daemon/store/watch.h"

#include "daemon/store/query.h"

enum statement { PUT_BEACON, BEACONS, PUT_DAY, DAYS, FORGET, STATEMENTS };
/* clang-format off */
static const char *const statements[STATEMENTS] = {
    [PUT_BEACON] = "INSERT OR REPLACE INTO beacons (site, beacon, signature, received_ms, clock_off_ms) VALUES (?, ?, ?, ?, ?)",
    [BEACONS]    = "SELECT site, beacon, signature, received_ms, clock_off_ms IS NOT NULL, coalesce(clock_off_ms, 0) FROM beacons ORDER BY site",
    [PUT_DAY]    = "INSERT OR REPLACE INTO strip (site, day, was) VALUES (?, ?, ?)",
    [DAYS]       = "SELECT site, day, was FROM strip WHERE day >= ? ORDER BY site, day",
    [FORGET]     = "DELETE FROM strip WHERE day < ?",
};
/* clang-format on */
_Static_assert(STATEMENTS <= QUERY_STATEMENTS_MAX, "room for the statements of watch");

static void start(struct query *q, struct store *s, enum statement which)
{
    query_start(q, s, OWNER_WATCH, which, statements[which]);
}

err_t watch_put_beacon(struct store *s, const struct watch_beacon *b)
{
    struct query q;
    start(&q, s, PUT_BEACON);
    query_blob(&q, slice_of(b->site, SITE_BYTES));
    query_blob(&q, b->beacon);
    query_blob(&q, slice_of(b->signature, SIGNATURE_BYTES));
    query_int(&q, b->received_ms);
    if (b->measured)
        query_int(&q, b->clock_off_ms);
    else
        query_null(&q);
    return query_run(&q);
}

err_t watch_beacons(struct store *s, struct arena *arena, struct watch_beacon **out, size_t *n)
{
    struct query q;
    struct query_list list = {.arena = arena, .size = sizeof(struct watch_beacon)};
    start(&q, s, BEACONS);
    while (query_row(&q)) {
        struct watch_beacon *b = query_list_add(&q, &list);
        if (!b)
            break;
        query_get_fixed(&q, b->site, SITE_BYTES);
        b->beacon = query_get_copy(&q, arena);
        query_get_fixed(&q, b->signature, SIGNATURE_BYTES);
        b->received_ms = query_get_int(&q);
        b->measured = query_get_int(&q) != 0;
        b->clock_off_ms = query_get_int(&q);
    }
    err_t e = query_end(&q);
    if (!e) {
        *out = list.at;
        *n = list.n;
    }
    return e;
}

err_t watch_put_day(struct store *s, const struct watch_day *d)
{
    struct query q;
    start(&q, s, PUT_DAY);
    query_blob(&q, slice_of(d->site, SITE_BYTES));
    query_int(&q, d->day);
    query_uint(&q, d->was);
    return query_run(&q);
}

err_t watch_days(struct store *s, int64_t first, struct arena *arena, struct watch_day **out, size_t *n)
{
    struct query q;
    struct query_list list = {.arena = arena, .size = sizeof(struct watch_day)};
    start(&q, s, DAYS);
    query_int(&q, first);
    while (query_row(&q)) {
        struct watch_day *d = query_list_add(&q, &list);
        if (!d)
            break;
        query_get_fixed(&q, d->site, SITE_BYTES);
        d->day = query_get_int(&q);
        d->was = (unsigned)query_get_uint(&q);
    }
    err_t e = query_end(&q);
    if (!e) {
        *out = list.at;
        *n = list.n;
    }
    return e;
}

err_t watch_forget(struct store *s, int64_t before)
{
    struct query q;
    start(&q, s, FORGET);
    query_int(&q, before);
    return query_run(&q);
}
