// SPDX-License-Identifier: MIT
// One walk over each band: row by row, and within a row in runs that stay in the first-level cache.
#include "image/taps.h"

#include "base/size.h"
#include "base/text.h"
#include "image/clones.h"
#include "image/integers.h"
#include "image/low_counts.h"
#include "image/sentinel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// Short runs keep the slower way for masked pixels to where there are some.
enum { RUN = 512 };
_Static_assert((int)RUN % (int)REDUCE_RUN == 0, "the reducer takes whole runs");

// A row that was counted, until it is reduced.
struct tapped_row {
    const unsigned char *samples; // aligned to their type
    void *aligned;                // room for them, when the band's rows are not
    const float *floats;          // of types f32 and f16
    uint8_t *valid;               // 1 where the pixel counts, else 0
    uint8_t *low;                 // the samples of runs that are low, as bytes
    bool *is_low;                 // for each run: all of it counts, and is from 0 to 15
    bool whole;                   // all of it counts
};

// The regular sample: every `step`-th pixel of the image has a slot.
struct regular_sample {
    int64_t step, slots;
    double value[TAPS_SAMPLE_TARGET];
    bool filled[TAPS_SAMPLE_TARGET];
};

// Room for what becomes of a run on its way to the counters.
struct scratch {
    uint8_t masked[RUN]; // nonzero where a pixel does not count, if that is not simply its class
    union {
        float floats[RUN];
        double doubles[RUN];
        uint8_t bytes[RUN];
        uint16_t halves[RUN];
        uint32_t words[RUN];
        uint64_t longs[RUN];
    } kept;                             // what counts of a run
    uint8_t low_values[RUN], left[RUN]; // the low integers of a run, and where there is one or a mask
    uint32_t narrow[RUN], large[RUN];   // integers on their way to the histograms
    uint16_t packed[RUN];
    double doubles[RUN];
};

struct taps {
    enum sample_type type;
    size_t bytes;         // of one sample
    struct value_map map; // of 64-bit samples, or by which float32 samples are stored already
    struct sentinel_marks marks;
    int64_t width, height;
    struct reducer *reducer; // NULL without a pyramid

    struct statistics statistics; // of integers counted in `small` only what does not count
    struct histogram *histogram;
    // One bin for each value of up to 16 bits, from which their statistics follow: `histogram` itself for
    // types of that size, another for wider integers without a map, NULL for all else.
    struct histogram *small;
    struct low_counts low; // counts on their way to `small`
    bool finds_low;        // runs of low counts have no marks, and need not be looked at for them
    bool takes_pairs;      // the reducer takes two rows at once
    struct regular_sample sample;

    struct tapped_row rows[2]; // where the reducer takes one at a time, only the first is used
    float *floats;             // a row as float32, for the reducer and for f16
    struct scratch run;
};

static void create_histograms(struct taps *taps)
{
    const struct sample_traits *traits = sample_traits(taps->type);
    taps->histogram = histogram_create_mapped(taps->type, &taps->map);
    taps->small = NULL;
    if (!traits->is_float && traits->bytes <= 2)
        taps->small = taps->histogram;
    else if (!traits->is_float && value_map_is_identity(&taps->map))
        taps->small = histogram_create(traits->is_signed ? SAMPLE_I16 : SAMPLE_U16);
}

static bool row_create(struct tapped_row *row, const struct frame_info *info)
{
    const size_t width = (size_t)info->width;
    row->aligned = malloc(width * sample_traits(info->type)->bytes);
    row->valid = malloc(width);
    row->low = malloc(width);
    row->is_low = malloc(width / RUN + 1);
    return row->aligned && row->valid && row->low && row->is_low;
}

static void row_free(struct tapped_row *row)
{
    free(row->aligned);
    free(row->valid);
    free(row->low);
    free(row->is_low);
}

