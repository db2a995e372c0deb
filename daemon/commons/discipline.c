/*
 * discipline: see discipline.h. It looks at what is shown, in any language: a record is complete for its readers when one of its languages
 * says what is asked.
 */
#include "daemon/commons/discipline.h"
#include "conf/tr.h"
#include "protocol/wire/rd.h"
#include <strings.h>

struct judged { /* what the rules look at */
    const struct view *view;
    const struct discipline_terms *terms;
    size_t text_max;
};

/* ---- what stands in the record ---- */

static bool has(const struct view *v, uint64_t field)
{
    for (size_t i = 0; i < v->fields_n; i++) {
        if (v->fields[i].field == field && v->fields[i].shown)
            return true;
    }
    return false;
}

static bool has_abstract(const struct judged *j)
{
    return has(j->view, R_ABSTRACT);
}
static bool has_history(const struct judged *j)
{
    return has(j->view, R_HISTORY);
}
static bool has_limits(const struct judged *j)
{
    return has(j->view, R_LIMITS);
}

static bool has_actor(const struct judged *j)
{
    const struct view_key *k = view_field(j->view, R_ACTORS, slice_text(""));
    struct rd r;
    if (!k || !k->shown)
        return false;
    rd_init(&r, k->shown->value);
    size_t n = rd_array(&r, 0, SIZE_MAX);
    for (size_t i = 0; i < n && r.err == ERR_OK; i++) {
        rd_array(&r, 4, 4);
        rd_raw(&r); /* name */
        if (rd_peek(&r) == RD_TEXT)
            return true;
        for (size_t part = 1; part < 4; part++)
            rd_raw(&r);
    }
    return false;
}

static bool has_concept(const struct judged *j)
{
    return j->view->sets_n > 0;
}

static bool terms_known(const struct judged *j)
{
    return j->terms->unknown == 0;
}

static bool terms_current(const struct judged *j)
{
    return j->terms->ended == 0;
}

/* SPDX identifiers under which texts and images are commonly published. */
static const char *const licences[] = {
    "CC0-1.0",
    "CC-BY-1.0",
    "CC-BY-2.0",
    "CC-BY-2.5",
    "CC-BY-3.0",
    "CC-BY-3.0-DE",
    "CC-BY-4.0",
    "CC-BY-SA-1.0",
    "CC-BY-SA-2.0",
    "CC-BY-SA-2.5",
    "CC-BY-SA-3.0",
    "CC-BY-SA-4.0",
    "CC-BY-ND-1.0",
    "CC-BY-ND-2.0",
    "CC-BY-ND-2.5",
    "CC-BY-ND-3.0",
    "CC-BY-ND-4.0",
    "CC-BY-NC-1.0",
    "CC-BY-NC-2.0",
    "CC-BY-NC-2.5",
    "CC-BY-NC-3.0",
    "CC-BY-NC-4.0",
    "CC-BY-NC-SA-1.0",
    "CC-BY-NC-SA-2.0",
    "CC-BY-NC-SA-2.5",
    "CC-BY-NC-SA-3.0",
    "CC-BY-NC-SA-4.0",
    "CC-BY-NC-ND-1.0",
    "CC-BY-NC-ND-2.0",
    "CC-BY-NC-ND-2.5",
    "CC-BY-NC-ND-3.0",
    "CC-BY-NC-ND-4.0",
    "CC-PDDC",
    "CC-BY-SA-2.0-UK",
    "CC-BY-SA-2.1-JP",
    "CC-BY-SA-3.0-AT",
    "CC-BY-SA-3.0-DE",
    "CC-BY-3.0-AT",
    "CC-BY-3.0-IGO",
    "CC-BY-3.0-NL",
    "CC-BY-3.0-US",
    "CC-BY-NC-ND-3.0-IGO",
    "PDDL-1.0",
    "ODbL-1.0",
    "ODC-By-1.0",
    "etalab-2.0",
    "OGL-UK-1.0",
    "OGL-UK-2.0",
    "OGL-UK-3.0",
    "OGL-Canada-2.0",
    "DL-DE-BY-2.0",
    "DL-DE-ZERO-2.0",
    "NLOD-2.0",
    "LAL-1.2",
    "LAL-1.3",
    "GFDL-1.1-only",
    "GFDL-1.2-only",
    "GFDL-1.3-only",
    "GFDL-1.1-or-later",
    "GFDL-1.2-or-later",
    "GFDL-1.3-or-later",
    "MIT",
    "MIT-0",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "0BSD",
    "Unlicense",
    "WTFPL",
    "ISC",
    "MPL-2.0",
    "EUPL-1.2",
    "GPL-2.0-only",
    "GPL-2.0-or-later",
    "GPL-3.0-only",
    "GPL-3.0-or-later",
    "LGPL-3.0-or-later",
    "AGPL-3.0-or-later",
    "CECILL-2.1",
    "CERN-OHL-S-2.0",
    "OFL-1.1",
};

bool discipline_licence_known(struct slice licence)
{
    for (size_t i = 0; i < sizeof licences / sizeof licences[0]; i++) {
        if (strlen(licences[i]) == licence.len && strncasecmp(licences[i], (const char *)licence.at, licence.len) == 0)
            return true;
    }
    return false;
}

