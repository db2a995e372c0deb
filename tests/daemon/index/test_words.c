/*
 * Words as they stand in French records: two that people take for the same fold to the same, and two that they don't stay apart.
 */
#include "daemon/index/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void folds(enum words_rules rules, const char *text, const char *expected)
{
    struct buf b;
    buf_init(&b, 4096);
    assert_int_equal(words_fold(slice_text(text), rules, &b), ERR_OK);
    assert_string_equal(buf_text(&b) ? buf_text(&b) : "", expected);
    buf_fini(&b);
}

struct row {
    const char *text, *folded;
};

static void french(const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        folds(WORDS_FRENCH, rows[i].text, rows[i].folded);
}
#define FRENCH(rows) french(rows, sizeof(rows) / sizeof *(rows))

static void accents_case_and_ligatures_go(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"Cœur",             "coeur "       },
        {"COEUR",             "coeur "       },
        {"ÉCONOMIE",         "economie "    },
        {"e\xcc\x81"
         "conomie",  "economie "    },
        {"Lætitia",          "laetitia "    },
        {"\xef\xac\x81nance", "finance "     },
        {"Łódź Øresund",  "lodz oresund "},
        {"éco\xc2\xadnomie", "economie "    }, /* a soft hyphen */
        {"n° 12, 3e",        "n 12 3e "     },
        {"",                  ""             },
        {" — … ! ",       ""             },
    };
    FRENCH(rows);
}

static void elisions_go_with_either_apostrophe(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"l'économie",            "economie "           },
        {"l’économie",          "economie "           },
        {"L'ÉCONOMIE",            "economie "           },
        {"d’eau qu'elle",        "eau elle "           },
        {"jusqu'ici lorsqu’il",  "ici il "             },
        {"puisqu'on quoiqu'on",    "on on "              },
        {"aujourd'hui",            "aujourdhui "         },
        {"d’aujourd’hui",      "aujourdhui "         },
        {"presqu'île prud'homme", "presquile prudhomme "},
        {"s' l' '",                "s l "                },
        {"l''eau",                 "l eau "              },
        {"l'",                     "l "                  },
        {"'eau'",                  "eau "                },
    };
    FRENCH(rows);
}

static void hyphens_part_words(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"éco-quartier",    "eco quartier " },
        {"Saint‑Denis",    "saint deni "   },
        {"porte-à-porte -", "porte a porte "},
    };
    FRENCH(rows);
    struct words f = words_start(slice_text("eco-quartier - ville --x"));
    struct words_one w;
    static const bool tied[] = {false, true, false, false};
    for (size_t i = 0; i < 4; i++) {
        assert_true(words_next(&f, &w));
        assert_int_equal(w.hyphen, tied[i]);
    }
    assert_false(words_next(&f, &w));
}

static void french_plurals_and_participles_meet_their_singular(void **state)
{
    (void)state;
    static const struct row same[] = {
        {"ville",      "villes"       },
        {"partagé",   "partagée"    },
        {"partagés",  "partagées"   },
        {"partagé",   "partagées"   },
        {"année",     "années"      },
        {"journée",   "journées"    },
        {"musée",     "musées"      },
        {"idée",      "idées"       },
        {"local",      "locaux"       },
        {"national",   "nationaux"    },
        {"cheval",     "chevaux"      },
        {"travail",    "travaux"      },
        {"vitrail",    "vitraux"      },
        {"bail",       "baux"         },
        {"réseau",    "réseaux"     },
        {"eau",        "eaux"         },
        {"noyau",      "noyaux"       },
        {"loyal",      "loyaux"       },
        {"jeu",        "jeux"         },
        {"lieu",       "lieux"        },
        {"genou",      "genoux"       },
        {"pays",       "pays"         },
        {"œil",       "yeux"         },
        {"l'habitant", "d’habitants"},
    };
    static const struct row apart[] = {
        {"prix",   "prise"},
        {"taux",   "tal"  },
        {"faux",   "fal"  },
        {"chaux",  "chal" },
        {"doux",   "dou"  },
        {"as",     "a"    },
        {"os",     "o"    },
        {"gaz",    "ga"   },
        {"idée",  "ide"  },
        {"musée", "muse" },
        {"boss",   "bos"  },
    };
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        struct buf b;
        buf_init(&b, 100);
        assert_int_equal(words_fold(slice_text(same[i].folded), WORDS_FRENCH, &b), ERR_OK);
        folds(WORDS_FRENCH, same[i].text, buf_text(&b));
        buf_fini(&b);
    }
    for (size_t i = 0; i < sizeof apart / sizeof *apart; i++) {
        struct buf b;
        buf_init(&b, 200);
        words_fold(slice_text(apart[i].text), WORDS_FRENCH, &b);
        size_t n = b.len;
        words_fold(slice_text(apart[i].folded), WORDS_FRENCH, &b);
        assert_false(slice_equal(slice_of(b.at, n), slice_of(b.at + n, b.len - n)));
        buf_fini(&b);
    }
}

