/*
 * fault: what msg_decode refused, for a person to read: "RUN.first", or "RUN" where it is no single field; "number" where no message has that number,
 * "msgpack" where the bytes are not even that.
 */
#ifndef ALLIED_PROTOCOL_WIRE_FAULT_H
#define ALLIED_PROTOCOL_WIRE_FAULT_H

#include "protocol/wire/msg.h"

#define FAULT_TEXT_MAX 32

/* `bytes`: refused by msg_decode with another error than ERR_MEMORY. */
void fault_name(struct slice bytes, struct arena *arena, char out[FAULT_TEXT_MAX]);

#endif
