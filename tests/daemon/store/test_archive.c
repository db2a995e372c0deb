#include "daemon/store/archive.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include <cmocka.h>

/* ---- files in memory ---- */

static int file_of(struct slice bytes)
{
    int fd = memfd_create("archive", MFD_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes.at, bytes.len), bytes.len);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    return fd;
}

static struct buf bytes_of(int fd)
{
    struct buf out;
    uint8_t block[4096];
    ssize_t n;
    buf_init(&out, SIZE_MAX);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    while ((n = read(fd, block, sizeof block)) > 0)
        buf_append(&out, block, (size_t)n);
    assert_int_equal(out.err, ERR_OK);
    return out;
}

/* ---- a backup to play with ---- */

struct given {
    struct archive_manifest m;
    struct archive_source sources[3];
    uint8_t seed[SEED_BYTES];
    struct buf database;
};

static void give_part(struct given *g, enum archive_kind kind, const char *name, struct slice bytes)
{
    size_t i = g->m.parts_n++;
    g->m.parts[i] = (struct archive_part){.kind = kind, .name = slice_text(name)};
    g->sources[i] = (struct archive_source){-1, bytes};
    assert_int_equal(archive_measure(&g->sources[i], &g->m.parts[i]), ERR_OK);
}

static void give(struct given *g, size_t database_bytes, bool noise)
{
    uint32_t state = 1;
    *g = (struct given){
        .m = {.alliance_name = slice_text("Coredem"),
              .program = slice_text("allied/1"),
              .created_ms = 1800000000000,
              .schema = 1,
              .records = 3,
              .concepts = 2,
              .commits = 9,
              .sites_n = 1}
    };
    memset(g->m.alliance, 7, sizeof g->m.alliance);
    memset(g->m.sites[0].site, 9, SITE_BYTES);
    g->m.sites[0].name = slice_text("béton-vert");
    memset(g->seed, 5, sizeof g->seed);
    buf_init(&g->database, SIZE_MAX);
    for (size_t i = 0; i < database_bytes; i++) {
        state = state * 1664525u + 1013904223u;
        buf_byte(&g->database, noise ? (uint8_t)(state >> 24) : 'x');
    }
    give_part(g, ARCHIVE_DATABASE, "allied.db", buf_slice(&g->database));
    give_part(g, ARCHIVE_KEY, "béton-vert", slice_of(g->seed, sizeof g->seed));
    give_part(g, ARCHIVE_CONFIG, "allied.conf", slice_text("site { name = \"Béton vert\" }\n"));
}

