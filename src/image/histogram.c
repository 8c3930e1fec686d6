// SPDX-License-Identifier: MIT
// Counting by value for small integers and by the top bits of the float pattern for all else.
#include "image/histogram.h"

#include "base/text.h"
#include "image/clones.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
    KEY_BITS = 20,
    KEY_SHIFT = 32 - KEY_BITS,
    KEY_BINS = 1 << KEY_BITS,
    KEY_ZERO = 1 << (KEY_BITS - 1), // the bin of 0 and of subnormal values below 6e-42
    // Neighbouring pixels of low counts are often equal, and to count one bin twice in a row waits for the
    // first store; the tables of small types have this many counters for each bin, side by side.
    SMALL_LANES = 4,
    RUN = 1024,       // values at a time, so that their keys stay in the first-level cache
    BLOCK_BINS = 1024 // bins that are summed or skipped at once when the table is searched
};

struct histogram {
    enum sample_type type;
    bool exact;   // one bin per value of an integer type of up to 16 bits
    bool integer; // of a wider integer type
    size_t bins;
    size_t lanes;      // counters for each bin
    uint32_t *counts;  // bins * lanes, bin after bin
    uint64_t *carried; // what `counts` could no longer hold, by bin; NULL until needed
    uint64_t recent;   // an upper bound of every counter in `counts`
    int64_t total;
    double min, max; // of what was counted, as it is stored; not kept for exact types
    size_t seen;     // exact types: all bits that the numbers of bins with counts have
    struct value_map map;
};

// Zeroed memory of which only touched pages become resident. Taken from the system, because the allocator may
// clear recycled memory by writing it, or use huge pages.
static void *pages_alloc(size_t bytes)
{
    void *pages = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED) {
        fputs("fovea: out of memory\n", stderr);
        abort();
    }
#ifdef MADV_NOHUGEPAGE
    madvise(pages, bytes, MADV_NOHUGEPAGE);
#endif
    return pages;
}

static size_t counts_bytes(const struct histogram *histogram)
{
    return histogram->bins * histogram->lanes * sizeof *histogram->counts;
}

struct histogram *histogram_create(enum sample_type type)
{
    const struct sample_traits *traits = sample_traits(type);
    struct histogram *histogram = must_alloc(sizeof *histogram);
    histogram->type = type;
    histogram->exact = !traits->is_float && traits->bytes <= 2;
    histogram->integer = !traits->is_float && traits->bytes > 2;
    histogram->bins = histogram->exact ? (size_t)1 << (8 * traits->bytes) : KEY_BINS;
    histogram->lanes = histogram->exact ? SMALL_LANES : 1;
    histogram->counts = pages_alloc(counts_bytes(histogram));
    return histogram;
}

void histogram_destroy(struct histogram **histogram)
{
    struct histogram *old = *histogram;
    if (!old)
        return;
    munmap(old->counts, counts_bytes(old));
    if (old->carried)
        munmap(old->carried, old->bins * sizeof *old->carried);
    free(old);
    *histogram = NULL;
}

struct histogram *histogram_create_mapped(enum sample_type type, const struct value_map *map)
{
    struct histogram *histogram = histogram_create(type);
    histogram->map = *map;
    return histogram;
}

struct histogram *histogram_copy(const struct histogram *histogram)
{
    struct histogram *copy = histogram_create_mapped(histogram->type, &histogram->map);
    histogram_merge(copy, histogram);
    return copy;
}

enum sample_type histogram_type(const struct histogram *histogram)
{
    return histogram->type;
}

int64_t histogram_total(const struct histogram *histogram)
{
    return histogram->total;
}

// Where the order-preserving pattern of a float32 begins with these bits. 0 and -0 are one value.
static uint32_t float_key(float value)
{
    float plain = value + 0.0F;
    uint32_t bits;
    memcpy(&bits, &plain, sizeof bits);
    bits ^= bits >> 31 ? 0xFFFFFFFFU : 0x80000000U;
    return bits >> KEY_SHIFT;
}

// The lowest float with that key.
static double key_low(uint32_t key)
{
    uint32_t bits = key << KEY_SHIFT;
    bits ^= bits >> 31 ? 0x80000000U : 0xFFFFFFFFU;
    float value;
    memcpy(&value, &bits, sizeof value);
    return (double)value;
}

static float double_to_key_range(double value)
{
    double limit = (double)FLT_MAX;
    return (float)(value > limit ? limit : value < -limit ? -limit : value);
}

