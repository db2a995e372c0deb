#include "protocol/base/utf8.h"
#include "tests/help/wire_bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

static size_t fault_of(const char *bytes, size_t len)
{
    uint8_t *exact = wire_exact(bytes, len);
    size_t at = utf8_fault(slice_of(exact, len));
    free(exact);
    return at;
}

static void every_scalar_value_is_valid_and_no_surrogate_is(void **state)
{
    (void)state;
    for (uint32_t c = 0x800; c < 0x10000; c++) {
        char three[3] = {(char)(0xe0 | c >> 12), (char)(0x80 | (c >> 6 & 0x3f)), (char)(0x80 | (c & 0x3f))};
        assert_int_equal(utf8_valid(slice_of(three, 3)), c < 0xd800 || c > 0xdfff);
    }
    for (uint32_t c = 0x10000; c < 0x200000; c += 0x3f) {
        char four[4] = {(char)(0xf0 | c >> 18), (char)(0x80 | (c >> 12 & 0x3f)), (char)(0x80 | (c >> 6 & 0x3f)),
                        (char)(0x80 | (c & 0x3f))};
        assert_int_equal(utf8_valid(slice_of(four, 4)), c <= 0x10ffff);
    }
}

static void a_character_is_read_whole_or_not_at_all(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t len, taken;
        uint32_t point;
    } texts[] = {
        {"",                 0, 0, 0       },
        {"a\x80",            2, 1, 'a'     },
        {"\xc3\xa9t",        3, 2, 0xe9    },
        {"\xe2\x82\xac",     3, 3, 0x20ac  },
        {"\xf4\x8f\xbf\xbf", 4, 4, 0x10ffff},
        {"\xe2\x82",         2, 0, 0       },
        {"\xc0\x80",         2, 0, 0       },
        {"\xed\xa0\x80",     3, 0, 0       },
        {"\xf4\x90\x80\x80", 4, 0, 0       },
        {"\x80",             1, 0, 0       },
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        uint32_t point = 0;
        uint8_t *exact = wire_exact(texts[i].bytes, texts[i].len);
        assert_int_equal(utf8_one(slice_of(exact, texts[i].len), &point), texts[i].taken);
        assert_int_equal(point, texts[i].point);
        free(exact);
    }
}

static void a_fault_is_told_by_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t len, at;
    } texts[] = {
        {"",                    0,  0},
        {"abc",                 3,  3},
        {"a\0b",                3,  3},
        {"ab\x80",              3,  2},
        {"\xc0\x80",            2,  0}, /* overlong */
        {"\xc1\xbf",            2,  0},
        {"\xe0\x9f\xbf",        3,  0},
        {"\xf0\x8f\xbf\xbf",    4,  0},
        {"\xed\xa0\x80",        3,  0}, /* a surrogate */
        {"\xf4\x90\x80\x80",    4,  0}, /* past U+10FFFF */
        {"\xf5\x80\x80\x80",    4,  0},
        {"12345678\xff",        9,  8}, /* behind the quick path */
        {"1234567\xc3\xa9\xc3", 10, 9},
        {"\xe2\x82",            2,  0},
        {"\xc3(",               2,  0},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_int_equal(fault_of(texts[i].bytes, texts[i].len), texts[i].at);
}

static void every_prefix_is_read_inside_its_block(void **state)
{
    (void)state;
    const char *text = "aé€🌱 Cœur pêché 漢字 12345678";
    for (size_t n = 0; n <= strlen(text); n++)
        assert_true(fault_of(text, n) <= n);
}

static void expect(err_t (*f)(struct slice, struct buf *), const char *in, const char *out)
{
    struct buf b;
    buf_init(&b, 1000);
    assert_int_equal(f(slice_text(in), &b), ERR_OK);
    assert_string_equal(buf_text(&b), out);
    buf_fini(&b);
}

static void nfc_composes_and_leaves_compatibility_forms(void **state)
{
    (void)state;
    expect(utf8_nfc, "e\xcc\x81t\xc3\xa9", "\xc3\xa9t\xc3\xa9");
    expect(utf8_nfc, "\xef\xac\x81n", "\xef\xac\x81n"); /* the ligature fi stays */
    expect(utf8_nfc, "", "");
    expect(utf8_nfc, "a\xcc\xa3\xcc\x87", "\xe1\xba\xa1\xcc\x87");
}

static void folding_drops_case_accents_and_ligatures(void **state)
{
    (void)state;
    expect(utf8_fold, "Cœur", "coeur");
    expect(utf8_fold, "ŒUVRE PARTAGÉE", "oeuvre partagee");
    expect(utf8_fold, "Ægean ǽ", "aegean ae");
    expect(utf8_fold, "Straße", "strasse");
    expect(utf8_fold, "\xef\xac\x81n", "fin");
    expect(utf8_fold, "coopérative №2", "cooperative no2");
    expect(utf8_fold, "", "");
}

