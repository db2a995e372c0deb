/*
 * req: what the handlers of requests share (daemon/core/request.h is the contract with clients).
 */
#ifndef ALLIED_DAEMON_CORE_REQ_H
#define ALLIED_DAEMON_CORE_REQ_H

#include "daemon/commons/lattice.h"
#include "daemon/core/edit.h"
#include "daemon/core/request.h"

/* The merges of all concepts that are shown, and where they lead. */
struct merges {
    struct edge_row *rows;
    size_t n;
    struct lattice_merges followed;
};
struct req {
    struct core *core;
    struct own *own; /* the site that is meant: the one named, else the first */
    struct slice client;
    const char *lang;
    const json_t *args;
    struct arena arena; /* freed when the request is answered */
    json_t *result;     /* an object, made before the handler runs */
    struct why why;
    const struct merges *merges; /* once somebody asked for them */
    bool later;                  /* the answer comes through env.reply */
};
typedef err_t req_fn(struct req *r);
/* Does it write or sign as a site? Then, where several are hosted here, it must say as which. */
enum req_site { READS, WRITES };

#define REQUESTS(X)                                                                                                    \
    X("status", req_status, READS)                                                                                     \
    X("allies", req_allies, READS)                                                                                     \
    X("invite", req_invite, READS)                                                                                     \
    X("verify", req_verify, READS)                                                                                     \
    X("rebuild", req_rebuild, READS)                                                                                   \
    X("peers.known", req_peers_known, READS)                                                                           \
    X("changes", req_changes, READS)                                                                                   \
    X("ping", req_ping, READS)                                                                                         \
    X("record.write", req_record_write, WRITES)                                                                        \
    X("record.edit", req_record_edit, WRITES)                                                                          \
    X("record.retire", req_record_retire, WRITES)                                                                      \
    X("record.link", req_record_link, WRITES)                                                                          \
    X("record.list", req_record_list, READS)                                                                           \
    X("record.show", req_record_show, READS)                                                                           \
    X("record.history", req_record_history, READS)                                                                     \
    X("concept.write", req_concept_write, WRITES)                                                                      \
    X("concept.edit", req_concept_edit, WRITES)                                                                        \
    X("concept.relate", req_concept_relate, WRITES)                                                                    \
    X("concept.adopt", req_concept_adopt, WRITES)                                                                      \
    X("concept.merge", req_concept_merge, WRITES)                                                                      \
    X("concept.retire", req_concept_retire, WRITES)                                                                    \
    X("concept.list", req_concept_list, READS)                                                                         \
    X("concept.show", req_concept_show, READS)                                                                         \
    X("concept.history", req_concept_history, READS)                                                                   \
    X("concept.export", req_concept_export, READS)                                                                     \
    X("conflicts.list", req_conflicts_list, READS)                                                                     \
    X("conflicts.show", req_conflicts_show, READS)                                                                     \
    X("conflicts.resolve", req_conflicts_resolve, WRITES)                                                              \
    X("charter.show", req_charter_show, READS)                                                                         \
    X("charter.log", req_charter_log, READS)                                                                           \
    X("charter.propose", req_charter_propose, WRITES)                                                                  \
    X("charter.sign", req_charter_sign, WRITES)                                                                        \
    X("charter.refuse", req_charter_refuse, WRITES)                                                                    \
    X("charter.follow", req_charter_follow, READS)                                                                     \
    X("ally.show", req_ally_show, READS)                                                                               \
    X("ally.suspend", req_ally_suspend, READS)                                                                         \
    X("ally.lift", req_ally_lift, READS)                                                                               \
    X("ally.checkpoint", req_ally_checkpoint, READS)                                                                   \
    X("ally.admit", req_ally_admit, READS)                                                                             \
    X("ally.refuse", req_ally_refuse, READS)                                                                           \
    X("ally.card", req_ally_card, READS)                                                                               \
    X("ally.cut", req_ally_cut, WRITES)                                                                                \
    X("erase", req_erase, WRITES)                                                                                      \
    X("erasures", req_erasures, READS)                                                                                 \
    X("record.republish", req_record_republish, WRITES)                                                                \
    X("key.rotate", req_key_rotate, WRITES)                                                                            \
    X("key.registrar", req_key_registrar, READS)                                                                       \
    X("site.add", req_site_add, READS)                                                                                 \
    X("site.list", req_site_list, READS)                                                                               \
    X("site.remove", req_site_remove, WRITES)                                                                          \
    X("site.move", req_site_move, WRITES)                                                                              \
    X("bundle.head", req_bundle_head, READS)                                                                           \
    X("bundle.run", req_bundle_run, READS)                                                                             \
    X("bundle.take", req_bundle_take, READS)                                                                           \
    X("bundle.lacks", req_bundle_lacks, READS)
#define X(name, fn, site) req_fn fn;
REQUESTS(X)
#undef X

