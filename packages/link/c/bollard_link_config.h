/**
 * @file
 * The sizes and parts of the serial link: the one file of this folder that a firmware changes.
 *
 * Each may be set by the compiler instead, as in `-DBOLLARD_LINK_WINDOW=8`.
 */
#ifndef BOLLARD_LINK_CONFIG_H
#define BOLLARD_LINK_CONFIG_H

/** Longest payload, in bytes: 11 to 240. Sets the size of the two frame buffers. */
#ifndef BOLLARD_LINK_MAX_PAYLOAD
#define BOLLARD_LINK_MAX_PAYLOAD 48
#endif

/** Most messages sent and not known to be received: 1 to 8. */
#ifndef BOLLARD_LINK_WINDOW
#define BOLLARD_LINK_WINDOW 4
#endif

/** Memory for messages until the host has them on its disk, in bytes; each takes 3 more than its payload. */
#ifndef BOLLARD_LINK_QUEUE_BYTES
#define BOLLARD_LINK_QUEUE_BYTES 512
#endif

/** Most messages kept at once: 1 to 240. The host is told, and commits when it has half of them. */
#ifndef BOLLARD_LINK_HOLD
#define BOLLARD_LINK_HOLD 16
#endif

/** Bytes of HELLO: 20, the node id, the firmware, and 10 for each schema, or more. 24 to 240. */
#ifndef BOLLARD_LINK_HELLO_BYTES
#define BOLLARD_LINK_HELLO_BYTES 64
#endif

/** Line speed, in baud: decides when a message counts as lost. */
#ifndef BOLLARD_LINK_BAUD
#define BOLLARD_LINK_BAUD 115200
#endif

/** 1: the firmware has `bollard_link_command`. 0: each command is answered as unknown. */
#ifndef BOLLARD_LINK_COMMANDS
#define BOLLARD_LINK_COMMANDS 0
#endif

/** 1: the firmware has `bollard_link_time`, and is told the time. */
#ifndef BOLLARD_LINK_TIME
#define BOLLARD_LINK_TIME 0
#endif

/** 1: the firmware has `bollard_link_descriptor`, and tells the host its schemas. */
#ifndef BOLLARD_LINK_DESCRIPTORS
#define BOLLARD_LINK_DESCRIPTORS 0
#endif

/** 1: `bollard_link_counts` counts what happened. */
#ifndef BOLLARD_LINK_COUNTS
#define BOLLARD_LINK_COUNTS 0
#endif

#endif