static void invalid_text_is_refused_and_nothing_is_appended(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 10);
    assert_int_equal(utf8_nfc(slice_text("a\xff"), &b), ERR_UTF8);
    assert_int_equal(utf8_fold(slice_text("\xc3"), &b), ERR_UTF8);
    assert_int_equal(utf8_plain(slice_text("a\xff"), &b), ERR_UTF8);
    assert_int_equal(b.len, 0);
    assert_int_equal(utf8_nfc(slice_text("12345678901"), &b), ERR_TOO_LARGE);
    buf_fini(&b);
}

static void a_text_is_made_plain_before_it_is_composed(void **state)
{
    (void)state;
    expect(utf8_plain,
           "a\r\nb\rc\vd\fe\xc2\x85"
           "f\xe2\x80\xa8g\xe2\x80\xa9h\ti\n",
           "a\nb\nc\nd\ne\nf\ng\nh\ti\n");
    expect(utf8_plain, "\x01x\x1b[2J\x7f\xc2\x9b\xe2\x80\xae\xef\xbb\xbf\xef\xbf\xbe\xef\xb7\x90\xf4\x8f\xbf\xbf",
           "x[2J");
    expect(utf8_plain, "e\x01\xcc\x81", "\xc3\xa9"); /* what is left out parts no letter from its accent */
    expect(utf8_plain, "\xe2\x81\xa7\xd7\x90\xe2\x81\xa9\xe2\x80\x8f \xe2\x80\x8d \xf0\x9f\x8c\xb1",
           "\xe2\x81\xa7\xd7\x90\xe2\x81\xa9\xe2\x80\x8f \xe2\x80\x8d \xf0\x9f\x8c\xb1");
    expect(utf8_plain, "\x01\x02", "");
}

static void a_heap_of_marks_is_cut_and_takes_no_time(void **state)
{
    (void)state;
    enum { PAIRS = 200000 }; /* in the wrong order: some minutes, were they all sorted */
    char *heap = malloc(1 + 4 * PAIRS);
    struct buf b;
    assert_non_null(heap);
    heap[0] = 'a';
    for (size_t i = 0; i < PAIRS; i++)
        memcpy(heap + 1 + 4 * i, i < PAIRS / 2 ? "\xcc\x95\xcc\x95" : "\xcc\x96\xcc\x96", 4);
    buf_init(&b, 1000);
    assert_int_equal(utf8_plain(slice_of(heap, 1 + 4 * PAIRS), &b), ERR_OK);
    assert_int_equal(b.len, 1 + 2 * 30);
    buf_fini(&b);
    free(heap);
}

static void json_drives_no_terminal_and_says_the_same(void **state)
{
    (void)state;
    struct buf b;
    const char *in =
        "\"a\x7f\xc2\x9b\xc2\xa0\xe2\x80\xae\xe2\x80\xa8\xe2\x81\xa9\xe2\x82\xac\xc3\xa9\xef\xbf\xbe\xef\xbf\xbd\"";
    buf_init(&b, 1000);
    assert_int_equal(utf8_json_piece(in, strlen(in), &b), 0);
    assert_string_equal(buf_text(&b),
                        "\"a\\u007f\\u009b\xc2\xa0\\u202e\\u2028\\u2069\xe2\x82\xac\xc3\xa9\\ufffe\xef\xbf\xbd\"");
    buf_fini(&b);
}

static void width_counts_columns(void **state)
{
    (void)state;
    assert_int_equal(utf8_width(slice_text("été")), 3);
    assert_int_equal(utf8_width(slice_text("e\xcc\x81")), 1);
    assert_int_equal(utf8_width(slice_text("漢字")), 4);
    assert_int_equal(utf8_width(slice_text("")), 0);
    assert_int_equal(utf8_width(slice_text("a\xff")), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_scalar_value_is_valid_and_no_surrogate_is),
        cmocka_unit_test(a_character_is_read_whole_or_not_at_all),
        cmocka_unit_test(a_fault_is_told_by_its_place),
        cmocka_unit_test(every_prefix_is_read_inside_its_block),
        cmocka_unit_test(nfc_composes_and_leaves_compatibility_forms),
        cmocka_unit_test(folding_drops_case_accents_and_ligatures),
        cmocka_unit_test(invalid_text_is_refused_and_nothing_is_appended),
        cmocka_unit_test(a_text_is_made_plain_before_it_is_composed),
        cmocka_unit_test(a_heap_of_marks_is_cut_and_takes_no_time),
        cmocka_unit_test(json_drives_no_terminal_and_says_the_same),
        cmocka_unit_test(width_counts_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