enum status taps_create(const struct frame_info *info, int64_t max_rows, int levels, enum reduce_mode mode,
                        struct taps **taps, struct error *error)
{
    size_t pixels;
    if (info->width < 1 || info->height < 1 || !size_of_plane(info->width, info->height, 1, &pixels) ||
        pixels > INT64_MAX / 16)
        return error_set(error, STATUS_TOO_LARGE,
                         "an image of %lld x %lld pixels is beyond what can be shown", (long long)info->width,
                         (long long)info->height);
    const struct sample_traits *traits = sample_traits(info->type);
    struct taps *made = must_alloc(sizeof *made);
    made->type = info->type;
    made->bytes = traits->bytes;
    made->map = info->map;
    made->marks = sentinel_prepare(&info->sentinels, info->type);
    made->width = info->width;
    made->height = info->height;
    made->sample.step = int64_max(1, (int64_t)pixels / TAPS_SAMPLE_TARGET);
    made->sample.slots = int64_min(TAPS_SAMPLE_TARGET, int64_ceil_div((int64_t)pixels, made->sample.step));
    made->floats = malloc((size_t)info->width * sizeof(float));
    enum status status = STATUS_OK;
    if (!row_create(&made->rows[0], info) || !row_create(&made->rows[1], info) || !made->floats)
        status =
            error_set(error, STATUS_NO_MEMORY, "no memory for rows of %lld pixels", (long long)info->width);
    if (status == STATUS_OK && levels > 0)
        status = reducer_create(info->width, max_rows, levels, mode, &made->reducer, error);
    create_histograms(made);
    made->finds_low = made->small && sentinel_spares(&made->marks, LOW_VALUES);
    made->takes_pairs = made->reducer && made->small && reducer_takes_pairs(made->reducer, made->type);
    if (status == STATUS_OK)
        *taps = made;
    else
        taps_destroy(&made);
    return status;
}

void taps_destroy(struct taps **taps)
{
    if (!*taps)
        return;
    reducer_destroy(&(*taps)->reducer);
    if ((*taps)->small != (*taps)->histogram)
        histogram_destroy(&(*taps)->small);
    histogram_destroy(&(*taps)->histogram);
    row_free(&(*taps)->rows[0]);
    row_free(&(*taps)->rows[1]);
    free((*taps)->floats);
    free(*taps);
    *taps = NULL;
}

bool taps_restart(struct taps *taps, const struct frame_info *info, int64_t max_rows, int levels,
                  enum reduce_mode mode)
{
    if (taps->type != info->type || taps->width != info->width || taps->height != info->height ||
        memcmp(&taps->map, &info->map, sizeof taps->map) != 0 || (levels > 0) != (taps->reducer != NULL) ||
        (levels > 0 && !reducer_fits(taps->reducer, info->width, max_rows, levels, mode)))
        return false;
    taps->marks = sentinel_prepare(&info->sentinels, info->type);
    taps->finds_low = taps->small && sentinel_spares(&taps->marks, LOW_VALUES);
    return true;
}

const struct reducer *taps_reducer(const struct taps *taps)
{
    return taps->reducer;
}

IMAGE_CLONES static bool any_nonzero(const uint8_t *bytes, size_t count)
{
    uint8_t all = 0;
    for (size_t i = 0; i < count; i++)
        all |= bytes[i];
    return all != 0;
}

// The following three take a run of the row: sift what counts, then statistics and histogram of that. They
// fill valid[] and return how many count.

static size_t take_floats(struct taps *taps, const float *values, const uint8_t *classes, size_t count,
                          uint8_t *valid)
{
    struct statistics run;
    size_t good = count;
    if (!classes && statistics_of_floats(values, count, &run)) {
        memset(valid, 1, count);
    } else {
        good =
            statistics_sift_floats(&taps->statistics, values, classes, count, valid, taps->run.kept.floats);
        values = taps->run.kept.floats;
        if (!statistics_of_floats(values, good, &run))
            return 0;
    }
    statistics_merge(&taps->statistics, &run);
    histogram_count_floats(taps->histogram, values, good, run.min, run.max);
    return good;
}

