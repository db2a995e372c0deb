#include "daemon/web/prose.h"
#include "protocol/base/base32.h"
#include <ctype.h>
#include <stdio.h>

/* ---- languages ---- */

static const struct {
    const char *tag, *name;
} languages[] = {
    {"ar", "العربية"      },
    {"bg", "Български"  },
    {"br", "Brezhoneg"           },
    {"ca", "Català"             },
    {"cs", "Čeština"           },
    {"da", "Dansk"               },
    {"de", "Deutsch"             },
    {"el", "Ελληνικά"    },
    {"en", "English"             },
    {"es", "Español"            },
    {"et", "Eesti"               },
    {"eu", "Euskara"             },
    {"fi", "Suomi"               },
    {"fr", "Français"           },
    {"hr", "Hrvatski"            },
    {"hu", "Magyar"              },
    {"it", "Italiano"            },
    {"lt", "Lietuvių"           },
    {"lv", "Latviešu"           },
    {"mt", "Malti"               },
    {"nl", "Nederlands"          },
    {"oc", "Occitan"             },
    {"pl", "Polski"              },
    {"pt", "Português"          },
    {"ro", "Română"            },
    {"ru", "Русский"      },
    {"sk", "Slovenčina"         },
    {"sl", "Slovenščina"       },
    {"sv", "Svenska"             },
    {"tr", "Türkçe"            },
    {"uk", "Українська"},
    {"zh", "中文"              },
};

const char *prose_language(const char *lang, const char *tag)
{
    if (strcmp(tag, "und") == 0)
        return tr(lang, N_("language not said"));
    for (size_t i = 0; i < sizeof languages / sizeof *languages; i++)
        if (strcmp(languages[i].tag, tag) == 0)
            return languages[i].name;
    return tag;
}

const char *prose_choose(const json_t *by_lang, const char *lang)
{
    const char *wanted[] = {lang, "fr", "en"}, *key;
    json_t *value;
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (json_string_length(json_object_get(by_lang, wanted[i])) ||
            json_array_size(json_object_get(by_lang, wanted[i])))
            return wanted[i];
    json_object_foreach((json_t *)(uintptr_t)by_lang, key,
                        value) if (json_string_length(value) || json_array_size(value)) return key;
    return NULL;
}

void prose_lang(struct html *h, const char *tag)
{
    if (tag && *tag && strcmp(tag, "und") != 0 && strcmp(tag, h->lang) != 0)
        html_attr(h, "lang", tag);
}

/* ---- texts ---- */

/* The next line without its end; moves *at behind it. */
static struct slice next_line(const char **at)
{
    size_t n = strcspn(*at, "\r\n");
    struct slice line = slice_of(*at, n);
    *at += n;
    if (**at == '\r')
        ++*at;
    if (**at == '\n')
        ++*at;
    return line;
}

void prose_text(struct html *h, const char *tag, const char *text)
{
    bool open = false;
    while (*text) {
        struct slice line = next_line(&text);
        bool blank = true;
        for (size_t i = 0; i < line.len && blank; i++)
            blank = isspace(line.at[i]) != 0;
        if (blank) {
            if (open)
                html_close(h, "p");
            open = false;
            continue;
        }
        if (open) {
            html_void(h, "br");
        } else {
            html_open(h, "p");
            prose_lang(h, tag);
            html_attr(h, "dir", "auto");
        }
        html_slice(h, line);
        open = true;
    }
    if (open)
        html_close(h, "p");
}

void prose_date(struct html *h, const char *date)
{
    struct wall t;
    unsigned year = 0, month = 0;
    char end;
    html_open(h, "time");
    if (strlen(date) == 10 && rfc3339_read(date, &t) == ERR_OK) {
        char text[HTML_DATE_BYTES];
        html_date_text(h->lang, t, text);
        html_attr(h, "datetime", date);
        html_text(h, text);
    } else if (strlen(date) == 7 && sscanf(date, "%4u-%2u%c", &year, &month, &end) == 2 && month >= 1 && month <= 12) {
        html_attr(h, "datetime", date);
        html_text(h, html_month(h->lang, month));
        html_text(h, " ");
        html_slice(h, slice_of(date, 4));
    } else {
        html_text(h, date);
    }
    html_close(h, "time");
}

/* ---- marks ---- */

/* How many bytes so many code points are. */
static size_t bytes_of(const char *text, json_int_t points)
{
    size_t at = 0;
    for (; points > 0 && text[at]; points--)
        for (at++; ((unsigned char)text[at] & 0xc0) == 0x80; at++)
            ;
    return at;
}

