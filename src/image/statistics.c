// SPDX-License-Identifier: MIT
// Two-pass moments of short runs of values, merged by Chan's formula.
#include "image/statistics.h"

#include "image/clones.h"

#include <math.h>
#include <string.h>

// Values per run: their doubles and the copy of the valid ones stay in the first-level cache.
enum { RUN = 1024 };
// Independent partial results, so that the loops become vector code without reordering any single sum.
enum { LANES = 16 };

struct extent {
    double min, max, sum;
};

IMAGE_CLONES static struct extent floats_extent(const float *values, size_t count)
{
    float low[LANES], high[LANES];
    double sum[LANES] = {0};
    for (int lane = 0; lane < LANES; lane++)
        low[lane] = high[lane] = values[0];
    size_t whole = count / LANES * LANES;
    for (size_t i = 0; i < whole; i += LANES) {
        for (int lane = 0; lane < LANES; lane++) {
            float value = values[i + (size_t)lane];
            low[lane] = value < low[lane] ? value : low[lane];
            high[lane] = value > high[lane] ? value : high[lane];
            sum[lane] += (double)value;
        }
    }
    struct extent all = {(double)low[0], (double)high[0], 0};
    for (size_t i = whole; i < count; i++) {
        double value = (double)values[i];
        all.min = value < all.min ? value : all.min;
        all.max = value > all.max ? value : all.max;
        all.sum += value;
    }
    for (int lane = 0; lane < LANES; lane++) {
        all.min = (double)low[lane] < all.min ? (double)low[lane] : all.min;
        all.max = (double)high[lane] > all.max ? (double)high[lane] : all.max;
        all.sum += sum[lane];
    }
    return all;
}

IMAGE_CLONES static double floats_squares(const float *values, size_t count, double mean)
{
    double sum[LANES] = {0};
    size_t whole = count / LANES * LANES;
    for (size_t i = 0; i < whole; i += LANES) {
        for (int lane = 0; lane < LANES; lane++) {
            double off = (double)values[i + (size_t)lane] - mean;
            sum[lane] += off * off;
        }
    }
    double all = 0;
    for (size_t i = whole; i < count; i++)
        all += ((double)values[i] - mean) * ((double)values[i] - mean);
    for (int lane = 0; lane < LANES; lane++)
        all += sum[lane];
    return all;
}

IMAGE_CLONES static struct extent doubles_extent(const double *values, size_t count)
{
    double low[LANES], high[LANES], sum[LANES] = {0};
    for (int lane = 0; lane < LANES; lane++)
        low[lane] = high[lane] = values[0];
    size_t whole = count / LANES * LANES;
    for (size_t i = 0; i < whole; i += LANES) {
        for (int lane = 0; lane < LANES; lane++) {
            double value = values[i + (size_t)lane];
            low[lane] = value < low[lane] ? value : low[lane];
            high[lane] = value > high[lane] ? value : high[lane];
            sum[lane] += value;
        }
    }
    struct extent all = {low[0], high[0], 0};
    for (size_t i = whole; i < count; i++) {
        all.min = values[i] < all.min ? values[i] : all.min;
        all.max = values[i] > all.max ? values[i] : all.max;
        all.sum += values[i];
    }
    for (int lane = 0; lane < LANES; lane++) {
        all.min = low[lane] < all.min ? low[lane] : all.min;
        all.max = high[lane] > all.max ? high[lane] : all.max;
        all.sum += sum[lane];
    }
    return all;
}

IMAGE_CLONES static double doubles_squares(const double *values, size_t count, double mean)
{
    double sum[LANES] = {0};
    size_t whole = count / LANES * LANES;
    for (size_t i = 0; i < whole; i += LANES) {
        for (int lane = 0; lane < LANES; lane++) {
            double off = values[i + (size_t)lane] - mean;
            sum[lane] += off * off;
        }
    }
    double all = 0;
    for (size_t i = whole; i < count; i++)
        all += (values[i] - mean) * (values[i] - mean);
    for (int lane = 0; lane < LANES; lane++)
        all += sum[lane];
    return all;
}

// A sum is finite only if every value is, so the test for NaN and Inf costs nothing. Floats cannot overflow
// it.
bool statistics_of_floats(const float *values, size_t count, struct statistics *of)
{
    if (count == 0)
        return false;
    struct extent extent = floats_extent(values, count);
    if (!isfinite(extent.sum))
        return false;
    double mean = extent.sum / (double)count;
    double m2 = floats_squares(values, count, mean);
    *of = (struct statistics){
        .min = extent.min, .max = extent.max, .mean = mean, .m2 = m2, .valid = (int64_t)count};
    return true;
}

bool statistics_of_doubles(const double *values, size_t count, struct statistics *of)
{
    if (count == 0)
        return false;
    struct extent extent = doubles_extent(values, count);
    if (!isfinite(extent.sum))
        return false;
    double mean = extent.sum / (double)count;
    double m2 = doubles_squares(values, count, mean);
    *of = (struct statistics){
        .min = extent.min, .max = extent.max, .mean = mean, .m2 = m2, .valid = (int64_t)count};
    return true;
}

