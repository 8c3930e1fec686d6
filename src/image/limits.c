// SPDX-License-Identifier: MIT
// Contrast limits by percentile, extremes, deviation and zscale.
#include "image/limits.h"

#include "base/text.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const method_names[LIMITS_METHOD_COUNT] = {
    [LIMITS_PERCENTILE] = "percentile",
    [LIMITS_MINMAX] = "minmax",
    [LIMITS_ZSCALE] = "zscale",
    [LIMITS_SIGMA] = "sigma",
};

struct limits_rule limits_rule_default(void)
{
    return (struct limits_rule){.method = LIMITS_PERCENTILE,
                                .low_percent = 0.5,
                                .high_percent = 99.5,
                                .sigmas = 3,
                                .zscale_contrast = 0.25};
}

const char *limits_method_name(enum limits_method method)
{
    return method_names[method];
}

bool limits_method_by_name(const char *name, enum limits_method *method)
{
    for (int i = 0; name && i < LIMITS_METHOD_COUNT; i++) {
        if (strcmp(name, method_names[i]) == 0) {
            *method = (enum limits_method)i;
            return true;
        }
    }
    return false;
}

// Gives a rule the numbers typed after its name; false if they are not what the method takes.
static bool rule_set_numbers(struct limits_rule *rule, const double *numbers, int count)
{
    switch (rule->method) {
    case LIMITS_PERCENTILE:
        rule->low_percent = numbers[0];
        rule->high_percent = numbers[1];
        return count == 2 && numbers[0] >= 0 && numbers[0] < numbers[1] && numbers[1] <= 100;
    case LIMITS_ZSCALE:
        rule->zscale_contrast = numbers[0];
        return count == 1 && numbers[0] > 0 && isfinite(numbers[0]);
    case LIMITS_SIGMA:
        rule->sigmas = numbers[0];
        return count == 1 && numbers[0] > 0 && isfinite(numbers[0]);
    default:
        return false;
    }
}

bool limits_rule_parse(const char *text, struct limits_rule *rule)
{
    char copy[64];
    if (!text || strlen(text) >= sizeof copy)
        return false;
    memcpy(copy, text, strlen(text) + 1);
    struct limits_rule parsed = limits_rule_default();
    double numbers[2] = {0};
    int count = 0;
    char *rest = copy;
    if (!limits_method_by_name(strsep(&rest, ":"), &parsed.method))
        return false;
    while (rest) {
        if (count == 2 || !parse_double(strsep(&rest, ":"), &numbers[count]))
            return false;
        count++;
    }
    if (count > 0 && !rule_set_numbers(&parsed, numbers, count))
        return false;
    *rule = parsed;
    return true;
}

// Finite limits with low < high, whatever came out of the arithmetic.
static struct limits limits_repair(double low, double high)
{
    if (isnan(low) || isnan(high))
        return (struct limits){.low = 0, .high = 1};
    low = fmin(fmax(low, -DBL_MAX), DBL_MAX);
    high = fmin(fmax(high, -DBL_MAX), DBL_MAX);
    if (low < high)
        return (struct limits){.low = low, .high = high};
    // One value is dark, as its likes are in any other image. Wide enough to be two numbers in float32 too.
    const double value = low / 2 + high / 2;
    const double width = value == 0 ? 1 : fmax(fabs(value) * 2e-3, DBL_MIN);
    if (value > DBL_MAX - width)
        return (struct limits){.low = value - width, .high = value};
    return (struct limits){.low = value, .high = value + width};
}

