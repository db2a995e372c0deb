/* The container of bundles: what goes in comes out, and of a damaged file all that is whole. */
#include "daemon/store/bundle.h"

#include "protocol/base/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#define MESSAGES 5

/* Message i: of a size and a filling of its own; the fourth compresses beyond what a reader takes. */
static struct slice message(size_t i, uint8_t room[70000])
{
    static const size_t sizes[MESSAGES] = {1, 300, 20000, 60000, 17};
    for (size_t k = 0; k < sizes[i]; k++)
        room[k] = (uint8_t)(i == 3 ? 7 : i == 2 ? k * k * 31 >> 4 : k + i);
    return slice_of(room, sizes[i]);
}

static struct buf written(void)
{
    static uint8_t room[70000];
    struct bundle_writer *w = NULL;
    struct buf out;
    int fd = memfd_create("bundle", MFD_CLOEXEC);
    assert_int_equal(bundle_begin(fd, &w), ERR_OK);
    for (size_t i = 0; i < MESSAGES; i++)
        assert_int_equal(bundle_add(w, message(i, room)), ERR_OK);
    assert_int_equal(bundle_add(w, slice_text("")), ERR_TOO_LARGE);
    assert_int_equal(bundle_add(w, slice_of(room, LIMIT_MESSAGE_BYTES + 1)), ERR_TOO_LARGE);
    bundle_finish(w);
    buf_init(&out, SIZE_MAX);
    uint8_t block[4096];
    ssize_t n;
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    while ((n = read(fd, block, sizeof block)) > 0)
        buf_append(&out, block, (size_t)n);
    close(fd);
    return out;
}

/* Reads a file of those bytes: which messages come out, in order, none that was not put in. */
static unsigned read_all(struct slice file, struct bundle_state *state, err_t *opened)
{
    static uint8_t room[70000];
    struct bundle_reader *r = NULL;
    struct slice got;
    unsigned seen = 0;
    size_t at = 0;
    int fd = memfd_create("bundle", MFD_CLOEXEC);
    assert_int_equal(write(fd, file.at, file.len), file.len);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    *opened = bundle_open(fd, &r);
    err_t e = *opened;
    while (!e && (e = bundle_next(r, &got)) == ERR_OK) {
        while (at < MESSAGES && !slice_equal(message(at, room), got))
            at++;
        assert_true(at < MESSAGES);
        seen |= 1u << at++;
    }
    if (!*opened) {
        assert_int_equal(e, ERR_NOT_FOUND);
        *state = bundle_state(r);
        assert_int_equal(state->at, file.len);
    }
    bundle_close(r);
    close(fd);
    return seen;
}

static void what_is_written_is_read_again(void **state)
{
    (void)state;
    struct buf file = written();
    struct bundle_state s;
    err_t e;
    assert_int_equal(read_all(buf_slice(&file), &s, &e), (1u << MESSAGES) - 1);
    assert_int_equal(s.blocks, MESSAGES);
    assert_int_equal(s.lost, 0);
    buf_fini(&file);
}

static void one_flipped_bit_costs_one_block(void **state)
{
    (void)state;
    struct buf file = written();
    struct bundle_state s;
    err_t e;
    for (size_t i = 16; i < file.len; i += i < 400 ? 1 : 997) {
        file.at[i] ^= (uint8_t)(1u << i % 8);
        unsigned seen = read_all(buf_slice(&file), &s, &e);
        assert_int_equal(e, ERR_OK);
        assert_int_equal(__builtin_popcount(seen), MESSAGES - 1);
        assert_true(s.lost && s.first <= i && i < s.first + s.lost);
        file.at[i] ^= (uint8_t)(1u << i % 8);
    }
    buf_fini(&file);
}

static void a_file_cut_anywhere_gives_what_stands_before(void **state)
{
    (void)state;
    struct buf file = written();
    struct bundle_state s;
    err_t e;
    for (size_t len = 16; len < file.len; len += len < 400 ? 1 : 1009) {
        unsigned seen = read_all(slice_of(file.at, len), &s, &e);
        assert_int_equal(e, ERR_OK);
        assert_int_equal(seen & (seen + 1), 0); /* from the first on, none left out */
        assert_true(seen < (1u << MESSAGES) - 1);
    }
    for (size_t len = 0; len < 16; len++) {
        read_all(slice_of(file.at, len), &s, &e);
        assert_int_equal(e, ERR_BUNDLE_FOREIGN);
    }
    buf_fini(&file);
}

static void junk_between_blocks_is_passed_over_and_counted(void **state)
{
    (void)state;
    struct buf file = written(), bad;
    struct bundle_state s;
    err_t e;
    buf_init(&bad, SIZE_MAX);
    buf_append(&bad, file.at, 16);
    for (unsigned i = 0; i < 3000000; i++)
        buf_byte(&bad, (uint8_t)(i % 251 == 0 ? 0x89 : i));
    buf_append(&bad, file.at + 16, file.len - 16);
    assert_int_equal(read_all(buf_slice(&bad), &s, &e), (1u << MESSAGES) - 1);
    assert_int_equal(s.lost, 3000000);
    assert_int_equal(s.first, 16);
    buf_fini(&bad);
    buf_fini(&file);
}

static void another_form_and_another_file_are_told_apart(void **state)
{
    (void)state;
    struct buf file = written();
    struct bundle_state s;
    err_t e;
    file.at[14] = '2';
    read_all(buf_slice(&file), &s, &e);
    assert_int_equal(e, ERR_BUNDLE_NEWER);
    file.at[14] = 'x';
    read_all(buf_slice(&file), &s, &e);
    assert_int_equal(e, ERR_BUNDLE_FOREIGN);
    buf_fini(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_again),
        cmocka_unit_test(one_flipped_bit_costs_one_block),
        cmocka_unit_test(a_file_cut_anywhere_gives_what_stands_before),
        cmocka_unit_test(junk_between_blocks_is_passed_over_and_counted),
        cmocka_unit_test(another_form_and_another_file_are_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
