// SPDX-License-Identifier: MIT
// Round values along a scale of colours, with labels that do not collide.
#include "view/ticks.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KNOTS = 129, MOST_DIGITS = 17 };

// Linear labels look best with some air between them: this many times the least distance.
static const double LINEAR_AIR = 1.4;

// A scale prepared for one search, and what was found so far, in no order.
struct search {
    const struct tick_scale *scale;
    struct tick *ticks;
    size_t count;
    bool equalized;
    double knots[KNOTS]; // equalize: the value at t = i / (KNOTS - 1)
};

// -- numbers

// mantissa * 10^exponent, as exact as a double allows: a power of ten up to 1e22 is exact and is best divided
// by.
static double scaled(double mantissa, int exponent)
{
    if (exponent >= 0)
        return mantissa * pow(10.0, exponent);
    return exponent >= -300 ? mantissa / pow(10.0, -exponent) : mantissa / 1e300 / pow(10.0, -exponent - 300);
}

// The exponent e with 10^e <= value < 10^(e + 1), for a positive value.
static int decade_of(double value)
{
    int exponent = (int)floor(log10(value));
    if (scaled(1.0, exponent + 1) <= value)
        exponent++;
    else if (scaled(1.0, exponent) > value)
        exponent--;
    return exponent;
}

// A round step as mantissa (1, 2, 5) and exponent, so that its multiples can be made exactly.
struct step {
    int mantissa, exponent;
};

static double step_multiple(const struct step *step, double index)
{
    return scaled(index * step->mantissa, step->exponent);
}

// The smallest round step that is not below `least`.
static struct step step_at_least(double least)
{
    static const int mantissas[] = {1, 2, 5};
    if (!(least > 0))
        least = 5e-324;
    struct step step = {1, decade_of(least)};
    // A share of 1e-9 is forgiven, or a tenth of 1 would be taken for more than 0.1.
    for (size_t i = 0; i < sizeof mantissas / sizeof *mantissas; i++) {
        step.mantissa = mantissas[i];
        if (step_multiple(&step, 1.0) >= least * (1 - 1e-9))
            return step;
    }
    return (struct step){1, step.exponent + 1};
}

static struct step step_for(double low, double high, int most)
{
    const double least = high / most - low / most; // divided first: high - low may overflow
    return step_at_least(least);
}

double tick_step(double low, double high, int most)
{
    const struct step step = step_for(low, high, most);
    return step_multiple(&step, 1.0);
}

// "1.50e+06" -> "1.5e6".
static void tidy_exponent(char *text)
{
    char *e = strchr(text, 'e');
    if (!e)
        return;
    const int exponent = (int)strtol(e + 1, NULL, 10);
    char *end = e;
    if (memchr(text, '.', (size_t)(e - text))) {
        while (end[-1] == '0')
            end--;
        if (end[-1] == '.')
            end--;
    }
    snprintf(end, 8, "e%d", exponent);
}

static int clamp_digits(int digits)
{
    return digits < 0 ? 0 : digits > MOST_DIGITS ? MOST_DIGITS : digits;
}

char *tick_format(double value, double step, char *buffer, size_t size)
{
    char plain[400], scientific[40];
    const double magnitude = fabs(value);
    if (magnitude == 0 || !isfinite(value)) {
        snprintf(buffer, size, "%g", magnitude == 0 ? 0.0 : value);
        return buffer;
    }
    const int step_decade = step > 0 && isfinite(step) ? decade_of(step * (1 + 1e-9)) : 0;
    const int decade = decade_of(magnitude);
    snprintf(scientific, sizeof scientific, "%.*e", clamp_digits(decade - step_decade), value);
    tidy_exponent(scientific);
    const bool far_from_one = magnitude >= 99999.5 || magnitude < 1e-4;
    // Beyond 17 digits the plain text would show digits that a double does not have.
    const int digits = decade - (step_decade < 0 ? step_decade : 0);
    snprintf(plain, sizeof plain, "%.*f", -step_decade > 0 ? -step_decade : 0, value);
    // With so many digits an exponent saves nothing, and zeros at the end must stay in line with the
    // neighbours.
    const bool many_digits = decade - step_decade > 5;
    const bool use_plain =
        digits < MOST_DIGITS && (!far_from_one || many_digits || strlen(plain) <= strlen(scientific));
    snprintf(buffer, size, "%s", use_plain ? plain : scientific);
    return buffer;
}

