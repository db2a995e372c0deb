/*
 * req: what the handlers of requests share (daemon/core/request.h is the contract with clients).
 */
#ifndef ALLIED_DAEMON_CORE_REQ_H
#define ALLIED_DAEMON_CORE_REQ_H

#include "daemon/core/edit.h"
#include "daemon/core/request.h"
#include "daemon/read/merges.h"
#include "daemon/read/say.h"

struct req {
    struct read read; /* what is asked, and the answer; on the core's own connection */
    struct core *core;
    struct own *own; /* the site that is meant: the one named, else the first */
    struct slice client;
    bool later;        /* the answer comes through env.reply */
    struct once *once; /* its answer is to be kept: daemon/store/once.h */
};
typedef err_t req_fn(struct req *r);
/* Does it write or sign as a site? Then, where several are hosted here, it must say as which. ONCE: and takes "once", by ending with req_end. */
enum req_site { READS, WRITES, ONCE };

#define REQUESTS(X)                                                                                                    \
    X("status", req_status, READS)                                                                                     \
    X("allies", req_allies, READS)                                                                                     \
    X("invite", req_invite, READS)                                                                                     \
    X("verify", req_verify, READS)                                                                                     \
    X("rebuild", req_rebuild, READS)                                                                                   \
    X("peers.known", req_peers_known, READS)                                                                           \
    X("sites", req_sites, READS)                                                                                       \
    X("ping", req_ping, READS)                                                                                         \
    X("record.write", req_record_write, ONCE)                                                                          \
    X("record.edit", req_record_edit, ONCE)                                                                            \
    X("record.put", req_record_put, ONCE)                                                                              \
    X("record.retire", req_record_retire, ONCE)                                                                        \
    X("record.link", req_record_link, WRITES)                                                                          \
    X("record.review", req_record_review, WRITES)                                                                      \
    X("record.reply", req_record_reply, WRITES)                                                                        \
    X("concept.write", req_concept_write, ONCE)                                                                        \
    X("concept.edit", req_concept_edit, ONCE)                                                                          \
    X("concept.relate", req_concept_relate, WRITES)                                                                    \
    X("concept.adopt", req_concept_adopt, WRITES)                                                                      \
    X("concept.merge", req_concept_merge, WRITES)                                                                      \
    X("concept.put", req_concept_put, ONCE)                                                                            \
    X("concept.withdraw", req_concept_withdraw, ONCE)                                                                  \
    X("concept.refuse", req_concept_refuse, ONCE)                                                                      \
    X("concept.retire", req_concept_retire, ONCE)                                                                      \
    X("conflicts.resolve", req_conflicts_resolve, ONCE)                                                                \
    X("means.declare", req_means_declare, WRITES)                                                                      \
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
    X("search", req_search, READS)                                                                                     \
    X("suggest", req_suggest, READS)                                                                                   \
    X("erasures", req_erasures, READS)                                                                                 \
    X("record.republish", req_record_republish, WRITES)                                                                \
    X("key.rotate", req_key_rotate, WRITES)                                                                            \
    X("key.registrar", req_key_registrar, READS)                                                                       \
    X("token.create", req_token_create, WRITES)                                                                        \
    X("token.list", req_token_list, READS)                                                                             \
    X("token.revoke", req_token_revoke, WRITES)                                                                        \
    X("token.used", req_token_used, READS)                                                                             \
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

/* "once" of the arguments: *again, and the answer of the first time is the result already. ERR_ONCE_OTHER, ERR_USAGE. */
err_t req_once(struct req *r, const char *name, bool *again);
/* Ends the batch, with the answer kept where it is to be given once; `e`: takes it back. The result is complete before, and empty where this fails. */
err_t req_end(struct req *r, err_t e);
/* "if_match" of the arguments is the entity's version, or "*". Absent: fine. ERR_STALE, ERR_NOT_FOUND. */
err_t req_if_match(struct req *r, enum entity_type type, struct slice entity);
/* The same of one that need not be here yet: then it stands in no version, ERR_STALE. With "if_none" it must not be here: ERR_STALE, retired or not. */
err_t req_if_match_line(struct req *r, enum entity_type type, struct slice entity);
/* "version", as it is after what was written, inside the batch. */
err_t req_put_version(struct req *r, json_t *out, enum entity_type type, struct slice entity);

/* A year that no charter closed. ERR_YEAR, ERR_YEAR_CLOSED. */
err_t req_open_year(struct req *r, int64_t given, unsigned *year);
/* The addresses of the arguments, blank-separated, into `out`, which is made here; without any, the daemon's own. */
err_t req_addresses(struct req *r, struct buf *out);
/* Until when a code is to be good. */
struct wall req_expires(struct req *r);
/* "asking": the sites that wait until somebody here lets them in. */
err_t req_put_asks(struct req *r);
/* ERR_ALLY_KNOWN where an ally has that name already. */
err_t req_ally_is_new(struct req *r, struct slice name);
/* "host", "hosted_by": key and name of the site whose daemon writes that one; null where it has its own. */
void req_put_host(const struct req *r, json_t *object, const uint8_t site[SITE_BYTES]);
/*
 * A merge or a retirement in conflict, resolved by a value as read_register_value gives it, or by a text: the concept it is merged into ("": into none),
 * the reason it is retired for ("": it is not).
 */
err_t req_resolve_merge(struct req *r, struct edit *e, const json_t *value);
err_t req_resolve_retire(struct req *r, struct edit *e, const json_t *value);

/* A short text, made plain (utf8_plain), as a body carries it. ERR_TOO_LARGE past 4,096 bytes. */
err_t req_encoded(struct req *r, struct slice text, struct slice *out);

/*
 * Links. What a target is called: a source id of ours, an id or its unique beginning, a URL; in an import also a source id that will come. Sets the
 * target and the value.
 */
err_t req_link_target(struct req *r, const struct edit *e, struct slice own_source, struct link_write *w);
bool req_link_listed(const struct entity_writes *w, const struct view_key *key); /* targets are set */
/* Translations: takes over what the object's "made_from" says of the fields it writes. */
err_t req_origins(struct req *r, struct edit *e, const json_t *object, const struct entity_writes *w);

json_t *req_error(err_t e, const char *detail);
json_t *req_traffic(const struct traffic *t);
void req_put_traffic(struct req *r); /* "traffic": of all links since the daemon started */
/* Every op that somebody asked to erase, into `list`; how many of those that count wait for a site. */
err_t req_erasures_list(struct req *r, json_t *list, size_t *open_n);

#endif
