#include "daemon/web/page_history.h"
#include "daemon/web/api.h"
#include "daemon/web/prose.h"
#include "daemon/web/words.h"

#define ENTRIES_MOST 300 /* on the page; all of them are in the JSON that it names */

/* ---- one change ---- */

static const char *kind_words(const char *lang, const char *kind)
{
    static const struct {
        const char *kind, *words;
    } kinds[] = {
        {"record.put",     N_("wrote")                                      },
        {"record.index",   N_("indexed")                                    },
        {"record.link",    N_("linked")                                     },
        {"record.retire",  N_("withdrew it")                                },
        {"record.review",  N_("reviewed it")                                },
        {"record.reply",   N_("passed on a reply")                          },
        {"concept.put",    N_("wrote")                                      },
        {"concept.relate", N_("related")                                    },
        {"concept.adopt",  N_("adopted")                                    },
        {"concept.merge",  N_("merged it, or proposed to")                  },
        {"concept.retire", N_("gave it up, brought it back, or proposed to")},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].kind, kind) == 0)
            return tr(lang, kinds[i].words);
    return kind;
}

static void put_target(struct html *h, struct http_request *q, const json_t *write)
{
    const char *target = sheet_text(write, "target"), *label = sheet_text(write, "label"),
               *field = sheet_text(write, "field");
    bool concept = *label || strcmp(field, "concepts") == 0;
    if (!*target)
        return;
    html_text(h, " ");
    if (concept)
        prose_concept(h, q, NULL, target, label);
    else
        html_element(h, "code", target);
}

static void put_value(struct html *h, const json_t *write)
{
    const json_t *value = json_object_get(write, "value");
    const char *text = json_is_string(value) ? json_string_value(value) : sheet_text(value, "text");
    if (json_is_null(value) && !*sheet_text(write, "target")) {
        html_text(h, " ");
        html_text(h, tr(h->lang, N_("(emptied)")));
    }
    if (!*text && !json_array_size(value) && !json_object_size(value))
        return;
    html_open(h, "details");
    html_element_tr(h, "summary", N_("What it says"));
    if (*text)
        prose_text(h, sheet_text(write, "lang"), text);
    else
        words_value(h, value, sheet_text(write, "lang"));
    html_close(h, "details");
}

static void put_write(struct html *h, struct http_request *q, const json_t *write)
{
    html_open(h, "li");
    html_text(h, json_is_false(json_object_get(write, "add")) ? "− " : "");
    words_field(h, sheet_text(write, "field"), sheet_text(write, "lang"));
    put_target(h, q, write);
    put_value(h, write);
    html_close(h, "li");
}

static void put_adopted(struct html *h, const json_t *one)
{
    html_open(h, "li");
    html_name(h, slice_text(sheet_text(one, "ally_name")));
    html_text(h, ": ");
    words_fields(h, json_object_get(one, "fields"));
    html_close(h, "li");
}

static void put_entry(struct html *h, struct http_request *q, const json_t *entry)
{
    const char *ally = sheet_text(entry, "ally_name"), *site = sheet_text(entry, "site_name");
    const json_t *motive = json_object_get(entry, "motive");
    size_t i;
    json_t *one;
    html_open(h, "li");
    html_open(h, "p");
    html_date_of(h, sheet_text(entry, "at"));
    html_text(h, " – ");
    html_open(h, "b");
    html_name(h, slice_text(*ally ? ally : sheet_text(entry, "ally")));
    html_close(h, "b");
    if (*site && strcmp(site, ally) != 0) {
        html_text(h, " (");
        html_name(h, slice_text(site));
        html_text(h, ")");
    }
    html_text(h, " ");
    html_text(h, kind_words(h->lang, sheet_text(entry, "kind")));
    if (json_is_object(motive)) {
        html_text(h, ", ");
        html_text(h, tr(h->lang, N_("because of")));
        html_text(h, " ");
        prose_record(h, q, sheet_text(motive, "id"), sheet_text(motive, "title"));
    }
    if (json_is_false(json_object_get(entry, "counts"))) {
        html_text(h, " ");
        html_open_class(h, "span", "warn");
        html_text(h, tr(h->lang, N_("(it does not count: whoever wrote it had no right to)")));
        html_close(h, "span");
    }
    html_close(h, "p");
    html_open(h, "ul");
    json_array_foreach(json_object_get(entry, "writes"), i, one) put_write(h, q, one);
    json_array_foreach(json_object_get(entry, "adopts"), i, one) put_adopted(h, one);
    html_close(h, "ul");
    html_close(h, "li");
}

/* ---- the page ---- */

static void show(struct http_request *q, struct read *read, bool record)
{
    struct sheet s;
    const json_t *history = json_object_get(read->result, "history");
    const char *id = sheet_text(read->result, "id");
    size_t n = json_array_size(history);
    sheet_open(
        &s, q, read,
        &(struct page){.title = tr(request_lang(q), N_("Who wrote what, and when")),
                       .place = record ? PAGE_RECORDS : PAGE_THESAURUS,
                       .noindex = true,
                       .feeds = {{sheet_path(q, record ? "/api/v1/records/" : "/api/v1/concepts/", id, "/history"),
                                  "application/json", NULL}}});
    html_open(&s.h, "p");
    if (record)
        html_link(&s.h, sheet_path(q, "/records/", id, ""), tr(s.h.lang, N_("Back to the record")));
    else
        html_link(&s.h, sheet_path(q, "/concepts/", id, ""), tr(s.h.lang, N_("Back to the concept")));
    html_close(&s.h, "p");
    html_open_class(&s.h, "ol", "time");
    html_flag(&s.h, "reversed");
    html_attr_number(&s.h, "start", (int64_t)n);
    for (size_t i = n; i && n - i < ENTRIES_MOST; i--)
        put_entry(&s.h, q, json_array_get(history, i - 1));
    html_close(&s.h, "ol");
    if (n > ENTRIES_MOST) {
        html_open(&s.h, "p");
        html_say_n(&s.h, "One earlier change is not shown.", "{1} earlier changes are not shown.",
                   (int64_t)(n - ENTRIES_MOST), NULL);
        html_close(&s.h, "p");
    }
    sheet_close(&s, 200);
}

static void history(struct http_request *q, bool record)
{
    struct read read;
    json_t *args = json_pack("{s:s}", "id", request_part(q, "id"));
    if (web_begin(q, args, &read)) {
        err_t e = read_find(record ? "record.history" : "concept.history")(&read);
        if (e)
            api_missing(q, e, &read.why);
        else
            show(q, &read, record);
        web_end(q, &read);
    }
    json_decref(args);
}

void page_record_history(struct http_request *q)
{
    history(q, true);
}

void page_concept_history(struct http_request *q)
{
    history(q, false);
}