// -- positions

// The share of all counted values that lie below `value`, without the bin that `value` begins: the next lower
// float32 value is in the bin before.
static double share_below(const struct histogram *histogram, double value)
{
    return histogram_cumulative(histogram, nextafterf((float)value, -INFINITY));
}

static double share_inside(const struct tick_scale *scale)
{
    return histogram_cumulative(scale->histogram, scale->limits.high) -
           share_below(scale->histogram, scale->limits.low);
}

static bool is_equalized(const struct tick_scale *scale)
{
    return scale->transfer.kind == TRANSFER_EQUALIZE && scale->histogram && share_inside(scale) > 0;
}

static double equalized_position(const struct tick_scale *scale, double value)
{
    const double below = share_below(scale->histogram, scale->limits.low);
    return (histogram_cumulative(scale->histogram, value) - below) / share_inside(scale);
}

static double clamp_share(double t)
{
    return t > 0 ? (t < 1 ? t : 1) : 0; // also turns NaN into 0
}

static struct transfer plain_transfer(const struct tick_scale *scale)
{
    struct transfer transfer = scale->transfer;
    if (transfer.kind == TRANSFER_EQUALIZE)
        transfer.kind = TRANSFER_LINEAR;
    return transfer;
}

double tick_position(const struct tick_scale *scale, double value)
{
    if (is_equalized(scale))
        return clamp_share(equalized_position(scale, value));
    const double low = scale->limits.low / 2, high = scale->limits.high / 2; // halved: the range may overflow
    const double x = clamp_share((value / 2 - low) / (high - low));
    const struct transfer transfer = plain_transfer(scale);
    if (transfer.kind == TRANSFER_LINEAR)
        return x;
    const struct transfer_curve curve = transfer_curve_for(&transfer, &scale->limits);
    return clamp_share(transfer_curve_apply(&curve, x));
}

// One pass over the bins for the values at equal steps of t.
static void find_knots(struct search *search)
{
    const struct limits *limits = &search->scale->limits;
    const double total = (double)histogram_total(search->scale->histogram);
    const double below = share_below(search->scale->histogram, limits->low) * total;
    const double inside = share_inside(search->scale) * total;
    size_t index = 0;
    double low, high, counted = 0;
    uint64_t count;
    int knot = 0;
    while (knot < KNOTS && histogram_next(search->scale->histogram, &index, &low, &high, &count)) {
        counted += (double)count;
        while (knot < KNOTS && counted - below >= inside * knot / (KNOTS - 1))
            search->knots[knot++] = fmin(fmax(high, limits->low), limits->high);
    }
    while (knot < KNOTS)
        search->knots[knot++] = limits->high;
    search->knots[0] = limits->low;
}

// About the value at t.
static double value_at(const struct search *search, double t)
{
    const struct limits *limits = &search->scale->limits;
    if (search->equalized) {
        const double place = clamp_share(t) * (KNOTS - 1);
        const int knot = place < KNOTS - 1 ? (int)place : KNOTS - 2;
        return search->knots[knot] + (search->knots[knot + 1] - search->knots[knot]) * (place - knot);
    }
    const struct transfer transfer = plain_transfer(search->scale);
    double x = clamp_share(t);
    if (transfer.kind != TRANSFER_LINEAR) {
        const struct transfer_curve curve = transfer_curve_for(&transfer, limits);
        x = clamp_share(transfer_curve_invert(&curve, x));
    }
    return limits->low * (1 - x) + limits->high * x;
}

// -- the search

static bool is_free(const struct search *search, double position)
{
    for (size_t i = 0; i < search->count; i++) {
        if (fabs(search->ticks[i].position - position) < search->scale->gap * (1 - 1e-9))
            return false;
    }
    return search->count < TICKS_MAX;
}

static bool is_inside(const struct search *search, double value)
{
    return value >= search->scale->limits.low && value <= search->scale->limits.high;
}

// Adds a labelled tick if it is inside and far enough from the others.
static bool add_labelled(struct search *search, double value, double step)
{
    if (!is_inside(search, value))
        return false;
    const double position = tick_position(search->scale, value);
    if (!is_free(search, position))
        return false;
    struct tick *tick = &search->ticks[search->count++];
    tick->value = value;
    tick->position = position;
    tick_format(value, step, tick->label, sizeof tick->label);
    return true;
}

