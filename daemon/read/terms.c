#include "daemon/read/merges.h"
#include "daemon/read/record.h"
#include "daemon/read/say.h"

#define KNOWN_MOST 500 /* terms in one request */

err_t read_put_term(struct read *r, json_t *out, struct slice concept, struct discipline_terms *terms)
{
    struct view v;
    err_t e = read_view(r, ENTITY_CONCEPT, concept, &v);
    if (e == ERR_NOT_FOUND) {
        terms->unknown++;
        say_put(out, "label", json_null());
        say_put(out, "status", json_string("unknown"));
        return ERR_OK;
    }
    if (e)
        return e;
    struct slice label = view_label(&v, slice_text(r->lang));
    const struct view_key *uri = view_field(&v, C_URI, slice_text(""));
    say_put(out, "label", label.len ? say_string(label) : json_null());
    if (uri && uri->shown)
        say_put(out, "uri", say_string(view_text(uri->shown->value)));
    e = read_put_status(r, out, concept, v.adopted, v.deprecated);
    terms->ended += v.deprecated || json_object_get(out, "merged_into");
    return e;
}

/* It names nothing that a record could be indexed with. */
static err_t refused(json_t *out, err_t why)
{
    say_put(out, "status", json_string("unknown"));
    return json_object_set_new(out, "refused", json_string(err_name(why == ERR_BASE32 ? ERR_NOT_FOUND : why)))
               ? ERR_MEMORY
               : ERR_OK;
}

static err_t put_known(struct read *r, json_t *to, const char *text)
{
    struct discipline_terms terms = {0, 0};
    uint8_t *id = arena_alloc(&r->arena, 1, CONCEPT_BYTES);
    json_t *out = json_pack("{s:s}", "text", text);
    err_t e = id ? read_target(r, slice_text(text), id) : ERR_MEMORY;
    if (!e)
        e = read_put_term(r, out, slice_of(id, CONCEPT_BYTES), &terms);
    else if (e == ERR_NOT_FOUND || e == ERR_AMBIGUOUS || e == ERR_BASE32 || e == ERR_TEXT_LONG)
        e = refused(out, e);
    json_array_append_new(to, out);
    return e;
}

err_t read_concept_known(struct read *r)
{
    const json_t *asked = json_object_get(r->args, "concepts");
    json_t *out = json_array();
    err_t e =
        json_is_array(asked) && json_array_size(asked) <= KNOWN_MOST ? ERR_OK : why_set(&r->why, ERR_USAGE, "concepts");
    for (size_t i = 0; i < json_array_size(asked) && !e; i++) {
        const char *text = json_string_value(json_array_get(asked, i));
        e = put_known(r, out, text ? text : "");
    }
    say_put(r->result, "concepts", out);
    return e;
}
