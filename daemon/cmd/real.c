#include "daemon/cmd/real.h"
#include "protocol/sign/sign.h"
#include <sys/statvfs.h>
#include <time.h>

struct wall real_wall(void *ctx)
{
    struct timespec t;
    (void)ctx;
    clock_gettime(CLOCK_REALTIME, &t);
    return (struct wall){(int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000};
}

struct mono real_mono(void *ctx)
{
    struct timespec t;
    (void)ctx;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (struct mono){(int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000};
}

static void real_random(void *ctx, void *out, size_t len)
{
    (void)ctx;
    sign_random(out, len);
}

static void note_alone(void *ctx, enum journal_level level, const char *event, const char *pairs)
{
    if (ctx)
        journal_note(ctx, real_wall(NULL), level, event, pairs);
}

static void no_connect(void *ctx, uint64_t link, const uint8_t site[32], const char *address)
{
    (void)ctx, (void)link, (void)site, (void)address;
}
static void no_send(void *ctx, uint64_t link, struct slice message)
{
    (void)ctx, (void)link, (void)message;
}
static void no_close(void *ctx, uint64_t link)
{
    (void)ctx, (void)link;
}
static void no_post(void *ctx, uint64_t post, const char *url, struct slice body, int64_t timeout_ms)
{
    (void)ctx, (void)post, (void)url, (void)body, (void)timeout_ms;
}
static void no_answer(void *ctx, uint64_t ticket, unsigned status, err_t why, struct slice body)
{
    (void)ctx, (void)ticket, (void)status, (void)why, (void)body;
}
static void no_reply(void *ctx, struct slice client, struct slice json)
{
    (void)ctx, (void)client, (void)json;
}

static void real_disk(void *ctx, const char *dir, uint64_t *free_bytes, uint64_t *total_bytes)
{
    struct statvfs fs;
    (void)ctx;
    if (statvfs(dir, &fs))
        return;
    *free_bytes = (uint64_t)fs.f_bavail * fs.f_frsize;
    *total_bytes = (uint64_t)fs.f_blocks * fs.f_frsize;
}

struct env real_env(struct journal *journal)
{
    return (struct env){.ctx = journal,
                        .wall = real_wall,
                        .mono = real_mono,
                        .random = real_random,
                        .connect = no_connect,
                        .send = no_send,
                        .close = no_close,
                        .post = no_post,
                        .unpost = no_close,
                        .answer = no_answer,
                        .reply = no_reply,
                        .disk = real_disk,
                        .note = note_alone};
}