// A value in [low, high] with as few digits as possible, near `wish` if there are several; its step to *step.
static double roundest_value(double low, double high, double wish, double *step)
{
    static const int mantissas[] = {5, 2, 1};
    if (low <= 0 && high >= 0) {
        *step = fmax(-low, high) > 0 ? scaled(1.0, decade_of(fmax(-low, high))) : 1.0;
        return 0.0;
    }
    const double largest = fmax(fabs(low), fabs(high));
    for (int exponent = decade_of(largest), i = 0; i < 3 * 20; i++) {
        const struct step candidate = {mantissas[i % 3], exponent - i / 3};
        *step = step_multiple(&candidate, 1.0);
        const double first = ceil(low / *step), last = floor(high / *step);
        if (first <= last)
            return step_multiple(&candidate, fmin(fmax(round(wish / *step), first), last));
    }
    *step = largest * 1e-16;
    return wish;
}

// A part of the scale to be labelled: between positions, and the values of the ticks next to it (or the
// limits).
struct part {
    double from, to;
    double value_before, value_after;
};

// A number like 3745 between 3500 and 4000 is worse than none; 3750 will do, and so does any number of one
// digit.
static bool is_round_enough(const struct part *part, double value, double step)
{
    return step >= (part->value_after - part->value_before) / 10 || fabs(value) < 9.5 * step;
}

// Labels the roundest value of the part, and goes on left and right of it.
static void fill_part(struct search *search, const struct part *part, int depth)
{
    if (!(part->from <= part->to) || depth > 24)
        return;
    const double low = value_at(search, part->from), high = value_at(search, part->to);
    if (!(low <= high))
        return;
    double step;
    const double value = roundest_value(low, high, value_at(search, (part->from + part->to) / 2), &step);
    if (!is_round_enough(part, value, step))
        return;
    const double gap = search->scale->gap;
    // Knots are not exact, so the value may lie a little outside.
    const double position = fmin(fmax(tick_position(search->scale, value), part->from), part->to);
    add_labelled(search, value, step);
    const struct part before = {part->from, position - gap, part->value_before, value};
    const struct part after = {position + gap, part->to, value, part->value_after};
    fill_part(search, &before, depth + 1);
    fill_part(search, &after, depth + 1);
}

static void fill_all(struct search *search)
{
    const struct limits *limits = &search->scale->limits;
    // Round numbers are measured against the neighbours; there are none yet.
    const struct part all = {0.0, 1.0, limits->low, limits->low};
    fill_part(search, &all, 0);
}

static void find_linear(struct search *search)
{
    const struct limits *limits = &search->scale->limits;
    const double parts = 1.0 / (search->scale->gap * LINEAR_AIR);
    enum { MOST = TICKS_MAX / 2 };
    const int most = parts < 1 ? 1 : parts > MOST ? MOST : (int)parts;
    const struct step step = step_for(limits->low, limits->high, most);
    const double size = step_multiple(&step, 1.0);
    // The limits themselves may be multiples that rounding has moved out by a hair.
    const double first = ceil(limits->low / size - 1e-9);
    for (int i = 0; i <= most + 1; i++) {
        double value = step_multiple(&step, first + i);
        if (fabs(value - limits->low) < size * 1e-9)
            value = limits->low;
        if (fabs(value - limits->high) < size * 1e-9)
            value = limits->high;
        add_labelled(search, value, size);
    }
    if (search->count == 0)
        fill_all(search);
}

// The least stride of decades at which the labels of the upper end are `gap` apart.
static int decade_stride(const struct search *search, int top)
{
    static const int strides[] = {1, 2, 3, 5, 10, 20, 50, 100};
    const double upper = tick_position(search->scale, scaled(1.0, top));
    for (size_t i = 0; i < sizeof strides / sizeof *strides; i++) {
        if (upper - tick_position(search->scale, scaled(1.0, top - strides[i])) >= search->scale->gap)
            return strides[i];
    }
    return 100;
}

struct decades {
    int lowest, highest, stride;
};

