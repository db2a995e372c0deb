/*
 * replica: what is materialised out of all logs (derived tables `ops`, `entities`, `records`, `concepts`, `edges`, `links`, `totals`).
 * It keeps canonical bytes and their sum, the state digest; it does not know what they mean.
 */
#ifndef ALLIED_DAEMON_STORE_REPLICA_H
#define ALLIED_DAEMON_STORE_REPLICA_H

#include "daemon/store/oplog.h"

/* Files an op under its entity. */
err_t replica_file(struct store *s, int64_t op_row, enum entity_type type, struct slice entity, uint64_t kind);

/* The other way, for an op whose commit leaves its log. */
err_t replica_unfile(struct store *s, int64_t op_row, enum entity_type type, struct slice entity);

struct replica_op {
    int64_t row; /* op row */
    uint64_t kind;
    struct log_id log;
    uint64_t seq, clock;
    struct dot dot; /* commit ‖ index */
    struct slice header;
    enum body_state state;
    struct slice body;
};
/* Every op filed under an entity, in canonical order (clock, site, incarnation, seq, index); bytes in the arena. */
err_t replica_ops(struct store *s, enum entity_type type, struct slice entity, struct arena *arena,
                  struct replica_op **out, size_t *n);

/* Canonical bytes of a folded entity; ERR_NOT_FOUND. */
err_t replica_get(struct store *s, enum entity_type type, struct slice entity, struct arena *arena,
                  struct slice *canon);
/* What changes with them and with nothing else: the first half of the hash that stands in the digest. ERR_NOT_FOUND. */
#define VERSION_BYTES 16
err_t replica_version(struct store *s, enum entity_type type, struct slice entity, uint8_t out[VERSION_BYTES]);
/* Stores them, and brings the digest up to date (subtract the old hash, add the new). */
err_t replica_put(struct store *s, enum entity_type type, struct slice entity, struct slice canon);
/* An entity that has no op left: canonical bytes, rows and edges go. Nothing happens where there is none. */
err_t replica_drop(struct store *s, enum entity_type type, struct slice entity);
/* Sum mod 2^256 (little-endian) of BLAKE2b-256(DOMAIN_STATE ‖ canonical bytes) of every entity. */
err_t replica_digest(struct store *s, uint8_t out[HASH_BYTES]);

/* ---- what lists need; written beside replica_put, in the same transaction ---- */
struct record_row {
    struct slice record;    /* 24 bytes */
    struct slice source_id; /* "" where there is none */
    struct slice title;     /* the default title */
    uint64_t updated;       /* clock of the latest op that counts */
    bool retired;
    unsigned conflicts;
    struct slice type, langs, terms; /* langs: ascending, a blank between two; terms: CONCEPT_BYTES each, ascending */
};
struct concept_row {
    struct slice concept;
    struct slice uri, kind, label;
    bool adopted, deprecated; /* adopted: by an act or by use */
    uint64_t updated;
    unsigned conflicts;
    struct slice proposer; /* ally, or empty */
    unsigned waiting;      /* ops of which something waits for adoption */
    uint64_t since;        /* clock of the first of them; 0: none */
};
#define EDGE_MERGE 65535u
struct edge_row { /* a live relation between two concepts, or the merge of one into the other that is shown */
    struct slice child;
    unsigned relation; /* enum concept_relation, or EDGE_MERGE */
    struct slice target;
    bool adopted;
    uint64_t clock; /* of its earliest live add-dot (adopted ones first) */
    struct dot dot;
};
err_t replica_drop_rows(struct store *s, enum entity_type type, struct slice entity); /* for replica_drop */
err_t replica_put_record(struct store *s, const struct record_row *r);
err_t replica_put_concept(struct store *s, const struct concept_row *c, const struct edge_row *edges, size_t edges_n);
/*
 * For the two above: all edges from a concept, in place of those that stood; n 0: none. Where the same stand already, told ascending by (relation, target), nothing is
 * written.
 */
err_t replica_put_edges(struct store *s, struct slice child, const struct edge_row *edges, size_t n);

struct link_row {
    unsigned link;       /* enum record_link */
    struct slice target; /* as in view.h */
};
err_t replica_put_links(struct store *s, struct slice record, const struct link_row *links, size_t n);
struct link_back { /* a link, from where it leads to; of records not retired, ascending by (link, record) */
    unsigned link;
    struct slice record, title;
};
err_t replica_links_to(struct store *s, struct slice target, struct arena *arena, struct link_back **out, size_t *n);

/* Clock of the latest op of a record that counts; ERR_NOT_FOUND. */
err_t replica_updated(struct store *s, struct slice record, uint64_t *out);
struct concept_filter { /* zeroed: all */
    struct slice kind;  /* of this kind */
    struct slice facet; /* at this component or angle: a concept */
};
/*
 * Ascending by id, after `after` (empty: from the start), without those whose proposal was taken back before anybody adopted it. Bytes in the arena;
 * filter may be NULL. Lists of records: replica_facets.h.
 */
err_t replica_concepts(struct store *s, const struct concept_filter *filter, struct slice after, size_t limit,
                       struct arena *arena, struct concept_row **out, size_t *n);
/* Of which something waits for adoption, after that place: ascending by (since, concept). */
err_t replica_concepts_waiting(struct store *s, uint64_t since, struct slice after, size_t limit, struct arena *arena,
                               struct concept_row **out, size_t *n);
/* All live edges of a relation, ascending by (adopted first, clock, dot): the order in which cycles are broken. */
err_t replica_edges(struct store *s, unsigned relation, struct arena *arena, struct edge_row **out, size_t *n);
/* Every live edge, by child; its ids are borrowed within the call, its clock and dot are not told. */
err_t replica_each_edge(struct store *s, void (*each)(void *ctx, const struct edge_row *edge), void *ctx);
/* Those from and to one concept, in the same order; and where those from it lead, CONCEPT_BYTES each. */
err_t replica_edges_of(struct store *s, unsigned relation, struct slice concept, struct arena *arena,
                       struct edge_row **out, size_t *n);
err_t replica_targets(struct store *s, unsigned relation, struct slice child, struct arena *arena, struct slice **out,
                      size_t *n);
/* Entities (records not retired, then concepts) with conflicts. */
struct conflict_row {
    enum entity_type type;
    struct slice entity, label;
    unsigned conflicts;
};
err_t replica_conflicts(struct store *s, struct arena *arena, struct conflict_row **out, size_t *n);
/* Entities whose id begins with `prefix` bits (a base32 text of at least one character); at most 2 are given. */
err_t replica_by_prefix(struct store *s, enum entity_type type, const char *base32_prefix, struct arena *arena,
                        struct slice out[2], size_t *n);
err_t replica_concept_by_uri(struct store *s, struct slice uri, uint8_t out[CONCEPT_BYTES]); /* ERR_NOT_FOUND */
struct replica_counts {
    uint64_t records, concepts, conflicts; /* conflicts: entities that have some. Retired records count in neither */
};
err_t replica_counts(struct store *s, struct replica_counts *out);
/* Every entity, in order of (type, id), one call each; ERR_NOT_FOUND at the end, ERR_DATABASE where a row is of no entity there can be. For verify. */
err_t replica_next(struct store *s, enum entity_type *type, struct slice *entity, struct arena *arena,
                   struct slice *canon);

#endif
