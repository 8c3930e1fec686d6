// SPDX-License-Identifier: MIT
// Loading against a plain decode of the whole frame: pixels, levels, statistics and mask; cancelling at any
// moment; damage; ownership.
#include "sources/loader.h"

#include "base/clock.h"
#include "base/size.h"
#include "fake_reader.h"
#include "sources/band_plan.h"
#include "support/pool.h"
#include "support/testdata.h"

#include <pthread.h>
#include <stdio.h>
#include <sys/resource.h>
#include <tiffio.h>
#include <zlib.h>

#ifdef __SANITIZE_THREAD__ // makes programs up to twenty times slower
enum { HANG_SECONDS = 880 };
#else
enum { HANG_SECONDS = 280 };
#endif
enum { HELD = 2 };

#ifdef FOVEA_SANITIZED
enum { SANITIZED = 1 }; // slow, and with memory of their own
#else
enum { SANITIZED = 0 };
#endif

// A frame by one decode and one pass of the taps.
struct direct {
    struct frame_info info;
    uint8_t *pixels, *classes;
    struct taps *taps;
    struct taps_result result;
    const struct mask *user; // borrowed
    int levels;
    int64_t lost;
};

static struct direct direct_make(struct image_file *file, int64_t frame, const struct mask *user,
                                 enum reduce_mode reduce)
{
    struct direct direct = {0};
    struct error error = {0};
    assert_int_equal(image_file_info(file, frame, &direct.info, &error), STATUS_OK);
    const struct frame_info *info = &direct.info;
    const size_t count = (size_t)(info->width * info->height), bytes = sample_traits(info->type)->bytes;
    direct.pixels = must_alloc(count * bytes);
    direct.classes = must_alloc(count);
    const struct rect all = {0, 0, info->width, info->height};
    const struct decode_request request = {.frame = frame,
                                           .rect = all,
                                           .pixels = direct.pixels,
                                           .stride = (size_t)info->width * bytes,
                                           .classes = direct.classes};
    struct decode_report report = {0};
    assert_int_equal(image_file_decode(file, &request, &report, &error), STATUS_OK);
    direct.lost = report.lost_pixels;
    direct.user = user;
    for (size_t i = 0; user && i < count; i++)
        direct.classes[i] |= mask_at(user, (int64_t)i % info->width, (int64_t)i / info->width);
    direct.levels = reduce_level_count(info->width, info->height);
    assert_int_equal(taps_create(info, info->height, direct.levels, reduce, &direct.taps, &error), STATUS_OK);
    const struct band band = {0, info->height, info->width, info->type, direct.pixels, request.stride};
    bool classed = false;
    taps_band(direct.taps, &band, direct.classes, &classed);
    taps_drain(direct.taps, &direct.result);
    return direct;
}

static void direct_free(struct direct *direct)
{
    taps_destroy(&direct->taps);
    taps_result_free(&direct->result);
    free(direct->pixels);
    free(direct->classes);
}

// --- comparing ---

static void check_level(const struct direct *direct, const struct loaded_band *band, int level)
{
    int64_t rows;
    const float *all = reducer_level(taps_reducer(direct->taps), level, &rows);
    const int64_t width = reduce_side(direct->info.width, level);
    assert_int_equal(band->level_rows[level], reduce_side(band->rows, level));
    assert_in_range((band->y >> level) + band->level_rows[level], 0, rows);
    assert_memory_equal(band->level[level], all + (band->y >> level) * width,
                        (size_t)(width * band->level_rows[level]) * sizeof *all);
}

static void check_band(const struct direct *direct, const struct loaded_band *band, uint8_t *seen,
                       const struct mask *classes)
{
    const struct frame_info *info = &direct->info;
    assert_int_equal(band->y % REDUCE_BAND_ROWS, 0);
    assert_true(band->rows > 0 && band->y + band->rows <= info->height);
    assert_true(band->rows % REDUCE_BAND_ROWS == 0 || band->y + band->rows == info->height);
    for (int64_t y = band->y; y < band->y + band->rows; y++)
        assert_int_equal(seen[y]++, 0);
    const size_t bytes = sample_traits(info->type)->bytes;
    const size_t first = (size_t)(band->y * info->width), count = (size_t)(band->rows * info->width);
    if (sample_storage_type(info->type) == info->type) {
        assert_memory_equal(band->pixels, direct->pixels + first * bytes, count * bytes);
    } else {
        assert_int_equal(sample_storage_type(info->type), SAMPLE_F32);
        float *floats = must_alloc(count * sizeof *floats);
        sample_row_to_float(info->type, direct->pixels + first * bytes, count, floats);
        assert_memory_equal(band->pixels, floats, count * sizeof *floats);
        free(floats);
    }
    bool any = false;
    for (size_t i = first; i < first + count && !any; i++)
        any = direct->classes[i] != 0;
    assert_int_equal(band->any_mask, any);
    const struct rect rect = {0, band->y, info->width, band->rows};
    uint8_t *bits = must_alloc(count);
    bool masked = mask_read(classes, rect, bits, (size_t)info->width);
    if (direct->user)
        masked |= mask_read_more(direct->user, rect, 0xff, bits, (size_t)info->width);
    assert_int_equal(masked, any);
    assert_memory_equal(bits, direct->classes + first, count);
    free(bits);
    assert_int_equal(band->levels, direct->levels);
    for (int level = 1; level <= band->levels; level++)
        check_level(direct, band, level);
}

static void check_close(double found, double wanted, double scale)
{
    if (!(fabs(found - wanted) <= 1e-9 * scale))
        fail_msg("%.17g is not %.17g", found, wanted);
}

static void check_result(const struct taps_result *found, const struct taps_result *wanted)
{
    const struct statistics *a = &found->statistics, *b = &wanted->statistics;
    assert_int_equal(a->valid, b->valid);
    assert_int_equal(a->nan, b->nan);
    assert_int_equal(a->inf, b->inf);
    assert_int_equal(a->masked, b->masked);
    if (b->valid > 0) {
        assert_true(a->min == b->min && a->max == b->max);
        check_close(a->mean, b->mean, fmax(fabs(b->min), fabs(b->max)));
        check_close(a->m2, b->m2, b->m2);
    }
    size_t at[2] = {0, 0};
    double low[2], high[2];
    uint64_t count[2];
    while (histogram_next(wanted->histogram, &at[0], &low[0], &high[0], &count[0])) {
        assert_true(histogram_next(found->histogram, &at[1], &low[1], &high[1], &count[1]));
        assert_true(low[0] == low[1] && high[0] == high[1] && count[0] == count[1]);
    }
    assert_false(histogram_next(found->histogram, &at[1], &low[1], &high[1], &count[1]));
    assert_int_equal(found->sample.count, wanted->sample.count);
    assert_memory_equal(found->sample.values, wanted->sample.values, wanted->sample.count * sizeof(double));
}

