// SPDX-License-Identifier: MIT
// Comparison of samples with limits, row by row, in the samples' own type.
#include "image/edit/mask_rule.h"

#include "base/size.h"
#include "base/text.h"
#include "image/clones.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_WINDOW = 31, LEAST_NEIGHBOURS = 4 };

static const char *const rule_names[] = {"below", "above",      "between", "outside",
                                         "equal", "not-finite", "hot"};
_Static_assert(sizeof rule_names / sizeof rule_names[0] == MASK_RULE_COUNT, "a name for each rule");

const char *mask_rule_name(enum mask_rule_kind kind)
{
    return rule_names[kind];
}

enum status mask_rule_check(const struct mask_rule *rule, struct error *error)
{
    if (rule->kind == MASK_RULE_NOT_FINITE)
        return STATUS_OK;
    if (rule->kind == MASK_RULE_HOT) {
        if (rule->window < 3 || rule->window > MAX_WINDOW || rule->window % 2 == 0)
            return error_set(error, STATUS_USAGE,
                             "the window of hot pixels is an odd number from 3 to %d, not %d", MAX_WINDOW,
                             rule->window);
        if (!(rule->sigmas > 0) || !isfinite(rule->sigmas))
            return error_set(error, STATUS_USAGE,
                             "hot pixels are so many sigma above their surroundings: a positive number");
        return STATUS_OK;
    }
    const bool uses_low = rule->kind != MASK_RULE_ABOVE,
               uses_high = rule->kind != MASK_RULE_BELOW && rule->kind != MASK_RULE_EQUAL;
    if ((uses_low && isnan(rule->low)) || (uses_high && isnan(rule->high)))
        return error_set(error, STATUS_USAGE, "a limit of a mask must be a number");
    return STATUS_OK;
}

int64_t mask_rule_halo(const struct mask_rule *rule)
{
    return rule->kind == MASK_RULE_HOT ? rule->window / 2 : 0;
}

// --- intervals ---

// Every rule but "hot" and "not finite" is an interval of values that are selected, or that are not. Its ends
// are values of the sample type, so that no comparison rounds. For each type: marks of 0 and 1 for the pixels
// of a row.
#define SELECT_ROW(name, stored)                                                                             \
    IMAGE_CLONES static void name(const stored *samples, int64_t count, stored first, stored last,           \
                                  bool inside, uint8_t *marks)                                               \
    {                                                                                                        \
        for (int64_t i = 0; i < count; i++)                                                                  \
            marks[i] = (uint8_t)((samples[i] >= first) & (samples[i] <= last));                              \
        for (int64_t i = 0; i < count && !inside; i++)                                                       \
            marks[i] = !marks[i] & (samples[i] == samples[i]); /* NaN is never selected */                   \
    }
SELECT_ROW(select_u8, uint8_t)
SELECT_ROW(select_i8, int8_t)
SELECT_ROW(select_u16, uint16_t)
SELECT_ROW(select_i16, int16_t)
SELECT_ROW(select_u32, uint32_t)
SELECT_ROW(select_i32, int32_t)
SELECT_ROW(select_u64, uint64_t)
SELECT_ROW(select_i64, int64_t)
SELECT_ROW(select_f32, float)
SELECT_ROW(select_f64, double)
#undef SELECT_ROW

// The interval of real numbers that the rule speaks of: closed ends, or open ones.
struct real_interval {
    double low, high;
    bool low_open, high_open, inside;
};

static struct real_interval interval_of(const struct mask_rule *rule)
{
    switch (rule->kind) {
    case MASK_RULE_BELOW:
        return (struct real_interval){-INFINITY, rule->low, false, true, true};
    case MASK_RULE_ABOVE:
        return (struct real_interval){rule->high, INFINITY, true, false, true};
    case MASK_RULE_EQUAL:
        return (struct real_interval){rule->low, rule->low, false, false, true};
    case MASK_RULE_OUTSIDE:
        return (struct real_interval){rule->low, rule->high, false, false, false};
    default:
        return (struct real_interval){rule->low, rule->high, false, false, true};
    }
}

