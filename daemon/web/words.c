#include "daemon/web/words.h"
#include "daemon/web/words.def"
#include "protocol/base/markup.h"
#include <inttypes.h>
#include <stdio.h>

#define DEPTH_MOST 6 /* fields_json makes none deeper */

struct word {
    const char *name, *words;
};
static const struct word all[] = {
#define X(name, words) {name, words},
    WORDS(X)
#undef X
};
static const struct word languages[] = {
#define X(name, words) {name, words},
    WORDS_LANGUAGES(X)
#undef X
};

const char *words_of(const char *lang, const char *name)
{
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (strcmp(all[i].name, name) == 0)
            return tr(lang, all[i].words);
    return name;
}

const char *words_language(const char *lang, const char *tag)
{
    size_t n = strcspn(tag, "-");
    for (size_t i = 0; i < sizeof languages / sizeof *languages; i++)
        if (strlen(languages[i].name) == n && memcmp(languages[i].name, tag, n) == 0)
            return tr(lang, languages[i].words);
    return tag;
}

void words_field(struct html *h, const char *field, const char *tag)
{
    html_text(h, words_of(h->lang, field));
    if (*tag) {
        html_text(h, " (");
        html_text(h, words_language(h->lang, tag));
        html_text(h, ")");
    }
}

void words_fields(struct html *h, const json_t *fields)
{
    size_t i;
    json_t *one;
    json_array_foreach(fields, i, one)
    {
        char field[64];
        const char *text = json_string_value(one) ? json_string_value(one) : "", *at = strchr(text, '@');
        html_text(h, i ? ", " : "");
        if (*text == '-') {
            html_text(h, "− ");
            text++;
        }
        snprintf(field, sizeof field, "%.*s", (int)(at ? (size_t)(at - text) : strlen(text)), text);
        words_field(h, field, at ? at + 1 : "");
    }
}

/* ---- values ---- */

static void put_lang(struct html *h, const char *tag)
{
    if (tag && *tag && strcmp(tag, h->lang) != 0)
        html_attr(h, "lang", tag);
}

static void put_text(struct html *h, const char *text, const char *tag)
{
    struct slice whole = slice_text(text);
    html_open_class(h, "span", "text");
    put_lang(h, tag);
    html_attr(h, "dir", "auto");
    if (markup_is_link(whole))
        html_link_slice(h, whole, whole);
    else
        html_slice(h, whole);
    html_close(h, "span");
}

static void put(struct html *h, const json_t *value, const char *tag, unsigned depth);

static void put_list(struct html *h, const json_t *list, const char *tag, unsigned depth)
{
    size_t i;
    json_t *item;
    if (!json_array_size(list))
        return;
    html_open(h, "ul");
    json_array_foreach(list, i, item)
    {
        html_open(h, "li");
        put(h, item, tag, depth + 1);
        html_close(h, "li");
    }
    html_close(h, "ul");
}

static void put_parts(struct html *h, const json_t *object, const char *tag, unsigned depth)
{
    const char *key;
    json_t *item;
    html_open(h, "dl");
    json_object_foreach((json_t *)(uintptr_t)object, key, item)
    {
        if (json_is_null(item))
            continue;
        html_element(h, "dt", words_of(h->lang, key));
        html_open(h, "dd");
        put(h, item, tag, depth + 1);
        html_close(h, "dd");
    }
    html_close(h, "dl");
}

static void put(struct html *h, const json_t *value, const char *tag, unsigned depth)
{
    char number[32];
    if (depth > DEPTH_MOST)
        return;
    if (json_is_string(value))
        put_text(h, json_string_value(value), tag);
    else if (json_is_array(value))
        put_list(h, value, tag, depth);
    else if (json_is_object(value))
        put_parts(h, value, tag, depth);
    else if (json_is_integer(value))
        html_number(h, json_integer_value(value));
    else if (json_is_boolean(value))
        html_text(h, tr(h->lang, json_is_true(value) ? N_("yes") : N_("no")));
    else if (json_is_real(value)) {
        snprintf(number, sizeof number, "%.9g", json_real_value(value));
        html_text(h, number);
    }
}

void words_value(struct html *h, const json_t *value, const char *tag)
{
    if (value)
        put(h, value, tag, 0);
}