static size_t take_doubles(struct taps *taps, const double *values, const uint8_t *classes, size_t count,
                           uint8_t *valid)
{
    struct statistics run;
    size_t good = count;
    if (!classes && statistics_of_doubles(values, count, &run)) {
        memset(valid, 1, count);
    } else {
        good =
            statistics_sift_doubles(&taps->statistics, values, classes, count, valid, taps->run.kept.doubles);
        values = taps->run.kept.doubles;
        run = (struct statistics){0};
        if (!statistics_of_doubles(values, good, &run))
            statistics_add(&run, values, NULL, good, NULL);
    }
    statistics_merge(&taps->statistics, &run);
    histogram_count_doubles(taps->histogram, values, good, run.min, run.max);
    return good;
}

// The integers of a run that are not masked; *samples points to them then.
static void sift_integers(struct taps *taps, const void **samples, const uint8_t *classes, size_t count)
{
    const void *from = *samples;
    *samples = &taps->run.kept;
    switch (taps->bytes) {
    case 1:
        integers_sift_8(from, classes, count, taps->run.kept.bytes);
        break;
    case 2:
        integers_sift_16(from, classes, count, taps->run.kept.halves);
        break;
    case 4:
        integers_sift_32(from, classes, count, taps->run.kept.words);
        break;
    default:
        integers_sift_64(from, classes, count, taps->run.kept.longs);
    }
}

static void count_words(struct taps *taps, const uint32_t *words, size_t count)
{
    const bool is_signed = sample_traits(taps->type)->is_signed;
    size_t small = integers_pack(words, count, is_signed, taps->run.packed);
    if (small > 0 && small < count) {
        integers_part(words, count, is_signed, taps->run.packed, taps->run.large);
        words = taps->run.large;
    }
    histogram_count_small(taps->small, taps->run.packed, small);
    if (small == count)
        return;
    const struct statistics large = integers_statistics(words, count - small, is_signed);
    statistics_merge(&taps->statistics, &large);
    histogram_count_integers(taps->histogram, words, count - small, large.min, large.max);
}

static void count_longs(struct taps *taps, const uint64_t *longs, size_t count)
{
    if (integers_narrow(longs, count, taps->type == SAMPLE_I64, taps->run.narrow)) {
        count_words(taps, taps->run.narrow, count);
        return;
    }
    struct statistics run;
    sample_row_to_double(taps->type, longs, count, taps->run.doubles);
    if (!statistics_of_doubles(taps->run.doubles, count, &run)) // there is none
        return;
    statistics_merge(&taps->statistics, &run);
    histogram_count_doubles(taps->histogram, taps->run.doubles, count, run.min, run.max);
}

// Whether it is worth looking for low ones, by the first samples of a run.
static bool begins_low(struct taps *taps, const void *samples, const uint8_t *classes, size_t count)
{
    enum { LOOKED_AT = 64 };
    const size_t first = count < LOOKED_AT ? count : LOOKED_AT;
    return low_counts_pick(samples, taps->bytes, classes, first, taps->run.low_values) >= first / 2;
}

// Counts the low ones where they are nearly all of the run; then *classes are what else need not be looked
// at. Returns how many were counted.
static size_t take_low(struct taps *taps, const void *samples, const uint8_t **classes, size_t count,
                       size_t good)
{
    if (!begins_low(taps, samples, *classes, count))
        return 0;
    const size_t low = low_counts_pick(samples, taps->bytes, *classes, count, taps->run.low_values);
    if (low < good - good / 8)
        return 0;
    low_counts_add(&taps->low, taps->run.low_values, count, taps->small);
    for (size_t i = 0; low < good && i < count; i++)
        taps->run.left[i] = (*classes ? (*classes)[i] : 0) | (taps->run.low_values[i] != LOW_NONE);
    *classes = taps->run.left;
    return low;
}

static void count_integers(struct taps *taps, const void *samples, size_t count)
{
    if (taps->bytes <= 2)
        histogram_count_small(taps->small, samples, count);
    else if (taps->bytes == 4)
        count_words(taps, samples, count);
    else
        count_longs(taps, samples, count);
}

