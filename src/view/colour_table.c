// SPDX-License-Identifier: MIT
// Baking of the colour table: limits, transfer function, colour map and special colours in one lookup.
//
// Positions t are worked out in blocks that stay in the first-level cache, by loops simple enough for the
// compiler to vectorise, and then turned into colours.
#include "view/colour_table.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 256 };
enum { HISTOGRAM_SHIFT = 12 }; // key bits below those that the histogram's bins keep

// Float32 limits beyond this are scaled down, so that no difference of two values in range overflows, and
// those nearer to each other than the other are scaled up.
static const double float_limit = FLT_MAX / 8, least_range = 0x1p-90;
enum { SCALE_DOWN = -4, SCALE_MOST = 127 };

// How much of t half an entry may span: half a level on the steepest built-in colour map (8 levels per
// entry).
static const double position_tolerance = 0x1p-12;

struct pixel_class_traits {
    size_t bytes;
    bool direct;
    int64_t min, max; // integers
};

static const struct pixel_class_traits class_traits[PIXEL_CLASS_COUNT] = {
    [PIXEL_U8] = {1, true, 0, UINT8_MAX},    [PIXEL_I8] = {1, true, INT8_MIN, INT8_MAX},
    [PIXEL_U16] = {2, true, 0, UINT16_MAX},  [PIXEL_I16] = {2, true, INT16_MIN, INT16_MAX},
    [PIXEL_U32] = {4, false, 0, UINT32_MAX}, [PIXEL_I32] = {4, false, INT32_MIN, INT32_MAX},
    [PIXEL_F32] = {4, false, 0, 0},
};

static const enum pixel_class sample_classes[SAMPLE_COUNT] = {
    [SAMPLE_U8] = PIXEL_U8,   [SAMPLE_I8] = PIXEL_I8,   [SAMPLE_U16] = PIXEL_U16, [SAMPLE_I16] = PIXEL_I16,
    [SAMPLE_U32] = PIXEL_U32, [SAMPLE_I32] = PIXEL_I32, [SAMPLE_U64] = PIXEL_F32, [SAMPLE_I64] = PIXEL_F32,
    [SAMPLE_F16] = PIXEL_F32, [SAMPLE_F32] = PIXEL_F32, [SAMPLE_F64] = PIXEL_F32,
};

// The colour map with 16 bits per channel, so that one multiplication scales all four.
struct ramp {
    uint64_t colours[COLORMAP_ENTRIES + 1]; // the last one twice
};

// The pixel values that are between the limits.
struct domain {
    double low, high;  // the limits of the transfer function
    double origin;     // what the shader subtracts in integers before all else
    float first, last; // smallest and largest value in range, less origin
};

// What one bake works with.
struct bake {
    struct colour_table *table;
    const struct colour_recipe *recipe;
    struct limits limits; // the recipe's, low < high, within what float32 can hold
    struct transfer_curve curve;
    struct domain domain;
    struct ramp ramp;
    uint8_t special[SPECIAL_COUNT][4];
};

enum pixel_class pixel_class_of(enum sample_type type)
{
    return sample_classes[type];
}

size_t pixel_class_bytes(enum pixel_class pixel_class)
{
    return class_traits[pixel_class].bytes;
}

bool pixel_class_is_direct(enum pixel_class pixel_class)
{
    return class_traits[pixel_class].direct;
}

enum status colour_table_create(struct colour_table **table, struct error *error)
{
    struct colour_table *created = calloc(1, sizeof *created);
    if (created)
        created->rgba = calloc(COLOUR_TABLE_MAX + 4, sizeof *created->rgba);
    if (!created || !created->rgba) {
        free(created);
        return error_set(error, STATUS_NO_MEMORY, "no memory for the colour table");
    }
    *table = created;
    return STATUS_OK;
}

void colour_table_destroy(struct colour_table **table)
{
    if (!*table)
        return;
    free((*table)->rgba);
    free(*table);
    *table = NULL;
}