// The bin of a finite value; for exact types the value must be one of the type.
static size_t bin_of(const struct histogram *histogram, double value)
{
    if (histogram->exact)
        return (size_t)(value - sample_traits(histogram->type)->min);
    return float_key(double_to_key_range(value));
}

// The end of the bins that may have counts: most detectors count far less than their type could hold.
static size_t exact_end(const struct histogram *histogram)
{
    size_t end = 1;
    while (end <= histogram->seen)
        end *= 2;
    return end;
}

static void bins_touched(const struct histogram *histogram, size_t *first, size_t *end)
{
    *first = histogram->exact ? 0 : bin_of(histogram, histogram->min);
    *end = histogram->exact ? exact_end(histogram) : bin_of(histogram, histogram->max) + 1;
    if (histogram->total == 0)
        *first = *end = 0;
}

static uint64_t bin_count(const struct histogram *histogram, size_t bin)
{
    uint64_t count = histogram->carried ? histogram->carried[bin] : 0;
    for (size_t lane = 0; lane < histogram->lanes; lane++)
        count += histogram->counts[bin * histogram->lanes + lane];
    return count;
}

// The sum of the counts of bins first to end - 1; vector code, since most bins between two values are empty.
IMAGE_CLONES static uint64_t bins_sum(const struct histogram *histogram, size_t first, size_t end)
{
    uint64_t sum = 0;
    for (size_t i = first * histogram->lanes; i < end * histogram->lanes; i++)
        sum += histogram->counts[i];
    for (size_t bin = first; histogram->carried && bin < end; bin++)
        sum += histogram->carried[bin];
    return sum;
}

// The first bin from `bin` on that has counts; `end` if there is none before it.
static size_t bin_search(const struct histogram *histogram, size_t bin, size_t end)
{
    while (bin < end) {
        bool whole = bin % BLOCK_BINS == 0 && end - bin >= BLOCK_BINS;
        if (whole && bins_sum(histogram, bin, bin + BLOCK_BINS) == 0) {
            bin += BLOCK_BINS;
            continue;
        }
        size_t stop = end - bin > BLOCK_BINS ? (bin / BLOCK_BINS + 1) * BLOCK_BINS : end;
        for (; bin < stop; bin++) {
            if (bin_count(histogram, bin))
                return bin;
        }
    }
    return end;
}

// Moves all counts to the 64-bit table.
static void carry_counts(struct histogram *histogram)
{
    if (!histogram->carried)
        histogram->carried = pages_alloc(histogram->bins * sizeof *histogram->carried);
    for (size_t i = 0; i < histogram->bins * histogram->lanes; i++) {
        if (histogram->counts[i]) {
            histogram->carried[i / histogram->lanes] += histogram->counts[i];
            histogram->counts[i] = 0;
        }
    }
    histogram->recent = 0;
}

// Takes note of `count` more values with these extremes, before they are counted.
static void announce(struct histogram *histogram, size_t count, double min, double max)
{
    if (histogram->recent + count > UINT32_MAX)
        carry_counts(histogram);
    histogram->recent += count;
    histogram->min = histogram->total == 0 || min < histogram->min ? min : histogram->min;
    histogram->max = histogram->total == 0 || max > histogram->max ? max : histogram->max;
    histogram->total += (int64_t)count;
}

IMAGE_CLONES static void float_keys(const float *values, size_t count, uint32_t *keys)
{
    for (size_t i = 0; i < count; i++)
        keys[i] = float_key(values[i]);
}

IMAGE_CLONES static void double_keys(const double *values, size_t count, uint32_t *keys)
{
    for (size_t i = 0; i < count; i++)
        keys[i] = float_key(double_to_key_range(values[i]));
}

// As doubles hold them exactly, they are rounded to float32 once, as those of histogram_count_doubles are.
IMAGE_CLONES static void unsigned_keys(const uint32_t *samples, size_t count, uint32_t *keys)
{
    for (size_t i = 0; i < count; i++)
        keys[i] = float_key((float)samples[i]);
}

IMAGE_CLONES static void signed_keys(const uint32_t *samples, size_t count, uint32_t *keys)
{
    for (size_t i = 0; i < count; i++)
        keys[i] = float_key((float)(int32_t)samples[i]);
}

static void count_keys(uint32_t *restrict counts, const uint32_t *restrict keys, size_t count)
{
    for (size_t i = 0; i < count; i++)
        counts[keys[i]]++;
}