// The decades of |value| that a log scale spans: from the lower limit, or where they crowd around zero.
static struct decades decades_of(const struct search *search)
{
    const struct limits *limits = &search->scale->limits;
    struct decades decades;
    decades.highest = decade_of(fmax(fabs(limits->low), fabs(limits->high)));
    if (limits->low > 0)
        decades.lowest = decade_of(limits->low);
    else if (limits->high < 0)
        decades.lowest = decade_of(-limits->high);
    else
        decades.lowest = decades.highest - 13;
    const int nearest = limits->high > 0 ? decade_of(limits->high) : decades.highest;
    decades.stride = decade_stride(search, nearest);
    return decades;
}

// Labels multiple * 10^k and its negative for all decades, large values first, and returns how many fitted.
static int label_decades(struct search *search, const struct decades *decades, int multiple)
{
    int labelled = 0;
    for (int k = decades->highest; k >= decades->lowest; k--) {
        const double unit = scaled(1.0, k), value = scaled(multiple, k);
        if (k % decades->stride != 0)
            continue;
        labelled += add_labelled(search, value, unit);
        labelled += add_labelled(search, -value, unit);
    }
    return labelled;
}

// The least distance on the scale of consecutive multiples of 10^k that are inside; 0 if there are no two.
static double least_distance(const struct search *search, int k, const int *multiples, size_t count)
{
    double least = INFINITY;
    for (size_t i = 0; i + 1 < count; i++) {
        const double low = scaled(multiples[i], k), high = scaled(multiples[i + 1], k);
        if (is_inside(search, low) && is_inside(search, high))
            least = fmin(least, tick_position(search->scale, high) - tick_position(search->scale, low));
    }
    return isfinite(least) ? least : 0.0;
}

static void add_minor(struct search *search, double value)
{
    for (size_t i = 0; i < search->count; i++) {
        if (search->ticks[i].value == value)
            return;
    }
    if (is_inside(search, value) && search->count < TICKS_MAX)
        search->ticks[search->count++] =
            (struct tick){.value = value, .position = tick_position(search->scale, value)};
}

// Unlabelled ticks at the multiples between decades, as many as can be told apart; only at decades when a
// stride leaves some out.
static void add_minor_ticks(struct search *search, const struct decades *decades)
{
    static const int every[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, some[] = {1, 2, 5, 10};
    const double least = search->scale->gap / 10;
    for (int k = decades->highest; k >= decades->lowest; k--) {
        size_t count = 1;
        const int *multiples = some;
        if (decades->stride == 1 && least_distance(search, k, every, 10) >= least) {
            multiples = every;
            count = 9;
        } else if (decades->stride == 1 && least_distance(search, k, some, 4) >= least) {
            count = 3;
        } else if (decades->stride == 1) {
            continue;
        }
        for (size_t i = 0; i < count; i++)
            add_minor(search, scaled(multiples[i], k));
    }
}

static void find_logarithmic(struct search *search)
{
    const struct decades decades = decades_of(search);
    if (is_inside(search, 0.0))
        add_labelled(search, 0.0, 1.0);
    label_decades(search, &decades, 1);
    const size_t plenty = 4;
    if (decades.stride == 1 && search->count < plenty) {
        label_decades(search, &decades, 5);
        label_decades(search, &decades, 2);
    }
    if (search->count < 2)
        fill_all(search); // less than a decade
    else
        add_minor_ticks(search, &decades);
}

static int compare_ticks(const void *a, const void *b)
{
    const struct tick *one = a, *other = b;
    return (one->value > other->value) - (one->value < other->value);
}

size_t ticks_find(const struct tick_scale *scale, struct tick ticks[TICKS_MAX])
{
    struct search search = {.scale = scale, .ticks = ticks, .equalized = is_equalized(scale)};
    if (!(scale->limits.low < scale->limits.high) || !isfinite(scale->limits.low) ||
        !isfinite(scale->limits.high) || !(scale->gap > 0))
        return 0;
    const struct transfer transfer = plain_transfer(scale);
    if (search.equalized)
        find_knots(&search);
    if (search.equalized || transfer.kind == TRANSFER_SQRT || transfer.kind == TRANSFER_ASINH ||
        transfer.kind == TRANSFER_POWER)
        fill_all(&search);
    else if (transfer.kind == TRANSFER_LOG)
        find_logarithmic(&search);
    else
        find_linear(&search);
    qsort(ticks, search.count, sizeof *ticks, compare_ticks);
    return search.count;
}
