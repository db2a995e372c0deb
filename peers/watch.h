/*
 * watch: how much a connection has sent us beyond what ZeroMQ handed on. Of a message in parts ZeroMQ shows nothing before the last part, and keeps them all: what
 * TCP says it received tells who sends parts without end.
 */
#ifndef ALLIED_PEERS_WATCH_H
#define ALLIED_PEERS_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WATCH_LOOK_MS 250 /* how often the bytes received are looked at */
/* What may wait inside ZeroMQ (as many frames as its high-water mark, of the largest size) and in the kernel; the handshake and a HELLO. */
#define WATCH_UNREAD_BYTES   (UINT64_C(32) * 1024 * 1024)
#define WATCH_GREETING_BYTES (UINT64_C(64) * 1024)

/* What a frame of that length took on its connection, sealed by CURVE. */
uint64_t watch_frame_bytes(size_t len);
/* Were more than so many bytes received by this descriptor? False where it is no TCP connection. */
bool watch_exceeds(int fd, uint64_t most);

#endif
