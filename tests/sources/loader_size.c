// SPDX-License-Identifier: MIT
// Loading and memory: huge frames, headers that claim more than there is, and too little memory.
#include "sources/loader.h"

#include "base/clock.h"
#include "base/size.h"
#include "fake_reader.h"
#include "support/pool.h"
#include "support/testdata.h"

#include <stdio.h>
#include <sys/resource.h>
#include <tiffio.h>

enum { HANG_SECONDS = 280 };

#ifdef FOVEA_SANITIZED
enum { SANITIZED = 1 }; // slow, and with memory of their own
#else
enum { SANITIZED = 0 };
#endif

static void take_all(struct loader *loader)
{
    while (!loader_done(loader)) {
        struct loaded_band band;
        if (loader_take(loader, 1000, &band))
            loader_give_back(loader, &band);
    }
}

static void put_card(char *header, int index, const char *card)
{
    memcpy(header + 80 * index, card, strlen(card));
}

static void a_huge_frame_takes_little_memory(void **state)
{
    (void)state;
    const int64_t before = process_resident_bytes();
    int64_t most = 0;
    const struct loader_request request = {
        .jobs = test_jobs(), .name = "sim:65536x65536,type=u8", .channel = CHANNEL_AUTO};
    struct loader *loader = loader_start(&request);
    for (int taken = 0; taken < (SANITIZED ? 2 : 20);) {
        struct loaded_band band;
        if (!loader_take(loader, 10000, &band))
            continue;
        taken++;
        most = int64_max(most, process_resident_bytes() - before);
        loader_give_back(loader, &band);
    }
    const int64_t start = clock_now_ns();
    loader_cancel(loader);
    struct loader_outcome outcome;
    loader_finish(&loader, &outcome);
    print_message("%.1f MB more, ended %.1f ms after the cancel\n", (double)most / 1e6,
                  (double)(clock_now_ns() - start) / 1e6);
    assert_int_equal(outcome.status, STATUS_CANCELLED);
    loader_outcome_free(&outcome);
    if (!SANITIZED)
        assert_true(most < 200000000);
}

static void write_bytes(const char *path, const void *bytes, size_t count)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, count, file), count);
    assert_int_equal(fclose(file), 0);
}

static const char *write_lying_tiff(void)
{
    static const struct {
        uint16_t tag, type;
        uint32_t count, value;
    } tags[] = {{256, 4, 1, 1 << 20}, {257, 4, 1, 1 << 20}, {258, 4, 1, 32},
                {259, 4, 1, 1},       {262, 4, 1, 1},       {273, 4, 1, 256},
                {277, 4, 1, 1},       {278, 4, 1, 1 << 20}, {279, 4, 1, 768}};
    uint8_t bytes[1024] = {'I', 'I', 42, 0, 8, 0, 0, 0, sizeof tags / sizeof tags[0]};
    memcpy(bytes + 10, tags, sizeof tags);
    const char *path = temporary_path("lie.tif");
    write_bytes(path, bytes, sizeof bytes);
    return path;
}

static const char *write_lying_fits(void)
{
    char bytes[5760];
    memset(bytes, ' ', sizeof bytes);
    put_card(bytes, 0, "SIMPLE  =                    T");
    put_card(bytes, 1, "BITPIX  =                  -32");
    put_card(bytes, 2, "NAXIS   =                    2");
    put_card(bytes, 3, "NAXIS1  =              1048576");
    put_card(bytes, 4, "NAXIS2  =              1048576");
    put_card(bytes, 5, "END");
    const char *path = temporary_path("lie.fits");
    write_bytes(path, bytes, sizeof bytes);
    return path;
}

static void headers_that_lie_cost_nothing(void **state)
{
    (void)state;
    const char *const paths[] = {write_lying_tiff(), write_lying_fits()};
    for (int i = 0; i < 2; i++) {
        const int64_t before = process_resident_bytes();
        const struct loader_request request = {
            .jobs = test_jobs(), .name = paths[i], .channel = CHANNEL_AUTO};
        struct loader *loader = loader_start(&request);
        take_all(loader);
        struct loader_outcome outcome;
        loader_finish(&loader, &outcome);
        assert_int_equal(outcome.status, STATUS_BROKEN);
        assert_non_null(strstr(outcome.error.text, paths[i]));
        loader_outcome_free(&outcome);
        if (!SANITIZED)
            assert_true(process_resident_bytes() - before < 10000000);
    }
}

// Rows so wide that no band of them can be held.
static void too_little_memory_is_told(void **state)
{
    (void)state;
    if (SANITIZED)
        skip(); // sanitizers reserve the address space that is limited here
    struct rlimit old, limit;
    assert_int_equal(getrlimit(RLIMIT_AS, &old), 0);
    limit = old;
    limit.rlim_cur = (rlim_t)2 << 30;
    assert_int_equal(setrlimit(RLIMIT_AS, &limit), 0);
    struct fake_plan plan = {.width = 1 << 25, .height = 256, .type = SAMPLE_U8};
    const struct loader_request request = {.jobs = test_jobs(), .file = fake_open(&plan), .threads = 2};
    struct loader *loader = loader_start(&request);
    take_all(loader);
    struct loader_outcome outcome;
    loader_finish(&loader, &outcome);
    assert_int_equal(setrlimit(RLIMIT_AS, &old), 0);
    assert_int_equal(outcome.status, STATUS_NO_MEMORY);
    assert_non_null(strstr(outcome.error.text, "fake.img"));
    loader_outcome_free(&outcome);
    wait_for_handles(&plan);
}

// A size that overflows is refused before any of it is allocated.
static void sizes_that_overflow_are_refused(void **state)
{
    (void)state;
    struct fake_plan plan = {.width = INT64_MAX / 8, .height = 1, .type = SAMPLE_U8};
    const struct loader_request request = {.jobs = test_jobs(), .file = fake_open(&plan)};
    struct loader *loader = loader_start(&request);
    take_all(loader);
    struct loader_outcome outcome;
    loader_finish(&loader, &outcome);
    assert_int_equal(outcome.status, STATUS_TOO_LARGE);
    loader_outcome_free(&outcome);
    wait_for_handles(&plan);
}

int main(void)
{
    TIFFSetWarningHandler(NULL);
    TIFFSetErrorHandler(NULL);
    alarm(HANG_SECONDS);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_huge_frame_takes_little_memory),
        cmocka_unit_test(headers_that_lie_cost_nothing),
        cmocka_unit_test(too_little_memory_is_told),
        cmocka_unit_test(sizes_that_overflow_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
