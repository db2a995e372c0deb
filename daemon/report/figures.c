#include "daemon/report/figures.h"
#include "conf/tr.h"
#include "protocol/base/base32.h"
#include "protocol/sign/sign.h"
#include <inttypes.h>
#include <stdio.h>

struct walk {
    const struct model *m;
    figure_fn *fn;
    void *ctx;
};

void figures_month(unsigned month, char out[FIGURES_MONTH_BYTES])
{
    out[0] = 0;
    if (month)
        snprintf(out, FIGURES_MONTH_BYTES, "%04u-%02u", month / 12, month % 12 + 1);
}

void figures_sum(const uint8_t sum[HASH_BYTES], char out[FIGURES_SUM_BYTES])
{
    for (size_t i = 0; i < HASH_BYTES; i++)
        snprintf(out + 2 * i, 3, "%02x", sum[i]);
}

static void put(const struct walk *w, const char *section, const char *name, struct slice ally, struct slice key,
                const char *label, uint64_t value)
{
    const struct figure f = {.section = section,
                             .name = name,
                             .ally = ally,
                             .other = slice_text(""),
                             .key = key,
                             .value = value,
                             .label = slice_text(label ? tr(w->m->lang, label) : "")};
    w->fn(w->ctx, &f);
}

static void of_all(const struct walk *w, const char *section, const char *name, uint64_t value)
{
    put(w, section, name, slice_text(""), slice_text(""), NULL, value);
}

static void of_ally(const struct walk *w, const char *section, const char *name, size_t ally, uint64_t value)
{
    put(w, section, name, w->m->allies[ally].name, slice_text(""), NULL, value);
}

static void records(const struct walk *w)
{
    const struct model *m = w->m;
    for (size_t i = 0; i < m->allies_n; i++) {
        of_ally(w, "records", "published", i, m->allies[i].published);
        for (size_t k = 0; k < m->months_n; k++) {
            struct figure f = {.section = "records",
                               .name = "published",
                               .ally = m->allies[i].name,
                               .other = slice_text(""),
                               .key = slice_text(""),
                               .month = m->first_month + (unsigned)k,
                               .value = m->months[i * m->months_n + k],
                               .label = slice_text("")};
            w->fn(w->ctx, &f);
        }
        of_ally(w, "records", "at_the_end", i, m->allies[i].records);
        of_ally(w, "records", "complete", i, m->allies[i].complete);
    }
}

static void value(const struct walk *w)
{
    const struct model *m = w->m;
    for (size_t i = 0; i < m->allies_n; i++) {
        const struct model_ally *a = &m->allies[i];
        for (unsigned k = 0; k < LEDGER_KINDS_N; k++) {
            struct slice kind = slice_text(ledger_kind_name(k));
            put(w, "value", "count", a->name, kind, ledger_kind_label(k), a->count[k]);
            put(w, "value", "points", a->name, kind, ledger_kind_label(k), a->kind_points[k]);
        }
        of_ally(w, "value", "points_of_all_kinds", i, a->points);
        of_ally(w, "value", "small_records", i, a->small);
        for (unsigned k = 0; k < LEDGER_KINDS_N; k++)
            for (unsigned y = LEDGER_COUNTS + 1; y < LEDGER_WHYS_N; y++) {
                char key[64];
                snprintf(key, sizeof key, "%s:%s", ledger_kind_name(k), ledger_why_name(y));
                if (a->left_out[k][y])
                    put(w, "value", "left_out", a->name, slice_text(key), ledger_why_text(y), a->left_out[k][y]);
            }
    }
}

static void reuse(const struct walk *w)
{
    const struct model *m = w->m;
    for (size_t i = 0; i < m->allies_n; i++)
        for (size_t k = 0; k < m->allies_n; k++) {
            struct figure f = {.section = "reuse",
                               .name = m->mutual[i * m->allies_n + k] ? "reuses_mutually" : "reuses",
                               .ally = m->allies[i].name,
                               .other = m->allies[k].name,
                               .key = slice_text(""),
                               .value = m->reuse[i * m->allies_n + k],
                               .label = slice_text("")};
            if (i != k && f.value)
                w->fn(w->ctx, &f);
        }
}

static void rings(const struct walk *w)
{
    const struct model *m = w->m;
    for (size_t i = 0; i < m->rings_n; i++) {
        struct figure f = {.section = "reuse",
                           .name = "ring_of_two",
                           .ally = model_name(m, m->rings[i].a),
                           .other = model_name(m, m->rings[i].b),
                           .key = slice_text(""),
                           .value = m->rings[i].a_from_b,
                           .label = slice_text("")};
        w->fn(w->ctx, &f);
        f.ally = model_name(m, m->rings[i].b);
        f.other = model_name(m, m->rings[i].a);
        f.value = m->rings[i].b_from_a;
        w->fn(w->ctx, &f);
    }
}