// --- loading ---

// Takes all bands; some are held and given back in another order. `direct` NULL: nothing is compared.
static void take_all(struct loader *loader, const struct direct *direct)
{
    struct loaded_band held[HELD];
    int count = 0;
    uint8_t *seen = direct ? must_alloc((size_t)direct->info.height) : NULL;
    while (!loader_done(loader)) {
        struct loaded_band band;
        if (loader_take(loader, count ? 0 : 1000, &band)) {
            if (direct)
                check_band(direct, &band, seen, loader_classes(loader));
            held[count++] = band;
        } else if (count > 0) {
            loader_give_back(loader, &held[--count]);
        }
        if (count == HELD) {
            loader_give_back(loader, &held[0]);
            held[0] = held[--count];
        }
    }
    for (int64_t y = 0; direct && y < direct->info.height; y++)
        assert_int_equal(seen[y], 1);
    free(seen);
}

static struct loader_outcome check_load(const struct loader_request *request, const struct direct *direct)
{
    struct loader_request full = *request;
    const int wakes = test_wakes();
    struct loader *loader = loader_start(&full);
    take_all(loader, direct);
    assert_true(loader_progress(loader) == 1);
    struct limits_rule rule = limits_rule_default();
    struct limits limits;
    assert_int_equal(loader_limits(loader, &rule, &limits), direct->result.statistics.valid > 0);
    struct histogram *histogram = loader_histogram(loader);
    assert_int_equal(histogram_total(histogram), direct->result.statistics.valid);
    histogram_destroy(&histogram);
    struct loader_outcome outcome;
    loader_finish(&loader, &outcome);
    assert_null(loader);
    if (outcome.status)
        fail_msg("%s", outcome.error.text);
    assert_true(test_wakes() > wakes + 1);
    check_result(&outcome.taps, &direct->result);
    assert_int_equal(outcome.lost_pixels, direct->lost);
    return outcome;
}

static void check_plan(struct fake_plan *plan, int threads, enum reduce_mode reduce)
{
    struct image_file *file = fake_open(plan);
    struct direct direct = direct_make(file, 0, NULL, reduce);
    const struct loader_request request = {
        .jobs = test_jobs(), .file = file, .threads = threads, .reduce = reduce};
    struct loader_outcome outcome = check_load(&request, &direct);
    assert_ptr_equal(outcome.file, file);
    assert_null(outcome.file_layer);
    loader_outcome_free(&outcome);
    wait_for_handles(plan);
    direct_free(&direct);
}

static void check_name(const char *name, int64_t frame, int threads)
{
    struct image_file *file = NULL;
    struct error error = {0};
    if (source_open_name(name, CHANNEL_AUTO, NULL, &file, &error))
        fail_msg("%s", error.text);
    struct direct direct = direct_make(file, frame, NULL, REDUCE_MEAN);
    image_file_close(&file);
    const struct loader_request request = {
        .jobs = test_jobs(), .name = name, .channel = CHANNEL_AUTO, .frame = frame, .threads = threads};
    struct loader_outcome outcome = check_load(&request, &direct);
    loader_outcome_free(&outcome);
    direct_free(&direct);
}

static const int thread_counts[] = {1, 2, 3, 8};
enum { THREAD_COUNTS = sizeof thread_counts / sizeof thread_counts[0] };

static void every_type_loads(void **state)
{
    (void)state;
    for (int type = 0; type < SAMPLE_COUNT; type++) {
        for (int no_data = 0; no_data < 2; no_data++) {
            struct fake_plan plan = {.width = 700, .height = 1000, .type = type, .no_data_is_max = no_data};
            check_plan(&plan, thread_counts[(type + no_data) % THREAD_COUNTS],
                       no_data ? REDUCE_MAX : REDUCE_MEAN);
        }
    }
}

static void odd_sizes_load(void **state)
{
    (void)state;
    static const int64_t widths[] = {1, 5000}, heights[] = {1, 127, 128, 129, 1000};
    for (int w = 0; w < 2; w++) {
        for (int h = 0; h < 5; h++) {
            for (int t = 0; t < THREAD_COUNTS; t += SANITIZED ? 2 : 1) {
                struct fake_plan plan = {.width = widths[w], .height = heights[h], .type = SAMPLE_F32};
                check_plan(&plan, thread_counts[t], REDUCE_MEAN);
            }
        }
    }
    struct fake_plan all_levels = {.width = 40000, .height = 257, .type = SAMPLE_U8};
    check_plan(&all_levels, 3, REDUCE_MEAN);
    struct fake_plan tall = {.width = 3, .height = 33333, .type = SAMPLE_U16};
    check_plan(&tall, 3, REDUCE_MAX);
}

static void chunks_of_any_height_load(void **state)
{
    (void)state;
    static const int64_t chunks[] = {1, 7, 16, 39, 100, 1000, 1024};
    for (size_t c = 0; c < sizeof chunks / sizeof chunks[0]; c++) {
        for (int t = SANITIZED; t < THREAD_COUNTS; t += 1 + SANITIZED) {
            struct fake_plan plan = {.width = 600, .height = 1000, .type = SAMPLE_U16, .chunk = chunks[c]};
            check_plan(&plan, thread_counts[t], REDUCE_MEAN);
        }
        struct fake_plan one_stream = {
            .width = 900, .height = 700, .type = SAMPLE_I32, .chunk = chunks[c], .sequential = true};
        check_plan(&one_stream, 8, REDUCE_MEAN);
    }
    // Chunks too large for a reader's cache, of a height that bands cannot share.
    struct fake_plan large = {.width = 30000, .height = 320, .type = SAMPLE_F32, .chunk = 160, .plain = true};
    check_plan(&large, 2, REDUCE_MEAN);
    struct fake_plan larger = {
        .width = 70000, .height = 300, .type = SAMPLE_F32, .chunk = 288, .plain = true};
    if (!SANITIZED)
        check_plan(&larger, 2, REDUCE_MEAN);
}