static struct buf written(const struct given *g)
{
    int fd = memfd_create("archive", MFD_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(archive_write(fd, &g->m, g->sources), ERR_OK);
    struct buf out = bytes_of(fd);
    close(fd);
    return out;
}

static err_t collect(void *ctx, struct slice bytes)
{
    return ctx ? buf_add(ctx, bytes) : ERR_OK;
}

/* Reads all of it; the parts' bytes go to `parts` (NULL: nowhere). */
static err_t read_all(struct slice bytes, struct buf *parts)
{
    struct archive *a = NULL;
    err_t e = archive_open(file_of(bytes), &a);
    if (e)
        return e;
    for (size_t i = 0; i < archive_manifest(a)->parts_n && !e; i++)
        e = archive_next(a, collect, parts ? &parts[i] : NULL);
    if (!e)
        e = archive_end(a);
    archive_close(a);
    return e;
}

static void comes_back(size_t bytes, bool noise)
{
    struct given g;
    struct buf parts[3];
    give(&g, bytes, noise);
    struct buf file = written(&g);
    for (size_t i = 0; i < 3; i++)
        buf_init(&parts[i], SIZE_MAX);
    assert_int_equal(read_all(buf_slice(&file), parts), ERR_OK);
    for (size_t i = 0; i < 3; i++) {
        assert_true(slice_equal(buf_slice(&parts[i]), g.sources[i].bytes));
        buf_fini(&parts[i]);
    }
    buf_fini(&file);
    buf_fini(&g.database);
}

static void what_went_in_comes_out(void **state)
{
    (void)state;
    comes_back(1, true);
    comes_back(128 * 1024, true);
    comes_back(128 * 1024 - 1, false);
    comes_back(700001, true);
}

static void what_compresses_too_well_is_filled_up_and_still_read(void **state)
{
    (void)state;
    comes_back(4 * 1024 * 1024, false);
    struct given g;
    give(&g, 4 * 1024 * 1024, false);
    struct buf file = written(&g);
    assert_true(file.len > (4 - 1) * 1024 * 1024 / ARCHIVE_RATIO);
    buf_fini(&file);
    buf_fini(&g.database);
}

static void the_manifest_says_what_it_holds(void **state)
{
    (void)state;
    struct given g;
    struct archive *a = NULL;
    give(&g, 1000, true);
    struct buf file = written(&g);
    assert_int_equal(archive_open(file_of(buf_slice(&file)), &a), ERR_OK);
    const struct archive_manifest *m = archive_manifest(a);
    assert_true(slice_equal(m->alliance_name, slice_text("Coredem")));
    assert_true(slice_equal(m->sites[0].name, slice_text("béton-vert")));
    assert_int_equal(m->records, 3);
    assert_int_equal(m->commits, 9);
    assert_int_equal(m->created_ms, 1800000000000);
    assert_true(archive_has_keys(m));
    assert_int_equal(m->parts[0].bytes, 1000);
    archive_close(a);
    buf_fini(&file);
    buf_fini(&g.database);
}

/* ---- what is not as it was written ---- */

/* zstd leaves a bit of a frame's head without a meaning: where all comes out as it went in, that is no damage. */
static err_t read_same(const struct given *g, struct slice file)
{
    struct buf parts[3];
    for (size_t i = 0; i < 3; i++)
        buf_init(&parts[i], SIZE_MAX);
    err_t e = read_all(file, parts);
    for (size_t i = 0; i < 3; i++) {
        assert_true(e || slice_equal(buf_slice(&parts[i]), g->sources[i].bytes));
        buf_fini(&parts[i]);
    }
    return e;
}

static void every_shorter_copy_is_too_short(void **state)
{
    (void)state;
    struct given g;
    give(&g, 300, true);
    struct buf file = written(&g);
    assert_int_equal(read_all(slice_of("", 0), NULL), ERR_BACKUP_FOREIGN);
    for (size_t len = 1; len < file.len; len++)
        assert_int_equal(read_all(slice_of(file.at, len), NULL), ERR_BACKUP_SHORT);
    buf_fini(&file);
    buf_fini(&g.database);
}

static void every_flipped_bit_is_seen_or_changes_nothing(void **state)
{
    (void)state;
    struct given g;
    give(&g, 300, true);
    struct buf file = written(&g);
    for (size_t bit = 0; bit < file.len * 8; bit++) {
        file.at[bit / 8] ^= (uint8_t)(1u << bit % 8);
        err_t e = read_same(&g, buf_slice(&file));
        if (e && e != ERR_BACKUP_DAMAGED && e != ERR_BACKUP_SHORT && e != ERR_BACKUP_FOREIGN && e != ERR_BACKUP_NEWER)
            fail_msg("bit %zu: %s", bit, err_name(e));
        file.at[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    assert_int_equal(read_all(buf_slice(&file), NULL), ERR_OK);
    buf_fini(&file);
    buf_fini(&g.database);
}

static void what_follows_is_damage(void **state)
{
    (void)state;
    struct given g;
    uint8_t more[64];
    give(&g, 300, true);
    struct buf file = written(&g);
    size_t whole = file.len;
    buf_append(&file, "\0", 1);
    assert_int_equal(read_all(buf_slice(&file), NULL), ERR_BACKUP_DAMAGED);
    file.len = whole;
    buf_append(&file, "more", 4);
    assert_int_equal(read_all(buf_slice(&file), NULL), ERR_BACKUP_DAMAGED);
    file.len = whole;
    buf_append(&file, more, ZSTD_compress(more, sizeof more, "content", 7, 1));
    assert_int_equal(read_all(buf_slice(&file), NULL), ERR_BACKUP_DAMAGED);
    buf_fini(&file);
    buf_fini(&g.database);
}

static void other_files_and_later_forms_are_told_apart(void **state)
{
    (void)state;
    struct given g;
    give(&g, 300, true);
    struct buf file = written(&g);
    file.at[14] = '2';
    assert_int_equal(read_all(buf_slice(&file), NULL), ERR_BACKUP_NEWER);
    file.at[0] = 'A';
    assert_int_equal(read_all(buf_slice(&file), NULL), ERR_BACKUP_FOREIGN);
    assert_int_equal(read_all(slice_text("SQLite format 3, or whatever"), NULL), ERR_BACKUP_FOREIGN);
    assert_int_equal(read_all(slice_text("allied-b"), NULL), ERR_BACKUP_SHORT);
    struct archive *a = NULL;
    assert_int_equal(archive_open(open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC), &a), ERR_BACKUP_FOREIGN);
    buf_fini(&file);
    buf_fini(&g.database);
}

/* A file whose head is right and whose frames are small, and which says that it holds a gibibyte. */
static void a_bomb_is_not_unpacked(void **state)
{
    (void)state;
    struct given g;
    give(&g, 300, true);
    g.m.parts[0].bytes = 1 << 30;
    int fd = memfd_create("archive", MFD_CLOEXEC);
    assert_int_equal(archive_write(fd, &g.m, g.sources), ERR_DISK); /* the source has no such many bytes */
    struct buf file = bytes_of(fd);
    assert_int_equal(read_all(buf_slice(&file), NULL), ERR_BACKUP_SHORT);
    close(fd);
    buf_fini(&file);
    buf_fini(&g.database);
}

/* ---- manifests that lie ---- */

static err_t manifest_again(const struct archive_manifest *m)
{
    struct buf bytes;
    struct archive_manifest out;
    buf_init(&bytes, SIZE_MAX);
    archive_manifest_encode(m, &bytes);
    err_t e = archive_manifest_decode(buf_slice(&bytes), &out);
    buf_fini(&bytes);
    return e;
}

static void names_that_lead_elsewhere_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "../x", "/etc/x", ".ssh", "a/b", "-rf", "a b", "a\nb", "a\\b"};
    struct given g;
    give(&g, 10, true);
    assert_int_equal(manifest_again(&g.m), ERR_OK);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        g.m.parts[1].name = slice_text(bad[i]);
        assert_int_equal(manifest_again(&g.m), ERR_BACKUP_DAMAGED);
    }
    buf_fini(&g.database);
}

