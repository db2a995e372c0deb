/* sketch: small edits hardly change it, other texts have another; the same in every script. */
#include "daemon/ledger/sketch.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define DATA "../shared/data/experiences.jsonl"
#define TEXT                                                                                                                  \
    "La commune a ouvert un jardin partagé derrière l’école : vingt familles y cultivent des légumes, et les enfants "  \
    "y apprennent à faire du compost. Les premières années furent difficiles, faute d’eau ; une cuve de récupération " \
    "a été posée par les habitants, avec l’aide d’un artisan. La récolte est portée chaque samedi au marché du "    \
    "quartier, où la moitié est donnée à l’épicerie solidaire."

struct one {
    uint8_t at[SKETCH_BYTES];
    bool made;
};

static struct one sketch_of(const char *text)
{
    struct one out = {{0}, false};
    struct sketch s;
    sketch_init(&s);
    sketch_add(&s, slice_text(text));
    out.made = sketch_write(&s, out.at);
    return out;
}

static unsigned alike(const char *a, const char *b)
{
    struct one x = sketch_of(a), y = sketch_of(b);
    assert_true(x.made && y.made);
    return sketch_alike(slice_of(x.at, SKETCH_BYTES), slice_of(y.at, SKETCH_BYTES));
}

static void case_accents_and_marks_between_words_change_nothing(void **state)
{
    (void)state;
    assert_int_equal(alike(TEXT, TEXT), SKETCH_SLOTS);
    assert_int_equal(alike("Les élèves DE l'école ont planté des arbres, hier matin.",
                           "les eleves de l’ecole ont plante « des arbres » hier matin"),
                     SKETCH_SLOTS);
}

static void a_typo_or_a_sentence_more_leaves_a_near_copy(void **state)
{
    (void)state;
    char typo[1024], more[1024];
    snprintf(typo, sizeof typo, "%s", TEXT);
    memcpy(strstr(typo, "moitié"), "moitoé", strlen("moitoé"));
    snprintf(more, sizeof more, "%s %s", TEXT, "Un voisin prête ses outils.");
    assert_true(alike(TEXT, typo) >= SKETCH_NEAR);
    assert_true(alike(TEXT, more) >= SKETCH_NEAR);
}

static void another_order_of_sentences_leaves_a_near_copy_and_other_words_do_not(void **state)
{
    (void)state;
    assert_true(alike("un deux trois quatre cinq six sept huit neuf dix onze douze. " TEXT,
                      TEXT " un deux trois quatre cinq six sept huit neuf dix onze douze.") >= SKETCH_NEAR);
    assert_true(alike(TEXT, "Le moulin du village tourne de nouveau : une coopérative de paysans y moud son blé, et "
                            "quatre boulangers achètent la farine à un prix fixé ensemble pour l’année.") < 4);
}

static void a_short_text_has_none(void **state)
{
    (void)state;
    assert_false(sketch_of("").made);
    assert_false(sketch_of("un deux trois quatre cinq six sept").made);
    assert_true(sketch_of("un deux trois quatre cinq six sept huit").made);
}

static void scripts_without_blanks_have_words_too(void **state)
{
    (void)state;
    assert_true(sketch_of("村民们在学校后面开辟了一个菜园").made);
    assert_true(sketch_of("ชาวบ้านปลูกผักร่วมกันหลังโรงเรียน").made);
    assert_int_equal(alike("村民们在学校后面开辟了一个菜园", "村民们，在学校后面开辟了一个菜园。"), SKETCH_SLOTS);
}

/* Characters of two bytes are folded once and kept: the second time as if each were folded anew. */
static void a_character_met_again_reads_as_the_first_time(void **state)
{
    (void)state;
    for (unsigned point = 0x80; point < 0x800; point++) {
        char text[64];
        uint8_t c[2] = {(uint8_t)(0xc0 | point >> 6), (uint8_t)(0x80 | (point & 0x3f))};
        struct sketch_text t = {.at = 0}, other = {.at = 0};
        uint64_t first = 0, again = 0, alone = 0;
        snprintf(text, sizeof text, "a%.2sb a%.2sb", (char *)c, (char *)c);
        sketch_text(&t, slice_text(text));
        sketch_text(&other, slice_of(text, 4));
        assert_int_equal(sketch_word(&t, &first), sketch_word(&other, &alone));
        assert_true(first == alone);
        sketch_text(&t, slice_of(text, 4));
        sketch_word(&t, &again);
        assert_true(again == first);
    }
}

