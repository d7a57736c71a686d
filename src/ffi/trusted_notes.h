/*
 * Playgate for trusted hosts: the studio's own servers that hold the k-ID API key, for example Unreal dedicated servers and
 * backends in C++. Generated from the code; do not edit.
 *
 * These functions are in a library that was built with the feature `trusted-server` only; playgate_build_flags() then has
 * PLAYGATE_BUILD_TRUSTED_SERVER. A library that ships with a game does not have them: a key in a game is everybody's.
 *
 * All rules of playgate.h hold: texts, handles, structs, threads, failures. Functions whose names end in _blocking wait for
 * the network. None of them may be called from inside a hook.
 */
