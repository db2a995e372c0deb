/*
 * fold: an entity as the pure fold of its ops in canonical order (DESIGN §4, PROTOCOL.md §10). No store, clock or journal: ops in, canonical
 * bytes out, the same for every order of arrival.
 *
 * Canonical bytes (msgpack arrays; keys ascending, values in canonical op order; FOLD_VERSION names this form):
 *   site     [1, site,    [[dot, value] …], [[dot, kind] …]]                            value: the body of the live site.announce
 *   record   [2, record,  [tombstone dot …], [[field, lang, [[dot, value, [made_from dot …]] …]] …],
 *             [[concept, [[dot, ally, weight] …]] …], [[rel, target, [[dot, ally, [url, hash] or nil] …]] …],
 *             [[lang, [[dot, ally, review] …]] …], [[lang, reply, [[dot, ally, [actor, text]] …]] …], [[dot, kind] …]]
 *   concept  [3, concept, [[field, lang, [[dot, ally, adopted, [named live dot …], value, [made_from dot …]] …]] …],
 *             [[relation, target, [[dot, ally, adopted, add, [named live dot …], uri or nil] …]] …],
 *             [merge: [dot, ally, adopted, [named live dot …], target] …],
 *             [retire: [dot, ally, adopted, [named live dot …], retired, reason or nil] …], [[dot, kind] …]]
 *   means    [4, means,   [[what, [[dot, value] …]] …], [[dot, kind] …]]
 * The last list: pending ops (an unknown kind, a body not held). A live nil is an emptied field and stays. A key without live values is left out.
 *
 * Rules:
 *   counts        ops that do not count (who) or do not decode are left out and replace nothing
 *   register      a write is live unless a counting op that takes effect names its dot at the same key (field, lang), or (what)
 *   review, reply registers likewise, at the same (lang) or (lang, reply), each ally for itself; a live nil was taken back
 *   set           an add is live likewise, at the same (target) or (relation, target); the remove itself leaves nothing, add wins
 *   ANY_OWN       a write takes effect only on dots of ops of the same ally
 *   PROPOSAL      a write takes effect at once on dots of its own ally's ops that are not adopted; on others once its own op is adopted
 *   adopted       an op dot is adopted where a counting concept.adopt names it: of the secretariat if rule 2 is set, or of rule 3's k allies
 *                 other than the op's own
 *   removal       of a relation, not yet effective: shown as an entry with add false while a dot it names is live
 *   tombstone     retire adds its dot; a put or retire that names it in `dots` takes it away
 *   merge, retire registers without a key, a concept each; a live entry says something once it is adopted
 *   erased        a state BODY_ERASED is an authorised erasure (the caller judges): the op's header stands and replaces what it names, its values
 *                 are nil, the index terms, links and relations it added are gone; what it says in the header alone (that a record or a
 *                 concept is retired) stays
 *   site.erase, site.attest, site.relays  not in the canonical bytes, nor pending: what they do, or tell the ledger, is read off their headers
 */
#ifndef ALLIED_DAEMON_COMMONS_FOLD_H
#define ALLIED_DAEMON_COMMONS_FOLD_H

#include "protocol/op/op.h"

#define FOLD_VERSION   4
#define FOLD_CANON_MAX (64u * 1024 * 1024) /* bytes of one entity; give the buf at least this cap */

/* By the charter that judges the op (DESIGN §3 "Standing"). */
struct fold_rules {
    bool adopt_by_secretariat;
    uint64_t adopt_by_allies; /* k; 0: not so */
    bool adopt_by_use;        /* of index terms; no fold asks for it: fold_use.h */
};
struct fold_op { /* in canonical order in the array handed in */
    uint64_t kind;
    struct slice header, body; /* encoded */
    enum body_state
        state; /* BODY_ERASED: by an authorised site.erase; an `erased` that nobody may say is a BODY_MISSING */
    struct dot dot;
    uint8_t site[SITE_BYTES];
    uint8_t ally[ALLY_BYTES]; /* of the site, by the authority; zeros where it has none */
    bool standing;            /* the site stands in charter or roster */
    bool owner;               /* of the record, or of the declaration: its ally's site, or its heir's */
    bool secretariat;         /* its ally has that role, by the charter that judges the op */
    struct fold_rules rules;
    uint64_t clock;
    uint64_t incarnation, seq; /* where it stands in its site's logs */
    size_t charter;            /* index of the one that judges it */
};

/* Appends the canonical bytes. Only ERR_MEMORY or ERR_TOO_LARGE (64 MiB) can happen: bad ops are no-ops. */
err_t fold_entity(enum entity_type type, struct slice entity, const struct fold_op *ops, size_t n, struct arena *arena,
                  struct buf *canon);
/* Whether an op counts by its kind's `who`; for history. */
bool fold_counts(const struct fold_op *op, struct slice entity);

#endif
