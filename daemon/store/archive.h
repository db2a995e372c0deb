/*
 * archive: a backup's container, written and read as a stream in bounded memory. Whoever reads it has a file of unknown origin in hand: every
 * length is checked, nothing is believed before its hash.
 *
 *   "allied-backup/1\n"                    16 bytes; a later form has another number
 *   length of the manifest                 4 bytes, big-endian, at most ARCHIVE_MANIFEST_BYTES
 *   manifest                               msgpack, the protocol's subset (PROTOCOL.md §2):
 *     [alliance 16B, alliance name, created ms, program, schema version, state digest 32B, [records, concepts, commits],
 *      [[site 32B, name] …], [[kind, name, bytes, BLAKE2b-256] …]]
 *   BLAKE2b-256 of all before              32 bytes
 *   zstd frames                            of which the parts come out, one after the other, in the manifest's order
 *
 * The parts: the database first (kind 0, one), then the keys' seeds (kind 1: its name is the key file's without ".key"; 32 bytes), then the
 * configuration (kind 2, none or one). All parts together are at most 20 × the frames' bytes + 1 MiB: where they compress better, the writer adds
 * a skippable frame. Whoever holds a backup with keys can write in the site's name: its file is mode 0600.
 */
#ifndef ALLIED_DAEMON_STORE_ARCHIVE_H
#define ALLIED_DAEMON_STORE_ARCHIVE_H

#include "protocol/base/buf.h"
#include "protocol/base/clock.h"
#include "protocol/charter/charter.h"

#define ARCHIVE_MAGIC          "allied-backup/1\n"
#define ARCHIVE_MANIFEST_BYTES (64u * 1024)
#define ARCHIVE_SITES_MAX      64
#define ARCHIVE_PARTS_MAX      (2 * ARCHIVE_SITES_MAX + 4)
#define ARCHIVE_CONFIG_BYTES   (1024u * 1024)
#define ARCHIVE_RATIO          20
#define ARCHIVE_SLACK_BYTES    (1024u * 1024)
#define ARCHIVE_WINDOW_LOG                                                                                             \
    21 /* what is written needs no more memory than that to be read, and nothing that needs more is */

enum archive_kind { ARCHIVE_DATABASE, ARCHIVE_KEY, ARCHIVE_CONFIG };

struct archive_part {
    enum archive_kind kind;
    struct slice name; /* a file name of 1 to NAME_MAX_BYTES: no '/', no '.' in front */
    uint64_t bytes;
    uint8_t hash[HASH_BYTES];
};
struct archive_site {
    uint8_t site[SITE_BYTES];
    struct slice name;
};
struct archive_manifest {
    uint8_t alliance[ALLIANCE_BYTES];
    struct slice alliance_name; /* "" where there is no charter yet */
    struct slice program;       /* "allied/0.1.0" */
    uint64_t created_ms, schema;
    uint8_t digest[HASH_BYTES]; /* state digest */
    uint64_t records, concepts, commits;
    struct archive_site sites[ARCHIVE_SITES_MAX];
    size_t sites_n;
    struct archive_part parts[ARCHIVE_PARTS_MAX];
    size_t parts_n;
};
bool archive_has_keys(const struct archive_manifest *m);
void archive_manifest_encode(const struct archive_manifest *m, struct buf *out);
/* Slices point into `bytes`. ERR_BACKUP_DAMAGED. */
err_t archive_manifest_decode(struct slice bytes, struct archive_manifest *out);

/* How many bytes of frames so much content needs at the least. */
uint64_t archive_frames_least(const struct archive_manifest *m);

/* Where a part's bytes come from: a file read from its start, or (fd -1) memory. */
struct archive_source {
    int fd;
    struct slice bytes;
};
/* Measures and hashes what a source holds, for its part's row. ERR_DISK. */
err_t archive_measure(const struct archive_source *from, struct archive_part *part);
/* Writes it all to fd, from where that stands; sources in the order of the parts. ERR_DISK_FULL, ERR_WRITE, ERR_DISK, ERR_MEMORY. */
err_t archive_write(int fd, const struct archive_manifest *m, const struct archive_source *sources);

struct archive;
/* Takes fd over and reads up to the manifest. ERR_BACKUP_FOREIGN, ERR_BACKUP_NEWER, ERR_BACKUP_SHORT, ERR_BACKUP_DAMAGED, ERR_DISK. */
err_t archive_open(int fd, struct archive **out);
void archive_close(struct archive *a);
const struct archive_manifest *archive_manifest(const struct archive *a);
/* Gives the next part's bytes to `sink`, in order; an error of the sink ends it. The bytes can be believed once this returns ERR_OK. */
typedef err_t archive_sink(void *ctx, struct slice bytes);
err_t archive_next(struct archive *a, archive_sink *sink, void *ctx);
/* After the last part: nothing may follow. */
err_t archive_end(struct archive *a);

#endif
