#include "tests/help/net_raw.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

#define FLAG_LONG    2
#define FLAG_COMMAND 4
#define GREETING     64
#define COOKIE       96
#define BODY_MAX     (64 * 1024 + 64)

static bool all(int fd, const uint8_t *at, size_t len)
{
    while (len) {
        ssize_t n = send(fd, at, len, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        at += n;
        len -= (size_t)n;
    }
    return true;
}

static bool get(int fd, uint8_t *at, size_t len)
{
    return recv(fd, at, len, MSG_WAITALL) == (ssize_t)len;
}

static bool put_frame(int fd, uint8_t flags, const uint8_t *body, size_t len)
{
    uint8_t head[9] = {(uint8_t)(flags | (len > 255 ? FLAG_LONG : 0))};
    size_t head_len = len > 255 ? 9 : 2;
    for (size_t i = 1; i < head_len; i++)
        head[i] = (uint8_t)(len >> (8 * (head_len - 1 - i)));
    return all(fd, head, head_len) && all(fd, body, len);
}

/* A short command of the server's: its body's length, 0 where none came. */
static size_t get_command(int fd, uint8_t body[256])
{
    uint8_t head[2];
    return get(fd, head, 2) && head[0] == FLAG_COMMAND && get(fd, body, head[1]) ? head[1] : 0;
}

static void short_nonce(struct net_raw *r, const char *prefix, uint8_t nonce[24], uint8_t *shown)
{
    memcpy(nonce, prefix, 16);
    for (size_t i = 0; i < 8; i++)
        nonce[16 + i] = shown[i] = (uint8_t)(r->nonce >> (8 * (7 - i)));
    r->nonce++;
}

static void long_nonce(const char *prefix, const uint8_t tail[16], uint8_t nonce[24])
{
    memcpy(nonce, prefix, 8);
    memcpy(nonce + 8, tail, 16);
}

static bool greet(int fd, bool listens)
{
    uint8_t greeting[GREETING] = {0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 1, 'C', 'U', 'R', 'V', 'E'};
    greeting[32] = listens;
    return all(fd, greeting, sizeof greeting) && get(fd, greeting, sizeof greeting);
}

static bool say_hello(struct net_raw *r, const uint8_t server[32], const uint8_t pub[32], const uint8_t secret[32])
{
    uint8_t hello[200] = "\x05HELLO\x01", nonce[24], zeros[64] = {0};
    memcpy(hello + 80, pub, 32);
    short_nonce(r, "CurveZMQHELLO---", nonce, hello + 112);
    return crypto_box_easy(hello + 120, zeros, sizeof zeros, nonce, server, secret) == 0 &&
           put_frame(r->fd, FLAG_COMMAND, hello, sizeof hello);
}

/* The server's key for this connection (32 bytes), then its cookie. */
static bool take_welcome(struct net_raw *r, const uint8_t server[32], const uint8_t secret[32],
                         uint8_t out[32 + COOKIE])
{
    uint8_t welcome[256], nonce[24];
    if (get_command(r->fd, welcome) != 168 || memcmp(welcome, "\x07WELCOME", 8) != 0)
        return false;
    long_nonce("WELCOME-", welcome + 8, nonce);
    return crypto_box_open_easy(out, welcome + 24, 144, nonce, server, secret) == 0;
}

static bool initiate(struct net_raw *r, const struct sign_key *key, const uint8_t server[32], const uint8_t pub[32],
                     const uint8_t secret[32], const uint8_t welcome[32 + COOKIE])
{
    static const uint8_t metadata[] = "\x0bSocket-Type\0\0\0\x06"
                                      "DEALER\x08Identity\0\0\0"; /* the last 0 is the text's own */
    uint8_t curve_secret[32], both[64], plain[128 + sizeof metadata], nonce[24];
    uint8_t command[9 + COOKIE + 8 + sizeof plain + 16] = "\x08INITIATE", answer[256];
    bool good = sign_curve_secret(key, curve_secret) == ERR_OK && sign_curve_public(key->pub, plain) == ERR_OK;
    sign_random(plain + 32, 16);
    long_nonce("VOUCH---", plain + 32, nonce);
    memcpy(both, pub, 32);
    memcpy(both + 32, server, 32);
    good = good && crypto_box_easy(plain + 48, both, sizeof both, nonce, welcome, curve_secret) == 0;
    memcpy(plain + 128, metadata, sizeof metadata);
    memcpy(command + 9, welcome + 32, COOKIE);
    short_nonce(r, "CurveZMQINITIATE", nonce, command + 9 + COOKIE);
    return good && crypto_box_easy(command + 17 + COOKIE, plain, sizeof plain, nonce, welcome, secret) == 0 &&
           put_frame(r->fd, FLAG_COMMAND, command, sizeof command) && get_command(r->fd, answer) &&
           memcmp(answer, "\x05READY", 6) == 0;
}

bool net_raw_open(struct net_raw *r, uint16_t port, const struct sign_key *key, const uint8_t server[32])
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval patience = {.tv_sec = 5};
    uint8_t pub[32], secret[32], welcome[32 + COOKIE];
    *r = (struct net_raw){.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), .nonce = 1};
    crypto_box_keypair(pub, secret);
    setsockopt(r->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(r->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    return connect(r->fd, (struct sockaddr *)&to, sizeof to) == 0 && greet(r->fd, false) &&
           say_hello(r, server, pub, secret) && take_welcome(r, server, secret, welcome) &&
           initiate(r, key, server, pub, secret, welcome) && crypto_box_beforenm(r->shared, welcome, secret) == 0;
}

static bool welcome(struct net_raw *r, const uint8_t hello[200], const uint8_t pub[32], const uint8_t secret[32])
{
    uint8_t plain[32 + COOKIE] = {0}, command[168] = "\x07WELCOME", nonce[24];
    memcpy(plain, pub, 32);
    sign_random(command + 8, 16);
    long_nonce("WELCOME-", command + 8, nonce);
    return crypto_box_easy(command + 24, plain, sizeof plain, nonce, hello + 80, secret) == 0 &&
           put_frame(r->fd, FLAG_COMMAND, command, sizeof command);
}

/* What the client proves by it is not looked at. */
static bool take_initiate(struct net_raw *r)
{
    uint8_t head[9], body[1024];
    if (!get(r->fd, head, 2))
        return false;
    size_t len = head[1];
    if (head[0] & FLAG_LONG) {
        if (!get(r->fd, head + 2, 7))
            return false;
        len = (size_t)head[7] << 8 | head[8];
    }
    return len <= sizeof body && get(r->fd, body, len) && memcmp(body, "\x08INITIATE", 9) == 0;
}

static bool ready(struct net_raw *r)
{
    static const uint8_t metadata[] = "\x0bSocket-Type\0\0\0\x06ROUTER\x08Identity\0\0\0";
    uint8_t command[14 + sizeof metadata + 16] = "\x05READY", nonce[24];
    short_nonce(r, "CurveZMQREADY---", nonce, command + 6);
    return crypto_box_easy_afternm(command + 14, metadata, sizeof metadata, nonce, r->shared) == 0 &&
           put_frame(r->fd, FLAG_COMMAND, command, sizeof command);
}

bool net_raw_accept(struct net_raw *r, int listening, const uint8_t secret[32])
{
    struct timeval patience = {.tv_sec = 5};
    uint8_t pub[32], own[32], hello[256];
    *r = (struct net_raw){.fd = accept(listening, NULL, NULL), .listens = true, .nonce = 1};
    crypto_box_keypair(pub, own);
    setsockopt(r->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(r->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    return r->fd >= 0 && greet(r->fd, true) && get_command(r->fd, hello) == 200 && welcome(r, hello, pub, secret) &&
           take_initiate(r) && crypto_box_beforenm(r->shared, hello + 80, own) == 0 && ready(r);
}

bool net_raw_send(struct net_raw *r, struct slice bytes, bool more)
{
    uint8_t *plain = malloc(1 + bytes.len), *body = malloc(BODY_MAX), nonce[24];
    bool good = plain && body && bytes.len + 33 <= BODY_MAX;
    if (good) {
        plain[0] = more;
        memcpy(plain + 1, bytes.at, bytes.len);
        memcpy(body, "\x07MESSAGE", 8);
        short_nonce(r, r->listens ? "CurveZMQMESSAGES" : "CurveZMQMESSAGEC", nonce, body + 8);
        good = crypto_box_easy_afternm(body + 16, plain, 1 + bytes.len, nonce, r->shared) == 0 &&
               put_frame(r->fd, 0, body, bytes.len + 33);
    }
    free(plain);
    free(body);
    return good;
}

void net_raw_close(struct net_raw *r)
{
    if (r->fd >= 0)
        close(r->fd);
    r->fd = -1;
}

int net_raw_listener(char *address, size_t size)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
    assert_int_equal(listen(fd, 8), 0);
    snprintf(address, size, "127.0.0.1:%u", (unsigned)ntohs(at.sin_port));
    return fd;
}
