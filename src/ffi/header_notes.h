/*
 * Playgate: keeps a player's k-ID session for a game, so that a child sees the right features and understands why.
 *
 * ENCODING. All text is UTF-8. Text that goes in ends in a NUL; JSON and bytes go in as pointer and length, and a length
 * of 0 allows a NULL pointer. Text that comes out is a playgate_text: pointer and length, with a NUL after it.
 *
 * OWNERSHIP. Handles are numbers; 0 is never valid, and freeing 0 is ok. A handle that was freed, or that is of another
 * kind, gives PLAYGATE_ERROR_INVALID_HANDLE, never undefined behaviour. What a function gives out says who frees it. What
 * goes in is copied. Lent text is valid: from a session, changes, a notice or a challenge until that object is freed; from an
 * event until the next playgate_client_next_event or the close of its client; from a decision for the life of the process.
 *
 * STRUCTS begin with uint32_t struct_size. Call the struct's _init function with its sizeof first. Reserved space is zero.
 * Header and library may be of different versions with one PLAYGATE_ABI_VERSION: what the caller's struct does not have counts
 * as zero when it goes in and is not written when it comes out; what the library does not know must be zero when it goes in,
 * else PLAYGATE_ERROR_INVALID_ARGUMENT, and becomes zero when it comes out.
 *
 * FAILURE. Outs are written on failure too: access and decisions as denied, handles, numbers and counts as 0. So a
 * variable that is used again never keeps last frame's "allowed". The exception is an out struct whose struct_size is
 * wrong: nothing is known of its size, so nothing is written.
 *
 * THREADS. Any function may be called from any thread, except that one client is pumped and drained (playgate_client_pump,
 * playgate_client_next_event) from one thread at a time. The frame path is playgate_client_allowed, playgate_client_access,
 * playgate_client_allowed_by_name with a name that has a number, reading a decision table, playgate_client_pump and
 * playgate_client_next_event: they wait for nothing and no one. The playgate_store_ functions and playgate_client_open read
 * or write files. playgate_client_close and playgate_shutdown wait at most as long as they are told. Everything else hands
 * its work to the library's own threads.
 *
 * HOOKS are tables of the host's functions, given when a client is opened (log and allocator: before anything else). They
 * are called on the library's threads, or inside the library's functions where a client has none. From inside a hook only
 * playgate_client_allowed, playgate_client_allowed_by_name, playgate_client_access, the _init functions and those about
 * version and build may be called, from transport and storage also playgate_transport_complete and
 * playgate_storage_complete; anything else is PLAYGATE_ERROR_BUSY. What is completed late, twice or after the close is
 * ignored. A client without threads does all its work inside playgate_client_pump.
 *
 * REQUESTS. A function with a playgate_request* starts something. Exactly one PLAYGATE_EVENT_COMPLETED carries that number
 * later, also after a cancel, a time limit or a stop; after a close no events are given out any more. At most 256 requests
 * of one client may be under way or wait to be taken from the events (PLAYGATE_ERROR_LIMIT).
 *
 * END. Close each client, or call playgate_shutdown. Nothing runs when the library is unloaded, and it marks itself as not
 * to be unloaded. After a close the frame path answers "denied", and nothing of the library uses the network or files any
 * more, once the close has returned PLAYGATE_OK.
 *
 * MEMORY. Everything that the library allocates comes from the hook that playgate_set_allocator_hook sets, or else from the
 * system. When every object was freed, every store closed, and playgate_shutdown has returned PLAYGATE_OK, nothing of it is
 * left; playgate_get_memory_stats says so. What is for the life of the process (feature numbers, decision tables,
 * registered texts, each thread's last error) is static. Without memory the library cannot go on: it tells the hook once
 * and aborts the process; a stored record is whole then as after any crash.
 *
 * VERSIONS. Within one PLAYGATE_ABI_VERSION functions and constants are only added, and structs grow only at their end.
 * Enumerations are open: a later version may return values that this header does not name.
 *
 * WHAT THE CALLER MUST GET RIGHT. A pointer with a length points to that many bytes; a text pointer is NULL or ends in a
 * NUL; struct_size is not larger than the struct; lent text is not read after its time; hooks stay callable.
 *
 * This file is generated from the library's code.
 */