static size_t take_integers(struct taps *taps, const void *samples, const uint8_t *classes, size_t count,
                            uint8_t *valid)
{
    size_t good = classes ? 0 : count;
    memset(valid, 1, count);
    for (size_t i = 0; classes && i < count; i++) {
        valid[i] = classes[i] == 0;
        good += valid[i];
    }
    taps->statistics.masked += (int64_t)(count - good);
    const size_t low = take_low(taps, samples, &classes, count, good);
    if (low == good)
        return good;
    if (classes)
        sift_integers(taps, &samples, classes, count);
    count_integers(taps, samples, good - low);
    return good;
}

// Takes `count` samples by the way that suits their type.
static size_t take_run(struct taps *taps, const void *samples, const float *floats, const uint8_t *classes,
                       size_t count, uint8_t *valid)
{
    if (taps->small)
        return take_integers(taps, samples, classes, count, valid);
    if (taps->type == SAMPLE_F32 || taps->type == SAMPLE_F16)
        return take_floats(taps, floats, classes, count, valid);
    value_map_row_to_double(&taps->map, taps->type, samples, count, taps->run.doubles);
    return take_doubles(taps, taps->run.doubles, classes, count, valid);
}

static void take_sample(struct taps *taps, int64_t y, const unsigned char *samples, const uint8_t *valid)
{
    int64_t start = y * taps->width;
    int64_t slot = int64_ceil_div(start, taps->sample.step);
    for (; slot < taps->sample.slots && slot * taps->sample.step < start + taps->width; slot++) {
        size_t x = (size_t)(slot * taps->sample.step - start);
        taps->sample.filled[slot] = valid[x];
        const double value = sample_value(taps->type, samples + x * taps->bytes);
        taps->sample.value[slot] = taps->type == SAMPLE_F32 ? value_map_true(&taps->map, value) : value;
    }
}

// The row as float32; f32 rows are used in place.
static const float *row_floats(struct taps *taps, const void *samples)
{
    if (taps->type == SAMPLE_F32)
        return samples;
    value_map_row_to_float(&taps->map, taps->type, samples, (size_t)taps->width, taps->floats);
    return taps->floats;
}

// Where the pixels of a run do not count: by their classes alone, or with what the band says besides. NULL if
// all of them count.
static const uint8_t *run_masked(struct taps *taps, const struct band *band, const uint8_t *left_out,
                                 const uint8_t *classes, size_t count)
{
    const uint8_t counting = (uint8_t)~band->counted_classes;
    if (!left_out && counting == 0xff)
        return any_nonzero(classes, count) ? classes : NULL;
    for (size_t i = 0; i < count; i++)
        taps->run.masked[i] = (classes[i] & counting) | (left_out ? left_out[i] : 0);
    return any_nonzero(taps->run.masked, count) ? taps->run.masked : NULL;
}

static void reduce_row(struct taps *taps, struct tapped_row *row)
{
    const float *floats = row_floats(taps, row->samples);
    // Doubles beyond the range of float32 are Inf in the pyramid, where one of them would spoil every mean.
    for (int64_t i = 0; taps->type == SAMPLE_F64 && !row->whole && i < taps->width; i++)
        row->valid[i] &= isfinite(floats[i]) != 0;
    if (row->whole && taps->type != SAMPLE_F64)
        reducer_whole_row(taps->reducer, floats);
    else
        reducer_row(taps->reducer, floats, row->whole ? NULL : row->valid);
}

// Two rows of integers. Where both are low their bytes are taken in place of the samples.
static void reduce_pair(struct taps *taps, const struct tapped_row rows[2])
{
    const bool whole = rows[0].whole && rows[1].whole;
    const size_t width = (size_t)taps->width;
    for (size_t at = 0; at < width; at += RUN) {
        const size_t count = width - at < RUN ? width - at : RUN;
        const bool low = rows[0].is_low[at / RUN] && rows[1].is_low[at / RUN];
        const struct row_pair pair = {.type = low ? SAMPLE_U8 : taps->type,
                                      .upper = low ? rows[0].low + at : rows[0].samples + at * taps->bytes,
                                      .lower = low ? rows[1].low + at : rows[1].samples + at * taps->bytes,
                                      .upper_valid = whole || low ? NULL : rows[0].valid + at,
                                      .lower_valid = whole || low ? NULL : rows[1].valid + at};
        reducer_pair(taps->reducer, at, &pair, count);
    }
    reducer_pair_end(taps->reducer);
}