/* Arguments. */
const char *req_text(const struct req *r, const char *key); /* "" where absent */
bool req_flag(const struct req *r, const char *key);
int64_t req_number(const struct req *r, const char *key, int64_t fallback);
/* The entity that a text names: an id, a unique prefix, a concept's URI. `out` is in the arena. */
err_t req_entity(struct req *r, enum entity_type type, const char *text, struct slice *out);
/* The same for a type that is not known: records first, then concepts. */
err_t req_any_entity(struct req *r, const char *text, enum entity_type *type, struct slice *out);
/* What a concept is called where it is a target: a URI or an id, known or not. */
err_t req_target(struct req *r, struct slice text, uint8_t out[CONCEPT_BYTES]);
/* The ally that a text names: its name, or the beginning of its id. ERR_ALLY_UNKNOWN, ERR_AMBIGUOUS. */
err_t req_ally(struct req *r, const char *text, const struct ally **out);
/* The addresses of the arguments, blank-separated, into `out`, which is made here; without any, the daemon's own. */
err_t req_addresses(struct req *r, struct buf *out);
/* Until when a code is to be good. */
struct wall req_expires(struct req *r);
/* "asking": the sites that wait until somebody here lets them in. */
err_t req_put_asks(struct req *r);
/* ERR_ALLY_KNOWN where an ally has that name already. */
err_t req_ally_is_new(struct req *r, struct slice name);
/* One of the sites whose daemon this is, as site.list gives it: a new object. */
err_t req_own_json(struct req *r, const struct own *own, json_t **out);
/* "host", "hosted_by": key and name of the site whose daemon writes that one; null where it has its own. */
void req_put_host(const struct req *r, json_t *object, const uint8_t site[SITE_BYTES]);
/* Where that concept's merges end: itself, where it has none. */
err_t req_follow(struct req *r, uint8_t concept_id[CONCEPT_BYTES]);
/* Merges as they stood when the request first asked. */
err_t req_merges(struct req *r, const struct merges **out);
/* "status", and "merged_into" where that is it. */
err_t req_put_status(struct req *r, json_t *out, struct slice concept, bool adopted, bool deprecated);
/* "merge", "merged_from", "reason". */
err_t req_put_merges(struct req *r, const struct view *v);
/* What an entry of view.merge or view.retire says. */
json_t *req_register_value(struct req *r, const struct view_value *value, bool merge);
/*
 * A merge or a retirement in conflict, resolved by a value as req_register_value gives it, or by a text: the concept it is merged into ("": into none),
 * the reason it is retired for ("": it is not).
 */
err_t req_resolve_merge(struct req *r, struct edit *e, const json_t *value);
err_t req_resolve_retire(struct req *r, struct edit *e, const json_t *value);
err_t req_view(struct req *r, enum entity_type type, struct slice entity, struct view *out);

/* A short text, as a body carries it. ERR_TOO_LARGE past 4,096 bytes. */
err_t req_encoded(struct req *r, struct slice text, struct slice *out);

/*
 * Links. What a target is called: a source id of ours, an id or its unique beginning, a URL; in an import also a source id that will come. Sets the
 * target and the value.
 */
err_t req_link_target(struct req *r, const struct edit *e, struct slice own_source, struct link_write *w);
bool req_link_listed(const struct entity_writes *w, const struct view_key *key); /* targets are set */
err_t req_put_links(struct req *r, const struct view *v);                        /* "links", "linked_by" */
/* Translations: takes over what the object's "made_from" says of the fields it writes. */
err_t req_origins(struct req *r, struct edit *e, const json_t *object, const struct entity_writes *w);
void req_put_translations(struct req *r, const struct view *v, const struct replica_op *ops,
                          size_t n); /* "translations" */

/* Answers. Each sets a new value; allocation failures leave the key away. */
void req_put(json_t *object, const char *key, json_t *value);
json_t *req_id(struct slice id);
json_t *req_hex(struct slice bytes);
json_t *req_dot(const struct dot *dot);
json_t *req_string(struct slice text);
json_t *req_u64(uint64_t value); /* as a string: 64-bit numbers are strings in JSON */
json_t *req_time(uint64_t clock);
json_t *req_value(enum entity_type type, const struct field_info *field, struct slice value);
void req_put_ally(const struct core *c, json_t *object, struct slice ally_id); /* "ally", "ally_name" */
/* Who wrote a dot and when: "dot", "at", "site", "site_name", "ally", "ally_name". */
err_t req_put_author(struct req *r, json_t *object, const struct dot *dot);
void req_put_commit(const struct core *c, json_t *object, const struct commit *commit); /* the same but for the dot */
json_t *req_error(err_t e, const char *detail);
json_t *req_traffic(const struct traffic *t);
void req_put_traffic(struct req *r); /* "traffic": of all links since the daemon started */
/* History of an entity, for record.history and concept.history. */
err_t req_history(struct req *r, enum entity_type type);

#endif
