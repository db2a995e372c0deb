/*
 * index: the full-text index, DATA/index.db: a second SQLite file, made out of the replica and of nothing else. It notes up to which change it has followed
 * (daemon/store/changed.h), in its own transactions; what does not fit, is damaged or was made by another program is made anew, and nobody is told but
 * the caller who waits for it. One thread; the caller holds the directory's lock, or belongs to who does.
 *
 * Requests are as the core's (daemon/core/request.h), {"do", "lang", "args"} → {"exit", "result"} or {"exit", "error"}:
 *   search   {q, whole, concept, exact, term, ally, type, in_lang, place, since, until, year, changed, order, rank_most, limit, cursor}   all optional, and all hold together
 *            → {total, partial, behind, records: [{id, title, ally, ally_name, type, date, place, updated, lang, score, snippet, snippet_lang, marks, title_marks}],
 *               facets: {ally, type, lang, concept, country, year: [{value, label, count}]}, next}
 *     q        words, of which each has to be in the record, be it in a concept's label; the last may be a beginning, of two letters at least; what stands
 *              between quotation marks, or is tied by hyphens, in that order. At most LIMIT_SEARCH_WORDS and LIMIT_SEARCH_BYTES: ERR_SEARCH_LONG.
 *     whole    the last word of q is no beginning
 *     concept  an id, its beginning or a URI: records under it and what lies below it, then those of what is related to it; exact: under it alone
 *     term     ids, a blank between two, eight at most: records that name each of them
 *     ally     its name, or the beginning of its id                      type      experience, …
 *     in_lang  records with a text in that language ("fr", also "fr-ca")  place     words of its name, or a country's two letters
 *     since, until   YYYY, YYYY-MM or YYYY-MM-DD, both included, against the record's date or period: ERR_TIME
 *     changed  a moment, or a day or a year: records changed then or later, by their authors' clocks: ERR_TIME
 *     year      YYYY: its date, or its period, begins in it
 *     Order: by relevance, then the newest ("best"); or order: newest, oldest, by the last change. rank_most: of more hits than that the newest come first, and
 *     ranked: false says so, where the question has that argument. score: whole, only to be compared within one answer. After LIMIT_SEARCH_MS the search ends with
 *     what was found up to there: partial is true then, and total and counts are too low.
 *     behind: the index has yet to follow some changes of the replica: what they wrote is not found.
 *     snippet: plain text out of the record, one line, without control characters, "…" where it is cut; in the language asked, else fr, en, any that has
 *     the words. marks: [from, to) of what matched, in characters (code points) of the snippet; title_marks likewise.
 *     next: cursor for the same question: what comes behind the last record shown, by relevance and time as they are then. Each page is exact by itself; but
 *     what is written between two pages changes the relevance of the others, too, so that with q a record may come twice or be skipped.
 *     ERR_CURSOR where it is of another question.
 *     Facets are of all that was found; the question with that value in it (lang: in_lang, concept: term, country: place) finds as many as `count` says.
 *   names    {letter, from, limit}  → {concepts: [{id, label, lang, status, merged_into?}], next, behind}
 *     Concepts by the label that the language asked has for them, in its order: of a letter, a to z, or with "" of all that begin otherwise. next: from
 *     where it goes on, a number, or null.
 *   suggest  {q}  → {suggestions: [{kind: concept|record, id, label, match: prefLabel|altLabel|hiddenLabel|title, text}]}
 *     At most 10 concepts, then records, whose label or title begins with that, accents or not; a merged concept leads to where its merges end. text: what
 *     matched; label: what it is called in the language asked.
 */
#ifndef ALLIED_DAEMON_INDEX_INDEX_H
#define ALLIED_DAEMON_INDEX_INDEX_H

#include "protocol/base/buf.h"

#define INDEX_NAME         "index.db"
#define INDEX_ANSWER_BYTES (8u * 1024 * 1024)

struct index;
/* `dir`: the data directory, whose main file is there. What reader_open says; ERR_DISK_FULL, ERR_READ_ONLY, … for the index itself. */
err_t index_open(const char *dir, struct index **out, struct why *why);
void index_close(struct index *ix); /* NULL is fine */
/* Is there an index file at all? */
bool index_exists(const char *dir);
/* Without it nothing of it is left. ERR_FILE. */
err_t index_remove(const char *dir);
/* For tests and the bench: how long a search may take instead of LIMIT_SEARCH_MS. */
void index_limit(struct index *ix, int64_t ms);

/* Follows the replica for about that long (-1: to the end), in small transactions. *more: it has not come to the end. */
err_t index_follow(struct index *ix, int64_t budget_ms, bool *more);
/*
 * After what was erased in the replica: follows it to the end, then leaves nothing of it in any byte of the file. Seconds where the index is large; nothing where
 * nothing changed since the last time. An error: some of it may still be there.
 */
err_t index_clean(struct index *ix);
err_t index_clean_in(const char *dir); /* the same, opened for it; an index that is not there is clean */
/* One request; `answer` is replaced, its cap the caller's. Only ERR_MEMORY and ERR_TOO_LARGE leave it without an answer. */
err_t index_answer(struct index *ix, struct slice request, struct buf *answer);
/* The answer of a request that could not be asked. */
err_t index_refuse(err_t why, struct buf *answer);

#endif
