/*
 * op: bodies (PROTOCOL.md §5). A body is an array: beside each write its value, or, for kinds without writes, the items that the table names.
 * The bytes come out of a bin, so the commit's scan has not seen them: they are scanned here.
 */
#include "protocol/op/op.h"

#include "protocol/wire/rd.h"
#include "protocol/wire/scan.h"
#include "protocol/wire/wr.h"

#define REASON_MAX          4
#define WEIGHT_MAX          100
#define URI_MAX_BYTES       2048
#define ENDPOINTS_MAX       16
#define ENDPOINT_MAX_BYTES  255
#define SITE_NAME_MAX_BYTES 200
#define CONTACT_MAX_BYTES   1024
#define REASON_MAX_BYTES    4096
#define ITEMS_MAX           4

static err_t short_text(struct slice value, size_t max)
{
    struct rd r;
    rd_init(&r, value);
    struct slice text = rd_text(&r, SIZE_MAX);
    err_t e = rd_end(&r);
    return e ? e : text.len > max ? ERR_TEXT_LONG : ERR_OK;
}

static err_t item_reason(struct slice value)
{
    struct rd r;
    rd_init(&r, value);
    rd_uint(&r, REASON_MAX);
    return rd_end(&r);
}

static err_t item_endpoints(struct slice value)
{
    struct rd r;
    rd_init(&r, value);
    size_t n = rd_array(&r, 0, ENDPOINTS_MAX);
    for (size_t i = 0; i < n && r.err == ERR_OK; i++)
        if (rd_text(&r, ENDPOINT_MAX_BYTES).len == 0)
            rd_fail(&r, ERR_TEXT_EMPTY);
    return rd_end(&r);
}

static err_t item_name(struct slice value)
{
    return short_text(value, SITE_NAME_MAX_BYTES);
}

static err_t item_url(struct slice value)
{
    return short_text(value, URI_MAX_BYTES);
}

static err_t item_contact(struct slice value)
{
    return short_text(value, CONTACT_MAX_BYTES);
}

static err_t item_reason_text(struct slice value)
{
    return short_text(value, REASON_MAX_BYTES);
}

static err_t value_field(const struct op *op, const struct op_write *w, struct slice value)
{
    const struct field_info *field = field_by_number(op->info->entity, w->field);
    if (!field)
        return ERR_FIELD_UNKNOWN;
    return value_is_nil(value) ? ERR_OK : field_check(op->info->entity, field, value);
}

static err_t value_weight(const struct op *op, const struct op_write *w, struct slice value)
{
    (void)op;
    if (value_is_nil(value))
        return ERR_OK;
    struct rd r;
    rd_init(&r, value);
    if (rd_uint(&r, WEIGHT_MAX) == 0)
        rd_fail(&r, ERR_RANGE);
    err_t e = rd_end(&r);
    return e ? e : w->add ? ERR_OK : ERR_FIELD_VALUE;
}

/* A target outside is named by the hash of its URI, so that the header says nothing of it. */
static err_t check_uri(const struct op_write *w, struct slice uri)
{
    if (uri.len > URI_MAX_BYTES)
        return ERR_TEXT_LONG;
    uint8_t target[CONCEPT_BYTES];
    hash128(target, &uri, 1);
    return uri.len > 0 && slice_equal(w->target, slice_of(target, sizeof target)) ? ERR_OK : ERR_FIELD_VALUE;
}

/* [url, content hash or nil] of an added URL; else nil. */
static err_t value_link(const struct op *op, const struct op_write *w, struct slice value)
{
    (void)op;
    if (!w->add || w->target.len == RECORD_BYTES)
        return value_is_nil(value) ? ERR_OK : ERR_FIELD_VALUE;
    struct rd r;
    rd_init(&r, value);
    rd_array(&r, 2, 2);
    struct slice url = rd_text(&r, SIZE_MAX);
    if (!rd_take_nil(&r))
        rd_bin(&r, HASH_BYTES, HASH_BYTES);
    err_t e = rd_end(&r);
    if (!e)
        e = check_uri(w, url);
    return e ? e : uri_valid(url) ? ERR_OK : ERR_FIELD_VALUE;
}

static err_t value_match(const struct op *op, const struct op_write *w, struct slice value)
{
    (void)op;
    const struct relation_info *relation = relation_by_number(w->field);
    if (!relation)
        return ERR_RELATION;
    if (!w->add || !relation->match)
        return value_is_nil(value) ? ERR_OK : ERR_FIELD_VALUE;
    struct rd r;
    rd_init(&r, value);
    struct slice uri = rd_text(&r, SIZE_MAX);
    err_t e = rd_end(&r);
    return e ? e : check_uri(w, uri);
}

