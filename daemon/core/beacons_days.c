/*
 * beacons_days: the rows and the strip of days, and the local tables in which both outlive the process.
 */
#include "daemon/core/beacons.h"
#include "daemon/core/host.h"
#include "daemon/core/problems.h"
#include "daemon/store/watch.h"
#include <stdlib.h>

#define WRITE_EVERY_MS 60000

static int64_t today(const struct core *c)
{
    int64_t ms = core_wall(c).ms;
    return ms > 0 ? ms / CLOCK_DAY_MS : 0;
}

struct beacon_row *beacons_row(struct core *c, const uint8_t site[SITE_BYTES], size_t *at)
{
    struct beacons *b = c->beacons;
    size_t i = 0;
    while (i < b->n && memcmp(b->rows[i]->site, site, SITE_BYTES) != 0)
        i++;
    void *array = b->rows;
    if (i == b->n) {
        err_t e = core_grow(&array, b->n, &b->room, sizeof *b->rows);
        b->rows = array;
        struct beacon_row *row = e ? NULL : calloc(1, sizeof *row);
        if (!row)
            return NULL;
        memcpy(row->site, site, SITE_BYTES);
        memcpy(row->host, site, SITE_BYTES);
        row->day = today(c);
        row->allowance = 1;
        b->rows[b->n++] = row;
    }
    if (at)
        *at = i;
    return b->rows[i];
}

bool beacons_is_its_daemon(const struct beacon_row *row, const struct peer *p)
{
    return memcmp(p->site, row->site, SITE_BYTES) == 0 || memcmp(p->site, row->host, SITE_BYTES) == 0;
}

/* What of it is worse than a warning; a number that this program does not know may be. */
static bool is_troubled(const struct beacon *b)
{
    bool troubled = false;
    for (size_t i = 0; i < b->problems_n; i++)
        troubled |= problems_level_of(b->problems[i]) == LEVEL_DEGRADED;
    return troubled;
}

void beacons_set(struct core *c, struct beacon_row *row, struct slice beacon, const uint8_t signature[SIGNATURE_BYTES])
{
    memcpy(row->bytes, beacon.at, beacon.len);
    row->bytes_n = beacon.len;
    memcpy(row->signature, signature, SIGNATURE_BYTES);
    row->any = beacon_decode(slice_of(row->bytes, row->bytes_n), &row->said) == ERR_OK;
    row->troubled = is_troubled(&row->said);
    row->dirty = true;
    if (!host_of(c, row->site, row->host))
        memcpy(row->host, row->site, SITE_BYTES);
}

/* ---- the strip ---- */

/* Days that went by without a word are unknown. A clock that goes back leaves what was told. */
static void turn_to(struct beacon_row *row, int64_t day)
{
    for (int64_t d = row->day + 1; d <= day && d <= row->day + STRIP_DAYS; d++)
        row->days[d % STRIP_DAYS] = HEALTH_UNKNOWN;
    row->day = day > row->day ? day : row->day;
}

void beacons_mark(const struct core *c, struct beacon_row *row, enum health was)
{
    int64_t day = today(c);
    turn_to(row, day);
    uint8_t *mark = &row->days[day % STRIP_DAYS];
    if (row->day - day >= STRIP_DAYS || (uint8_t)was <= *mark)
        return;
    *mark = (uint8_t)was;
    row->day_dirty = row->day_dirty && row->day_dirty < day ? row->day_dirty : day;
}

void beacons_strip(const struct core *c, const struct beacon_row *row, char out[STRIP_DAYS + 1])
{
    static const char letters[] = {
        [HEALTH_UNKNOWN] = '-', [HEALTH_OK] = 'o', [HEALTH_DEGRADED] = 'd', [HEALTH_SILENT] = 's'};
    int64_t last = today(c);
    for (int64_t i = 0; i < STRIP_DAYS; i++) {
        int64_t day = last - (STRIP_DAYS - 1) + i;
        bool stands = row && day >= 0 && day <= row->day && day > row->day - STRIP_DAYS;
        out[i] = letters[stands ? row->days[day % STRIP_DAYS] : HEALTH_UNKNOWN];
    }
    out[STRIP_DAYS] = 0;
    for (size_t i = 0; i + 1 < STRIP_DAYS && out[i] == letters[HEALTH_UNKNOWN]; i++)
        out[i] = '.';
}