static double clamp(double value, double least, double most)
{
    return value > least ? (value < most ? value : most) : least;
}

// -- keys

static int32_t float_bits(float value)
{
    int32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static float bits_float(int32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

// The bit pattern as an integer that is ordered as the floats are.
static int32_t float_order(float value)
{
    int32_t bits = float_bits(value);
    return bits ^ ((bits >> 31) & 0x7fffffff);
}

// The index before any comparison with the limits. `relative` is the value less the origin.
static uint32_t raw_index(const struct colour_table *table, float relative)
{
    float u = relative - table->offset;
    return ((uint32_t)float_order(u) - (uint32_t)table->base) >> table->shift;
}

int colour_table_index_f32(const struct colour_table *table, float value)
{
    if (isnan(value))
        return table->entries + 3;
    if (isinf(value))
        return table->entries + 2;
    value *= table->scale;
    if (value < table->low)
        return 0;
    if (value > table->high)
        return table->entries + 1;
    return (int)raw_index(table, value);
}

int colour_table_index_u32(const struct colour_table *table, uint32_t value)
{
    if (value < (uint32_t)table->low_int)
        return 0;
    if (value > (uint32_t)table->high_int)
        return table->entries + 1;
    return (int)raw_index(table, (float)(value - (uint32_t)table->low_int));
}

int colour_table_index_i32(const struct colour_table *table, int32_t value)
{
    if (value < table->low_int)
        return 0;
    if (value > table->high_int)
        return table->entries + 1;
    return (int)raw_index(table, (float)((uint32_t)value - (uint32_t)table->low_int));
}

// -- colours

static void ramp_fill(struct ramp *ramp, const struct colormap *map, bool reversed)
{
    for (int i = 0; i < COLORMAP_ENTRIES; i++) {
        const uint8_t *rgb = map->rgb[reversed ? COLORMAP_ENTRIES - 1 - i : i];
        ramp->colours[i] = rgb[0] | (uint64_t)rgb[1] << 16 | (uint64_t)rgb[2] << 32 | (uint64_t)255 << 48;
    }
    ramp->colours[COLORMAP_ENTRIES] = ramp->colours[COLORMAP_ENTRIES - 1];
}

// The colours at positions t, interpolated to 1/256 of the way between the map's entries.
static void ramp_colours(const struct ramp *ramp, const float *t, int count, uint8_t (*rgba)[4])
{
    for (int i = 0; i < count; i++) {
        float clamped = t[i] > 0.0f ? (t[i] < 1.0f ? t[i] : 1.0f) : 0.0f;
        uint32_t position = (uint32_t)(int32_t)(clamped * (float)((COLORMAP_ENTRIES - 1) * 256) + 0.5f);
        const uint64_t *colours = &ramp->colours[position >> 8];
        uint64_t part = position & 255;
        uint64_t mixed = colours[0] * (256 - part) + colours[1] * part + 0x0080008000800080u;
        mixed = (mixed >> 8) & 0x00ff00ff00ff00ffu;
        mixed |= mixed >> 8;
        uint32_t bytes = (uint32_t)((mixed & 0xffff) | (mixed >> 16 & 0xffff0000u));
        memcpy(rgba[i], &bytes, sizeof bytes);
    }
}

static void fill_colour(uint8_t (*rgba)[4], int64_t count, const uint8_t colour[4])
{
    for (int64_t i = 0; i < count; i++)
        memcpy(rgba[i], colour, 4);
}

// The colours of all special values, those that are switched off included.
static void special_colours(struct bake *bake)
{
    static const float ends[2] = {0.0f, 1.0f};
    uint8_t end_colours[2][4];
    ramp_colours(&bake->ramp, ends, 2, end_colours);
    memcpy(bake->special[SPECIAL_UNDER], end_colours[0], 4);
    memcpy(bake->special[SPECIAL_OVER], end_colours[1], 4);
    memcpy(bake->special[SPECIAL_NAN], end_colours[0], 4);
    for (int i = 0; i < SPECIAL_COUNT; i++) {
        const struct special_colour *special = &bake->recipe->display->special[i];
        if (i == SPECIAL_INF)
            memcpy(bake->special[i], bake->special[SPECIAL_OVER], 4);
        if (special->on) {
            memcpy(bake->special[i], special->rgb, 3);
            bake->special[i][3] = 255;
        }
    }
}

// -- transfer

static void apply_log(const struct transfer_curve *curve, const float *x, int count, float *t)
{
    float steepness = (float)curve->steepness, scale = (float)curve->scale;
    if (steepness < 0.01f) {
        for (int i = 0; i < count; i++)
            t[i] = log1pf(steepness * x[i]) * scale;
        return;
    }
    for (int i = 0; i < count; i++)
        t[i] = logf(1.0f + steepness * x[i]) * scale;
}

static void apply_asinh(const struct transfer_curve *curve, const float *x, int count, float *t)
{
    float steepness = (float)curve->steepness, scale = (float)curve->scale;
    for (int i = 0; i < count; i++) {
        float y = steepness * x[i];
        t[i] = logf(y + sqrtf(y * y + 1.0f)) * scale;
    }
}

// Single precision is enough here: an error of 1e-5 in t is a fiftieth of a level on any built-in colour map.
static void apply_curve(const struct transfer_curve *curve, const float *x, int count, float *t)
{
    switch (curve->transfer.kind) {
    case TRANSFER_LOG:
        apply_log(curve, x, count, t);
        break;
    case TRANSFER_SQRT:
        for (int i = 0; i < count; i++)
            t[i] = sqrtf(x[i]);
        break;
    case TRANSFER_ASINH:
        apply_asinh(curve, x, count, t);
        break;
    case TRANSFER_POWER:
        for (int i = 0; i < count; i++)
            t[i] = powf(x[i], (float)curve->transfer.gamma);
        break;
    default:
        memcpy(t, x, (size_t)count * sizeof *t);
        break;
    }
}

// The colours of values at `count` positions x between the limits, which are clamped here.
static void bake_positions(const struct bake *bake, float *x, int count, uint8_t (*rgba)[4])
{
    float t[BLOCK];
    for (int i = 0; i < count; i++)
        x[i] = x[i] > 0.0f ? (x[i] < 1.0f ? x[i] : 1.0f) : 0.0f;
    apply_curve(&bake->curve, x, count, t);
    ramp_colours(&bake->ramp, t, count, rgba);
}

// The greatest change of t per relative change of x + knee.
static double slope_per_ratio(const struct transfer_curve *curve)
{
    switch (curve->transfer.kind) {
    case TRANSFER_LOG:
    case TRANSFER_ASINH:
        return curve->steepness >= 1.0 ? 1.5 * curve->scale : 2.0 * curve->steepness * curve->scale;
    case TRANSFER_SQRT:
        return 0.5;
    case TRANSFER_POWER:
        return curve->transfer.gamma < 1.0 ? curve->transfer.gamma : 2.0 * curve->transfer.gamma;
    default:
        return 2.0;
    }
}

// -- the domain

static struct limits limits_within_float(const struct limits *limits)
{
    struct limits within = {
        .low = clamp(limits->low, -float_limit, float_limit),
        .high = clamp(limits->high, -float_limit, float_limit),
    };
    if (!(within.low < within.high))
        within.high = nextafter(within.low, INFINITY);
    return within;
}

// Takes the limits from true values to what the shader compares: texels times the scale.
static void scale_limits(struct bake *bake)
{
    struct colour_table *table = bake->table;
    const struct limits texels = {
        .low =
            clamp(value_map_stored(&table->map, bake->limits.low) + bake->limits.low_rest, -FLT_MAX, FLT_MAX),
        .high = clamp(value_map_stored(&table->map, bake->limits.high) + bake->limits.high_rest, -FLT_MAX,
                      FLT_MAX),
    };
    const double largest = fmax(fabs(texels.low), fabs(texels.high));
    int power = 0;
    if (largest > float_limit)
        power = SCALE_DOWN;
    else if (texels.high - texels.low < least_range)
        power = (int)clamp(largest > 0 ? -ilogb(largest) : SCALE_MOST, 0, SCALE_MOST);
    table->scale = ldexpf(1, power);
    bake->limits = limits_within_float(
        &(struct limits){.low = ldexp(texels.low, power), .high = ldexp(texels.high, power)});
}

// The next bin of the histogram, as the shader compares its values.
static bool next_bin(const struct bake *bake, size_t *bin, double *low, double *high, uint64_t *count)
{
    const struct colour_table *table = bake->table;
    const struct histogram *histogram = bake->recipe->histogram;
    if (table->pixel_class != PIXEL_F32)
        return histogram_next(histogram, bin, low, high, count);
    if (!histogram_next_stored(histogram, bin, low, high, count))
        return false;
    // One that was counted for another frame may be stored by another map.
    if (!value_map_same(histogram_map(histogram), &table->map)) {
        *low = value_map_stored(&table->map, value_map_true(histogram_map(histogram), *low));
        *high = value_map_stored(&table->map, value_map_true(histogram_map(histogram), *high));
    }
    *low *= (double)table->scale;
    *high *= (double)table->scale;
    return true;
}

static void set_float_domain(struct bake *bake)
{
    float low = (float)bake->limits.low, high = (float)bake->limits.high;
    if (!(low < high))
        high = nextafterf(low, INFINITY);
    bake->table->low = low;
    bake->table->high = high;
    bake->domain = (struct domain){.low = (double)low, .high = (double)high, .first = low, .last = high};
}

// The integers between the limits. Where there are none in the type's range, one remains and takes the colour
// of what all values then are, because nothing is smaller than the smallest value or larger than the largest.
static void set_integer_domain(struct bake *bake)
{
    const struct pixel_class_traits *traits = &class_traits[bake->table->pixel_class];
    double low = bake->limits.low, high = bake->limits.high;
    int64_t first = (int64_t)clamp(ceil(low), (double)traits->min, (double)traits->max);
    int64_t last = (int64_t)clamp(floor(high), (double)traits->min, (double)traits->max);
    bake->table->low_int = (int32_t)(uint32_t)first;
    bake->table->high_int = (int32_t)(uint32_t)last;
    bake->domain = (struct domain){
        .low = low,
        .high = high,
        .origin = (double)first,
        .last = last > first ? (float)(uint32_t)(last - first) : 0.0f,
    };
}

// -- keyed tables

// Spreads the domain's keys from u = first - offset on over at most `most` entries. Returns their number.
static int place_entries(struct bake *bake, int most)
{
    struct colour_table *table = bake->table;
    int32_t first = float_order(bake->domain.first - table->offset);
    int32_t last = float_order(bake->domain.last - table->offset);
    uint32_t span = (uint32_t)last - (uint32_t)first;
    table->shift = 0;
    while ((span >> table->shift) + 1 > (uint32_t)most)
        table->shift++;
    table->base = (int32_t)((uint32_t)first - (1u << table->shift));
    return (int)(span >> table->shift) + 1;
}

// Puts the knee of the transfer function where the float pattern's octaves begin.
static void place_curve(struct bake *bake)
{
    struct colour_table *table = bake->table;
    const struct domain *domain = &bake->domain;
    // A little more than the knee, so that a linear scale stays within one octave and 16384 steps; never so
    // little that u is subnormal, which a GPU may flush to zero.
    double knee =
        fmax(transfer_curve_knee(&bake->curve) * bake->curve.range, (double)FLT_MIN) * (1.0 + 0x1p-9);
    table->offset = (float)(domain->low - domain->origin - knee);
    if (!(table->offset < domain->first))
        table->offset = nextafterf(domain->first, -INFINITY);
    double slope = slope_per_ratio(&bake->curve);
    int most = COLOUR_TABLE_KEYED;
    table->entries = place_entries(bake, most);
    while (most < COLOUR_TABLE_MAX && table->shift > 0 &&
           slope * ldexp(1.0, table->shift - 24) > position_tolerance)
        table->entries = place_entries(bake, most *= 2);
}

static void bake_entries(const struct bake *bake)
{
    const struct colour_table *table = bake->table;
    const struct domain *domain = &bake->domain;
    double scale = 1.0 / bake->curve.range;
    double shift = ((double)table->offset + domain->origin - domain->low) * scale;
    uint32_t center = (uint32_t)table->base + (1u << table->shift) + ((1u << table->shift) >> 1);
    float x[BLOCK];
    for (int begin = 0; begin < table->entries; begin += BLOCK) {
        int count = table->entries - begin < BLOCK ? table->entries - begin : BLOCK;
        for (int i = 0; i < count; i++) {
            float u = bits_float((int32_t)(center + ((uint32_t)(begin + i) << table->shift)));
            x[i] = (float)((double)u * scale + shift);
        }
        // The lowest value is by far the most frequent one in its entry (no counts, say): exact.
        if (begin == 0)
            x[0] = (float)(((double)domain->first + domain->origin - domain->low) * scale);
        bake_positions(bake, x, count, table->rgba + 1 + begin);
    }
}

static void bake_specials(const struct bake *bake)
{
    struct colour_table *table = bake->table;
    memcpy(table->rgba[0], bake->special[SPECIAL_UNDER], 4);
    memcpy(table->rgba[table->entries + 1], bake->special[SPECIAL_OVER], 4);
    memcpy(table->rgba[table->entries + 2], bake->special[SPECIAL_INF], 4);
    memcpy(table->rgba[table->entries + 3], bake->special[SPECIAL_NAN], 4);
    table->texels = table->entries + 4;
    if (table->pixel_class == PIXEL_F32)
        return;
    const struct pixel_class_traits *traits = &class_traits[table->pixel_class];
    if (bake->domain.low > (double)traits->max)
        memcpy(table->rgba[1], bake->special[SPECIAL_UNDER], 4);
    else if (bake->domain.high < (double)traits->min)
        memcpy(table->rgba[1], bake->special[SPECIAL_OVER], 4);
}

// -- direct tables

// The first and last index between the limits; first > last when there is none.
static void direct_span(const struct bake *bake, int *first, int *last)
{
    const struct pixel_class_traits *traits = &class_traits[bake->table->pixel_class];
    const struct limits *limits = &bake->limits;
    double min = (double)traits->min, max = (double)traits->max;
    *first = (int)(clamp(ceil(limits->low), min, max + 1) - min);
    *last = (int)(clamp(floor(limits->high), min - 1, max) - min);
}

static void bake_direct_outside(const struct bake *bake, int first, int last)
{
    struct colour_table *table = bake->table;
    fill_colour(table->rgba, first, bake->special[SPECIAL_UNDER]);
    fill_colour(table->rgba + last + 1, table->entries - last - 1, bake->special[SPECIAL_OVER]);
}

static void bake_direct(const struct bake *bake, int first, int last)
{
    double scale = 1.0 / bake->curve.range;
    double start = ((double)class_traits[bake->table->pixel_class].min - bake->curve.low) * scale;
    float x[BLOCK];
    for (int begin = first; begin <= last; begin += BLOCK) {
        int count = last - begin + 1 < BLOCK ? last - begin + 1 : BLOCK;
        for (int i = 0; i < count; i++)
            x[i] = (float)((double)(begin + i) * scale + start);
        bake_positions(bake, x, count, bake->table->rgba + begin);
    }
}

// -- equalisation

// The table indices between the limits, and how values that were counted are told to lie between them.
struct counted {
    int first, last;
    bool whole; // every bin is one integer and counts if it is between the limits; else whole bins do
};

static int counted_index(const struct bake *bake, double value)
{
    const struct colour_table *table = bake->table;
    if (class_traits[table->pixel_class].direct)
        return (int)(value - (double)class_traits[table->pixel_class].min);
    return (int)raw_index(table, (float)(value - bake->domain.origin));
}

static void store_sums(uint8_t (*rgba)[4], int from, int to, double sum)
{
    float stored = (float)sum;
    for (int i = from; i < to; i++)
        memcpy(rgba[i], &stored, sizeof stored);
}

// Writes the running sum of counts, as float32, where the colours will be. Returns the whole sum.
static double bake_sums(const struct bake *bake, const struct counted *counted)
{
    uint8_t(*rgba)[4] = bake->table->rgba;
    double low, high, sum = 0.0;
    uint64_t count;
    int filled = counted->first;
    for (size_t bin = 0; next_bin(bake, &bin, &low, &high, &count);) {
        if (counted->whole && (low < bake->limits.low || low > bake->limits.high))
            continue;
        int at = counted_index(bake, low);
        if (at < filled || at > counted->last)
            continue;
        store_sums(rgba, filled, at, sum);
        filled = at;
        sum += (double)count;
    }
    store_sums(rgba, filled, counted->last + 1, sum);
    return sum;
}

// Replaces the sums by colours.
static void bake_shares(const struct bake *bake, const struct counted *counted, double total)
{
    uint8_t(*rgba)[4] = bake->table->rgba;
    float t[BLOCK], scale = (float)(1.0 / total);
    for (int begin = counted->first; begin <= counted->last; begin += BLOCK) {
        int count = counted->last - begin + 1 < BLOCK ? counted->last - begin + 1 : BLOCK;
        memcpy(t, rgba + begin, (size_t)count * sizeof *t);
        for (int i = 0; i < count; i++)
            t[i] *= scale;
        ramp_colours(&bake->ramp, t, count, rgba + begin);
    }
}

// False if no value between the limits was counted.
static bool bake_equalized(const struct bake *bake, const struct counted *counted)
{
    double total = bake_sums(bake, counted);
    if (total <= 0.0)
        return false;
    bake_shares(bake, counted, total);
    return true;
}

// True if all that was counted between the limits are integers, each with a bin of its own. *first is the
// smallest value that was counted at all.
static bool counts_integers(const struct bake *bake, double *first)
{
    double low, high;
    uint64_t count;
    bool any = false;
    for (size_t bin = 0; next_bin(bake, &bin, &low, &high, &count);) {
        if (!any)
            *first = low;
        any = true;
        if (low > bake->limits.high)
            break;
        if (high >= bake->limits.low && (low != high || low != floor(low)))
            return false;
    }
    return any;
}

// For the means of small integers: one entry from each integer to the next. False if the table is too small.
static bool place_integers(struct bake *bake)
{
    struct colour_table *table = bake->table;
    struct domain *domain = &bake->domain;
    double smallest;
    if (!counts_integers(bake, &smallest))
        return false;
    if (table->pixel_class == PIXEL_F32) {
        // Limits far outside what 16 bits can hold are drawn in; no value that was counted lies there.
        domain->first = fmaxf(domain->first, smallest < 0.0 ? (float)INT16_MIN : 0.0f);
        domain->last = fminf(domain->last, smallest < 0.0 ? (float)INT16_MAX : (float)UINT16_MAX);
    }
    double first = floor((double)domain->first), count = floor((double)domain->last) - first + 1.0;
    if (count < 1.0 || count > COLOUR_TABLE_MAX)
        return false;
    int octave = 0;
    while (ldexp(1.0, octave) < count)
        octave++;
    table->low = domain->first;
    table->high = domain->last;
    table->offset = (float)(first - ldexp(1.0, octave));
    table->shift = 23 - octave;
    table->base = float_bits(ldexpf(1.0f, octave)) - (1 << table->shift);
    table->entries = (int)count;
    return true;
}

// The histogram's own bins, or as many of them together as the table needs to be large enough.
static void place_bins(struct bake *bake)
{
    struct colour_table *table = bake->table;
    // For an origin of 0 this is -0, which turns -0 into 0: v - -0.
    table->offset = -(float)bake->domain.origin;
    int64_t first = float_order(bake->domain.first - table->offset);
    int64_t last = float_order(bake->domain.last - table->offset);
    table->shift = HISTOGRAM_SHIFT;
    while ((last >> table->shift) - (first >> table->shift) + 1 > COLOUR_TABLE_MAX)
        table->shift++;
    table->base = (int32_t)(((uint32_t)(first >> table->shift) - 1u) << table->shift);
    table->entries = (int)((last >> table->shift) - (first >> table->shift)) + 1;
}

// -- the whole

static void set_domain(struct bake *bake)
{
    if (bake->table->pixel_class == PIXEL_F32)
        set_float_domain(bake);
    else if (!class_traits[bake->table->pixel_class].direct)
        set_integer_domain(bake);
    else
        bake->domain = (struct domain){.low = bake->limits.low, .high = bake->limits.high};
}

static void bake_direct_table(struct bake *bake, bool equalize)
{
    struct colour_table *table = bake->table;
    const struct pixel_class_traits *traits = &class_traits[table->pixel_class];
    struct counted counted = {.whole = true};
    table->entries = table->texels = (int)(traits->max - traits->min) + 1;
    direct_span(bake, &counted.first, &counted.last);
    bake_direct_outside(bake, counted.first, counted.last);
    if (!equalize || !bake_equalized(bake, &counted))
        bake_direct(bake, counted.first, counted.last);
}

static void bake_keyed_table(struct bake *bake, bool equalize)
{
    bool done = false;
    if (equalize) {
        struct counted counted = {.first = 1};
        counted.whole = place_integers(bake);
        if (!counted.whole) {
            set_domain(bake);
            place_bins(bake);
        }
        counted.last = bake->table->entries;
        done = bake_equalized(bake, &counted);
    }
    if (!done) {
        set_domain(bake);
        place_curve(bake);
        bake_entries(bake);
    }
    bake_specials(bake);
}

// The curve is that of the true limits (a logarithm's steepness depends on their distance from zero), placed
// where the shader compares.
static struct transfer_curve curve_for(const struct bake *bake, const struct transfer *transfer)
{
    const struct limits compared = {.low = bake->domain.low, .high = bake->domain.high},
                        *limits = &bake->recipe->contrast->limits;
    const bool moved = bake->table->scale != 1 || !value_map_is_identity(&bake->table->map);
    struct transfer_curve curve = transfer_curve_for(transfer, moved ? limits : &compared);
    curve.low = compared.low;
    curve.range = compared.high - compared.low;
    return curve;
}

void colour_table_bake(struct colour_table *table, enum pixel_class pixel_class,
                       const struct colour_recipe *recipe)
{
    struct bake bake = {.table = table, .recipe = recipe, .limits = recipe->contrast->limits};
    table->pixel_class = pixel_class;
    table->offset = table->low = table->high = 0.0f;
    table->scale = 1;
    table->map = recipe->map ? *recipe->map : (struct value_map){0};
    table->low_int = table->high_int = table->base = table->shift = 0;
    table->bias = class_traits[pixel_class].direct ? (int)-class_traits[pixel_class].min : 0;
    if (pixel_class == PIXEL_F32)
        scale_limits(&bake);
    else
        bake.limits = limits_within_float(&bake.limits);
    set_domain(&bake);
    struct transfer transfer = recipe->contrast->transfer;
    bool equalize = transfer.kind == TRANSFER_EQUALIZE && recipe->histogram;
    if (transfer.kind == TRANSFER_EQUALIZE)
        transfer.kind = TRANSFER_LINEAR;
    bake.curve = curve_for(&bake, &transfer);
    ramp_fill(&bake.ramp, recipe->colormap, display_is_reversed(recipe->display));
    special_colours(&bake);
    if (class_traits[pixel_class].direct)
        bake_direct_table(&bake, equalize);
    else
        bake_keyed_table(&bake, equalize);
}