// Chunks are not decoded over and over: at most two workers need one, and few do.
static void few_chunks_are_decoded_twice(void **state)
{
    (void)state;
    static const int64_t chunks[] = {17, 39, 100, 128, 256, 1000};
    for (size_t c = 0; c < sizeof chunks / sizeof chunks[0]; c++) {
        struct fake_plan plan = {
            .width = 500, .height = 8192, .type = SAMPLE_F64, .chunk = chunks[c], .plain = true};
        const struct loader_request request = {.jobs = test_jobs(), .file = fake_open(&plan), .threads = 2};
        struct loader *loader = loader_start(&request);
        take_all(loader, NULL);
        struct loader_outcome outcome;
        loader_finish(&loader, &outcome);
        assert_int_equal(outcome.status, STATUS_OK);
        loader_outcome_free(&outcome);
        const int64_t count = int64_ceil_div(plan.height, chunks[c]);
        assert_in_range(atomic_load(&plan.chunks_made), count, count + count / 3 + 1);
        wait_for_handles(&plan);
    }
}

static void simulated_frames_load(void **state)
{
    (void)state;
    check_name("sim:1030x1065,frames=3", 2, 2);
    check_name("sim:1030x514,type=f64,seed=3", 0, 3);
    check_name("sim:530x1030,type=u32", 0, 1);
}

// --- files ---

struct tiff_plan {
    uint32_t width, height, strip, tile;
    uint16_t compression;
};

static float tiff_value(int64_t x, int64_t y)
{
    return (float)(fake_hash(x, y) % 4001) / 4;
}

static void tiff_fill(const struct tiff_plan *plan, float *to, uint32_t left, uint32_t top, uint32_t width,
                      uint32_t height)
{
    for (uint32_t y = 0; y < height; y++) {
        for (uint32_t x = 0; x < width; x++)
            to[(size_t)y * width + x] = left + x < plan->width ? tiff_value(left + x, top + y) : 0;
    }
}

static const char *write_tiff(const char *name, const struct tiff_plan *plan)
{
    const char *path = temporary_path(name);
    TIFF *tiff = TIFFOpen(path, "w");
    assert_non_null(tiff);
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, plan->width);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, plan->height);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 32);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
    TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_IEEEFP);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, plan->compression);
    const uint32_t side = plan->tile ? plan->tile : plan->strip,
                   step_x = plan->tile ? plan->tile : plan->width;
    if (plan->tile) {
        TIFFSetField(tiff, TIFFTAG_TILEWIDTH, plan->tile);
        TIFFSetField(tiff, TIFFTAG_TILELENGTH, plan->tile);
    } else {
        TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, plan->strip);
    }
    float *chunk = must_alloc((size_t)step_x * side * sizeof *chunk);
    for (uint32_t y = 0, at = 0; y < plan->height; y += side) {
        for (uint32_t x = 0; x < plan->width; x += step_x, at++) {
            const uint32_t rows = plan->tile || plan->height - y > side ? side : plan->height - y;
            tiff_fill(plan, chunk, x, y, step_x, rows);
            const tmsize_t bytes = (tmsize_t)((size_t)step_x * rows * sizeof *chunk);
            assert_int_equal(plan->tile ? TIFFWriteEncodedTile(tiff, at, chunk, bytes)
                                        : TIFFWriteEncodedStrip(tiff, at, chunk, bytes),
                             bytes);
        }
    }
    free(chunk);
    TIFFClose(tiff);
    return path;
}

static void tiff_files_load(void **state)
{
    (void)state;
    static const struct tiff_plan plans[] = {
        {701, 1000, 1, 0, COMPRESSION_NONE},
        {701, 1000, 1000, 0, COMPRESSION_NONE},
        {701, 1000, 39, 0, COMPRESSION_ADOBE_DEFLATE},
        {701, 1000, 300, 0, COMPRESSION_LZW},
        {701, 1000, 1000, 0, COMPRESSION_ADOBE_DEFLATE}, // one stream
        {701, 1000, 0, 256, COMPRESSION_LZW},
        {701, 1000, 0, 112, COMPRESSION_NONE},
    };
    for (size_t i = 0; i < sizeof plans / sizeof plans[0]; i++) {
        const char *path = write_tiff("frame.tif", &plans[i]);
        for (int t = 0; t < THREAD_COUNTS; t++)
            check_name(path, 0, thread_counts[t]);
    }
}

static void put_card(char *header, int index, const char *card)
{
    memcpy(header + 80 * index, card, strlen(card));
}

// A FITS file of BITPIX 16 or -32 (FITS standard 4.0, sections 4 and 5), with BLANK for integers.
static const char *write_fits(const char *name, int bits, int64_t width, int64_t height, bool compressed)
{
    const char *path = temporary_path(name);
    char header[2880], card[81];
    memset(header, ' ', sizeof header);
    put_card(header, 0, "SIMPLE  =                    T");
    snprintf(card, sizeof card, "BITPIX  = %20d", bits);
    put_card(header, 1, card);
    put_card(header, 2, "NAXIS   =                    2");
    snprintf(card, sizeof card, "NAXIS1  = %20lld", (long long)width);
    put_card(header, 3, card);
    snprintf(card, sizeof card, "NAXIS2  = %20lld", (long long)height);
    put_card(header, 4, card);
    put_card(header, 5, bits > 0 ? "BLANK   =                   -7" : "COMMENT none");
    put_card(header, 6, "END");
    const size_t bytes = (size_t)(width * height) * (bits == 16 ? 2 : 4),
                 whole = (bytes + 2879) / 2880 * 2880;
    uint8_t *data = must_alloc(whole);
    for (int64_t i = 0; i < width * height; i++) {
        const uint64_t hash = fake_hash(i % width, i / width);
        const float value = (float)(hash % 1000) / 8;
        uint32_t word;
        memcpy(&word, &value, 4);
        const uint16_t half = (uint16_t)(hash % 50 == 0 ? -7 : (int)(hash % 3000) - 1000);
        for (int b = 0; b < (bits == 16 ? 2 : 4); b++)
            data[i * (bits == 16 ? 2 : 4) + b] =
                (uint8_t)(bits == 16 ? (unsigned)half >> (8 - 8 * b) : word >> (24 - 8 * b));
    }
    gzFile file = gzopen(path, compressed ? "wb1" : "wbT");
    assert_non_null(file);
    assert_int_equal(gzwrite(file, header, sizeof header), sizeof header);
    assert_int_equal(gzwrite(file, data, (unsigned)whole), whole);
    assert_int_equal(gzclose(file), Z_OK);
    free(data);
    return path;
}

static void fits_files_load(void **state)
{
    (void)state;
    for (int t = 0; t < THREAD_COUNTS; t++) {
        check_name(write_fits("blank.fits", 16, 701, 1000, false), 0, thread_counts[t]);
        check_name(write_fits("float.fits", -32, 701, 1000, false), 0, thread_counts[t]);
        check_name(write_fits("packed.fits.gz", 16, 701, 1000, true), 0, thread_counts[t]);
    }
}