void histogram_count_floats(struct histogram *histogram, const float *values, size_t count, double min,
                            double max)
{
    if (count == 0)
        return;
    announce(histogram, count, min, max);
    uint32_t keys[RUN];
    for (size_t at = 0; at < count; at += RUN) {
        size_t run = count - at < RUN ? count - at : RUN;
        float_keys(values + at, run, keys);
        count_keys(histogram->counts, keys, run);
    }
}

void histogram_count_doubles(struct histogram *histogram, const double *values, size_t count, double min,
                             double max)
{
    if (count == 0)
        return;
    announce(histogram, count, min, max);
    uint32_t keys[RUN];
    for (size_t at = 0; at < count; at += RUN) {
        size_t run = count - at < RUN ? count - at : RUN;
        double_keys(values + at, run, keys);
        count_keys(histogram->counts, keys, run);
    }
}

void histogram_count_integers(struct histogram *histogram, const uint32_t *samples, size_t count, double min,
                              double max)
{
    if (count == 0)
        return;
    announce(histogram, count, min, max);
    const bool is_signed = sample_traits(histogram->type)->is_signed;
    uint32_t keys[RUN];
    for (size_t at = 0; at < count; at += RUN) {
        size_t run = count - at < RUN ? count - at : RUN;
        if (is_signed)
            signed_keys(samples + at, run, keys);
        else
            unsigned_keys(samples + at, run, keys);
        count_keys(histogram->counts, keys, run);
    }
}

// Signed types are counted from their minimum on, which is what flipping the sign bit does. Returns all bits
// that the bins' numbers have.
#define COUNT(name, stored)                                                                                  \
    static size_t name(uint32_t *restrict counts, const stored *restrict samples, size_t count, stored flip) \
    {                                                                                                        \
        size_t seen = 0, i = 0;                                                                              \
        for (; i + SMALL_LANES <= count; i += SMALL_LANES) {                                                 \
            const size_t a = (stored)(samples[i] ^ flip), b = (stored)(samples[i + 1] ^ flip);               \
            const size_t c = (stored)(samples[i + 2] ^ flip), d = (stored)(samples[i + 3] ^ flip);           \
            counts[a * SMALL_LANES]++;                                                                       \
            counts[b * SMALL_LANES + 1]++;                                                                   \
            counts[c * SMALL_LANES + 2]++;                                                                   \
            counts[d * SMALL_LANES + 3]++;                                                                   \
            seen |= a | b | c | d;                                                                           \
        }                                                                                                    \
        for (; i < count; i++) {                                                                             \
            const size_t bin = (stored)(samples[i] ^ flip);                                                  \
            counts[bin * SMALL_LANES]++;                                                                     \
            seen |= bin;                                                                                     \
        }                                                                                                    \
        return seen;                                                                                         \
    }
COUNT(count_bytes, uint8_t)
COUNT(count_words, uint16_t)
#undef COUNT

void histogram_count_small(struct histogram *histogram, const void *samples, size_t count)
{
    announce(histogram, count, 0, 0);
    bool is_signed = sample_traits(histogram->type)->is_signed;
    if (histogram->bins == 256)
        histogram->seen |= count_bytes(histogram->counts, samples, count, is_signed ? 0x80 : 0);
    else
        histogram->seen |= count_words(histogram->counts, samples, count, is_signed ? 0x8000 : 0);
}

void histogram_count_value(struct histogram *histogram, uint8_t value, uint32_t count)
{
    const size_t bin = bin_of(histogram, value);
    if (count == 0)
        return;
    announce(histogram, count, 0, 0);
    histogram->counts[bin * histogram->lanes] += count;
    histogram->seen |= bin;
}

void histogram_add(struct histogram *histogram, const double *values, const uint8_t *valid, size_t count)
{
    const struct sample_traits *traits = sample_traits(histogram->type);
    for (size_t i = 0; i < count; i++) {
        double value = values[i];
        bool outside = histogram->exact && (value < traits->min || value > traits->max);
        if ((valid && !valid[i]) || !isfinite(value) || outside)
            continue;
        announce(histogram, 1, value, value);
        const size_t bin = bin_of(histogram, value);
        histogram->counts[bin * histogram->lanes]++;
        histogram->seen |= bin;
    }
}

