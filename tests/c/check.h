/*
 * Checks and bounded waiting for the tests. Each failure is printed with its place; finish() prints the sum and gives
 * main's exit code.
 *
 * PLAYGATE_TEST_SLOW: how many times slower than usual the machine is (20 under valgrind); stretches every time limit.
 */
#ifndef CHECK_H
#define CHECK_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "playgate.h"

int check_that(int holds, const char *file, int line, const char *what);
int check_number(long long got, long long expected, const char *file, int line, const char *what);
int check_result(playgate_result got, playgate_result expected, const char *file, int line, const char *what);
/* A call that must fail in that way and say why. */
int check_fails(playgate_result got, playgate_result expected, const char *file, int line, const char *what);
int check_text(const char *got, const char *expected, const char *file, int line, const char *what);

#define CHECK(holds) check_that((holds) ? 1 : 0, __FILE__, __LINE__, #holds)
#define CHECK_EQ(got, expected) check_number((long long)(got), (long long)(expected), __FILE__, __LINE__, #got)
#define CHECK_OK(call) check_result((call), PLAYGATE_OK, __FILE__, __LINE__, #call)
#define CHECK_RESULT(call, expected) check_result((call), (expected), __FILE__, __LINE__, #call)
#define CHECK_FAILS(call, expected) check_fails((call), (expected), __FILE__, __LINE__, #call)
#define CHECK_TEXT(got, expected) check_text((got), (expected), __FILE__, __LINE__, #got)

/* How many checks have failed so far. */
int failures(void);

/* Prints the sum; main's exit code. */
int finish(void);

/* Ends the program when what the rest of the test cannot do without is not there. */
void require(int holds, const char *what);

/* A monotonic clock. */
uint64_t now_us(void);

/* PLAYGATE_TEST_SLOW, at least 1. */
uint64_t slow_factor(void);

/* A moment so many milliseconds of a usual machine from now. */
uint64_t deadline_ms(uint64_t ms);

/* Lets other threads work for a millisecond; true while the deadline has not come. */
int time_left(uint64_t deadline);

/* Waits until the condition holds; the last look counts. `what_to_do` is done before each look. */
#define WAIT_DOING(ms, what_to_do, condition)                                                                          \
    do {                                                                                                               \
        const uint64_t wait_deadline = deadline_ms(ms);                                                                \
        do {                                                                                                           \
            what_to_do;                                                                                                \
        } while (!(condition) && time_left(wait_deadline));                                                            \
        check_that((condition) ? 1 : 0, __FILE__, __LINE__, "within " #ms " ms: " #condition);                         \
    } while (0)

#define WAIT_UNTIL(ms, condition) WAIT_DOING(ms, (void)0, condition)

#endif