// --- cancelling ---

static uint64_t next_random(uint64_t *seed)
{
    return fake_hash((int64_t)++ * seed, 4711);
}

struct canceller {
    struct loader *loader;
    useconds_t after_us;
};

static void *cancel_later(void *argument)
{
    const struct canceller *canceller = argument;
    usleep(canceller->after_us);
    loader_cancel(canceller->loader);
    return NULL;
}

// Cancels after a random time from another thread while this one takes bands and forgets to give some back.
static void cancelled_at_random_moments(void **state)
{
    (void)state;
    uint64_t seed = 0;
    for (int round = 0; round < 60; round++) {
        struct fake_plan plan = {.width = 900, .height = 1300, .type = SAMPLE_F64};
        const struct loader_request request = {
            .jobs = test_jobs(), .file = fake_open(&plan), .threads = thread_counts[round % THREAD_COUNTS]};
        struct loader *loader = loader_start(&request);
        struct canceller canceller = {loader, (useconds_t)(next_random(&seed) % 12000)};
        pthread_t thread;
        assert_int_equal(pthread_create(&thread, NULL, cancel_later, &canceller), 0);
        int64_t rows = 0;
        while (!loader_done(loader)) {
            struct loaded_band band;
            if (!loader_take(loader, 1, &band))
                continue;
            rows += band.rows;
            if (next_random(&seed) % 3)
                loader_give_back(loader, &band);
        }
        pthread_join(thread, NULL);
        struct loader_outcome outcome;
        loader_finish(&loader, &outcome);
        assert_int_equal(outcome.status, rows == plan.height ? STATUS_OK : STATUS_CANCELLED);
        loader_outcome_free(&outcome);
        wait_for_handles(&plan);
    }
}

static void finished_without_taking_any_band(void **state)
{
    (void)state;
    uint64_t seed = 99;
    for (int round = 0; round < 30; round++) {
        struct fake_plan plan = {.width = 300, .height = 3000, .type = SAMPLE_U16};
        struct mask *mask = NULL;
        assert_int_equal(mask_create(300, 3000, &mask, NULL), STATUS_OK);
        const struct loader_request request = {.jobs = test_jobs(),
                                               .file = fake_open(&plan),
                                               .user = mask,
                                               .threads = thread_counts[round % THREAD_COUNTS]};
        struct loader *loader = loader_start(&request);
        if (round % 2)
            usleep((useconds_t)(next_random(&seed) % 3000));
        if (round % 3 == 0)
            loader_cancel(loader);
        struct loader_outcome outcome;
        loader_finish(&loader, &outcome);
        assert_int_equal(outcome.status, STATUS_CANCELLED);
        loader_outcome_free(&outcome);
        wait_for_handles(&plan);
    }
}

static void bands_that_never_come_back_do_not_hang(void **state)
{
    (void)state;
    struct fake_plan plan = {.width = 3000, .height = 3000, .type = SAMPLE_U16};
    const struct loader_request request = {.jobs = test_jobs(), .file = fake_open(&plan), .threads = 2};
    struct loader *loader = loader_start(&request);
    struct loaded_band band;
    for (int taken = 0; taken < 3;) // one buffer more than threads
        taken += loader_take(loader, 1000, &band);
    assert_false(loader_take(loader, 30, &band));
    assert_false(loader_done(loader));
    loader_cancel(loader);
    struct loader_outcome outcome;
    loader_finish(&loader, &outcome);
    assert_int_equal(outcome.status, STATUS_CANCELLED);
    loader_outcome_free(&outcome);
    wait_for_handles(&plan);
}

static void cancel_after_the_last_band_changes_nothing(void **state)
{
    (void)state;
    struct fake_plan plan = {.width = 100, .height = 300, .type = SAMPLE_U8};
    const struct loader_request request = {.jobs = test_jobs(), .file = fake_open(&plan), .threads = 2};
    struct loader *loader = loader_start(&request);
    take_all(loader, NULL);
    loader_cancel(loader);
    assert_true(loader_done(loader));
    struct loader_outcome outcome;
    loader_finish(&loader, &outcome);
    assert_int_equal(outcome.status, STATUS_OK);
    loader_outcome_free(&outcome);
    wait_for_handles(&plan);
}

static void a_blocked_decode_is_cancelled(void **state)
{
    (void)state;
    struct fake_plan plan = {.width = 3000, .height = 900, .type = SAMPLE_U16, .block_from = 1};
    const struct loader_request request = {.jobs = test_jobs(), .file = fake_open(&plan), .threads = 3};
    struct loader *loader = loader_start(&request);
    loader_wait(loader, 10000);
    struct frame_info info;
    assert_true(loader_info(loader, &info));
    assert_int_equal(info.height, 900);
    struct loaded_band band;
    assert_false(loader_take(loader, 20, &band));
    assert_false(loader_done(loader));
    struct limits_rule rule = limits_rule_default();
    struct limits limits;
    assert_false(loader_limits(loader, &rule, &limits));
    assert_null(loader_histogram(loader));
    struct loader_outcome outcome;
    loader_finish(&loader, &outcome);
    assert_int_equal(outcome.status, STATUS_CANCELLED);
    assert_int_equal(outcome.lost_pixels, 0);
    loader_outcome_free(&outcome);
    wait_for_handles(&plan);
}

static void an_abandoned_loader_frees_itself(void **state)
{
    (void)state;
    struct fake_plan plan = {.width = 3000, .height = 900, .type = SAMPLE_U16, .stuck = true};
    const struct loader_request request = {.jobs = test_jobs(), .file = fake_open(&plan), .threads = 3};
    struct loader *loader = loader_start(&request);
    while (plan.decodes < 1)
        usleep(200);
    loader_abandon(&loader);
    assert_null(loader);
    // Its decoder hears nothing of the cancel, so that waiting for it would never have ended.
    assert_true(plan.stuck && plan.handles > 0);
    const int woken = test_wakes();
    plan.stuck = false;
    wait_for_handles(&plan);
    assert_int_equal(test_wakes(), woken);
}

static void a_loader_is_abandoned_at_any_moment(void **state)
{
    (void)state;
    for (int round = 0; round < 40; round++) {
        struct fake_plan plan = {
            .width = 300, .height = 200 + round, .type = SAMPLE_F32, .fail_info = round % 20 == 7};
        const struct loader_request request = {
            .jobs = test_jobs(), .file = fake_open(&plan), .threads = 1 + round % 4};
        struct loader *loader = loader_start(&request);
        struct loaded_band band;
        for (int i = 0; i < round % 5; i++) {
            if (loader_take(loader, 1, &band) && round % 2)
                loader_give_back(loader, &band);
        }
        loader_abandon(&loader);
        wait_for_handles(&plan);
    }
}