// Marks and counts samples [at, at + count) of `row`, which is row `y` of the band. Returns how many count.
static size_t count_run(struct taps *taps, const struct band *band, int64_t y, struct tapped_row *row,
                        size_t at, size_t count, uint8_t *classes, bool *any_class)
{
    const uint8_t *left_out = band->left_out ? band->left_out + y * taps->width + at : NULL;
    const unsigned char *run = row->samples + at * taps->bytes;
    if (taps->marks.any && sentinel_find(&taps->marks, run, count, classes + at))
        *any_class = true;
    const uint8_t *masked = run_masked(taps, band, left_out, classes + at, count);
    return take_run(taps, run, row->floats + at, masked, count, row->valid + at);
}

// The same for a run that is not masked yet: parts of low counts have no marks, and their bytes are all that
// is counted. Where they are the lesser part of the run they are as the others.
static size_t count_parts(struct taps *taps, const struct band *band, int64_t y, struct tapped_row *row,
                          size_t at, size_t count, uint8_t *classes, bool *any_class)
{
    const size_t parts = (count + LOW_PART - 1) / LOW_PART;
    const uint32_t low =
        low_counts_narrow(row->samples + at * taps->bytes, taps->bytes, count, row->low + at);
    size_t good = 0;
    row->is_low[at / RUN] = low == (uint32_t)((UINT64_C(1) << parts) - 1);
    if (2 * (size_t)__builtin_popcount(low) < parts)
        return count_run(taps, band, y, row, at, count, classes, any_class);
    for (size_t part = 0, end; part < parts; part = end) {
        for (end = part + 1; end < parts && (low >> end & 1) == (low >> part & 1);)
            end++;
        const size_t from = part * LOW_PART, now = (end * LOW_PART < count ? end * LOW_PART : count) - from;
        if (!(low >> part & 1)) {
            good += count_run(taps, band, y, row, at + from, now, classes, any_class);
            continue;
        }
        low_counts_add(&taps->low, row->low + at + from, now, taps->small);
        memset(row->valid + at + from, 1, now);
        good += now;
    }
    return good;
}

static void count_row(struct taps *taps, const struct band *band, int64_t y, struct tapped_row *row,
                      uint8_t *classes, bool *any_class)
{
    const size_t width = (size_t)taps->width;
    const bool in_parts = taps->finds_low && band->unmarked && !band->left_out;
    const bool of_floats = taps->type == SAMPLE_F32 || taps->type == SAMPLE_F16;
    size_t good = 0;
    row->floats = of_floats ? row_floats(taps, row->samples) : taps->floats;
    for (size_t at = 0; at < width; at += RUN) {
        const size_t count = width - at < RUN ? width - at : RUN;
        row->is_low[at / RUN] = false;
        good += in_parts ? count_parts(taps, band, y, row, at, count, classes, any_class)
                         : count_run(taps, band, y, row, at, count, classes, any_class);
    }
    row->whole = good == width;
}

static void take_row(struct taps *taps, const struct band *band, int64_t y, uint8_t *classes, bool *any_class)
{
    struct tapped_row *row = &taps->rows[taps->takes_pairs ? y % 2 : 0];
    row->samples = (const unsigned char *)band->pixels + (size_t)y * band->stride;
    if ((uintptr_t)row->samples % taps->bytes != 0)
        row->samples = memcpy(row->aligned, row->samples, (size_t)taps->width * taps->bytes);
    count_row(taps, band, y, row, classes, any_class);
    take_sample(taps, band->y + y, row->samples, row->valid);
    if (taps->takes_pairs && y % 2 == 1)
        reduce_pair(taps, taps->rows);
    else if (taps->reducer && (!taps->takes_pairs || y + 1 == band->rows))
        reduce_row(taps, row);
}