// The extremes of what was counted; those of exact types are not kept and have to be looked for.
static void counted_extremes(const struct histogram *histogram, double *min, double *max)
{
    *min = histogram->min;
    *max = histogram->max;
    if (!histogram->exact)
        return;
    size_t last = exact_end(histogram) - 1;
    const size_t first = bin_search(histogram, 0, last);
    while (last > first && bin_count(histogram, last) == 0)
        last--;
    *min = (double)first + sample_traits(histogram->type)->min;
    *max = (double)last + sample_traits(histogram->type)->min;
}

void histogram_merge(struct histogram *histogram, const struct histogram *other)
{
    if (other->total == 0)
        return;
    double min, max;
    counted_extremes(other, &min, &max);
    bool wide = other->carried || histogram->recent + other->recent > UINT32_MAX;
    if (wide)
        carry_counts(histogram);
    announce(histogram, 0, min, max);
    const size_t end = bin_of(other, max) + 1;
    const bool same = histogram->exact == other->exact;
    size_t bin = bin_search(other, bin_of(other, min), end);
    for (; bin < end; bin = bin_search(other, bin + 1, end)) {
        uint64_t count = bin_count(other, bin);
        size_t to = same ? bin : bin_of(histogram, (double)bin + sample_traits(other->type)->min);
        if (wide)
            histogram->carried[to] += count;
        else
            histogram->counts[to * histogram->lanes] += (uint32_t)count;
    }
    histogram->seen |= other->seen;
    histogram->recent += wide ? 0 : other->recent;
    histogram->total += other->total;
}

void histogram_clear(struct histogram *histogram)
{
    size_t first, end;
    bins_touched(histogram, &first, &end);
    // Pages that were never written have no memory, and shall not get any.
    for (size_t bin = first; bin < end; bin += BLOCK_BINS) {
        const size_t stop = end - bin > BLOCK_BINS ? bin + BLOCK_BINS : end;
        if (bins_sum(histogram, bin, stop) > 0)
            memset(histogram->counts + bin * histogram->lanes, 0,
                   (stop - bin) * histogram->lanes * sizeof *histogram->counts);
    }
    if (histogram->carried)
        munmap(histogram->carried, histogram->bins * sizeof *histogram->carried);
    histogram->carried = NULL;
    histogram->recent = 0;
    histogram->total = 0;
    histogram->seen = 0;
}

static double clamp(double value, double low, double high)
{
    return value < low ? low : value > high ? high : value;
}

// The extremes that were counted lie in the outermost bins and bound them.
static void bin_edges(const struct histogram *histogram, size_t bin, double *low, double *high)
{
    if (histogram->exact) {
        *low = *high = (double)bin + sample_traits(histogram->type)->min;
        return;
    }
    double from = key_low((uint32_t)bin);
    double to = bin == KEY_ZERO ? 0 : key_low((uint32_t)bin + 1);
    if (histogram->integer && bin != KEY_ZERO) {
        from = ceil(from);
        to = ceil(to) - 1;
    }
    if (bin == bin_of(histogram, histogram->min))
        from = histogram->min;
    if (bin == bin_of(histogram, histogram->max))
        to = histogram->max;
    *low = clamp(from, histogram->min, histogram->max);
    *high = clamp(to, *low, histogram->max);
}

bool histogram_next_stored(const struct histogram *histogram, size_t *index, double *low, double *high,
                           uint64_t *count)
{
    size_t first, end;
    bins_touched(histogram, &first, &end);
    size_t bin = bin_search(histogram, *index > first ? *index : first, end);
    *index = bin < end ? bin + 1 : end;
    if (bin >= end)
        return false;
    bin_edges(histogram, bin, low, high);
    *count = bin_count(histogram, bin);
    return true;
}

bool histogram_next(const struct histogram *histogram, size_t *index, double *low, double *high,
                    uint64_t *count)
{
    if (!histogram_next_stored(histogram, index, low, high, count))
        return false;
    *low = value_map_true(&histogram->map, *low);
    *high = value_map_true(&histogram->map, *high);
    return true;
}

// A whole number is the lower edge of its bin, below zero the upper one, which is known to a step of floats.
static bool begins_at_integer(double low, double high)
{
    if (high - low >= 1)
        return true;
    return low >= 0 ? low == floor(low) : high - floor(high) <= fabs(high) * 1e-6;
}

bool histogram_holds_integers(const struct histogram *histogram)
{
    size_t index = 0;
    double low, high;
    uint64_t count;
    bool any = false;
    while (histogram_next(histogram, &index, &low, &high, &count)) {
        if (!begins_at_integer(low, high))
            return false;
        any = true;
    }
    return any;
}

