// SPDX-License-Identifier: MIT
// Times how long a load goes on after it is cancelled: each file is loaded whole, then again, cancelled at
// moments spread over that time, and the longest wait for the end is printed. What is promised is 200 ms on a
// machine that is not busy. Not a test.
//
// bench_cancel FILE...
#include "base/clock.h"
#include "sources/loader.h"

#include <stdio.h>
#include <time.h>

enum { MOMENTS = 24, PROMISED_MS = 200, ALL_MS = 3600 * 1000 };

static void pause_ns(int64_t ns)
{
    nanosleep(&(struct timespec){.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000}, NULL);
}

// Takes bands until `until_ns` or the end, then cancels and waits; how long that took.
static int64_t load(const char *path, int64_t until_ns)
{
    const struct loader_request request = {.name = path, .channel = CHANNEL_AUTO};
    struct loader *loader = loader_start(&request);
    struct loader_outcome outcome;
    struct loaded_band band;
    while (!loader_done(loader) && clock_now_ns() < until_ns) {
        if (loader_take(loader, 1, &band))
            loader_give_back(loader, &band);
    }
    const int64_t start = clock_now_ns();
    loader_finish(&loader, &outcome);
    const int64_t waited = clock_now_ns() - start;
    loader_outcome_free(&outcome);
    return waited;
}

int main(int argc, char **argv)
{
    int slow = 0;
    for (int i = 1; i < argc; i++) {
        int64_t longest = 0, start = clock_now_ns();
        load(argv[i], start + (int64_t)ALL_MS * 1000000);
        const int64_t whole = clock_now_ns() - start;
        for (int moment = 0; moment < MOMENTS; moment++) {
            const int64_t waited = load(argv[i], clock_now_ns() + whole * moment / MOMENTS);
            longest = waited > longest ? waited : longest;
            pause_ns(1000000);
        }
        slow += longest > (int64_t)PROMISED_MS * 1000000;
        printf("%8.1f ms after a cancel, %8.1f ms whole: %s\n", (double)longest / 1e6, (double)whole / 1e6,
               argv[i]);
    }
    printf("%d of %d take longer than %d ms\n", slow, argc - 1, PROMISED_MS);
    return 0;
}