void taps_band(struct taps *taps, const struct band *band, uint8_t *classes, bool *any_class)
{
    if (taps->reducer)
        reducer_begin(taps->reducer, band->levels);
    for (int64_t y = 0; y < band->rows; y++)
        take_row(taps, band, y, classes + y * taps->width, any_class);
    if (taps->small)
        low_counts_flush(&taps->low, taps->small);
    if (taps->reducer)
        reducer_end(taps->reducer);
}

// What the exact histogram of small integers says of them. Their sum is exact.
static struct statistics statistics_of_histogram(const struct histogram *histogram)
{
    struct statistics all = {0};
    size_t index = 0;
    double value, same;
    uint64_t count;
    int64_t sum = 0;
    while (histogram_next(histogram, &index, &value, &same, &count)) {
        all.min = all.valid == 0 ? value : all.min;
        all.max = value;
        all.valid += (int64_t)count;
        sum += (int64_t)count * (int64_t)value;
    }
    all.mean = all.valid > 0 ? (double)sum / (double)all.valid : 0;
    index = 0;
    while (histogram_next(histogram, &index, &value, &same, &count))
        all.m2 += (double)count * ((value - all.mean) * (value - all.mean));
    return all;
}

// Lays the slots of `result` and those of `taps` over each other and packs the filled ones again.
static void drain_sample(struct taps *taps, struct taps_result *result)
{
    struct limits_sample *sample = &result->sample;
    if (!sample->values) {
        sample->values = must_alloc(TAPS_SAMPLE_TARGET * sizeof *sample->values);
        result->sample_slots = must_alloc(TAPS_SAMPLE_TARGET * sizeof *result->sample_slots);
    }
    for (size_t i = 0; i < sample->count; i++) {
        uint32_t slot = result->sample_slots[i];
        if (!taps->sample.filled[slot]) {
            taps->sample.filled[slot] = true;
            taps->sample.value[slot] = sample->values[i];
        }
    }
    sample->count = 0;
    for (uint32_t slot = 0; slot < TAPS_SAMPLE_TARGET; slot++) {
        if (taps->sample.filled[slot]) {
            sample->values[sample->count] = taps->sample.value[slot];
            result->sample_slots[sample->count++] = slot;
            taps->sample.filled[slot] = false;
        }
    }
}

// What was counted as it is stored, in true values.
static void true_statistics(struct statistics *statistics, const struct value_map *map)
{
    if (value_map_is_identity(map) || statistics->valid == 0)
        return;
    statistics->min = value_map_true(map, statistics->min);
    statistics->max = value_map_true(map, statistics->max);
    statistics->mean = value_map_true(map, statistics->mean);
    statistics->m2 = ldexp(statistics->m2, 2 * (int)map->exponent);
}

void taps_drain(struct taps *taps, struct taps_result *result)
{
    true_statistics(&taps->statistics, &taps->map);
    statistics_merge(&result->statistics, &taps->statistics);
    if (taps->small) {
        struct statistics small = statistics_of_histogram(taps->small);
        statistics_merge(&result->statistics, &small);
    }
    taps->statistics = (struct statistics){0};
    if (!result->histogram)
        result->histogram = histogram_create_mapped(taps->type, &taps->map);
    histogram_merge(result->histogram, taps->histogram);
    histogram_clear(taps->histogram);
    if (taps->small && taps->small != taps->histogram) {
        histogram_merge(result->histogram, taps->small);
        histogram_clear(taps->small);
    }
    drain_sample(taps, result);
}

struct limits taps_limits(const struct taps_result *result, const struct limits_rule *rule)
{
    return limits_compute(rule, result->histogram, &result->statistics, &result->sample);
}

void taps_result_free(struct taps_result *result)
{
    histogram_destroy(&result->histogram);
    free(result->sample.values);
    free(result->sample_slots);
    *result = (struct taps_result){0};
}