// The smallest whole number in the interval, and the largest; beyond the type they are clamped with `empty`
// set where nothing is left. 2^63 and 2^64 are exact doubles.
struct whole_interval {
    int64_t first, last;
    uint64_t first_unsigned, last_unsigned;
    bool empty;
};

static struct whole_interval whole_interval_of(const struct real_interval *real,
                                               const struct sample_traits *traits)
{
    const bool wide = traits->bytes == 8; // traits->max is one more than the largest value then
    double first = ceil(real->low), last = floor(real->high);
    // Beyond 2^53 adding 1 changes nothing: there the next number is taken when it is a whole number of the
    // type.
    const bool above = real->low_open && first == real->low && isfinite(first);
    const bool below = real->high_open && last == real->high && isfinite(last);
    const bool above_late = above && first + 1 == first, below_late = below && last - 1 == last;
    first += above;
    last -= below;
    if (first > last || first > traits->max || (wide && first >= traits->max) || last < traits->min ||
        (below_late && last <= traits->min))
        return (struct whole_interval){.empty = true};
    const bool from_start = first < traits->min, to_end = last >= traits->max;
    struct whole_interval whole = {0};
    if (traits->is_signed) {
        whole.first = from_start ? (int64_t)traits->min : (int64_t)first + above_late;
        whole.last = !to_end ? (int64_t)last - below_late : wide ? INT64_MAX : (int64_t)traits->max;
    } else {
        whole.first_unsigned = from_start ? 0 : (uint64_t)first + above_late;
        whole.last_unsigned = !to_end ? (uint64_t)last - below_late
                              : wide  ? UINT64_MAX
                                      : (uint64_t)traits->max;
    }
    return whole;
}

// Ends of the interval as values of float32: rounded inwards.
static float float_above(double value, bool open)
{
    float rounded = (float)value;
    if ((double)rounded < value || (open && (double)rounded == value))
        rounded = nextafterf(rounded, INFINITY);
    return rounded;
}

static float float_below(double value, bool open)
{
    return -float_above(-value, open);
}

static void select_floats(const struct real_interval *real, enum sample_type type, const void *samples,
                          int64_t count, uint8_t *marks)
{
    // An open end at infinity holds nothing; there is no float beyond it.
    const bool empty =
        (real->low_open && real->low == INFINITY) || (real->high_open && real->high == -INFINITY);
    if (empty) {
        memset(marks, 0, (size_t)count);
    } else if (type == SAMPLE_F64) {
        const double low = real->low_open ? nextafter(real->low, INFINITY) : real->low;
        const double high = real->high_open ? nextafter(real->high, -INFINITY) : real->high;
        select_f64(samples, count, low, high, real->inside, marks);
    } else {
        select_f32(samples, count, float_above(real->low, real->low_open),
                   float_below(real->high, real->high_open), real->inside, marks);
    }
}

static void select_wholes(const struct real_interval *real, enum sample_type type, const void *samples,
                          int64_t count, uint8_t *marks)
{
    const struct whole_interval whole = whole_interval_of(real, sample_traits(type));
    const uint64_t low = whole.first_unsigned, high = whole.last_unsigned;
    const bool in = real->inside;
    if (whole.empty) {
        memset(marks, !in, (size_t)count);
        return;
    }
    switch (type) {
    case SAMPLE_U8:
        select_u8(samples, count, (uint8_t)low, (uint8_t)high, in, marks);
        return;
    case SAMPLE_I8:
        select_i8(samples, count, (int8_t)whole.first, (int8_t)whole.last, in, marks);
        return;
    case SAMPLE_U16:
        select_u16(samples, count, (uint16_t)low, (uint16_t)high, in, marks);
        return;
    case SAMPLE_I16:
        select_i16(samples, count, (int16_t)whole.first, (int16_t)whole.last, in, marks);
        return;
    case SAMPLE_U32:
        select_u32(samples, count, (uint32_t)low, (uint32_t)high, in, marks);
        return;
    case SAMPLE_I32:
        select_i32(samples, count, (int32_t)whole.first, (int32_t)whole.last, in, marks);
        return;
    case SAMPLE_U64:
        select_u64(samples, count, low, high, in, marks);
        return;
    default:
        select_i64(samples, count, whole.first, whole.last, in, marks);
        return;
    }
}