// What of a run does not count.
struct left_out {
    uint32_t masked, nan;
};

static void count_left_out(struct statistics *statistics, struct left_out out, size_t count, size_t good)
{
    statistics->masked += out.masked;
    statistics->nan += out.nan;
    statistics->inf += (int64_t)(count - good) - out.masked - out.nan;
}

static const uint8_t nothing_masked[RUN];

// Of both types. Every value is written and the position moves on only past those that count: no branch to
// mispredict.
#define SIFT(plural, type, magnitude)                                                                        \
    IMAGE_CLONES static struct left_out mark_##plural(                                                       \
        const type *restrict values, const uint8_t *restrict mask, size_t count, uint8_t *restrict valid)    \
    {                                                                                                        \
        struct left_out out = {0, 0};                                                                        \
        for (size_t i = 0; i < count; i++) {                                                                 \
            const uint32_t seen = mask[i] == 0;                                                              \
            out.masked += 1 - seen;                                                                          \
            out.nan += seen & (values[i] != values[i]);                                                      \
            valid[i] = (uint8_t)(seen & (magnitude(values[i]) < (type)INFINITY));                            \
        }                                                                                                    \
        return out;                                                                                          \
    }                                                                                                        \
                                                                                                             \
    size_t statistics_sift_##plural(struct statistics *statistics, const type *values, const uint8_t *mask,  \
                                    size_t count, uint8_t *valid, type *kept)                                \
    {                                                                                                        \
        size_t all = 0;                                                                                      \
        for (size_t at = 0; at < count; at += RUN) {                                                         \
            const size_t run = count - at < RUN ? count - at : RUN;                                          \
            const struct left_out out =                                                                      \
                mark_##plural(values + at, mask ? mask + at : nothing_masked, run, valid + at);              \
            size_t good = 0;                                                                                 \
            for (size_t i = at; i < at + run; i++) {                                                         \
                kept[all + good] = values[i];                                                                \
                good += valid[i];                                                                            \
            }                                                                                                \
            count_left_out(statistics, out, run, good);                                                      \
            all += good;                                                                                     \
        }                                                                                                    \
        return all;                                                                                          \
    }

SIFT(floats, float, fabsf)
SIFT(doubles, double, fabs)
#undef SIFT

// Finite values whose sum overflows are merged one by one; the weighted mean cannot overflow.
static void add_one_by_one(struct statistics *statistics, const double *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct statistics one = {.min = values[i], .max = values[i], .mean = values[i], .valid = 1};
        statistics_merge(statistics, &one);
    }
}

static size_t add_run(struct statistics *statistics, const double *values, const uint8_t *mask, size_t count,
                      uint8_t *valid)
{
    struct statistics run;
    if (!mask && statistics_of_doubles(values, count, &run)) {
        if (valid)
            memset(valid, 1, count);
        statistics_merge(statistics, &run);
        return count;
    }
    double kept[RUN] = {0};
    uint8_t counts[RUN];
    size_t good = statistics_sift_doubles(statistics, values, mask, count, valid ? valid : counts, kept);
    if (statistics_of_doubles(kept, good, &run))
        statistics_merge(statistics, &run);
    else
        add_one_by_one(statistics, kept, good);
    return good;
}

size_t statistics_add(struct statistics *statistics, const double *values, const uint8_t *mask, size_t count,
                      uint8_t *valid)
{
    size_t good = 0;
    for (size_t at = 0; at < count; at += RUN) {
        size_t run = count - at < RUN ? count - at : RUN;
        good += add_run(statistics, values + at, mask ? mask + at : NULL, run, valid ? valid + at : NULL);
    }
    return good;
}

static void merge_moments(struct statistics *statistics, const struct statistics *other)
{
    double share = (double)other->valid / (double)(statistics->valid + other->valid);
    // The difference of two huge means may overflow where the weighted sum does not.
    double step = other->mean - statistics->mean;
    statistics->mean = isfinite(step) ? statistics->mean + step * share
                                      : statistics->mean * (1 - share) + other->mean * share;
    statistics->m2 += other->m2 + step * step * share * (double)statistics->valid;
    statistics->min = other->min < statistics->min ? other->min : statistics->min;
    statistics->max = other->max > statistics->max ? other->max : statistics->max;
    statistics->valid += other->valid;
}

void statistics_merge(struct statistics *statistics, const struct statistics *other)
{
    if (other->valid > 0 && statistics->valid > 0) {
        merge_moments(statistics, other);
    } else if (other->valid > 0) {
        statistics->min = other->min;
        statistics->max = other->max;
        statistics->mean = other->mean;
        statistics->m2 = other->m2;
        statistics->valid = other->valid;
    }
    statistics->nan += other->nan;
    statistics->inf += other->inf;
    statistics->masked += other->masked;
}

double statistics_deviation(const struct statistics *statistics)
{
    return statistics->valid > 0 ? sqrt(statistics->m2 / (double)statistics->valid) : 0;
}
