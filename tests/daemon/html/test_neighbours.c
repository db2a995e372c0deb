/* The drawing of a concept's neighbours is well-formed, the same each time, and harmless whatever its labels say. */
#include "daemon/html/neighbours.h"

#include <expat.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define MANY 20

static const char *const hostile[] = {"</text></svg><script>alert(1)</script>",
                                      "\" onload=\"x",
                                      "&amp; <![CDATA[ ]]> --",
                                      "\xff\xfe\x01\x02",
                                      "",
                                      "\xe2\x80\xae\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d",
                                      "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen",
                                      "a b c d e f g h i j k l m n o p q r s t u v w x y z a b c d e f g h i j k l"};

struct drawn {
    int links, boxes, titles, bottom, left_at_most, deepest;
};

static void on_open(void *ctx, const XML_Char *name, const XML_Char **attrs)
{
    struct drawn *d = ctx;
    int x = 0, y = 0, width = 0, height = 0;
    for (size_t i = 0; attrs[i]; i += 2) {
        assert_true(strncmp(attrs[i], "on", 2) != 0);
        int n = (int)strtol(attrs[i + 1], NULL, 10);
        x = strcmp(attrs[i], "x") == 0 ? n : x;
        y = strcmp(attrs[i], "y") == 0 ? n : y;
        width = strcmp(attrs[i], "width") == 0 ? n : width;
        height = strcmp(attrs[i], "height") == 0 ? n : height;
        if (strcmp(attrs[i], "viewBox") == 0)
            assert_int_equal(sscanf(attrs[i + 1], "-1 -1 362 %d", &d->bottom), 1);
        if (strcmp(attrs[i], "href") == 0)
            assert_true(attrs[i + 1][0] == '/' || attrs[i + 1][0] == '#');
    }
    assert_true(strcmp(name, "script") != 0);
    d->links += strcmp(name, "a") == 0;
    d->titles += strcmp(name, "title") == 0;
    if (strcmp(name, "rect") == 0) {
        assert_true(x >= 0 && x + width <= 360 && y >= 0 && y + height < d->bottom);
        d->boxes += width > 20;
    }
}

static struct drawn draw(size_t n, size_t first, char **text)
{
    static const struct neighbours_patch patches[] = {
        {"#c0392b", {(const uint8_t *)"1", 1}   },
        {"#f1f1f1", {(const uint8_t *)"<é>", 4}},
    };
    struct neighbours_node nodes[MANY];
    struct neighbours all = {
        .middle = {.label = slice_text(hostile[first % 8]), .patches = patches, .patches_n = 2}
    };
    struct buf out;
    struct html h;
    struct drawn d = {0};
    for (size_t i = 0; i < MANY; i++)
        nodes[i] = (struct neighbours_node){.href = "/concepts/abc?x=\"<>",
                                            .label = slice_text(hostile[(first + i) % 8]),
                                            .waits = i % 2,
                                            .patches = patches,
                                            .patches_n = i % 3};
    for (size_t i = 0; i < NEIGHBOURS_PLACES; i++) {
        all.places[i].at = nodes;
        all.places[i].n = n;
        all.places[i].more = "#list";
    }
    buf_init(&out, 1u << 20);
    html_init(&h, &out, "en");
    neighbours_draw(&h, &all);
    assert_int_equal(html_end(&h), ERR_OK);
    XML_Parser p = XML_ParserCreate("UTF-8");
    XML_SetUserData(p, &d);
    XML_SetStartElementHandler(p, on_open);
    if (XML_Parse(p, (const char *)out.at, (int)out.len, 1) != XML_STATUS_OK)
        fail_msg("%s\n%s", XML_ErrorString(XML_GetErrorCode(p)), buf_text(&out));
    XML_ParserFree(p);
    *text = strdup(buf_text(&out));
    buf_fini(&out);
    return d;
}

static void it_is_well_formed_whatever_labels_say_and_stays_within_its_box(void **state)
{
    (void)state;
    for (size_t n = 0; n <= MANY; n++)
        for (size_t first = 0; first < 8; first++) {
            char *text = NULL;
            struct drawn d = draw(n, first, &text);
            size_t most[] = {4, 6, 8, 4}, expected = 0;
            for (size_t i = 0; i < 4; i++)
                expected += n < most[i] ? n : most[i];
            assert_int_equal(d.links, expected);
            assert_int_equal(d.titles, expected + 1);
            assert_int_equal(d.boxes, expected + 1);
            assert_null(strstr(text, "<script"));
            assert_int_equal(strstr(text, "href=\"#list\"") != NULL, n > 4);
            free(text);
        }
}

static void the_same_neighbours_are_drawn_alike(void **state)
{
    char *one = NULL, *two = NULL;
    (void)state;
    draw(7, 3, &one);
    draw(7, 3, &two);
    assert_string_equal(one, two);
    free(one);
    free(two);
}

static void what_has_no_room_is_cut_and_whole_in_its_title(void **state)
{
    char *text = NULL;
    (void)state;
    draw(3, 6, &text);
    assert_non_null(strstr(text, "<title>Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen</title>"));
    assert_non_null(strstr(text, "…</tspan>"));
    /* On a light patch the mark is dark, on a dark one light; of a long mark two characters show. */
    assert_non_null(strstr(text, "class=\"on-dark\""));
    assert_non_null(strstr(text, "class=\"on-light\""));
    assert_non_null(strstr(text, ">&lt;é</text>"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_well_formed_whatever_labels_say_and_stays_within_its_box),
        cmocka_unit_test(the_same_neighbours_are_drawn_alike),
        cmocka_unit_test(what_has_no_room_is_cut_and_whole_in_its_title),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
