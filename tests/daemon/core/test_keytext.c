#include "daemon/core/keytext.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void fill(uint8_t seed[SEED_BYTES], uint8_t from)
{
    for (size_t i = 0; i < SEED_BYTES; i++)
        seed[i] = (uint8_t)(from + i * 37);
}

static void a_seed_is_seventeen_words_and_comes_back(void **state)
{
    (void)state;
    uint8_t seed[SEED_BYTES], back[SEED_BYTES];
    char words[KEYTEXT_WORDS_LEN];
    struct why why;
    for (unsigned i = 0; i < 256; i++) {
        fill(seed, (uint8_t)i);
        keytext_words(seed, words);
        assert_int_equal(strlen(words), 17 * 5 + 16);
        assert_int_equal(keytext_seed(slice_text(words), back, &why), ERR_OK);
        assert_memory_equal(seed, back, SEED_BYTES);
    }
}

static void words_are_read_however_they_are_written(void **state)
{
    (void)state;
    uint8_t seed[SEED_BYTES], back[SEED_BYTES];
    char words[KEYTEXT_WORDS_LEN], other[3 * KEYTEXT_WORDS_LEN];
    struct why why;
    size_t n = 0;
    fill(seed, 3);
    keytext_words(seed, words);
    other[n++] = '\n';
    for (const char *c = words; *c; c++) {
        other[n++] = *c == '-' ? ' ' : (char)(*c - 32);
        if (*c == '-') {
            other[n++] = '\r';
            other[n++] = '\n';
        }
    }
    other[n] = 0;
    assert_int_equal(keytext_seed(slice_text(other), back, &why), ERR_OK);
    assert_memory_equal(seed, back, SEED_BYTES);
}

static void a_wrong_word_is_told_by_its_number_and_never_shown(void **state)
{
    (void)state;
    uint8_t seed[SEED_BYTES], back[SEED_BYTES] = {0}, zeros[SEED_BYTES] = {0};
    char words[KEYTEXT_WORDS_LEN];
    struct why why;
    fill(seed, 3);
    keytext_words(seed, words);
    memcpy(words + 6, "xenon", 5);
    assert_int_equal(keytext_seed(slice_text(words), back, &why), ERR_KEY_WORDS);
    assert_string_equal(why.text, "2 / 17");
    memcpy(words + 6, "babab", 5); /* a word, but another one: the check says so */
    assert_int_equal(keytext_seed(slice_text(words), back, &why), ERR_KEY_WORDS);
    assert_string_equal(why.text, "17 / 17");
    assert_memory_equal(back, zeros, SEED_BYTES);
}

static void too_few_and_too_many_words_are_no_key(void **state)
{
    (void)state;
    uint8_t seed[SEED_BYTES], back[SEED_BYTES];
    char words[KEYTEXT_WORDS_LEN + 8];
    struct why why;
    fill(seed, 3);
    keytext_words(seed, words);
    for (size_t len = 0; len < strlen(words); len++)
        assert_int_equal(keytext_seed(slice_of(words, len), back, &why), ERR_KEY_WORDS);
    memcpy(words + strlen(words), "-babab", 7);
    assert_int_equal(keytext_seed(slice_text(words), back, &why), ERR_KEY_WORDS);
    assert_string_equal(why.text, "18 / 17");
}

/* ---- file ---- */

static void give(struct keytext *k)
{
    memset(k, 0, sizeof *k);
    fill(k->seed, 1);
    fill(k->registrar, 2);
    k->has_seed = k->has_registrar = k->has_alliance = true;
    memset(k->alliance, 7, sizeof k->alliance);
    snprintf(k->name, sizeof k->name, "béton-vert");
    k->peers_n = 2;
    memset(k->peers[0].site, 4, SITE_BYTES);
    memset(k->peers[1].site, 5, SITE_BYTES);
    snprintf(k->peers[0].address, sizeof k->peers[0].address, "allied.example.org:5670");
    snprintf(k->peers[1].address, sizeof k->peers[1].address, "[2001:db8::1]:5670");
}

static void a_file_comes_back_as_it_was(void **state)
{
    (void)state;
    struct keytext k, back;
    struct buf text;
    struct why why;
    give(&k);
    buf_init(&text, KEYTEXT_FILE_BYTES);
    keytext_encode(&k, &text);
    assert_int_equal(text.err, ERR_OK);
    assert_int_equal(keytext_decode(buf_slice(&text), &back, &why), ERR_OK);
    assert_memory_equal(&k, &back, sizeof k);
    buf_fini(&text);
}

static void every_shorter_file_is_refused_or_lacks_only_what_follows(void **state)
{
    (void)state;
    struct keytext k, back;
    struct buf text;
    struct why why;
    give(&k);
    buf_init(&text, KEYTEXT_FILE_BYTES);
    keytext_encode(&k, &text);
    for (size_t len = 0; len < text.len; len++) {
        uint8_t *exact = malloc(len ? len : 1);
        memcpy(exact, text.at, len);
        if (keytext_decode(slice_of(exact, len), &back, &why) == ERR_OK)
            assert_memory_equal(back.seed, k.seed, SEED_BYTES);
        free(exact);
    }
    buf_fini(&text);
}

static void foreign_files_and_foreign_lines_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "allied-key/2\n",
                                      "\n\n",
                                      "allied-key/1\n",
                                      "allied-key/1\nalliance nope\n",
                                      "allied-key/1\nsite x y\n",
                                      "allied-key/1\npeer x\n",
                                      "allied-key/1\nmore\n"};
    struct keytext back;
    struct why why;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(keytext_decode(slice_text(bad[i]), &back, &why), ERR_KEY_FILE);
    assert_int_equal(keytext_decode(slice_text("allied-key/1\nwords one two\n"), &back, &why), ERR_KEY_WORDS);
}

static void a_file_whose_key_is_not_that_of_its_site_is_refused(void **state)
{
    (void)state;
    struct keytext k, back;
    struct buf text, other;
    struct why why;
    give(&k);
    buf_init(&text, KEYTEXT_FILE_BYTES);
    buf_init(&other, KEYTEXT_FILE_BYTES);
    keytext_encode(&k, &text);
    buf_printf(&other, "%s", buf_text(&text));
    fill(k.seed, 9);
    buf_clear(&text);
    keytext_encode(&k, &text);
    const char *words = strstr(buf_text(&text), "\nwords ");
    memcpy(strstr((char *)(uintptr_t)buf_text(&other), "\nwords "), words, strcspn(words + 1, "\n") + 1);
    assert_int_equal(keytext_decode(buf_slice(&other), &back, &why), ERR_KEY_FILE);
    assert_string_equal(why.text, "site");
    buf_fini(&text);
    buf_fini(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_seed_is_seventeen_words_and_comes_back),
        cmocka_unit_test(words_are_read_however_they_are_written),
        cmocka_unit_test(a_wrong_word_is_told_by_its_number_and_never_shown),
        cmocka_unit_test(too_few_and_too_many_words_are_no_key),
        cmocka_unit_test(a_file_comes_back_as_it_was),
        cmocka_unit_test(every_shorter_file_is_refused_or_lacks_only_what_follows),
        cmocka_unit_test(foreign_files_and_foreign_lines_are_refused),
        cmocka_unit_test(a_file_whose_key_is_not_that_of_its_site_is_refused),
    };
    return sign_start() ? 1 : cmocka_run_group_tests_name("keytext", tests, NULL, NULL);
}
