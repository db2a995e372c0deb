#include "daemon/read/say.h"
#include "protocol/base/base32.h"
#include "protocol/base/clock.h"
#include <strings.h>

json_t *say_answer(err_t e, const struct why *why, json_t *result)
{
    const char *detail = e && why->code == e ? why->text : "";
    json_t *out = e ? json_pack("{s:i, s:{s:o, s:s, s:s}}", "exit", err_exit(e), "error", "code",
                                json_sprintf("ALLIED-%d", err_number(e)), "name", err_name(e), "detail", detail)
                    : json_pack("{s:i}", "exit", 0);
    if (out && result && (!e || json_object_size(result)))
        json_object_set(out, "result", result);
    return out;
}

void say_put(json_t *object, const char *key, json_t *value)
{
    json_object_set_new(object, key, value ? value : json_null());
}

static const char *name_of(const json_t *object)
{
    const char *name = json_string_value(json_object_get(object, "name"));
    return name ? name : "";
}

void say_by_name(json_t *objects, json_t *one)
{
    size_t at = json_array_size(objects);
    while (at && strcasecmp(name_of(json_array_get(objects, at - 1)), name_of(one)) > 0)
        at--;
    json_array_insert_new(objects, at, one);
}

json_t *say_id(struct slice id)
{
    char text[BASE32_LEN(SITE_BYTES) + 1] = "";
    if (id.len <= SITE_BYTES)
        base32_encode(id, text);
    return json_string(text);
}

json_t *say_hex(struct slice bytes)
{
    static const char digits[] = "0123456789abcdef";
    char text[2 * HASH_BYTES + 1];
    size_t n = bytes.len < HASH_BYTES ? bytes.len : HASH_BYTES;
    for (size_t i = 0; i < n; i++) {
        text[2 * i] = digits[bytes.at[i] >> 4];
        text[2 * i + 1] = digits[bytes.at[i] & 15];
    }
    return json_stringn(text, 2 * n);
}

json_t *say_dot(const struct dot *dot)
{
    char text[DOT_TEXT_LEN + 1];
    dot_format(dot, text);
    return json_string(text);
}

json_t *say_string(struct slice text)
{
    return json_stringn((const char *)text.at, text.len);
}

json_t *say_u64(uint64_t value)
{
    return json_sprintf("%llu", (unsigned long long)value);
}

json_t *say_time(uint64_t clock)
{
    char text[RFC3339_LEN + 1];
    rfc3339_format(clock_wall(clock), text);
    return json_string(text);
}

json_t *say_value(enum entity_type type, const struct field_info *field, struct slice value)
{
    (void)type;
    return value_is_nil(value) ? json_null() : field_to_json(field, value);
}

void say_ally(const struct authority *a, json_t *object, struct slice id)
{
    const struct ally *ally = id.len == ALLY_BYTES ? authority_ally(a, id.at) : NULL;
    say_put(object, "ally", say_id(id));
    say_put(object, "ally_name", ally ? say_string(ally->name) : json_null());
}

void say_commit(const struct authority *a, json_t *object, const struct commit *commit)
{
    const struct site *site = authority_site(a, commit->log.site);
    const struct ally *ally = authority_ally_of(a, commit->log.site);
    say_put(object, "at", say_time(commit->clock));
    say_put(object, "site", say_id(slice_of(commit->log.site, SITE_BYTES)));
    say_put(object, "site_name", site ? say_string(site->name) : json_null());
    say_ally(a, object, ally ? slice_of(ally->id, ALLY_BYTES) : slice_text(""));
}

err_t say_author(struct read *r, json_t *object, const struct dot *dot)
{
    struct commit *commit = arena_alloc(&r->arena, 1, sizeof *commit);
    int64_t row = 0;
    err_t e = commit ? oplog_by_dot(r->store, dot->commit, &row) : ERR_MEMORY;
    if (!e)
        e = oplog_get_row(r->store, row, &r->arena, commit);
    if (e)
        return e;
    say_put(object, "dot", say_dot(dot));
    say_commit(r->authority, object, commit);
    return ERR_OK;
}

/* ---- fields ---- */

/* Texts stand under their language, the rest by itself. */
void say_field(json_t *out, enum entity_type type, const struct field_info *field, struct slice lang,
               struct slice value)
{
    json_t *v = say_value(type, field, value);
    if (field->lang == LANG_NONE) {
        say_put(out, field->name, v);
        return;
    }
    char tag[LANG_MAX + 1] = "";
    memcpy(tag, lang.at, lang.len < LANG_MAX ? lang.len : LANG_MAX);
    json_t *by_lang = json_object_get(out, field->name);
    if (!by_lang) {
        by_lang = json_object();
        say_put(out, field->name, by_lang);
    }
    say_put(by_lang, tag, v);
}

void say_fields(json_t *out, const struct view *v)
{
    for (size_t i = 0; i < v->fields_n; i++) {
        const struct field_info *field = field_by_number(v->type, v->fields[i].field);
        if (field && v->fields[i].shown)
            say_field(out, v->type, field, v->fields[i].lang, v->fields[i].shown->value);
    }
}