// --- masks and ownership ---

static struct mask *make_mask(int64_t width, int64_t height)
{
    struct mask *mask = NULL;
    assert_int_equal(mask_create(width, height, &mask, NULL), STATUS_OK);
    const uint8_t bits[4] = {MASK_BIT(MASK_USER), MASK_BIT(MASK_USER_2) | MASK_BIT(MASK_GAP),
                             MASK_BIT(MASK_SATURATED), MASK_BIT(MASK_FILE)};
    mask_write(mask, (struct rect){10, 20, 4, 1}, bits, 4, 0xFF);
    return mask;
}

static struct mask *snapshot(const struct mask *mask)
{
    struct mask *copy = NULL;
    assert_int_equal(mask_snapshot(mask, &copy, NULL), STATUS_OK);
    return copy;
}

// The user's layers over the classes of a frame.
static struct mask *unite(const struct mask *user, uint8_t user_bits, const struct mask *classes)
{
    struct mask *seen = NULL;
    const struct mask_pair both = {user, classes, user_bits, 0xff};
    assert_int_equal(mask_create(user->width, user->height, &seen, NULL), STATUS_OK);
    mask_unite(seen, &both, (struct rect){0, 0, user->width, user->height});
    return seen;
}

static void what_the_user_masked_is_left_out(void **state)
{
    (void)state;
    struct fake_plan plan = {.width = 600, .height = 700, .type = SAMPLE_I16};
    struct mask *mask = make_mask(600, 700), *kept = make_mask(600, 700);
    mask_clear(kept, (uint8_t) ~(MASK_BIT(MASK_USER) | MASK_BIT(MASK_USER_2) | MASK_BIT(MASK_FILE)));
    struct image_file *file = fake_open(&plan);
    struct direct direct = direct_make(file, 0, kept, REDUCE_MEAN);
    const struct loader_request request = {
        .jobs = test_jobs(), .file = file, .user = snapshot(mask), .threads = 2};
    struct loader_outcome outcome = check_load(&request, &direct);
    assert_int_equal(mask_count(outcome.classes, (uint8_t)~MASK_CLASS_BITS), 0);
    assert_int_equal(mask_count(mask, 0xff), 4); // nothing was put there
    loader_outcome_free(&outcome);
    direct_free(&direct);
    mask_destroy(&kept);
    mask_destroy(&mask);
    wait_for_handles(&plan);
}

static void a_mask_of_another_size_is_not_looked_at(void **state)
{
    (void)state;
    struct fake_plan plan = {.width = 600, .height = 700, .type = SAMPLE_I16};
    struct image_file *file = fake_open(&plan);
    struct direct direct = direct_make(file, 0, NULL, REDUCE_MEAN);
    const struct loader_request request = {.jobs = test_jobs(),
                                           .file = file,
                                           .user = make_mask(601, 700),
                                           .owned_layers = MASK_CLASS_BITS,
                                           .threads = 2};
    struct loader_outcome outcome = check_load(&request, &direct);
    assert_int_equal(outcome.classes->width, 600);
    loader_outcome_free(&outcome);
    direct_free(&direct);
    wait_for_handles(&plan);
}

// Of layers that the user took over, what the frame marks counts, and what the user masked there does not;
// the classes of the frame are complete all the same.
static void layers_of_the_user_count_by_the_users_mask(void **state)
{
    (void)state;
    struct fake_plan plan = {.width = 300, .height = 500, .type = SAMPLE_U16, .no_data_is_max = true};
    struct image_file *file = fake_open(&plan);
    struct direct direct = direct_make(file, 0, NULL, REDUCE_MEAN);
    struct mask *mask = make_mask(300, 500);
    const uint8_t owned = MASK_BIT(MASK_GAP) | MASK_BIT(MASK_SATURATED);
    int64_t masked = 0;
    for (int64_t i = 0; i < 300 * 500; i++)
        masked += ((direct.classes[i] & ~owned) | mask_at(mask, i % 300, i / 300)) != 0;
    const struct loader_request request = {
        .jobs = test_jobs(), .file = file, .user = mask, .owned_layers = owned, .threads = 2};
    struct loader *loader = loader_start(&request);
    take_all(loader, NULL);
    struct loader_outcome outcome;
    loader_finish(&loader, &outcome);
    assert_int_equal(outcome.taps.statistics.masked, masked);
    for (int64_t i = 0; i < 300 * 500; i++)
        assert_int_equal(mask_at(outcome.classes, i % 300, i / 300), direct.classes[i]);
    loader_outcome_free(&outcome);
    direct_free(&direct);
    wait_for_handles(&plan);
}

// What the mask must hold where the user lets classes count; by the words of struct loader_request.
static uint8_t chosen_bits(const struct fake_plan *plan, const struct class_choice *choice, int64_t x,
                           int64_t y)
{
    if (y >= plan->lose_from && y < plan->lose_to)
        return MASK_BIT(MASK_BAD); // lost, whatever the user wants
    uint16_t value;
    uint8_t sample[8], bits = fake_class(plan, x, y);
    fake_sample(plan, x, y, sample);
    memcpy(&value, sample, 2);
    if (plan->no_data_is_max && value == 65535)
        bits |= MASK_BIT(MASK_GAP);
    else if (choice->has_saturation && value > choice->saturation)
        bits |= MASK_BIT(MASK_SATURATED);
    return bits & (uint8_t)~choice->ignored;
}

static void check_choice(struct class_choice choice)
{
    struct fake_plan plan = {.width = 300,
                             .height = 500,
                             .type = SAMPLE_U16,
                             .no_data_is_max = true,
                             .lose_from = 100,
                             .lose_to = 103};
    struct mask *mask = make_mask(300, 500);
    mask_clear(mask, (uint8_t)~MASK_BIT(MASK_FILE));
    const struct loader_request request = {.jobs = test_jobs(),
                                           .file = fake_open(&plan),
                                           .user = snapshot(mask),
                                           .threads = 2,
                                           .choice = choice};
    struct loader *loader = loader_start(&request);
    take_all(loader, NULL);
    struct frame_info info;
    assert_true(loader_info(loader, &info));
    assert_int_equal(info.sentinels.ignored, choice.ignored);
    struct loader_outcome outcome;
    loader_finish(&loader, &outcome);
    assert_int_equal(outcome.status, STATUS_OK);
    struct mask *seen = unite(mask, mask_user_bits(0, choice.ignored), outcome.classes);
    int64_t masked = 0;
    for (int64_t i = 0; i < 300 * 500; i++) {
        uint8_t bits = chosen_bits(&plan, &choice, i % 300, i / 300);
        if (i == 20 * 300 + 13 && !(choice.ignored & MASK_BIT(MASK_FILE)))
            bits |= MASK_BIT(MASK_FILE);
        assert_int_equal(mask_at(seen, i % 300, i / 300), bits);
        masked += bits != 0;
    }
    assert_int_equal(outcome.taps.statistics.masked, masked);
    assert_int_equal(outcome.taps.statistics.valid, 300 * 500 - masked);
    mask_destroy(&seen);
    mask_destroy(&mask);
    loader_outcome_free(&outcome);
    wait_for_handles(&plan);
}