static void select_not_finite(const float *floats, const double *doubles, int64_t count, uint8_t *marks)
{
    for (int64_t i = 0; i < count; i++)
        marks[i] = !(doubles ? isfinite(doubles[i]) : isfinite(floats[i]));
}

// --- hot pixels ---

// Moves the k-th smallest of `values` to its place (Hoare's selection), and returns it.
static double select_kth(double *values, size_t count, size_t k)
{
    size_t low = 0, high = count - 1;
    while (low < high) {
        const double pivot = values[low + (high - low) / 2];
        size_t i = low, j = high;
        for (;;) {
            while (values[i] < pivot)
                i++;
            while (values[j] > pivot)
                j--;
            if (i >= j)
                break;
            const double swap = values[i];
            values[i++] = values[j];
            values[j--] = swap;
        }
        if (k <= j)
            high = j;
        else
            low = j + 1;
    }
    return values[k];
}

// The rows around one row as doubles, NaN where a pixel does not count.
struct window {
    const struct mask_rule *rule;
    int64_t width, rows;
    const double *values; // rows x width
    bool counts;          // integer data
};

static size_t gather(const struct window *window, int64_t x, double *values)
{
    const int64_t half = window->rule->window / 2;
    const int64_t left = int64_max(0, x - half), right = int64_min(window->width, x + half + 1);
    size_t count = 0;
    for (int64_t y = 0; y < window->rows; y++) {
        for (int64_t i = left; i < right; i++) {
            const double value = window->values[y * window->width + i];
            values[count] = value;
            count += !isnan(value);
        }
    }
    return count;
}

static bool pixel_is_hot(const struct window *window, int64_t x, double value)
{
    double values[MAX_WINDOW * MAX_WINDOW];
    // Most pixels are not above all their surroundings' floor: cheap questions first.
    if (isnan(value))
        return false;
    const size_t count = gather(window, x, values);
    if (count < LEAST_NEIGHBOURS)
        return false;
    const double median = select_kth(values, count, count / 2);
    if (!(value > median))
        return false;
    const double floor_of_deviation = window->counts ? sqrt(fmax(median, 1)) : 0;
    if (!(value > median + window->rule->sigmas * floor_of_deviation))
        return false;
    for (size_t i = 0; i < count; i++)
        values[i] = fabs(values[i] - median);
    const double deviation = fmax(1.4826 * select_kth(values, count, count / 2), floor_of_deviation);
    return value > median + window->rule->sigmas * deviation;
}

// What is certainly not hot is found first, for many pixels at once and in float32, by counting; what may be
// hot is then judged exactly.
enum { LANES = 16, BISECTIONS = 10 };

// How many values of each pixel's window are below its limit. NaN is below nothing.
IMAGE_CLONES static void count_below(const struct window *window, const float *floats, int64_t x,
                                     const float limit[LANES], int32_t below[LANES])
{
    const int64_t side = window->rule->window;
    memset(below, 0, LANES * sizeof *below);
    for (int64_t y = 0; y < window->rows; y++) {
        for (int64_t i = 0; i < side; i++) {
            const float *from = floats + y * window->width + x - side / 2 + i;
            for (int lane = 0; lane < LANES; lane++)
                below[lane] += from[lane] < limit[lane];
        }
    }
}

