/*
 * 200 ticks of 50 ms by clock_nanosleep with absolute times: what no timer in user space can beat. With an argument it keeps
 * so many cores busy instead, until its input ends.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define TICKS 200
#define PERIOD_NS 50000000

static void *spin(void *user)
{
    (void)user;
    for (volatile uint64_t number = 0;; number++) {
    }
    return NULL;
}

int main(int argc, char **argv)
{
    char line[64];
    for (int i = argc > 1 ? atoi(argv[1]) : 0; i > 0; i--) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, spin, NULL) != 0) {
            return 1;
        }
    }
    while (fgets(line, sizeof line, stdin)) {
        if (argc == 1) {
            struct timespec due;
            (void)clock_gettime(CLOCK_MONOTONIC, &due);
            for (int i = 0; i <= TICKS; i++) {
                struct timespec now;
                (void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
                (void)clock_gettime(CLOCK_MONOTONIC, &now);
                (void)printf("tick%03d %lld\n", i, (long long)now.tv_sec * 1000000000 + now.tv_nsec);
                due.tv_nsec += PERIOD_NS;
                if (due.tv_nsec >= 1000000000) {
                    due.tv_sec++;
                    due.tv_nsec -= 1000000000;
                }
            }
        }
        (void)puts(".");
        (void)fflush(stdout);
    }
    return 0;
}