static void classes_count_where_the_user_says_so(void **state)
{
    (void)state;
    check_choice((struct class_choice){0});
    check_choice((struct class_choice){.has_saturation = true, .saturation = 40000.5});
    for (int layer = 0; layer < MASK_LAYER_COUNT; layer++) {
        if (MASK_BIT(layer) & MASK_CHOICE_BITS)
            check_choice((struct class_choice){MASK_BIT(layer), layer % 2, 65000});
    }
    check_choice((struct class_choice){MASK_CHOICE_BITS, true, 10});
}

static void what_cannot_be_opened_masks_nothing(void **state)
{
    (void)state;
    struct fake_plan plan = {.width = 600, .height = 700, .type = SAMPLE_I16, .fail_info = true};
    struct image_file *file = fake_open(&plan);
    for (int by_name = 0; by_name < 2; by_name++) {
        const struct loader_request request = {.jobs = test_jobs(),
                                               .name = "/nonexistent/frame.tif",
                                               .file = by_name ? NULL : file,
                                               .user = make_mask(600, 700),
                                               .channel = CHANNEL_AUTO};
        struct loader *loader = loader_start(&request);
        loader_wait(loader, 10000);
        struct loaded_band band;
        assert_false(loader_take(loader, 10000, &band));
        while (!loader_done(loader))
            usleep(100);
        struct frame_info info;
        assert_false(loader_info(loader, &info));
        assert_null(loader_classes(loader));
        struct loader_outcome outcome;
        loader_finish(&loader, &outcome);
        assert_int_equal(outcome.status, by_name ? STATUS_IO : STATUS_BROKEN);
        assert_non_null(strstr(outcome.error.text, by_name ? "frame.tif" : "fake.img"));
        assert_null(outcome.classes);
        assert_ptr_equal(outcome.file, by_name ? NULL : file);
        loader_outcome_free(&outcome);
    }
    wait_for_handles(&plan);
}

static struct loader_outcome load_with_mask(const char *mask_path)
{
    struct fake_plan plan = {.width = 31, .height = 200, .type = SAMPLE_U16, .plain = true};
    const struct loader_request request = {
        .jobs = test_jobs(), .file = fake_open(&plan), .mask_path = mask_path, .threads = 2};
    struct loader *loader = loader_start(&request);
    take_all(loader, NULL);
    struct loader_outcome outcome;
    loader_finish(&loader, &outcome);
    assert_int_equal(outcome.status, STATUS_OK);
    image_file_close(&outcome.file);
    return outcome;
}

// --- reading ahead ---

// All bands are decoded before any is taken; buffers go to the next load of the same kind.
static void a_frame_is_read_ahead(void **state)
{
    (void)state;
    struct fake_plan plan = {.width = 1000, .height = 3000, .type = SAMPLE_F32};
    struct image_file *file = fake_open(&plan);
    struct direct direct = direct_make(file, 0, NULL, REDUCE_MEAN);
    struct loader_buffers *buffers = NULL;
    struct frame_info info;
    assert_int_equal(image_file_info(file, 0, &info, NULL), STATUS_OK);
    const int64_t bands = band_plan_for(&info).count;
    for (int round = 0; round < 3; round++) {
        atomic_store(&plan.decodes, 0);
        const int wakes = test_wakes();
        const struct loader_request request = {.jobs = test_jobs(),
                                               .file = fake_open(&plan),
                                               .frame = -1,
                                               .threads = 2,
                                               .quiet = true,
                                               .ahead_bytes = round == 2 ? 1 : (int64_t)1 << 30,
                                               .buffers = buffers};
        struct loader *loader = loader_start(&request);
        while (round < 2 && atomic_load(&plan.decodes) < bands)
            usleep(1000);
        assert_int_equal(test_wakes(), wakes);
        assert_false(loader_has_failed(loader));
        loader_want(loader);
        take_all(loader, &direct);
        struct loader_outcome outcome;
        loader_finish(&loader, &outcome);
        assert_int_equal(outcome.status, STATUS_OK);
        assert_int_equal(outcome.frame, 0);
        assert_non_null(outcome.buffers);
        assert_true(round != 1 || outcome.buffers == buffers);
        buffers = outcome.buffers;
        outcome.buffers = NULL;
        loader_outcome_free(&outcome);
    }
    loader_buffers_destroy(&buffers);
    direct_free(&direct);
    image_file_close(&file);
    wait_for_handles(&plan);
}

static void mask_files(void **state)
{
    (void)state;
    struct loader_outcome outcome = load_with_mask("/nonexistent/mask.tif");
    assert_int_equal(outcome.mask_error.status, STATUS_IO);
    assert_non_null(strstr(outcome.mask_error.text, "/nonexistent/mask.tif"));
    assert_int_equal(outcome.taps.statistics.valid, 31 * 200);
    loader_outcome_free(&outcome);
    const struct tiff_plan other = {32, 200, 200, 0, COMPRESSION_NONE};
    outcome = load_with_mask(write_tiff("other.tif", &other));
    assert_int_equal(outcome.mask_error.status, STATUS_MISMATCH);
    assert_non_null(strstr(outcome.mask_error.text, "32 x 200"));
    assert_non_null(strstr(outcome.mask_error.text, "31 x 200"));
    assert_int_equal(outcome.taps.statistics.masked, 0);
    loader_outcome_free(&outcome);
    const struct tiff_plan good = {31, 200, 200, 0, COMPRESSION_NONE};
    int64_t masked = 0;
    for (int64_t i = 0; i < 31 * 200; i++)
        masked += tiff_value(i % 31, i / 31) != 0;
    outcome = load_with_mask(write_tiff("good.tif", &good));
    assert_int_equal(outcome.mask_error.status, STATUS_OK);
    assert_int_equal(mask_count(outcome.file_layer, MASK_BIT(MASK_FILE)), masked);
    assert_int_equal(mask_count(outcome.file_layer, 0xff), masked);
    assert_int_equal(mask_count(outcome.classes, 0xff), 0);
    assert_int_equal(outcome.taps.statistics.masked, masked);
    loader_outcome_free(&outcome);
}