/* A text that says something. */
static void said(struct rd *r, size_t max)
{
    struct slice text = rd_text(r, SIZE_MAX);
    if (r->err == ERR_OK && text.len == 0)
        rd_fail(r, ERR_TEXT_EMPTY);
    if (r->err == ERR_OK && text.len > max)
        rd_fail(r, ERR_TEXT_LONG);
}

static err_t value_review(const struct op *op, const struct op_write *w, struct slice value)
{
    struct rd r;
    (void)w;
    if (value_is_nil(value))
        return ERR_OK;
    rd_init(&r, value);
    if (op->info->kind == OP_RECORD_REPLY) { /* whose it is stands before its text */
        rd_array(&r, 2, 2);
        said(&r, ACTOR_MAX_BYTES);
    }
    said(&r, REVIEW_MAX_BYTES);
    return rd_end(&r);
}

struct body_form {
    err_t (*each)(const struct op *op, const struct op_write *w, struct slice value); /* NULL: items instead */
    err_t (*items[ITEMS_MAX])(struct slice value);
};

/* clang-format off */
#define BODY_LOG_OPEN       {NULL, {item_reason}}
#define BODY_SITE_ANNOUNCE  {NULL, {item_endpoints, item_name, item_url, item_contact}}
#define BODY_SITE_ERASE     {NULL, {item_reason_text}}
#define BODY_SITE_ATTEST    {NULL, {NULL}}
#define BODY_SITE_RELAYS    {NULL, {NULL}}
#define BODY_RECORD_PUT     {value_field, {NULL}}
#define BODY_RECORD_INDEX   {value_weight, {NULL}}
#define BODY_RECORD_RETIRE  {NULL, {item_reason_text}}
#define BODY_RECORD_LINK    {value_link, {NULL}}
#define BODY_RECORD_REVIEW  {value_review, {NULL}}
#define BODY_RECORD_REPLY   {value_review, {NULL}}
#define BODY_CONCEPT_PUT    {value_field, {NULL}}
#define BODY_CONCEPT_RELATE {value_match, {NULL}}
#define BODY_CONCEPT_ADOPT  {NULL, {NULL}}
#define BODY_CONCEPT_MERGE  {NULL, {NULL}}
#define BODY_CONCEPT_RETIRE {NULL, {item_reason_text}}
#define BODY_MEANS_DECLARE  {value_field, {NULL}}

static const struct body_row {
    unsigned kind;
    struct body_form form;
} bodies[] = {
#define X(id, num, name, entity, erasable, who) {num, BODY_##id},
    OP_KINDS(X)
#undef X
};
/* clang-format on */

static const struct body_form *body_form(unsigned kind)
{
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
        if (bodies[i].kind == kind)
            return &bodies[i].form;
    return NULL;
}

static size_t values_expected(const struct op *op, const struct body_form *form)
{
    if (form->each)
        return op->writes_n;
    size_t n = 0;
    while (n < ITEMS_MAX && form->items[n])
        n++;
    return n;
}

static err_t check_value(const struct op *op, const struct body_form *form, size_t i, struct slice value)
{
    return form->each ? form->each(op, &op->writes[i], value) : form->items[i](value);
}

err_t op_decode_body(const struct op *op, struct slice body, struct arena *arena, struct slice **out, size_t *n)
{
    const struct body_form *form = body_form(op->info->kind);
    if (!form)
        return ERR_UNKNOWN_KIND;
    err_t e = scan(body, LIMIT_BODY_BYTES, NULL);
    if (e)
        return e;
    size_t expected = values_expected(op, form);
    struct rd r;
    rd_init(&r, body);
    rd_array(&r, expected, expected);
    if (r.err)
        return r.err;
    struct slice *values = arena_alloc(arena, expected ? expected : 1, sizeof *values);
    if (!values)
        return ERR_MEMORY;
    for (size_t i = 0; i < expected && r.err == ERR_OK; i++) {
        values[i] = rd_raw(&r);
        if (r.err == ERR_OK)
            rd_fail(&r, check_value(op, form, i, values[i]));
    }
    e = rd_end(&r);
    if (e)
        return e;
    *out = values;
    *n = expected;
    return ERR_OK;
}

void op_encode_body(struct buf *out, const struct slice *values, size_t n)
{
    wr_array(out, n);
    for (size_t i = 0; i < n; i++)
        wr_raw(out, values[i]);
}