static int compare_doubles(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

// The sorted sample with the points that still take part in the fit.
struct zscale {
    double *values;
    uint8_t *bad;
    uint8_t *grown; // scratch of the same size
    size_t count;
    double slope, origin; // of the last fit
};

static size_t zscale_good(const struct zscale *zscale)
{
    size_t good = 0;
    for (size_t i = 0; i < zscale->count; i++)
        good += !zscale->bad[i];
    return good;
}

// The straight line value = origin + slope * index by least squares through the good points.
static void zscale_fit(struct zscale *zscale)
{
    double n = 0, mean_x = 0, mean_y = 0, xx = 0, xy = 0;
    for (size_t i = 0; i < zscale->count; i++) {
        if (!zscale->bad[i]) {
            n++;
            mean_x += (double)i;
            mean_y += zscale->values[i];
        }
    }
    mean_x /= n;
    mean_y /= n;
    for (size_t i = 0; i < zscale->count; i++) {
        if (!zscale->bad[i]) {
            xx += ((double)i - mean_x) * ((double)i - mean_x);
            xy += ((double)i - mean_x) * (zscale->values[i] - mean_y);
        }
    }
    zscale->slope = xx > 0 ? xy / xx : 0;
    zscale->origin = mean_y - zscale->slope * mean_x;
}

static double zscale_residual(const struct zscale *zscale, size_t i)
{
    return zscale->values[i] - (zscale->origin + zscale->slope * (double)i);
}

static double zscale_residual_deviation(const struct zscale *zscale)
{
    double n = 0, mean = 0, squares = 0;
    for (size_t i = 0; i < zscale->count; i++) {
        if (!zscale->bad[i]) {
            n++;
            mean += zscale_residual(zscale, i);
        }
    }
    mean /= n;
    for (size_t i = 0; i < zscale->count; i++) {
        double off = zscale_residual(zscale, i) - mean;
        squares += zscale->bad[i] ? 0 : off * off;
    }
    return sqrt(squares / n);
}

// Rejects the points farther than `threshold` from the line and, with each rejected point, the `grow` points
// around it (numpy.convolve(bad, ones(grow), "same")).
static void zscale_reject(struct zscale *zscale, double threshold, size_t grow)
{
    size_t ahead = grow / 2, count = zscale->count;
    memset(zscale->grown, 0, count);
    for (size_t i = 0; i < count; i++) {
        if (!zscale->bad[i] && fabs(zscale_residual(zscale, i)) <= threshold)
            continue;
        size_t behind = grow - 1 - ahead;
        size_t from = i > behind ? i - behind : 0;
        size_t to = i + ahead < count ? i + ahead : count - 1;
        memset(zscale->grown + from, 1, to - from + 1);
    }
    memcpy(zscale->bad, zscale->grown, count);
}

// Fits and rejects until nothing changes; false if too few points are left for a line that means anything.
static bool zscale_iterate(struct zscale *zscale)
{
    size_t fewest = zscale->count / 2 > 5 ? zscale->count / 2 : 5;
    size_t grow = zscale->count / 100 > 1 ? zscale->count / 100 : 1;
    size_t good = zscale->count, last_good = zscale->count + 1;
    for (int round = 0; round < 5 && good < last_good && good >= fewest; round++) {
        zscale_fit(zscale);
        zscale_reject(zscale, 2.5 * zscale_residual_deviation(zscale), grow);
        last_good = good;
        good = zscale_good(zscale);
    }
    return good >= fewest;
}

struct limits limits_zscale(const double *sample, size_t count, double contrast)
{
    if (count == 0)
        return (struct limits){.low = 0, .high = 1};
    struct zscale zscale = {.count = count};
    zscale.values = must_alloc(count * sizeof *zscale.values);
    zscale.bad = must_alloc(count);
    zscale.grown = must_alloc(count);
    memcpy(zscale.values, sample, count * sizeof *sample);
    qsort(zscale.values, count, sizeof *zscale.values, compare_doubles);
    double low = zscale.values[0], high = zscale.values[count - 1];
    // Where most of the sample is one value the line is level but for rounding and gives no contrast; the
    // extremes do, and are what astropy returns as well when rounding has it reject most of the points.
    double level = 1e-12 * (high / (double)count - low / (double)count);
    if (zscale_iterate(&zscale) && zscale.slope > level) {
        size_t centre = (count - 1) / 2;
        double median = zscale.values[centre] / 2 + zscale.values[count / 2] / 2;
        double slope = contrast > 0 ? zscale.slope / contrast : zscale.slope;
        low = fmax(low, median - ((double)centre - 1) * slope);
        high = fmin(high, median + (double)(count - centre) * slope);
    }
    free(zscale.values);
    free(zscale.bad);
    free(zscale.grown);
    return limits_repair(low, high);
}

static struct limits sigma_limits(const struct statistics *statistics, double sigmas)
{
    double reach = sigmas * statistics_deviation(statistics);
    return limits_repair(statistics->mean - reach, statistics->mean + reach);
}

// The roundest number within `tolerance` of a value.
static double round_within(double value, double tolerance)
{
    char text[40];
    double rounded = value;
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (parse_double(text, &rounded) && fabs(rounded - value) <= tolerance)
            return rounded;
    }
    return value;
}