void prose_marked(struct html *h, const char *text, const json_t *marks)
{
    json_int_t at = 0;
    size_t i;
    json_t *one;
    json_array_foreach((json_t *)(uintptr_t)marks, i, one)
    {
        json_int_t from = json_integer_value(json_array_get(one, 0)), to = json_integer_value(json_array_get(one, 1));
        if (from < at || to <= from)
            continue;
        size_t before = bytes_of(text, from - at), in = bytes_of(text + before, to - from);
        html_slice(h, slice_of(text, before));
        html_open(h, "mark");
        html_slice(h, slice_of(text + before, in));
        html_close(h, "mark");
        text += before + in;
        at = to;
    }
    html_text(h, text);
}

/* ---- words ---- */

struct word {
    const char *key, *words;
};

static const char *word(const struct word *list, size_t n, const char *lang, const char *key)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i].key, key) == 0)
            return tr(lang, list[i].words);
    return key;
}

const char *prose_type(const char *lang, const char *type)
{
    static const struct word words[] = {
        {"experience", N_("Experience")},
        {"analysis",   N_("Analysis")  },
        {"proposal",   N_("Proposal")  },
        {"resource",   N_("Resource")  },
        {"dossier",    N_("Dossier")   },
    };
    return word(words, sizeof words / sizeof *words, lang, type);
}

const char *prose_rel(const char *lang, const char *rel, bool back)
{
    static const struct word out[] = {
        {"cites",       N_("Cites")      },
        {"extends",     N_("Extends")    },
        {"translates",  N_("Translates") },
        {"part_of",     N_("Is part of") },
        {"synthesises", N_("Synthesises")},
    };
    static const struct word in[] = {
        {"cites",       N_("Is cited by")      },
        {"extends",     N_("Is extended by")   },
        {"translates",  N_("Is translated by") },
        {"part_of",     N_("Contains")         },
        {"synthesises", N_("Is synthesised by")},
    };
    return word(back ? in : out, sizeof out / sizeof *out, lang, rel);
}

const char *prose_status(const char *lang, const char *status)
{
    static const struct word words[] = {
        {"proposed",    N_("proposed, not adopted yet")},
        {"adopted",     N_("adopted")                  },
        {"deprecated",  N_("given up")                 },
        {"merged_into", N_("merged into another")      },
        {"unknown",     N_("not in the thesaurus")     },
    };
    return word(words, sizeof words / sizeof *words, lang, status);
}

/* ---- concepts and records ---- */

size_t prose_patches(const struct crossings *c, const struct crossing_concept *concept,
                     struct neighbours_patch out[NEIGHBOURS_PATCHES])
{
    size_t n = 0;
    for (size_t i = 0; concept && i < c->components_n && n < NEIGHBOURS_PATCHES; i++)
        if (concept->components >> i & 1)
            out[n++] = (struct neighbours_patch){c->components[i].colour, c->components[i].notation};
    return n;
}

void prose_concept(struct html *h, struct http_request *q, const struct crossings *c, const char *id, const char *label)
{
    uint8_t bytes[CONCEPT_BYTES];
    struct neighbours_patch patches[NEIGHBOURS_PATCHES];
    size_t n = c && base32_decode(slice_text(id), bytes, sizeof bytes) == ERR_OK
                   ? prose_patches(c, crossings_find(c, bytes), patches)
                   : 0;
    for (size_t i = 0; i < n; i++) {
        neighbours_patch(h, &patches[i]);
        html_text(h, " ");
    }
    if (html_open_link(h, slice_text(sheet_path(q, "/concepts/", id, "")))) {
        html_attr(h, "dir", "auto");
        html_text(h, label && *label ? label : id);
        html_close(h, "a");
    }
}

void prose_record(struct html *h, struct http_request *q, const char *id, const char *title)
{
    if (html_open_link(h, slice_text(sheet_path(q, "/records/", id, "")))) {
        html_attr(h, "dir", "auto");
        html_text(h, title && *title ? title : id);
        html_close(h, "a");
    }
}

void prose_conflicts(struct html *h, struct http_request *q, const json_t *shown)
{
    int64_t n = sheet_number(shown, "conflicts");
    if (!n)
        return;
    html_open_class(h, "p", "box warn");
    html_say_n(h, "{1} part of this was written by several at the same time; one version shows.",
               "{1} parts of this were written by several at the same time; one version of each shows.", n, NULL);
    html_text(h, " ");
    html_link(h, sheet_path(q, "/conflicts/", sheet_text(shown, "id"), ""), tr(h->lang, N_("See them side by side")));
    html_close(h, "p");
}