static void parts_out_of_order_are_refused(void **state)
{
    (void)state;
    struct given g;
    give(&g, 10, true);
    struct archive_manifest m = g.m;
    m.parts[0].kind = ARCHIVE_KEY;
    assert_int_equal(manifest_again(&m), ERR_BACKUP_DAMAGED);
    m = g.m;
    m.parts[1].kind = ARCHIVE_DATABASE;
    assert_int_equal(manifest_again(&m), ERR_BACKUP_DAMAGED);
    m = g.m;
    m.parts[1] = g.m.parts[2];
    m.parts[2] = g.m.parts[1];
    assert_int_equal(manifest_again(&m), ERR_BACKUP_DAMAGED);
    m = g.m;
    m.parts[2] = g.m.parts[1]; /* the same key twice */
    assert_int_equal(manifest_again(&m), ERR_BACKUP_DAMAGED);
    m = g.m;
    m.parts[1].bytes = 31;
    assert_int_equal(manifest_again(&m), ERR_BACKUP_DAMAGED);
    m = g.m;
    m.sites_n = 0;
    assert_int_equal(manifest_again(&m), ERR_BACKUP_DAMAGED);
    buf_fini(&g.database);
}

static void a_part_that_changed_while_it_was_written_is_seen_when_read(void **state)
{
    (void)state;
    struct given g;
    give(&g, 300, true);
    g.database.at[17] ^= 1;
    struct buf file = written(&g);
    assert_int_equal(read_all(buf_slice(&file), NULL), ERR_BACKUP_DAMAGED);
    buf_fini(&file);
    buf_fini(&g.database);
}

static err_t refuse(void *ctx, struct slice bytes)
{
    (void)ctx, (void)bytes;
    return ERR_DISK_FULL;
}

static void a_sink_that_refuses_ends_it(void **state)
{
    (void)state;
    struct given g;
    struct archive *a = NULL;
    give(&g, 300, true);
    struct buf file = written(&g);
    assert_int_equal(archive_open(file_of(buf_slice(&file)), &a), ERR_OK);
    assert_int_equal(archive_next(a, refuse, NULL), ERR_DISK_FULL);
    assert_int_equal(archive_end(a), ERR_BACKUP_DAMAGED);
    archive_close(a);
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    assert_int_equal(archive_write(full, &g.m, g.sources), ERR_DISK_FULL);
    close(full);
    buf_fini(&file);
    buf_fini(&g.database);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_went_in_comes_out),
        cmocka_unit_test(what_compresses_too_well_is_filled_up_and_still_read),
        cmocka_unit_test(the_manifest_says_what_it_holds),
        cmocka_unit_test(every_shorter_copy_is_too_short),
        cmocka_unit_test(every_flipped_bit_is_seen_or_changes_nothing),
        cmocka_unit_test(what_follows_is_damage),
        cmocka_unit_test(other_files_and_later_forms_are_told_apart),
        cmocka_unit_test(a_bomb_is_not_unpacked),
        cmocka_unit_test(names_that_lead_elsewhere_are_refused),
        cmocka_unit_test(parts_out_of_order_are_refused),
        cmocka_unit_test(a_part_that_changed_while_it_was_written_is_seen_when_read),
        cmocka_unit_test(a_sink_that_refuses_ends_it),
    };
    return sign_start() ? 1 : cmocka_run_group_tests_name("archive", tests, NULL, NULL);
}