static bool has_licence(const struct judged *j)
{
    const struct view_key *k = view_field(j->view, R_LICENCE, slice_text(""));
    return k && k->shown && discipline_licence_known(view_text(k->shown->value));
}

/* ---- how much text ---- */

/* All bytes but those that go on with one (10xxxxxx), eight at a time: it is done for every text at every change. */
static size_t characters(struct slice text)
{
    size_t n = text.len, i = 0;
    for (; i + 8 <= text.len; i += 8) {
        uint64_t bytes;
        memcpy(&bytes, text.at + i, sizeof bytes);
        uint64_t on = bytes & ~(bytes << 1) & UINT64_C(0x8080808080808080);
        n -= (size_t)(((on >> 7) * UINT64_C(0x0101010101010101)) >> 56);
    }
    for (; i < text.len; i++)
        n -= (text.at[i] & 0xc0) == 0x80;
    return n;
}

/* All texts in a value, however deep: a bounded walk, since form and depth were checked when it was decoded. */
static size_t characters_of(struct slice value)
{
    struct rd r;
    size_t n = 0;
    rd_init(&r, value);
    while (rd_peek(&r) != RD_END) {
        enum rd_type type = rd_peek(&r);
        if (type == RD_TEXT)
            n += characters(rd_text(&r, SIZE_MAX));
        else if (type == RD_ARRAY)
            rd_array(&r, 0, SIZE_MAX); /* its items follow, and are met in their turn */
        else
            rd_raw(&r);
    }
    return n;
}

static bool is_short(const struct judged *j)
{
    const struct view *v = j->view;
    for (size_t i = 0; i < v->fields_n; i++) {
        size_t n = 0;
        for (size_t k = 0; k < v->fields_n; k++) {
            const struct field_info *field = field_by_number(ENTITY_RECORD, v->fields[k].field);
            if (field && field->lang != LANG_NONE && v->fields[k].shown &&
                slice_equal(v->fields[k].lang, v->fields[i].lang))
                n += characters_of(v->fields[k].shown->value);
        }
        if (n > j->text_max)
            return false;
    }
    return true;
}

/* ---- the rules ---- */

/* clang-format off */
#define HOLDS_ABSTRACT has_abstract
#define HOLDS_HISTORY  has_history
#define HOLDS_LIMITS   has_limits
#define HOLDS_ACTOR    has_actor
#define HOLDS_CONCEPT  has_concept
#define HOLDS_KNOWN    terms_known
#define HOLDS_CURRENT  terms_current
#define HOLDS_LICENCE  has_licence
#define HOLDS_LENGTH   is_short

static const struct {
    struct discipline_rule rule;
    bool experiences;
    bool (*holds)(const struct judged *j);
} rules[] = {
#define X(id, code, experiences, sentence) {{code, sentence}, experiences, HOLDS_##id},
    DISCIPLINE_RULES(X)
#undef X
};
/* clang-format on */

const struct discipline_rule *discipline_rule(enum discipline_id id)
{
    return &rules[id].rule;
}

#define X(number, asked, text_max) {number, asked, text_max},
static const struct profile {
    uint64_t number;
    unsigned asked;
    size_t text_max;
} profiles[] = {DISCIPLINE_PROFILES(X)};
#undef X

static const struct profile *profile_of(uint64_t number)
{
    size_t n = sizeof profiles / sizeof *profiles, i = 0;
    while (i + 1 < n && profiles[i].number != number)
        i++;
    return &profiles[i];
}

static bool applies(size_t i, bool experience, const struct judged *j)
{
    bool of_terms = i == DISCIPLINE_KNOWN || i == DISCIPLINE_CURRENT;
    return (experience || !rules[i].experiences) && (!of_terms || (j->terms && j->view->sets_n));
}

void discipline_check(const struct view *record, uint64_t number, const struct discipline_terms *terms,
                      struct discipline *out)
{
    const struct view_key *type = view_field(record, R_TYPE, slice_text(""));
    const struct profile *p = profile_of(number);
    struct judged j = {record, terms, p->text_max};
    bool experience = type && type->shown && slice_equal(view_text(type->shown->value), slice_text("experience"));
    *out = (struct discipline){.profile = number, .known = p->number == number, .text_max = p->text_max};
    for (size_t i = 0; i < DISCIPLINE_N; i++) {
        if (!(p->asked & (1u << i)) || !applies(i, experience, &j))
            continue;
        if (rules[i].holds(&j))
            out->met[out->met_n++] = &rules[i].rule;
        else
            out->missed[out->missed_n++] = &rules[i].rule;
    }
}

void discipline_say(const struct discipline *d, const struct discipline_rule *rule, const char *lang, struct buf *out)
{
    const char *text = tr(lang, rule->sentence), *place = strstr(text, "{1}");
    if (!place) {
        buf_printf(out, "%s", text);
        return;
    }
    buf_append(out, text, (size_t)(place - text));
    buf_printf(out, "%zu%s", d->text_max, place + 3);
}