// For each pixel how many values make a majority, and the smallest value.
IMAGE_CLONES static void survey(const struct window *window, const float *floats, int64_t x,
                                int32_t majority[LANES], float least[LANES])
{
    const int64_t side = window->rule->window;
    memset(majority, 0, LANES * sizeof *majority);
    for (int lane = 0; lane < LANES; lane++)
        least[lane] = INFINITY;
    for (int64_t y = 0; y < window->rows; y++) {
        for (int64_t i = 0; i < side; i++) {
            const float *from = floats + y * window->width + x - side / 2 + i;
            for (int lane = 0; lane < LANES; lane++) {
                majority[lane] += from[lane] == from[lane];
                least[lane] = from[lane] < least[lane] ? from[lane] : least[lane];
            }
        }
    }
    for (int lane = 0; lane < LANES; lane++)
        majority[lane] = majority[lane] / 2 + 1;
}

// A little more, so that what float32 rounds is never lost.
static float raised(float value)
{
    return value + 1e-5f * fabsf(value) + FLT_MIN;
}

// Counts: value > median + sigmas * sqrt(max(median, 1)) holds when the median is below a limit that follows
// from the value, which is when a majority of the window is.
static void mark_counts(const struct window *window, const float *floats, int64_t x, const float *values,
                        uint8_t *marks)
{
    const float k = (float)window->rule->sigmas;
    float limit[LANES], least[LANES];
    int32_t below[LANES], majority[LANES];
    for (int lane = 0; lane < LANES; lane++) {
        const float root = (sqrtf(k * k + 4 * fmaxf(values[lane], 0)) - k) / 2;
        limit[lane] = raised(root > 1 ? root * root : values[lane] - k) + 1e-3f;
    }
    survey(window, floats, x, majority, least);
    count_below(window, floats, x, limit, below);
    for (int lane = 0; lane < LANES; lane++)
        marks[lane] = below[lane] >= majority[lane];
}

// Others: the median is enclosed by bisection between the least value and the pixel's own. The pixel is hot
// only if the median of the differences is below (value - median) / (1.4826 sigmas), and so a majority of the
// window that near the median.
static void mark_reals(const struct window *window, const float *floats, int64_t x, const float *values,
                       uint8_t *marks)
{
    const float k = 1.4826f * (float)window->rule->sigmas;
    float low[LANES], high[LANES], limit[LANES];
    int32_t below[LANES], under[LANES], majority[LANES];
    survey(window, floats, x, majority, low);
    for (int lane = 0; lane < LANES; lane++)
        high[lane] = raised(values[lane]);
    count_below(window, floats, x, high, below);
    for (int lane = 0; lane < LANES; lane++)
        marks[lane] = below[lane] >= majority[lane];
    for (int step = 0; step < BISECTIONS; step++) {
        for (int lane = 0; lane < LANES; lane++)
            limit[lane] = low[lane] / 2 + high[lane] / 2;
        count_below(window, floats, x, limit, below);
        for (int lane = 0; lane < LANES; lane++) {
            high[lane] = below[lane] >= majority[lane] ? limit[lane] : high[lane];
            low[lane] = below[lane] >= majority[lane] ? low[lane] : limit[lane];
        }
    }
    for (int lane = 0; lane < LANES; lane++) {
        const float reach = raised((values[lane] - low[lane]) / k);
        limit[lane] = -raised(reach - low[lane]);
        high[lane] = raised(high[lane] + reach);
    }
    count_below(window, floats, x, limit, under);
    count_below(window, floats, x, high, below);
    for (int lane = 0; lane < LANES; lane++)
        marks[lane] &= below[lane] - under[lane] >= majority[lane];
}

