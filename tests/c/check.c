#include "check.h"

#include <time.h>

static int check_passed;
static int check_failed;

int check_that(int holds, const char *file, int line, const char *what)
{
    if (holds) {
        check_passed++;
    } else {
        check_failed++;
        printf("%s:%d: %s\n", file, line, what);
        (void)fflush(stdout);
    }
    return holds;
}

int check_number(long long got, long long expected, const char *file, int line, const char *what)
{
    if (!check_that(got == expected, file, line, what)) {
        printf("    is %lld, expected %lld\n", got, expected);
    }
    return got == expected;
}

int check_result(playgate_result got, playgate_result expected, const char *file, int line, const char *what)
{
    if (!check_that(got == expected, file, line, what)) {
        printf("    is %s, expected %s; last error: %s\n", playgate_result_name(got), playgate_result_name(expected),
               playgate_last_error());
    }
    return got == expected;
}

int check_fails(playgate_result got, playgate_result expected, const char *file, int line, const char *what)
{
    return check_result(got, expected, file, line, what) &&
           check_that(playgate_last_error()[0] != '\0', file, line, "a failure leaves no sentence");
}

int check_text(const char *got, const char *expected, const char *file, int line, const char *what)
{
    if (!check_that(strcmp(got, expected) == 0, file, line, what)) {
        printf("    is \"%s\", expected \"%s\"\n", got, expected);
    }
    return strcmp(got, expected) == 0;
}

int failures(void)
{
    return check_failed;
}

int finish(void)
{
    printf("%d passed, %d failed\n", check_passed, check_failed);
    return check_failed != 0 || check_passed == 0 ? 1 : 0;
}

void require(int holds, const char *what)
{
    if (!holds) {
        printf("cannot go on: %s; last error: %s\n", what, playgate_last_error());
        check_failed++;
        exit(finish());
    }
}

uint64_t now_us(void)
{
    struct timespec at;
    if (clock_gettime(CLOCK_MONOTONIC, &at) != 0) {
        require(0, "there is no clock");
    }
    return (uint64_t)at.tv_sec * 1000000u + (uint64_t)at.tv_nsec / 1000u;
}

uint64_t slow_factor(void)
{
    const char *given = getenv("PLAYGATE_TEST_SLOW");
    const unsigned long factor = given ? strtoul(given, NULL, 10) : 1;
    return factor ? factor : 1;
}

uint64_t deadline_ms(uint64_t ms)
{
    return now_us() + ms * 1000u * slow_factor();
}

int time_left(uint64_t deadline)
{
    const struct timespec turn = {0, 1000000};
    (void)nanosleep(&turn, NULL);
    return now_us() < deadline;
}