static void each_language_has_its_own_rules(void **state)
{
    (void)state;
    folds(WORDS_ENGLISH, "communities processes boxes status commons class",
          "community process box status common class ");
    folds(WORDS_ENGLISH, "the people's houses, don't", "the people house dont ");
    folds(WORDS_PLAIN, "Häuser Haus locaux partagées", "hauser haus locaux partagees ");
    assert_int_equal(words_rules_of(slice_text("fr")), WORDS_FRENCH);
    assert_int_equal(words_rules_of(slice_text("fr-ca")), WORDS_FRENCH);
    assert_int_equal(words_rules_of(slice_text("en-gb")), WORDS_ENGLISH);
    assert_int_equal(words_rules_of(slice_text("fro")), WORDS_PLAIN);
    assert_int_equal(words_rules_of(slice_text("de")), WORDS_PLAIN);
    assert_int_equal(words_rules_of(slice_text("")), WORDS_PLAIN);
}

static void a_word_knows_where_it_stands(void **state)
{
    (void)state;
    const char *text = "De l’économie «\xc2\xa0sociale\xc2\xa0»";
    static const char *const words[] = {"De", "économie", "sociale"};
    struct words f = words_start(slice_text(text));
    struct words_one w;
    for (size_t i = 0; i < 3; i++) {
        assert_true(words_next(&f, &w));
        assert_true(slice_equal(slice_of(text + w.from, w.to - w.from), slice_text(words[i])));
    }
    assert_false(words_next(&f, &w));
}

static void bytes_that_are_no_text_part_words_and_are_read_inside_their_block(void **state)
{
    (void)state;
    static const char hostile[] = "a\xff"
                                  "b l\xe2\x80 c\xc3 '\xe2\x80\x99s \xf0\x9f\x8c\xb1 d'\xe2\x80\x99";
    for (size_t n = 0; n < sizeof hostile; n++) {
        uint8_t *exact = malloc(n ? n : 1);
        struct buf b;
        assert_non_null(exact);
        memcpy(exact, hostile, n);
        buf_init(&b, 1000);
        assert_int_equal(words_fold(slice_of(exact, n), WORDS_FRENCH, &b), ERR_OK);
        buf_fini(&b);
        free(exact);
    }
    folds(WORDS_FRENCH,
          "a\xff"
          "b",
          "a b ");
}

static void a_word_without_end_is_cut(void **state)
{
    (void)state;
    char text[1000];
    struct words_one w;
    memset(text, 'x', sizeof text);
    struct words f = words_start(slice_of(text, sizeof text));
    assert_true(words_next(&f, &w));
    assert_int_equal(w.len, WORDS_ONE_BYTES);
    assert_int_equal(w.to, sizeof text);
    assert_false(words_next(&f, &w));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accents_case_and_ligatures_go),
        cmocka_unit_test(elisions_go_with_either_apostrophe),
        cmocka_unit_test(hyphens_part_words),
        cmocka_unit_test(french_plurals_and_participles_meet_their_singular),
        cmocka_unit_test(each_language_has_its_own_rules),
        cmocka_unit_test(a_word_knows_where_it_stands),
        cmocka_unit_test(bytes_that_are_no_text_part_words_and_are_read_inside_their_block),
        cmocka_unit_test(a_word_without_end_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