// The percentile of the values above `value`; NaN if there are none.
static double percentile_above(const struct histogram *histogram, double value, double percent)
{
    const double below = histogram_cumulative(histogram, value);
    if (below >= 1)
        return (double)NAN;
    return histogram_percentile(histogram, 100 * below + (1 - below) * percent);
}

// Percentiles are not known better than the histogram's bins, so those of floats are rounded within a bin's
// width, and within a hundredth of their distance: 10 reads better than 10.00003. The extremes stay exact.
static struct limits percentile_limits(const struct limits_rule *rule, const struct histogram *histogram)
{
    const struct sample_traits *traits = sample_traits(histogram_type(histogram));
    double low = histogram_percentile(histogram, rule->low_percent);
    double high = histogram_percentile(histogram, rule->high_percent);
    if (low == high) // sparse counts: nearly all are one value, and the others are what is looked for
        high = fmax(high, percentile_above(histogram, low, rule->high_percent));
    const double share = fabs(high - low) / 100;
    if ((traits->is_float || traits->bytes > 2) && rule->low_percent > 0)
        low = round_within(low, fmin(share, fabs(low) / 2048));
    if ((traits->is_float || traits->bytes > 2) && rule->high_percent < 100)
        high = round_within(high, fmin(share, fabs(high) / 2048));
    return limits_repair(low, high);
}

static struct limits limits_by_method(const struct limits_rule *rule, const struct histogram *histogram,
                                      const struct statistics *statistics, const struct limits_sample *sample)
{
    if (rule->method == LIMITS_PERCENTILE)
        return percentile_limits(rule, histogram);
    if (rule->method == LIMITS_SIGMA)
        return sigma_limits(statistics, rule->sigmas);
    // A regular sample may miss the few valid pixels of an image that is nearly all masked.
    if (rule->method == LIMITS_ZSCALE && sample->count > 0)
        return limits_zscale(sample->values, sample->count, rule->zscale_contrast);
    return limits_repair(statistics->min, statistics->max);
}

// Limits at the extremes are exactly there, as the pixels are stored, however a double rounds them.
static void set_rests(struct limits *limits, const struct histogram *histogram,
                      const struct statistics *statistics)
{
    const struct value_map *map = histogram_map(histogram);
    if (value_map_is_identity(map))
        return;
    double min, max;
    histogram_stored_extremes(histogram, &min, &max);
    if (limits->low == statistics->min)
        limits->low_rest = min - value_map_stored(map, limits->low);
    if (limits->high == statistics->max)
        limits->high_rest = max - value_map_stored(map, limits->high);
}

struct limits limits_compute(const struct limits_rule *rule, const struct histogram *histogram,
                             const struct statistics *statistics, const struct limits_sample *sample)
{
    if (statistics->valid == 0)
        return (struct limits){.low = 0, .high = 1};
    struct limits limits = limits_by_method(rule, histogram, statistics, sample);
    if (!sample_traits(histogram_type(histogram))->is_float && limits.high - limits.low < 1)
        limits.high = limits.low + 1;
    set_rests(&limits, histogram, statistics);
    return limits;
}
