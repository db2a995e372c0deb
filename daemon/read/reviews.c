/*
 * reviews: what allies say of a record, and what those answer whom it names, each with who wrote or passed it on.
 */
#include "daemon/read/record.h"
#include "daemon/read/say.h"
#include "protocol/wire/rd.h"

static void put_reply(json_t *out, const struct view_key *key, struct slice value)
{
    struct rd rd;
    rd_init(&rd, value);
    rd_array(&rd, 2, 2);
    say_put(out, "reply", say_id(key->target));
    say_put(out, "actor", say_string(rd_text(&rd, SIZE_MAX)));
    say_put(out, "text", say_string(rd_text(&rd, SIZE_MAX)));
}

static err_t put_said(struct read *r, const char *name, const struct view_key *keys, size_t n)
{
    json_t *list = json_array();
    err_t e = ERR_OK;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < keys[i].values_n && !e; k++) {
            const struct view_value *v = &keys[i].values[k];
            if (!view_says(&keys[i], k))
                continue;
            json_t *one = json_object();
            say_put(one, "lang", say_string(keys[i].lang));
            if (keys[i].target.len)
                put_reply(one, &keys[i], v->value);
            else
                say_put(one, "text", say_string(view_text(v->value)));
            e = say_author(r, one, &v->dot);
            json_array_append_new(list, one);
        }
    }
    say_put(r->result, name, list);
    return e;
}

err_t read_put_reviews(struct read *r, const struct view *v)
{
    err_t e = put_said(r, "reviews", v->reviews, v->reviews_n);
    return e ? e : put_said(r, "replies", v->replies, v->replies_n);
}