static void near_copies_have_bands_in_common(void **state)
{
    (void)state;
    struct one a = sketch_of(TEXT), b = a;
    uint64_t x[SKETCH_BANDS_MAX], y[SKETCH_BANDS_MAX];
    for (size_t i = 0; i < SKETCH_SLOTS - SKETCH_NEAR; i++) /* as far from each other as they can */
        b.at[i * 12] ^= 1;
    assert_true(sketch_near(slice_of(a.at, SKETCH_BYTES), slice_of(b.at, SKETCH_BYTES)));
    assert_int_equal(sketch_bands(slice_of(a.at, SKETCH_BYTES), x), SKETCH_BANDS);
    sketch_bands(slice_of(b.at, SKETCH_BYTES), y);
    size_t common = 0;
    for (size_t i = 0; i < SKETCH_BANDS; i++)
        common += x[i] == y[i];
    assert_int_equal(common, 4);
    b.at[47 * 4] ^= 1;
    assert_false(sketch_near(slice_of(a.at, SKETCH_BYTES), slice_of(b.at, SKETCH_BYTES)));
    assert_int_equal(sketch_bands(slice_of(a.at, SKETCH_BYTES - 1), x), 0);
    assert_int_equal(sketch_alike(slice_of(a.at, 0), slice_of(a.at, SKETCH_BYTES)), 0);
}

static void real_experiences_are_near_to_their_own_edits_alone(void **state)
{
    (void)state;
    enum { MANY = 150 };
    static struct one all[MANY], edited[MANY];
    size_t n = 0, far = 0, near = 0;
    char *line = NULL, *kept[MANY];
    size_t room = 0;
    FILE *f = fopen(DATA, "r");
    if (!f) {
        print_message("%s is not here: the sketches of real texts are not looked at\n", DATA);
        skip();
    }
    while (n < MANY && getline(&line, &room, f) > 0) {
        json_t *r = json_loads(line, 0, NULL);
        const char *text = json_string_value(json_object_get(r, "text"));
        bool twice = false;
        for (size_t i = 0; text && i < n; i++)
            twice |= strcmp(kept[i], text) == 0;
        if (text && strlen(text) > 600 && !twice) {
            size_t bytes = strlen(text) + 64;
            char *more = malloc(bytes);
            assert_non_null(more);
            snprintf(more, bytes, "%s It opened again last spring.", text);
            kept[n] = strdup(text);
            all[n] = sketch_of(text);
            edited[n] = sketch_of(more);
            n += all[n].made;
            free(more);
        }
        json_decref(r);
    }
    free(line);
    fclose(f);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++) {
            bool is = sketch_near(slice_of(all[i].at, SKETCH_BYTES), slice_of(edited[k].at, SKETCH_BYTES));
            near += i == k && is;
            far += i != k && is;
        }
    assert_true(n > 50);
    assert_int_equal(near, n);
    assert_true(far <= 6); /* three pairs that share all but a name */
    for (size_t i = 0; i < n; i++)
        free(kept[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(case_accents_and_marks_between_words_change_nothing),
        cmocka_unit_test(a_typo_or_a_sentence_more_leaves_a_near_copy),
        cmocka_unit_test(another_order_of_sentences_leaves_a_near_copy_and_other_words_do_not),
        cmocka_unit_test(a_short_text_has_none),
        cmocka_unit_test(scripts_without_blanks_have_words_too),
        cmocka_unit_test(a_character_met_again_reads_as_the_first_time),
        cmocka_unit_test(near_copies_have_bands_in_common),
        cmocka_unit_test(real_experiences_are_near_to_their_own_edits_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
