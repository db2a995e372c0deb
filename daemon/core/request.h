/*
 * request: what clients ask of the core, as JSON: {"do": NAME, "lang": "fr", "args": {…}} → {"exit": 0, "result": {…}} or
 * {"exit": N, "error": {"code": "ALLIED-1203", "name": "title_missing", "detail": "…"}, "result": {…} or absent}.
 * Every key of a result that INTERFACE.md names has its name and form there.
 *
 *   status          {}                                            → INTERFACE's status, and {disk: {free_bytes, total_bytes (0: not known), store_bytes, wal_bytes}, backup_at: RFC 3339, backup_age_s (null:
 *                    never), guard: where its guard stands, "": no tmpfs is there, propagation: {p50_ms, p95_ms, samples} or null}; problems: problems.h
 *   sites           {}                                            → {now, heard (is anybody connected here?), days: [first, last day of the strips],
 *                    sites: [{site, name, ally, ally_name, own (its daemon is this one), host, hosted_by, state: ok|degraded|silent|unknown, last_heard_s, version,
 *                    digest_equal, behind (commits they lack of what is here), commits, unheld, disk_free_bytes, disk_total_bytes, disk_free_pct, last_backup: RFC 3339,
 *                    up_since: RFC 3339, clock_off_ms (theirs minus ours), problems: [{code: "ALLIED-1408", name, text, action}] (what it says itself, and clock_apart where its clock differs by 2 min), strip, p50_ms, p95_ms, samples}]}
 *                    Every site that stands, by name, ours among them, as its last beacon and our sessions tell; what nobody told is null (numbers and times) or empty.
 *                    strip: 90 letters, the last one today (UTC): 'o' well, 'd' degraded, 's' silent for a while, '-' nothing was heard, '.' nothing yet (before its first day that is known); the worst of each day.
 *                    digest_equal is null while a beacon may be from before the last change. p50_ms, p95_ms: how long fresh commits of others took to get there, in the last 24 h, of so many samples. A name or a text that this program
 *                    does not know is empty. Without a daemon every state is unknown
 *   invite          {ally, expires_s, addresses: [text]?, again, confirm} → {code, words, expires, confirm}         again: though an ally has that name; confirm: nobody comes in before ally.admit
 *   allies          {}                                            → {allies: [{id, name, college, standing: ratified|provisional|ended, suspended, sites: [{site, name, votes, ended, host, hosted_by}]}], asking: [{ally, name, site, words, invited, rivals (others that have the same code), endpoints, since}]}
 *   ally.show       {ally}                                        → {one of allies, roles, heir, owner (of its records), roster}
 *   ally.admit      {words}                                       → {one of asking, admitted, waits_for: who is to grant it, or null}      words: those, or a name that is alone. ERR_ASK_WORDS
 *   ally.refuse     {words}                                       → as ally.admit              it is forgotten, and asks in vain
 *   ally.card       {addresses: [text]?}                          → {card}           by which anybody may ask to be let in
 *   ally.suspend    {ally, reason}                                → as ally.show              what it writes beyond the heads of now counts for nobody
 *   ally.lift       {ally, reason}                                → as ally.show              all of it counts again
 *   ally.checkpoint {}                                            → {roster, logs}            fixes the heads of now: no fork below them ends a log any more
 *   ally.cut        {ally, heir?}                                 → as charter.propose        proposes to expel it
 *   record.write    {lines: [{line, record}], mode: "add"|"import" (what has no source_id goes by the id of a record of ours), dry_run, unknown_ok, speaks_of: ["title@fr"]? (an import empties what vanished of these alone)} → {added, updated, unchanged, rejected, errors: [{line, field, code,
 *                    name, text}], ids: [{line, id, dot}], unknown: {name: count}}        at most 500 lines a request; one commit a record
 *   record.edit     {id, set: {record JSON}, revive}              → {id, dot, changed: [field]}
 *   record.put      {id, record}                                  → {id, outcome: updated|unchanged, changed: [field], version, dot?}       in place of what is there: what the
 *                    new record lacks is emptied, but its source_id; a retired one comes back; index terms and links of other allies stay theirs. ERR_TITLE_MISSING
 *   record.retire   {id | source_id, reason}                      → {id, dot, version}
 *   record.link     {id, rel, target, hash, remove}               → {id, dot}         target: a source id of ours, an id or its beginning, a URL
 *   record.review   {id, text, lang, retract}                     → {id, dot}         our ally's, of another ally's record, one in each language; retract: in
 *                    that language, or, without lang, in all. ERR_REVIEW_OWN, ERR_NOTHING_TO_DO
 *   record.reply    {id, actor, text, lang, retract}              → {id, dot, reply}  what an actor whom the record names answers, passed on by us; again for the
 *                    same name: it takes the place of what we passed on before. ERR_ACTOR_UNKNOWN, ERR_NOTHING_TO_DO
 *   record.list     {limit, cursor, ally, lang, type, concept, since: RFC 3339, order: "id"|"newest"|"oldest", retired} → {records: [{id, ally, ally_name,
 *                    source_id, type, title, langs, updated, retired, conflicts}], next}        by id: what is there all the while comes once, whatever is
 *                    written; newest or oldest change first: what changes meanwhile goes to the other end. ERR_CURSOR, ERR_TIME, ERR_ALLY_UNKNOWN
 *   record.show     {id}                                          → {id, ally, ally_name, retired, fields…, concepts: [{id, uri, label, status: as concept.known's, merged_into, weight, allies}], links: [{rel, target, title, hash, allies, missing?, retired?, changed?: ["title@fr"] of what it translates}], linked_by: [{rel, id, title, ally, ally_name}],
 *                    translations: [{field, lang, from, stale}], reviews: [{lang, text, dot, at, site, ally, …}], replies: [{reply, actor, lang, text, dot, at, site, ally, … (who passed it on)}], discipline: {profile, known, met: [rule], missed: [{rule, text}]}, conflicts, updated}
 *   record.export   {limit, cursor, ally, …as record.list}        → {records: [record JSON as record.write takes it, with id], next}       what the record's own ally wrote; imported again
 *                    it changes nothing
 *   record.check    {limit, cursor, ally}                         → {checked, records: [{id, ally, ally_name, source_id, title, missed: [rule], stale: ["title@en"], moved: [{id, changed: ["title@fr"]}]}], texts: {rule: text}, next}
 *                    of `limit` records those that are to be completed: what the charter's profile asks for and they lack, texts whose source moved on (stale), and
 *                    sources elsewhere that did (moved)
 *   record.history  {id}                                          → {id, history: [{dot, at, clock, site, site_name, ally, ally_name, kind, counts, writes: [{field, lang, add, target, label?, replaces, value}], motive?: {id, title},
 *                    adopts?: [{dot, at, ally, …, fields: ["prefLabel@fr", "-broader"]}]}]}
 *   record.republish {id or dot?}                                 → {republished: [{old: dot, new: dot}]}       our own commits that were set aside, written again once; without id all
 *   concept.write   {concepts: [{line, concept}], mode, dry_run, adopt, motive} → as record.write; relations may name concepts of the same request
 *   concept.edit    {id, set: {concept JSON}, adopt, motive}      → {id, dot, changed}
 *   concept.put     {id, concept, adopt, motive}                  → as record.put          what the new concept lacks is proposed to be emptied, but its uri
 *   concept.relate  {id, relation, target, remove, adopt, motive} → {id, dot}
 *   concept.adopt   {id, dots: [dot]?}                            → {id, dot, adopted: [dot], rivals: [{field, lang, dots}]}         without dots: every live proposal but those
 *                    that differ in one field; ERR_RIVALS where there are no others
 *   concept.merge   {id, into | undo, adopt, motive}              → {id, dot}         ERR_MERGE_SELF, over merges that stand as well
 *   concept.withdraw {id, dots: [dot]?}                           → {id, dot}         our own ally's proposals of a concept, or those named, are taken back: at once, as nobody adopted them
 *   concept.refuse  {id, dots: [dot]?}                            → {id, dot}         the same of anybody's, by who adopts alone. ERR_RIVALS where others propose for the same field
 *   concept.retire  {id, undo, reason, adopt, motive}             → {id, dot}
 *   concept.list    {limit, cursor, kind, facet, proposed}        → {concepts: [{id, uri, kind, label, status, adopted_by_use: {ally, ally_name, at}?, proposer, waiting, conflicts, updated}], next}
 *                    facet: at this component or angle. proposed: those of which something waits for adoption, the longest first, each with since and proposals:
 *                    [{dot, at, ally, ally_name, site, site_name, motive: {id, title} or null, fields: ["prefLabel@fr", "-broader"]}]; the other two are not asked then
 *   concept.known   {concepts: [text]}                            → {concepts: [{text, status: unknown|proposed|adopted|deprecated|merged_into, label, merged_into?, refused?: error's name}]}       how
 *                    those stand that records are to be indexed with; at most 500
 *   concept.show    {id}                                          → {id, uri, kind, status, adopted_by_use?, prefLabel: {lang: text}, …, broader: [{id, label, adopted, suppressed}], …, narrower, conflicts,
 *                    proposals: [{dot, at, ally, ally_name, site, site_name, motive, field, lang, value, add, shown}]}
 *   concept.history {id}                                          → as record.history, with adopted_by_use?
 *   concept.export  {limit, cursor}                               → {concepts: [concept JSON as concept.write takes it, with id and status], next}: among
 *                    its keys merged_into: uri (of the next one), deprecated: true and reason; written back they change nothing
 *   conflicts.list  {}                                            → {conflicts: [{id, type, label, fields: ["prefLabel@fr"], count}]}
 *   conflicts.show  {id}                                          → {id, type, label, fields: [{field, lang, base: {dot, at, ally, ally_name, site, site_name, value} or null, values: [{dot, at, ally,
 *                    ally_name, site, site_name, adopted, value, shown, mine, theirs}]}]}     base: what all of them were made from. mine: what this site wrote, or else its
 *                    ally; theirs: the other one. Neither where there are several
 *   conflicts.resolve {id, field?, lang?, keep: dot | "mine" | "theirs" | value: JSON, adopt} or {id, choices: [{field, lang, keep | value}], adopt} → {id, dot, resolved: ["title@fr"]}
 *                    one commit for all choices, or nothing. A field may carry its language ("title@fr"); without one the choice is about every field in conflict that has such a
 *                    value. of merge: what it is merged into, "" for nothing; of retire: why, "" for not at all, or {retired, reason}
 *   means.declare   {year, money: {amount: cents, note}?, time: {amount: minutes, note}?} → {id, year, dot}       what our ally gives for a year; takes the place of what it said
 *                    before. ERR_YEAR, ERR_YEAR_CLOSED, ERR_NOTHING_TO_DO
 *   means.list      {year?, ally?}                                → {means: [{id, ally, ally_name, year, closed, money: {amount, note, dot, at, site, …, others: [the same] where it is in conflict} or null, time}],
 *                    closed: the last year that is closed, or null, conflicts: how many values stand against others}
 *   charter.show    {id?}                                         → {id, number, name, in_force, closes: year or null, voters, needed, signed, signers: [name], waiting: [name], prev, registrar, text_hash,
 *                    allies: [{id, name, college, heir, sites: [{site, name, votes}]}], roles: [{role, ally, ally_name}], rules, scores, checkpoint, cuts, roster}
 *   charter.log     {}                                            → {charters: [as charter.show, in short], rivals: [{number, kept, other}], voids: [{number, id, why: charter|lower|registrar|follows}]}       drafts among them; voids: acts that do not count
 *   charter.propose {name, text, keep_provisional, roles: {role: ally}, rules: {number: value}, heirs: {ally: heir}, end: {ally: heir or ""}, registrar: key, close_year} → as charter.log's
 *                    the next charter, signed by this site; text is the prose whose hash it carries; its checkpoint closes the years up to that one. ERR_YEAR, ERR_YEAR_CLOSED
 *   charter.sign    {id}                                          → as charter.log's              ERR_SIGNED_RIVAL, ERR_WHO, ERR_RESTORED
 *   charter.refuse  {id}                                          → as charter.log's              promises never to sign it
 *   charter.follow  {id}                                          → as charter.log's              of two complete rivals the other one
 *   erase           {dots: [dot], reason}                         → {dot, erased: [dot]}       asks everybody to erase what these ops wrote. ERR_WHO, ERR_NOT_ERASABLE
 *   erasures        {}                                            → {erasures: [{dot, site, site_name, ally, ally_name (who asked), counts, erased (here), attested: [site name], waiting: [site name]}], open}
 *   key.rotate      {}                                            → {old, site, restart, waits}       a new key for this site; restart: the daemon takes it in a moment, and until then this site writes nothing;
 *                    waits: the registrar is elsewhere and was asked, or will be. Asked again, it goes on with the same key
 *   key.registrar   {}                                            → {registrar}       the public half of a key, made here, that charter.propose may name the registrar's
 *   ledger.show     {year?, ally?, explain: KIND?, offset?, limit?} → {period: "2026", year, year_from, open, from, until, closed_by: charter or null, cut: hex, digest: hex, charter,
 *                    policy: {KIND: {points, cap}}, allies: [{ally, ally_name, ended, kinds: {KIND: {count, points, left_out: {WHY: n}, small (of record_full)}}, points}], rings: [{allies: [{ally, ally_name,
 *                    from_other, received}, …]}]}, explained: + {kind, entries: [{kind, why, ally, ally_name, other, other_name, count, day, at, dot, site, site_name, incarnation,
 *                    seq, type, id, title, cents (of means), minutes (of means), part (of a concept), same: {dot, …, title} or null}], total, next}
 *                    What counted and what did not, by daemon/ledger/settle.h; without a year the open one. day: the day it counts on, at: the one its author claims. Equal cuts and
 *                    digests: equal ledgers. ERR_YEAR_EARLY, ERR_YEAR_LATE, ERR_LEDGER_KIND, ERR_ALLY_UNKNOWN
 *   ledger.shares   {year?, cost_cents, means_percent: 0 to 100, else 50} → {period, year, open, cut, digest, cost_cents, means_percent, basis: both|points|means|equal,
 *                    of_means_cents, of_points_cents, allies: [{ally, ally_name, means, points, by_means_cents, by_points_cents, share_cents}], total_cents}
 *                    The cost shared by daemon/ledger/apportion.h. means: units declared; points: of the ledger, without those of means. As ledger.show; ERR_RANGE
 *   changes         {ally, since: RFC 3339, limit, cursor | before} → {changes: [{commit, at, clock, seq, site, site_name, ally, ally_name, ops: [{dot, kind, type:
 *                    record|concept|site|means|none, id, label, fields: ["title@fr", "-broader"], counts, state: present|erased|missing}]}], next, older, aside}
 *                    Commit by commit in this replica's order of arrival, the earlier first: the latest `limit` of them; the latest before the commit
 *                    `before`; or the first behind the commit `cursor`. older: for `before`, next: for `cursor`, null where there are no more that
 *                    way. since goes by the authors' clocks. What was set aside stands in no log and is not listed: `aside` says how many commits; an op
 *                    that its author had no right to is listed and does not count. ERR_CURSOR, ERR_TIME, ERR_ALLY_UNKNOWN
 *   token.create    {name, scope: "records,concepts,admin", expires_s?} → {name, site, scopes, created, used, expires, token}   shown once: its hash is kept. ERR_TOKEN_SCOPES, ERR_TOKEN_KNOWN
 *   token.list      {}                                            → {tokens: [{name, site, scopes: [text], created, used: day, expires}]}       null: not used yet; never
 *   token.revoke    {name}                                        → {name}
 *   token.used      {id}                                          → {}               of the HTTP thread
 *   search, suggest                                               daemon/index/index.h; answered by the index, later where a daemon runs. ERR_NO_INDEX
 *   site.list       {}                                            → {sites: [{name, site, ally, ally_id, hosted_by, incarnation, unheld, state: member|waiting|refused|readonly|moving|moved, join_error, join_detail}]}
 *                    the sites whose daemon this is; the first is its own
 *   site.add        {ally?, name, code?, again}                   → one of site.list              a site of another ally; with a code, or by the registrar that is here. `state` may be "waiting"
 *   site.remove     {site}                                        → {name}           gives up one that was not admitted. ERR_SITE_OWN, ERR_MEMBER
 *   site.move       {site, expires_s, addresses: [text]?, cancel} → {name, ally, code, expires}  a hosted site is to go to a daemon of its own: nothing is written for it here any more, unless
 *                    it is cancelled. ERR_SITE_OWN, ERR_SITE_UNCOPIED
 *   bundle.head     {from}                                        → {messages: [base32], next}       what a bundle begins with (carry.h), an answer's worth; go on with next
 *   bundle.run      {author: site, incarnation, first, last}              → {messages: [base32], commits}    one RUN; commits: how many places it covers
 *   bundle.take     {message: base32}                             → {added, known, refused?: {site, site_name, ally, ally_name, incarnation, seq, code, name}}
 *   bundle.lacks    {message: base32}                             → {lacks: [{site, site_name, ally, ally_name, incarnation, first, last}]}    of a VECTOR message, what is not here
 *   verify          {}                                            → {ok, commits, signatures, digest, faults: [{where, code, name, text}]}
 *   rebuild         {}                                            → {entities, ops, before, after, same}
 *   peers.known     {}                                            → {alliance_id, name, peers: [{site, name, addresses: [text]}]}   what a key needs to find everything again
 *   ping            {peer}                                        → {peer, site, rtt_ms, digest_equal}      (needs a daemon)
 *
 * Any args may name the site that is meant, by its short name: {site}; ERR_SITE_UNKNOWN where none hosted here is called so. What writes or signs must, where
 * several are hosted here: ERR_SITE_CHOOSE.
 * "if_match" (record.edit, put, retire; concept.edit, put, relate, merge, retire; record.write and concept.write, of each line): the version that is meant, several with blanks between them, or "*":
 * ERR_STALE where another stands; "if_none" (record.write and concept.write, in its place): ERR_STALE where any stands. "once": {key, by} (those,
 * record.write, concept.write, conflicts.resolve, but not relate and merge): the same again within a day gives the first answer, with again: true, and does nothing;
 * ERR_ONCE_OTHER where something else was asked under that key. record.write and concept.write with "fresh" refuse (ERR_KNOWN) a line whose entity is here; with "versions" ids carry
 * {version}. Of each line ids say {outcome: added|updated|unchanged}.
 * Records take "made_from": {lang: lang}, or one language for all others, of the texts written: which was translated from which.
 * A concept's status is merged_into (with merged_into: {id, label}, the end of its merges), deprecated, adopted or proposed, the first that holds; show
 * adds merge: {id, label, suppressed}, merged_from and reason. A new index term or relation leads to where its target's merges end.
 * An id may be a unique prefix of its text form; a concept's also its URI. Errors: ERR_NOT_FOUND, ERR_AMBIGUOUS, and what the work itself
 * can refuse.
 */
#ifndef ALLIED_DAEMON_CORE_REQUEST_H
#define ALLIED_DAEMON_CORE_REQUEST_H

#include "daemon/core/core.h"
#include <jansson.h>

#define REQUEST_LINES_MAX 500

/* Looks `do` up in the table and runs it. A new reference; NULL where the answer comes later, through env.reply (ping). */
json_t *request_run(struct core *c, struct slice client, const json_t *request);
/* A PONG came: whoever asked for it is answered. */
struct peer;
void request_pong(struct core *c, const struct peer *p, uint64_t number);
/* Answers what waited too long. */
void request_tick(struct core *c, struct mono now);

#endif
