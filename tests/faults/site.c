#include "tests/faults/site.h"

#include "daemon/cmd/real.h"
#include "daemon/core/found.h"
#include "daemon/store/oplog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */
/* %1$u the turn, %2$s its record */
static const char *const steps[STEPS] = {
    [STEP_RECORD]       = "record.write\",\"args\":{\"mode\":\"add\",\"lines\":[{\"line\":1,\"record\":{\"type\":\"experience\",\"source_id\":\"%1$u\","
                          "\"title\":{\"fr\":\"Fiche %1$u\"},\"abstract\":{\"fr\":\"Ce que nous avons appris\"}}}]}",
    [STEP_CONCEPT]      = "concept.write\",\"args\":{\"mode\":\"add\",\"adopt\":true,\"concepts\":[{\"line\":1,\"concept\":{"
                          "\"uri\":\"http://atlas.test/%1$u\",\"prefLabel\":{\"fr\":\"Sol %1$u\"}}}]}",
    [STEP_EDIT]         = "record.edit\",\"args\":{\"id\":\"%2$s\",\"set\":{\"title\":{\"fr\":\"Fiche %1$u, revue\",\"en\":\"Record %1$u\"}}}",
    [STEP_PROPOSE]      = "concept.edit\",\"args\":{\"id\":\"http://atlas.test/%1$u\",\"set\":{\"altLabel\":{\"fr\":[\"Terre %1$u\"]}}}",
    [STEP_INDEX]        = "record.edit\",\"args\":{\"id\":\"%2$s\",\"set\":{\"concepts\":[{\"concept\":\"http://atlas.test/%1$u\",\"weight\":50}]}}",
    [STEP_ADOPT]        = "concept.adopt\",\"args\":{\"id\":\"http://atlas.test/%1$u\"}",
    [STEP_RELATE]       = "concept.relate\",\"args\":{\"id\":\"http://atlas.test/%1$u\",\"relation\":\"broader\",\"target\":\"http://atlas.test/racine\",\"adopt\":true}",
    [STEP_IMPORT]       = "record.write\",\"args\":{\"mode\":\"import\",\"lines\":[{\"line\":1,\"record\":{\"type\":\"analysis\",\"source_id\":\"%1$u-a\","
                          "\"title\":{\"fr\":\"Analyse %1$u\"}}},{\"line\":2,\"record\":{\"type\":\"resource\",\"source_id\":\"%1$u-b\",\"title\":{\"fr\":\"Autre %1$u\"}}}]}",
    [STEP_CONCEPT_EDIT] = "concept.edit\",\"args\":{\"id\":\"http://atlas.test/%1$u\",\"adopt\":true,\"set\":{\"definition\":{\"fr\":\"Ce qui porte %1$u\"}}}",
    [STEP_RETIRE]       = "record.retire\",\"args\":{\"id\":\"%2$s\",\"reason\":\"essai %1$u\"}",
};
/* clang-format on */

static void take_reply(void *ctx, struct slice client, struct slice json)
{
    struct fault_site *s = ctx;
    (void)client;
    s->answer_len = json.len < ANSWER_BYTES ? json.len : ANSWER_BYTES - 1;
    memcpy(s->answer, json.at, s->answer_len);
    s->answer[s->answer_len] = 0;
}

static void take_note(void *ctx, enum journal_level level, const char *event, const char *pairs)
{
    struct fault_site *s = ctx;
    struct env env = real_env(s->journal);
    env.note(env.ctx, level, event, pairs);
}

static struct env env_of(struct fault_site *s)
{
    struct env env = real_env(NULL);
    env.ctx = s;
    env.reply = take_reply;
    env.note = take_note;
    return env;
}

void site_init(struct fault_site *s, const char *dir)
{
    *s = (struct fault_site){.answer = malloc(ANSWER_BYTES)};
    snprintf(s->dir, sizeof s->dir, "%s", dir);
    if (!s->answer || sign_start())
        abort();
}

void site_fini(struct fault_site *s)
{
    site_close(s);
    free(s->answer);
}

err_t site_found(struct fault_site *s, struct why *why)
{
    struct env env = env_of(s);
    return found_alliance(s->dir, &env, "Coredem", "Citego", "citego", why);
}

err_t site_open(struct fault_site *s, struct why *why)
{
    static const struct core_settings settings = {
        .language = "fr", .licence = "", .endpoints = "", .url = "", .contact = ""};
    struct env env = env_of(s);
    err_t e = journal_open(s->dir, NULL, "info", "text", &s->journal, why);
    if (!e)
        e = core_open(s->dir, &env, &settings, &s->core, why);
    if (e)
        site_close(s);
    return e;
}

void site_close(struct fault_site *s)
{
    core_close(s->core);
    journal_close(s->journal);
    s->core = NULL;
    s->journal = NULL;
}

void site_prepare(struct fault_site *s, enum step step, unsigned turn, const char *record)
{
    char rest[3500];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(rest, sizeof rest, steps[step], turn, record);
#pragma GCC diagnostic pop
    snprintf(s->request, sizeof s->request, "{\"do\":\"%s,\"lang\":\"fr\"}", rest);
}

/* Out of the answer's text, so that nothing is allocated. */
static void take(const char *json, const char *key, char *out, size_t size)
{
    char mark[32];
    snprintf(mark, sizeof mark, "\"%s\":\"", key);
    const char *at = strstr(json, mark);
    out[0] = 0;
    if (at)
        snprintf(out, size, "%.*s", (int)strcspn(at + strlen(mark), "\""), at + strlen(mark));
}

bool site_ask(struct fault_site *s)
{
    s->answer[0] = s->error[0] = s->dot[0] = s->record[0] = 0;
    core_request(s->core, slice_text("1"), slice_text(s->request));
    bool fine = strncmp(s->answer, "{\"exit\":0", 9) == 0;
    const char *error = strstr(s->answer, "\"error\":{");
    const char *refused = strstr(s->answer, "\"errors\":[{");
    if (fine && !refused) {
        take(s->answer, "dot", s->dot, sizeof s->dot);
        take(s->answer, "id", s->record, sizeof s->record);
        return true;
    }
    if (error || refused)
        take(error ? error : refused, "name", s->error, sizeof s->error);
    else if (s->answer[0])
        snprintf(s->error, sizeof s->error, "nameless");
    return false;
}

bool site_has(struct fault_site *s, const char *text)
{
    struct dot dot;
    int64_t row = 0;
    return dot_parse(slice_text(text), &dot) == ERR_OK && oplog_by_dot(s->core->store, dot.commit, &row) == ERR_OK;
}

int64_t site_rows(struct fault_site *s)
{
    int64_t row = 0;
    if (oplog_last_row(s->core->store, &row))
        abort();
    return row;
}

static bool says(struct fault_site *s, const char *what, const char *sign)
{
    snprintf(s->request, sizeof s->request, "{\"do\":\"%s\",\"lang\":\"en\",\"args\":{}}", what);
    return site_ask(s) && strstr(s->answer, sign);
}

bool site_is_sound(struct fault_site *s)
{
    return says(s, "verify", "\"ok\":true") && strstr(s->answer, "\"faults\":[]") &&
           says(s, "rebuild", "\"same\":true");
}