/* Of a day on which something came: that it also was silent for a while. */
static void mark_silent(struct core *c, struct beacon_row *row)
{
    int64_t day = today(c);
    bool came = day <= row->day && day > row->day - STRIP_DAYS && row->days[day % STRIP_DAYS] != HEALTH_UNKNOWN;
    if (came && beacons_health(c, row) == HEALTH_SILENT)
        beacons_mark(c, row, HEALTH_SILENT);
}

/* ---- the tables ---- */

static void restore(struct core *c, const struct watch_beacon *w)
{
    struct beacon b;
    bool reads = beacon_decode(w->beacon, &b) == ERR_OK && memcmp(b.site, w->site, SITE_BYTES) == 0;
    struct beacon_row *row = reads ? beacons_row(c, w->site, NULL) : NULL;
    if (!row)
        return;
    beacons_set(c, row, w->beacon, w->signature);
    row->dirty = false;
    row->received_ms = w->received_ms;
    row->measured = w->measured;
    row->clock_off_ms = w->clock_off_ms;
    int64_t age = core_wall(c).ms - w->received_ms;
    row->heard.ms = core_mono(c).ms - (age > 0 ? age : 0);
    row->asked = core_mono(c);
}

err_t beacons_load(struct core *c)
{
    struct arena arena = {0};
    struct watch_beacon *said = NULL;
    struct watch_day *days = NULL;
    size_t said_n = 0, days_n = 0;
    int64_t last = today(c);
    err_t e = watch_beacons(c->store, &arena, &said, &said_n);
    if (!e)
        e = watch_days(c->store, last - STRIP_DAYS + 1, &arena, &days, &days_n);
    for (size_t i = 0; i < said_n && !e; i++)
        restore(c, &said[i]);
    for (size_t i = 0; i < days_n && !e; i++) {
        struct beacon_row *row = days[i].day <= last ? beacons_row(c, days[i].site, NULL) : NULL;
        if (row)
            row->days[days[i].day % STRIP_DAYS] = (uint8_t)(days[i].was <= HEALTH_SILENT ? days[i].was : 0);
    }
    arena_fini(&arena);
    return e;
}

static err_t write_row(struct core *c, const struct beacon_row *row)
{
    struct watch_beacon w = {.beacon = slice_of(row->bytes, row->bytes_n),
                             .received_ms = row->received_ms,
                             .measured = row->measured,
                             .clock_off_ms = row->clock_off_ms};
    struct watch_day d = {.day = row->day_dirty ? row->day_dirty : INT64_MAX};
    memcpy(w.signature, row->signature, SIGNATURE_BYTES);
    memcpy(w.site, row->site, SITE_BYTES);
    memcpy(d.site, row->site, SITE_BYTES);
    err_t e = row->dirty && row->any ? watch_put_beacon(c->store, &w) : ERR_OK;
    for (; d.day <= row->day && !e; d.day++) {
        d.was = row->days[d.day % STRIP_DAYS];
        e = d.was ? watch_put_day(c->store, &d) : ERR_OK;
    }
    return e;
}

/* One transaction: none of it is worth an fsync of its own. */
static err_t write_all(struct core *c)
{
    int64_t day = today(c);
    err_t e = store_begin(c->store);
    if (e)
        return e;
    if (c->beacons->forgotten != day)
        e = watch_forget(c->store, day - STRIP_DAYS + 1);
    for (size_t i = 0; i < c->beacons->n && !e; i++)
        e = write_row(c, c->beacons->rows[i]);
    if (!e)
        e = store_commit(c->store);
    if (e)
        store_rollback(c->store);
    c->beacons->forgotten = e ? c->beacons->forgotten : day;
    return e;
}

void beacons_write(struct core *c, struct mono now)
{
    struct beacons *b = c->beacons;
    bool any = false;
    if (now.ms - b->written.ms < WRITE_EVERY_MS || c->batch.open)
        return;
    b->written = core_mono(c);
    for (size_t i = 0; i < b->n; i++) {
        mark_silent(c, b->rows[i]);
        any |= b->rows[i]->dirty || b->rows[i]->day_dirty;
    }
    err_t e = any ? write_all(c) : ERR_OK;
    for (size_t i = 0; i < b->n && !e; i++) {
        b->rows[i]->dirty = false;
        b->rows[i]->day_dirty = 0;
    }
    if (e)
        core_note(c, JOURNAL_WARN, "beacon.unwritten", "reason=%s", err_name(e));
}