// --- damage ---

// All bands, put together.
struct whole {
    struct loader_outcome outcome;
    struct frame_info info;
    float *pixels;
};

static struct whole load_floats(const struct loader_request *request, int64_t width, int64_t height)
{
    struct whole whole = {.pixels = must_alloc((size_t)(width * height) * sizeof(float))};
    struct loader *loader = loader_start(request);
    while (!loader_done(loader)) {
        struct loaded_band band;
        if (!loader_take(loader, 1000, &band))
            continue;
        memcpy(whole.pixels + band.y * width, band.pixels, (size_t)(band.rows * width) * sizeof(float));
        loader_give_back(loader, &band);
    }
    loader_info(loader, &whole.info);
    loader_finish(&loader, &whole.outcome);
    return whole;
}

static void whole_free(struct whole *whole)
{
    loader_outcome_free(&whole->outcome);
    free(whole->pixels);
}

static void failed_bands_are_holes(void **state)
{
    (void)state;
    enum {
        WIDTH = 4200,
        HEIGHT = 420,
        FROM = 300,
        TO = 301,
        ROWS = REDUCE_BAND_ROWS
    }; // so wide that a band is as low as can be
    static const enum status kinds[] = {STATUS_IO, STATUS_BROKEN, STATUS_NO_MEMORY};
    for (int k = 0; k < 3; k++) {
        for (int t = 0; t < THREAD_COUNTS; t++) {
            struct fake_plan plan = {.width = WIDTH,
                                     .height = HEIGHT,
                                     .type = SAMPLE_F32,
                                     .plain = true,
                                     .fail_from = FROM,
                                     .fail_to = TO,
                                     .fail_status = kinds[k],
                                     .fail_clone = k == 1};
            const struct loader_request request = {
                .jobs = test_jobs(), .file = fake_open(&plan), .threads = thread_counts[t]};
            struct whole whole = load_floats(&request, WIDTH, HEIGHT);
            const struct loader_outcome *outcome = &whole.outcome;
            assert_int_equal(outcome->status, STATUS_OK);
            assert_int_equal(outcome->loss.status, kinds[k]);
            assert_string_equal(outcome->loss.text, "fake.img: row 300 cannot be read");
            assert_int_equal(outcome->lost_pixels, ROWS * WIDTH);
            assert_int_equal(outcome->taps.statistics.masked, ROWS * WIDTH);
            assert_int_equal(outcome->taps.statistics.valid, (HEIGHT - ROWS) * WIDTH);
            for (int64_t i = 0; i < WIDTH * HEIGHT; i++) {
                const bool lost = i / WIDTH / ROWS == FROM / ROWS;
                uint8_t sample[8];
                float right;
                fake_sample(&plan, i % WIDTH, i / WIDTH, sample);
                memcpy(&right, sample, sizeof right);
                if (lost ? !isnan(whole.pixels[i]) : whole.pixels[i] != right)
                    fail_msg("pixel %lld is wrong", (long long)i);
                if (i % 7 == 0)
                    assert_int_equal(mask_at(outcome->classes, i % WIDTH, i / WIDTH),
                                     lost ? MASK_BIT(MASK_BAD) : 0);
            }
            whole_free(&whole);
            wait_for_handles(&plan);
        }
    }
}

static void lost_rows_are_holes(void **state)
{
    (void)state;
    for (int t = 0; t < THREAD_COUNTS; t++) {
        struct fake_plan plan = {.width = 2000,
                                 .height = 700,
                                 .type = SAMPLE_F64,
                                 .lose_from = 100,
                                 .lose_to = 300,
                                 .fail_clone = t == 2};
        check_plan(&plan, thread_counts[t], REDUCE_MEAN);
        struct fake_plan whole = {
            .width = 50, .height = 700, .type = SAMPLE_U8, .lose_from = 0, .lose_to = 700};
        check_plan(&whole, thread_counts[t], REDUCE_MEAN);
    }
}

static void a_frame_that_is_all_lost_has_no_picture(void **state)
{
    (void)state;
    for (int t = 0; t < THREAD_COUNTS; t++) {
        struct fake_plan plan = {.width = 3000,
                                 .height = 700,
                                 .type = SAMPLE_U16,
                                 .fail_from = 0,
                                 .fail_to = 700,
                                 .fail_status = STATUS_BROKEN};
        const struct loader_request request = {
            .jobs = test_jobs(), .file = fake_open(&plan), .threads = thread_counts[t]};
        struct loader *loader = loader_start(&request);
        take_all(loader, NULL);
        struct loader_outcome outcome;
        loader_finish(&loader, &outcome);
        assert_int_equal(outcome.status, STATUS_BROKEN);
        assert_non_null(strstr(outcome.error.text, "cannot be read"));
        assert_int_equal(outcome.lost_pixels, 3000 * 700);
        loader_outcome_free(&outcome);
        wait_for_handles(&plan);
    }
}

static void overwrite(const char *path, int64_t offset, size_t count)
{
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, (long)offset, SEEK_SET), 0);
    for (size_t i = 0; i < count; i++)
        fputc(0xFF, file);
    fclose(file);
}

// What is there is right, what is lost is marked; returns the lost.
static int64_t check_damaged_tiff(const struct whole *whole, const struct tiff_plan *plan)
{
    int64_t lost = 0;
    for (int64_t i = 0; i < (int64_t)plan->width * plan->height; i++) {
        const int64_t x = i % plan->width, y = i / plan->width;
        const bool bad = mask_at(whole->outcome.classes, x, y) == MASK_BIT(MASK_BAD);
        lost += bad;
        if (bad ? !isnan(whole->pixels[i]) : whole->pixels[i] != tiff_value(x, y))
            fail_msg("pixel %lld,%lld is wrong", (long long)x, (long long)y);
    }
    assert_int_equal(lost, whole->outcome.lost_pixels);
    return lost;
}