// marks[x] is cleared where the pixel, which is in row `middle` of the window, is certainly not hot.
static void find_candidates(const struct window *window, int64_t middle, float *floats, uint8_t *marks)
{
    const int64_t half = window->rule->window / 2;
    memset(marks, 1, (size_t)window->width);
    for (int64_t i = 0; i < window->rows * window->width; i++)
        floats[i] = (float)window->values[i];
    for (int64_t x = half; x + LANES + half <= window->width; x += LANES) {
        const float *values = floats + middle * window->width + x;
        if (window->counts)
            mark_counts(window, floats, x, values, marks + x);
        else
            mark_reals(window, floats, x, values, marks + x);
    }
}

static const uint8_t *band_row(const struct band *band, int64_t y)
{
    return (const uint8_t *)band->pixels + (size_t)(y - band->y) * band->stride;
}

static void load_window_row(const struct band *band, const uint8_t *masked, int64_t y, double *out)
{
    sample_row_to_double(band->type, band_row(band, y), (size_t)band->width, out);
    for (int64_t x = 0; x < band->width; x++)
        if (!isfinite(out[x]) || (masked && masked[(y - band->y) * band->width + x]))
            out[x] = NAN;
}

static void select_hot(const struct mask_rule *rule, const struct band *band, int64_t image_height, int64_t y,
                       const uint8_t *masked, double *values, float *floats, uint8_t *marks)
{
    const int64_t half = rule->window / 2;
    const int64_t top = int64_max(0, y - half), bottom = int64_min(image_height, y + half + 1);
    for (int64_t row = top; row < bottom; row++)
        load_window_row(band, masked, row, values + (row - top) * band->width);
    const struct window window = {.rule = rule,
                                  .width = band->width,
                                  .rows = bottom - top,
                                  .values = values,
                                  .counts = !sample_traits(band->type)->is_float};
    find_candidates(&window, y - top, floats, marks);
    for (int64_t x = 0; x < band->width; x++)
        marks[x] = marks[x] && pixel_is_hot(&window, x, values[(y - top) * band->width + x]);
}

// --- rows ---

// What is masked already is not selected.
IMAGE_CLONES static void leave_out(uint8_t *marks, const uint8_t *masked, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        marks[i] &= masked[i] == 0;
}

static void select_row(const struct mask_rule *rule, enum sample_type type, const void *samples,
                       int64_t count, float *floats, uint8_t *marks)
{
    const struct real_interval real = interval_of(rule);
    const bool is_float = sample_traits(type)->is_float;
    const void *values = samples;
    if (type == SAMPLE_F16) {
        sample_row_to_float(type, samples, (size_t)count, floats);
        values = floats;
    }
    if (rule->kind == MASK_RULE_NOT_FINITE && !is_float)
        memset(marks, 0, (size_t)count);
    else if (rule->kind == MASK_RULE_NOT_FINITE)
        select_not_finite(values, type == SAMPLE_F64 ? values : NULL, count, marks);
    else if (is_float)
        select_floats(&real, type, values, count, marks);
    else
        select_wholes(&real, type, values, count, marks);
}

bool mask_rule_band(const struct mask_rule *rule, const struct band *band, int64_t image_height, int64_t y,
                    int64_t rows, const uint8_t *masked, struct bitmap *selected)
{
    const size_t width = (size_t)band->width;
    const bool hot = rule->kind == MASK_RULE_HOT;
    const size_t rows_at_once = hot ? (size_t)rule->window : 1;
    uint8_t *marks = malloc(width);
    float *floats = calloc(width, rows_at_once * sizeof *floats);
    double *window = hot ? calloc(width, rows_at_once * sizeof *window) : NULL;
    const bool memory = marks && floats && (window || !hot);
    for (int64_t row = y; memory && row < y + rows; row++) {
        if (window)
            select_hot(rule, band, image_height, row, masked, window, floats, marks);
        else
            select_row(rule, band->type, band_row(band, row), band->width, floats, marks);
        if (masked)
            leave_out(marks, masked + (row - band->y) * band->width, band->width);
        bitmap_or_bytes(selected, row, marks);
    }
    free(marks);
    free(floats);
    free(window);
    return memory;
}