// The value of the rank-th smallest counted value (from 0), spread evenly within its bin.
static double value_at_rank(const struct histogram *histogram, int64_t rank)
{
    if (!histogram->exact && (rank == 0 || rank == histogram->total - 1))
        return rank == 0 ? histogram->min : histogram->max;
    size_t bin, end;
    uint64_t left = (uint64_t)rank;
    bins_touched(histogram, &bin, &end);
    for (uint64_t sum; end - bin > BLOCK_BINS; left -= sum, bin += BLOCK_BINS) {
        sum = bins_sum(histogram, bin, bin + BLOCK_BINS);
        if (left < sum)
            break;
    }
    uint64_t count = bin_count(histogram, bin);
    while (left >= count && bin + 1 < end) {
        left -= count;
        count = bin_count(histogram, ++bin);
    }
    double low, high;
    bin_edges(histogram, bin, &low, &high);
    double place = ((double)left + 0.5) / (double)count;
    return low == high ? low : low * (1 - place) + high * place;
}

static double stored_percentile(const struct histogram *histogram, double percent)
{
    double rank = (double)(histogram->total - 1) * (clamp(percent, 0, 100) / 100);
    double whole = floor(rank), part = rank - whole;
    double below = value_at_rank(histogram, (int64_t)whole);
    if (part == 0)
        return below;
    double above = value_at_rank(histogram, (int64_t)whole + 1);
    double step = above - below;
    if (!isfinite(step))
        return below * (1 - part) + above * part;
    // From the nearer end, as numpy does, so that the results agree to the last bit.
    return part < 0.5 ? below + step * part : above - step * (1 - part);
}

double histogram_percentile(const struct histogram *histogram, double percent)
{
    if (histogram->total == 0)
        return (double)NAN;
    return value_map_true(&histogram->map, stored_percentile(histogram, percent));
}

const struct value_map *histogram_map(const struct histogram *histogram)
{
    return &histogram->map;
}

void histogram_stored_extremes(const struct histogram *histogram, double *min, double *max)
{
    *min = histogram->min;
    *max = histogram->max;
}

double histogram_cumulative(const struct histogram *histogram, double value)
{
    if (histogram->total == 0 || isnan(value))
        return 0;
    const struct sample_traits *traits = sample_traits(histogram->type);
    value = value_map_stored(&histogram->map, value);
    double lowest = histogram->exact ? traits->min : histogram->min;
    double highest = histogram->exact ? traits->max : histogram->max;
    if (value < lowest || value >= highest)
        return value < lowest ? 0 : 1;
    size_t first, end, last = bin_of(histogram, value);
    bins_touched(histogram, &first, &end);
    uint64_t sum = bins_sum(histogram, first, last + 1 < end ? last + 1 : end);
    return (double)sum / (double)histogram->total;
}

// Spreads `count` over the steps between `from` and `to`, both in units of steps.
static void spread(double from, double to, double count, double *counts, size_t bins)
{
    double end = (double)bins;
    if (to < 0 || from > end)
        return;
    if (to - from <= 0) {
        size_t step = (size_t)from;
        counts[step < bins ? step : bins - 1] += count;
        return;
    }
    double share = count / (to - from);
    double at = from > 0 ? from : 0;
    to = to < end ? to : end;
    for (size_t step = (size_t)at; step < bins && at < to; step++) {
        double next = to < (double)(step + 1) ? to : (double)(step + 1);
        counts[step] += share * (next - at);
        at = next;
    }
}

void histogram_rebin(const struct histogram *histogram, double low, double high, bool logarithmic,
                     double *counts, size_t bins)
{
    memset(counts, 0, bins * sizeof *counts);
    if (bins == 0 || !(low < high) || (logarithmic && low <= 0))
        return;
    double origin = logarithmic ? log(low) : low;
    double scale = (double)bins / ((logarithmic ? log(high) : high) - origin);
    size_t index = 0;
    double from, to;
    uint64_t count;
    while (histogram_next(histogram, &index, &from, &to, &count)) {
        if (to < low || from > high)
            continue;
        if (logarithmic) {
            // No bin holds values of both signs, so `from` is positive as `to` is.
            from = log(from);
            to = log(to);
        }
        spread((from - origin) * scale, (to - origin) * scale, (double)count, counts, bins);
    }
}
