/*
 * Links of records, so that a record can say who cites it.
 */
#include "daemon/store/replica.h"

#include "daemon/store/query.h"

enum statement { OF, DROP, PUT, TO, STATEMENTS };
/* clang-format off */
static const char *const statements[STATEMENTS] = {
    [OF]   = "SELECT link, target FROM links WHERE record = ? ORDER BY link, target",
    [DROP] = "DELETE FROM links WHERE record = ?",
    [PUT]  = "INSERT INTO links (record, link, target) VALUES (?, ?, ?)",
    [TO]   = "SELECT l.link, l.record, r.title FROM links l JOIN records r ON r.record = l.record "
             "WHERE l.target = ? AND NOT r.retired ORDER BY l.link, l.record",
};
/* clang-format on */
_Static_assert(STATEMENTS <= QUERY_STATEMENTS_MAX, "room for the statements of replica_links");

static void start(struct query *q, struct store *s, enum statement which, struct slice id)
{
    query_start(q, s, OWNER_LINKS, which, statements[which]);
    query_blob(q, id);
}

/* In another order they pass for others, which costs no more than writing them. */
static err_t stand(struct store *s, struct slice record, const struct link_row *links, size_t n, bool *out)
{
    struct query q;
    size_t same = 0, rows = 0;
    start(&q, s, OF, record);
    for (; same == rows && query_row(&q); rows++)
        same += rows < n && query_get_uint(&q) == links[rows].link && slice_equal(query_get(&q), links[rows].target);
    err_t e = query_end(&q);
    *out = same == rows && same == n;
    return e;
}

err_t replica_put_links(struct store *s, struct slice record, const struct link_row *links, size_t n)
{
    struct query q;
    bool same = false;
    err_t e = stand(s, record, links, n, &same);
    if (e || same)
        return e;
    start(&q, s, DROP, record);
    e = query_run(&q);
    for (size_t i = 0; i < n && !e; i++) {
        start(&q, s, PUT, record);
        query_uint(&q, links[i].link);
        query_blob(&q, links[i].target);
        e = query_run(&q);
    }
    return e;
}

err_t replica_links_to(struct store *s, struct slice target, struct arena *arena, struct link_back **out, size_t *n)
{
    struct query q;
    struct query_list list = {.arena = arena, .size = sizeof(struct link_back)};
    start(&q, s, TO, target);
    while (query_row(&q)) {
        struct link_back *l = query_list_add(&q, &list);
        if (l) {
            l->link = (unsigned)query_get_uint(&q);
            l->record = query_get_copy(&q, arena);
            l->title = query_get_copy(&q, arena);
        }
    }
    err_t e = query_end(&q);
    if (!e) {
        *out = list.at;
        *n = list.n;
    }
    return e;
}