static void damaged_files(void **state)
{
    (void)state;
    const struct tiff_plan plan = {701, 1000, 50, 0, COMPRESSION_ADOBE_DEFLATE};
    for (int t = 0; t < THREAD_COUNTS; t++) {
        const char *path = write_tiff("damaged.tif", &plan);
        TIFF *tiff = TIFFOpen(path, "r");
        uint64_t *offsets = NULL;
        assert_true(TIFFGetField(tiff, TIFFTAG_STRIPOFFSETS, &offsets));
        const uint64_t strip_10 = offsets[10];
        TIFFClose(tiff);
        overwrite(path, (int64_t)strip_10, 64);
        const struct loader_request request = {
            .jobs = test_jobs(), .name = path, .channel = CHANNEL_AUTO, .threads = thread_counts[t]};
        struct whole whole = load_floats(&request, plan.width, plan.height);
        assert_int_equal(whole.outcome.status, STATUS_OK);
        assert_int_equal(check_damaged_tiff(&whole, &plan), 701 * 50);
        assert_int_equal(whole.outcome.loss.status, STATUS_BROKEN);
        assert_non_null(strstr(whole.outcome.loss.text, "damaged.tif"));
        whole_free(&whole);
    }
}

// What is still there of a file that was cut since it was opened is not shown, but the reason why not.
static void files_that_shrink(void **state)
{
    (void)state;
    const struct tiff_plan plan = {701, 1000, 1000, 0, COMPRESSION_NONE};
    for (int while_open = 0; while_open < 2; while_open++) {
        const char *path = write_tiff("cut.tif", &plan);
        struct image_file *file = NULL;
        assert_int_equal(source_open_name(path, CHANNEL_AUTO, NULL, &file, NULL), STATUS_OK);
        // libtiff put the pixels at 8 and the directory behind them; an open handle has read that.
        if (while_open)
            assert_int_equal(truncate(path, 8 + 701 * 4 * 600), 0);
        const struct loader_request request = {.jobs = test_jobs(), .file = file, .threads = 2};
        struct whole whole = load_floats(&request, plan.width, plan.height);
        assert_int_equal(whole.outcome.status, while_open ? STATUS_IO : STATUS_OK);
        if (while_open)
            assert_non_null(strstr(whole.outcome.error.text, "cut.tif: was changed while it was open"));
        else
            assert_int_equal(check_damaged_tiff(&whole, &plan), 0);
        whole_free(&whole);
    }
}

static void a_file_deleted_while_open_loads(void **state)
{
    (void)state;
    const struct tiff_plan plan = {701, 1000, 50, 0, COMPRESSION_LZW};
    const char *path = write_tiff("gone.tif", &plan);
    struct image_file *file = NULL;
    assert_int_equal(source_open_name(path, CHANNEL_AUTO, NULL, &file, NULL), STATUS_OK);
    assert_int_equal(unlink(path), 0);
    const struct loader_request request = {.jobs = test_jobs(), .file = file, .threads = 3};
    struct whole whole = load_floats(&request, plan.width, plan.height);
    assert_int_equal(whole.outcome.status, STATUS_OK);
    assert_int_equal(check_damaged_tiff(&whole, &plan), 0);
    whole_free(&whole);
}

static void check_detector(const char *path, bool wanted, bool is_known)
{
    struct loader_request request = {
        .jobs = test_jobs(), .name = path, .channel = CHANNEL_AUTO, .detector = wanted, .threads = 1};
    struct loader *loader = loader_start(&request);
    struct detector_info detector;
    take_all(loader, NULL);
    loader_detector(loader, &detector);
    assert_int_equal(detector_info_known(&detector), is_known);
    if (is_known) {
        check_close(detector.wavelength, 0.9795e-10, 1e-10);
        check_close(detector.beam_x, 1000, 1); // ADSC has x and y the other way round
    }
    struct loader_outcome outcome;
    loader_finish(&loader, &outcome);
    assert_int_equal(outcome.status, STATUS_OK);
    loader_outcome_free(&outcome);
}

// What the file says of the detector comes with the frame, where it is wanted.
static void the_detector_comes_with_the_frame(void **state)
{
    (void)state;
    enum { HEADER = 512, PIXELS = 6 };
    char content[HEADER + 2 * PIXELS] = "{\nHEADER_BYTES=  512;\nDIM=2;\nBYTE_ORDER=little_endian;\n"
                                        "TYPE=unsigned_short;\nSIZE1=3;\nSIZE2=2;\nPIXEL_SIZE=0.1024;\n"
                                        "WAVELENGTH=0.97950;\nBEAM_CENTER_X=51.2;\nBEAM_CENTER_Y=102.4;\n}\n";
    const char *path = temporary_path("detector.img");
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(content, sizeof content, 1, file), 1);
    assert_int_equal(fclose(file), 0);
    check_detector(path, true, true);
    check_detector(path, false, false);
    const struct tiff_plan plan = {71, 50, 50, 0, COMPRESSION_LZW};
    check_detector(write_tiff("plain.tif", &plan), true, false);
}

int main(void)
{
    TIFFSetWarningHandler(NULL);
    TIFFSetErrorHandler(NULL);
    alarm(HANG_SECONDS);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_detector_comes_with_the_frame),
        cmocka_unit_test(every_type_loads),
        cmocka_unit_test(odd_sizes_load),
        cmocka_unit_test(chunks_of_any_height_load),
        cmocka_unit_test(few_chunks_are_decoded_twice),
        cmocka_unit_test(simulated_frames_load),
        cmocka_unit_test(tiff_files_load),
        cmocka_unit_test(fits_files_load),
        cmocka_unit_test(cancelled_at_random_moments),
        cmocka_unit_test(finished_without_taking_any_band),
        cmocka_unit_test(bands_that_never_come_back_do_not_hang),
        cmocka_unit_test(cancel_after_the_last_band_changes_nothing),
        cmocka_unit_test(a_blocked_decode_is_cancelled),
        cmocka_unit_test(an_abandoned_loader_frees_itself),
        cmocka_unit_test(a_loader_is_abandoned_at_any_moment),
        cmocka_unit_test(a_frame_is_read_ahead),
        cmocka_unit_test(what_the_user_masked_is_left_out),
        cmocka_unit_test(layers_of_the_user_count_by_the_users_mask),
        cmocka_unit_test(a_mask_of_another_size_is_not_looked_at),
        cmocka_unit_test(classes_count_where_the_user_says_so),
        cmocka_unit_test(what_cannot_be_opened_masks_nothing),
        cmocka_unit_test(mask_files),
        cmocka_unit_test(failed_bands_are_holes),
        cmocka_unit_test(lost_rows_are_holes),
        cmocka_unit_test(a_frame_that_is_all_lost_has_no_picture),
        cmocka_unit_test(damaged_files),
        cmocka_unit_test(files_that_shrink),
        cmocka_unit_test(a_file_deleted_while_open_loads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