static void places(const struct walk *w, const char *section, const struct model_place *at, size_t n,
                   const uint64_t *coverage)
{
    const struct model *m = w->m;
    for (size_t i = 0; i < n; i++) {
        char id[BASE32_LEN(CONCEPT_BYTES) + 1];
        base32_encode(slice_of(at[i].id, CONCEPT_BYTES), id);
        struct figure f = {.section = section,
                           .name = "records",
                           .ally = slice_text(""),
                           .other = slice_text(""),
                           .key = slice_text(id),
                           .value = at[i].records,
                           .label = at[i].label};
        w->fn(w->ctx, &f);
        f.name = "published_this_year";
        f.value = at[i].new_records;
        w->fn(w->ctx, &f);
        f.name = "records";
        for (size_t k = 0; k < m->allies_n; k++) {
            f.ally = m->allies[k].name;
            f.value = coverage[i * m->allies_n + k];
            w->fn(w->ctx, &f);
        }
    }
}

static void thesaurus(const struct walk *w)
{
    static const char *const parts[FACT_RETIREMENT + 1] = {NULL,
                                                           "labels_adopted",
                                                           "labels_translated_adopted",
                                                           "notes_adopted",
                                                           "relations_adopted",
                                                           "merges_adopted",
                                                           "retirements_adopted"};
    const struct model_thesaurus *t = &w->m->thesaurus;
    of_all(w, "thesaurus", "in_force", t->in_force);
    of_all(w, "thesaurus", "proposed", t->proposed);
    of_all(w, "thesaurus", "adopted_by_act", t->adopted_acts);
    of_all(w, "thesaurus", "adopted_by_use", t->adopted_uses);
    of_all(w, "thesaurus", "adopted_by_its_author", t->adopted_own);
    of_all(w, "thesaurus", "concepts_adopted_by_their_author", t->own_concepts);
    of_all(w, "thesaurus", "merged", t->merged);
    of_all(w, "thesaurus", "deprecated", t->deprecated);
    of_all(w, "thesaurus", "waiting", t->waiting);
    of_all(w, "thesaurus", "median_delay_ms", t->delay_ms);
    for (unsigned i = FACT_LABEL; i <= FACT_RETIREMENT; i++)
        of_all(w, "thesaurus", parts[i], t->parts[i]);
}

static void discipline(const struct walk *w)
{
    const struct model *m = w->m;
    for (size_t i = 0; i < m->allies_n; i++)
        for (unsigned k = 0; k < DISCIPLINE_N; k++) {
            const struct discipline_rule *rule = discipline_rule(k);
            put(w, "discipline", "missed", m->allies[i].name, slice_text(rule->code), report_rule_label(k),
                m->allies[i].missed[k]);
        }
}

static void newcomers(const struct walk *w)
{
    const struct model *m = w->m;
    for (size_t i = 0; i < m->newcomers_n; i++) {
        struct figure f = {.section = "newcomers",
                           .name = "first_complete_record",
                           .ally = m->allies[m->newcomers[i].ally].name,
                           .other = model_name(m, m->newcomers[i].mentor),
                           .key = slice_text(""),
                           .month = m->newcomers[i].month,
                           .value = m->newcomers[i].month ? 1 : 0,
                           .label = slice_text("")};
        w->fn(w->ctx, &f);
    }
}

static void service(const struct walk *w)
{
    const struct model_service *s = &w->m->service;
    of_all(w, "secretariat", "proposals_handled", s->handled);
    of_all(w, "secretariat", "in_time", s->in_time);
    of_all(w, "secretariat", "late", s->late);
    of_all(w, "secretariat", "median_delay_ms", s->delay_ms);
    of_all(w, "secretariat", "delay_allowed_days", s->delay_days);
    of_all(w, "secretariat", "sites_let_in", s->admitted);
    of_all(w, "secretariat", "charters", s->charters);
}

static void progress(const struct walk *w)
{
    for (unsigned i = 0; i < MODEL_TOTALS_N; i++) {
        const struct model_total_info *info = model_total_info(i);
        put(w, "progress", "this_year", slice_text(""), slice_text(info->name), info->label, w->m->total[i]);
        if (w->m->has_before)
            put(w, "progress", "year_before", slice_text(""), slice_text(info->name), info->label,
                w->m->total_before[i]);
    }
}

void figures_each(const struct model *m, figure_fn *fn, void *ctx)
{
    const struct walk w = {m, fn, ctx};
    progress(&w);
    records(&w);
    value(&w);
    reuse(&w);
    rings(&w);
    places(&w, "components", m->components, m->components_n, m->coverage);
    places(&w, "angles", m->angles, m->angles_n, m->angle_coverage);
    of_all(&w, "components", "records_under_none", m->outside);
    thesaurus(&w);
    discipline(&w);
    newcomers(&w);
    service(&w);
}

/* ---- digest ---- */

static void sum_up(void *ctx, const struct figure *f)
{
    struct hash256_run *run = ctx;
    char numbers[64];
    const struct slice parts[] = {slice_text(f->section), slice_text(f->name), f->ally, f->other, f->key};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        snprintf(numbers, sizeof numbers,
                 "%zu:", parts[i].len); /* so that what one ends with is not what the next begins with */
        hash256_add(run, slice_text(numbers));
        hash256_add(run, parts[i]);
    }
    snprintf(numbers, sizeof numbers, "%u:%" PRIu64 "\n", f->month, f->value);
    hash256_add(run, slice_text(numbers));
}

void figures_digest(const struct model *m, uint8_t out[HASH_BYTES])
{
    struct hash256_run run;
    hash256_start(&run);
    figures_each(m, sum_up, &run);
    hash256_end(&run, out);
}
