// SPDX-License-Identifier: MIT
// A cascade of levels: every two rows of one level complete a row of the next, which is handed on at once.
//
// A cell carries its value and its weight, the share (0 to 1) of the pixels it covers that count. The
// weighted mean of four cells is then that of all pixels below them; weights never exceed 1, so no sum of
// finite values overflows, and being multiples of a power of two they are exact.
#include "image/reduce.h"

#include "base/size.h"
#include "base/text.h"
#include "image/clones.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    SMALLEST_SIDE = 64, // no further level is worth keeping when both sides are at most this
    RUN = REDUCE_RUN,   // values that take the short way together when all of them count fully
    RUN_CELLS = RUN / 2 // what they become in the next level
};

// One level under construction. The arrays hold one entry per cell of the present row.
struct level {
    int64_t width;
    int64_t capacity, rows; // rows that fit and rows that are done
    float *out;             // capacity x width: the reducer's or the caller's
    float *total;           // mean mode: sum of weight / 4 * value; max mode: the largest value that counts
    float *weight;
    float *first; // the upper left child, shown where nothing counts
    // One for each run of cells: all below them counts so far, so that `weight` and `first` are not filled
    // in; once both rows are in the means are in `out` already.
    uint8_t *clean;
    bool half; // the first of the two rows below is in
};

struct reducer {
    int64_t width, max_rows;
    int levels;
    enum reduce_mode mode;
    float *values;                             // of all levels, where the caller has no room for them
    uint8_t *valid;                            // for rows that come without, but do have NaN or Inf
    struct level level[REDUCE_MAX_LEVELS + 1]; // from 1
};

int64_t reduce_side(int64_t side, int level)
{
    return int64_ceil_div(side, (int64_t)1 << level);
}

int reduce_level_count(int64_t width, int64_t height)
{
    int levels = 0;
    while (levels < REDUCE_MAX_LEVELS &&
           int64_max(reduce_side(width, levels), reduce_side(height, levels)) > SMALLEST_SIDE)
        levels++;
    return levels;
}

bool reducer_values(int64_t width, int64_t max_rows, int levels, size_t *values)
{
    *values = 0;
    for (int level = 1; level <= levels; level++) {
        size_t of_level;
        if (!size_of_plane(reduce_side(width, level), reduce_side(max_rows, level), 1, &of_level) ||
            !size_add(*values, of_level, values))
            return false;
    }
    return true;
}

static bool level_create(struct level *level, int64_t width, int64_t rows)
{
    *level = (struct level){.width = width, .capacity = rows};
    size_t row_bytes = (size_t)width * sizeof(float);
    level->total = malloc(row_bytes);
    level->weight = malloc(row_bytes);
    level->first = malloc(row_bytes);
    level->clean = malloc((size_t)int64_ceil_div(width, RUN_CELLS));
    return level->total && level->weight && level->first && level->clean;
}

enum status reducer_create(int64_t width, int64_t max_rows, int levels, enum reduce_mode mode,
                           struct reducer **reducer, struct error *error)
{
    struct reducer *made = must_alloc(sizeof *made);
    size_t values = 0, bytes = 0;
    made->width = width;
    made->max_rows = max_rows;
    made->levels = levels < REDUCE_MAX_LEVELS ? levels : REDUCE_MAX_LEVELS;
    made->mode = mode;
    bool good = width > 0 && max_rows > 0 && reducer_values(width, max_rows, made->levels, &values) &&
                size_multiply(values, sizeof *made->values, &bytes);
    for (int l = 1; good && l <= made->levels; l++)
        good = level_create(&made->level[l], reduce_side(width, l), reduce_side(max_rows, l));
    made->valid = good ? malloc((size_t)width) : NULL;
    made->values = good ? malloc(bytes ? bytes : 1) : NULL;
    if (!made->valid || !made->values) {
        reducer_destroy(&made);
        return error_set(error, STATUS_NO_MEMORY, "no memory for the reduced levels of %lld x %lld pixels",
                         (long long)width, (long long)max_rows);
    }
    *reducer = made;
    return STATUS_OK;
}

void reducer_destroy(struct reducer **reducer)
{
    if (!*reducer)
        return;
    for (int l = 1; l <= (*reducer)->levels; l++) {
        struct level *level = &(*reducer)->level[l];
        free(level->total);
        free(level->weight);
        free(level->first);
        free(level->clean);
    }
    free((*reducer)->valid);
    free((*reducer)->values);
    free(*reducer);
    *reducer = NULL;
}

bool reducer_fits(const struct reducer *reducer, int64_t width, int64_t max_rows, int levels,
                  enum reduce_mode mode)
{
    return reducer->width == width && reducer->max_rows == max_rows && reducer->levels == levels &&
           reducer->mode == mode;
}

void reducer_begin(struct reducer *reducer, float *out)
{
    out = out ? out : reducer->values;
    for (int l = 1; l <= reducer->levels; l++) {
        struct level *level = &reducer->level[l];
        level->rows = 0;
        level->half = false;
        level->out = out;
        out += level->capacity * level->width;
    }
}

// Empties the cells before the first of two rows; the pairs' left values are the upper left children.
IMAGE_CLONES static void cells_start(struct level *level, const float *values, size_t from, size_t cells,
                                     float nothing)
{
    for (size_t i = from; i < from + cells; i++) {
        level->total[i] = nothing;
        level->weight[i] = 0;
        level->first[i] = values[2 * (i - from)];
    }
}

// The first of two rows of values that all count fully, and the second.
IMAGE_CLONES static void cells_start_clean(float *restrict total, const float *restrict values, size_t cells)
{
    for (size_t i = 0; i < cells; i++)
        total[i] = 0.25F * values[2 * i] + 0.25F * values[2 * i + 1];
}

IMAGE_CLONES static void cells_add_clean(const float *restrict total, const float *restrict values,
                                         size_t cells, float *restrict out)
{
    for (size_t i = 0; i < cells; i++)
        out[i] = total[i] + (0.25F * values[2 * i] + 0.25F * values[2 * i + 1]);
}

IMAGE_CLONES static void cells_start_max_clean(float *restrict total, const float *restrict values,
                                               size_t cells)
{
    for (size_t i = 0; i < cells; i++)
        total[i] = values[2 * i] > values[2 * i + 1] ? values[2 * i] : values[2 * i + 1];
}

IMAGE_CLONES static void cells_max_clean(const float *restrict total, const float *restrict values,
                                         size_t cells, float *restrict out)
{
    for (size_t i = 0; i < cells; i++) {
        float left = values[2 * i], right = values[2 * i + 1];
        float larger = left > right ? left : right;
        out[i] = larger > total[i] ? larger : total[i];
    }
}

// Values without weight may be NaN and are replaced before they meet any arithmetic. All are loaded, so that
// it is vector code without a branch.
IMAGE_CLONES static void cells_add(float *restrict total, float *restrict weight,
                                   const float *restrict values, const float *restrict weights, size_t cells)
{
    for (size_t i = 0; i < cells; i++) {
        const float left_weight = 0.25F * weights[2 * i], right_weight = 0.25F * weights[2 * i + 1];
        float left = values[2 * i], right = values[2 * i + 1];
        left = left_weight > 0 ? left : 0;
        right = right_weight > 0 ? right : 0;
        total[i] += left * left_weight + right * right_weight;
        weight[i] += left_weight + right_weight;
    }
}

IMAGE_CLONES static void cells_max(float *restrict total, float *restrict weight,
                                   const float *restrict values, const float *restrict weights, size_t cells)
{
    for (size_t i = 0; i < cells; i++) {
        const float left_weight = weights[2 * i], right_weight = weights[2 * i + 1];
        float left = values[2 * i], right = values[2 * i + 1];
        left = left_weight > 0 ? left : -INFINITY;
        right = right_weight > 0 ? right : -INFINITY;
        const float larger = left > right ? left : right, before = total[i];
        total[i] = larger > before ? larger : before;
        weight[i] += 0.25F * (left_weight + right_weight);
    }
}

static bool has_room(const struct level *level)
{
    return level->rows < level->capacity;
}

// Where the present row of a level is to stay; without room for it, where clean runs may leave it.
static float *present_row(const struct level *level)
{
    return has_room(level) ? level->out + level->rows * level->width : level->first;
}

// Adds a run of values that all count fully to a run of cells for which that has been so until now. With the
// second row they are finished.
static void run_add_clean(const struct level *level, enum reduce_mode mode, size_t run, const float *values,
                          size_t cells)
{
    float *total = level->total + run * RUN_CELLS, *out = present_row(level) + run * RUN_CELLS;
    if (mode == REDUCE_MAX)
        level->half ? cells_max_clean(total, values, cells, out)
                    : cells_start_max_clean(total, values, cells);
    else
        level->half ? cells_add_clean(total, values, cells, out) : cells_start_clean(total, values, cells);
}

// Writes down the weights of a clean run that has one row of two, for the way that looks at them.
static void run_weigh(struct level *level, size_t run)
{
    const size_t from = run * RUN_CELLS, rest = (size_t)level->width - from;
    for (size_t i = from; i < from + (rest < RUN_CELLS ? rest : RUN_CELLS); i++) {
        level->weight[i] = 0.5F;
        level->first[i] = 0;
    }
    level->clean[run] = false;
}

// Adds a run of values of which some do not count fully. An odd last value is paired with one of no weight.
static void run_add(struct level *level, enum reduce_mode mode, size_t run, const float *values,
                    const float *weights, size_t count)
{
    const size_t from = run * RUN_CELLS, pairs = count / 2;
    float *total = level->total + from, *weight = level->weight + from;
    if (!level->half)
        cells_start(level, values, from, (count + 1) / 2, mode == REDUCE_MAX ? -INFINITY : 0);
    else if (level->clean[run])
        run_weigh(level, run);
    level->clean[run] = false;
    const float last[2] = {values[count - 1], 0}, last_weight[2] = {weights[count - 1], 0};
    if (mode == REDUCE_MAX)
        cells_max(total, weight, values, weights, pairs);
    else
        cells_add(total, weight, values, weights, pairs);
    if (count % 2 != 0 && mode == REDUCE_MAX)
        cells_max(total + pairs, weight + pairs, last, last_weight, 1);
    else if (count % 2 != 0)
        cells_add(total + pairs, weight + pairs, last, last_weight, 1);
}

// Adds a run of the row below to the present row of cells. `weights` NULL = all count fully.
static void level_add(struct level *level, enum reduce_mode mode, size_t run, const float *values,
                      const float *weights, size_t count)
{
    if (!weights && count % 2 == 0 && (!level->half || level->clean[run])) {
        level->clean[run] = true;
        run_add_clean(level, mode, run, values, count / 2);
        return;
    }
    float ones[RUN];
    for (size_t i = 0; !weights && i < count; i++)
        ones[i] = 1;
    run_add(level, mode, run, values, weights ? weights : ones, count);
}

// Division also where it is by zero, and a choice afterwards: that is vector code.
IMAGE_CLONES static void cells_mean(const struct level *level, size_t from, size_t cells, float *restrict out)
{
    const float *restrict total = level->total + from, *restrict weight = level->weight + from,
                          *restrict first = level->first + from;
    for (size_t i = 0; i < cells; i++) {
        float mean = total[i] / (weight[i] > 0 ? weight[i] : 1);
        out[i] = weight[i] > 0 ? mean : first[i];
    }
}

IMAGE_CLONES static void cells_largest(const struct level *level, size_t from, size_t cells,
                                       float *restrict out)
{
    for (size_t i = 0; i < cells; i++)
        out[i] = level->weight[from + i] > 0 ? level->total[from + i] : level->first[from + i];
}

static size_t cells_of(const struct level *level, size_t run)
{
    const size_t rest = (size_t)level->width - run * RUN_CELLS;
    return rest < RUN_CELLS ? rest : RUN_CELLS;
}

static void finish_run(const struct reducer *reducer, const struct level *level, size_t run, float *out)
{
    const size_t from = run * RUN_CELLS, cells = cells_of(level, run);
    if (level->clean[run])
        return;
    if (reducer->mode == REDUCE_MAX)
        cells_largest(level, from, cells, out + from);
    else
        cells_mean(level, from, cells, out + from);
}

// The weights of the `count` cells of a finished row from `run` on, which is even; NULL if all are full.
static const float *finished_weights(struct level *level, size_t run, size_t count)
{
    const bool two = count > RUN_CELLS;
    if (level->clean[run] && (!two || level->clean[run + 1]))
        return NULL;
    float *weights = level->weight + run * RUN_CELLS;
    for (size_t i = 0; level->clean[run] && i < RUN_CELLS; i++)
        weights[i] = 1;
    for (size_t i = RUN_CELLS; two && level->clean[run + 1] && i < count; i++)
        weights[i] = 1;
    return weights;
}

static void hand_on(enum reduce_mode mode, struct level *level, const float *out, struct level *next)
{
    const size_t width = (size_t)level->width;
    for (size_t at = 0; at < width; at += RUN) {
        const size_t count = width - at < RUN ? width - at : RUN;
        const float *weights = finished_weights(level, at / RUN_CELLS, count);
        level_add(next, mode, at / RUN, out + at, weights, count);
    }
}

// Hands the finished row of a level on. True if that completes a row of the next.
static bool pass_on(struct reducer *reducer, int l)
{
    struct level *level = &reducer->level[l], *next = level + 1;
    const float *out = present_row(level);
    level->half = false;
    level->rows++;
    if (l == reducer->levels)
        return false;
    hand_on(reducer->mode, level, out, next);
    next->half = !next->half;
    return !next->half;
}

// Completes the present row of a level and hands it to the next, as far as that completes rows in turn.
static void level_complete(struct reducer *reducer, int l)
{
    for (bool more = true; more; l++) {
        struct level *level = &reducer->level[l];
        level->half = false;
        if (!has_room(level))
            return;
        for (size_t run = 0; run * RUN_CELLS < (size_t)level->width; run++)
            finish_run(reducer, level, run, present_row(level));
        more = pass_on(reducer, l);
    }
}

IMAGE_CLONES static bool all_finite(const float *values, size_t count)
{
    uint32_t other = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &values[i], sizeof bits);
        other |= (bits & 0x7F800000U) == 0x7F800000U;
    }
    return other == 0;
}

// The valid bytes of a row that came without: NULL when every value is finite, as it should be.
static const uint8_t *row_valid(struct reducer *reducer, const float *values)
{
    size_t width = (size_t)reducer->width;
    if (all_finite(values, width))
        return NULL;
    for (size_t i = 0; i < width; i++)
        reducer->valid[i] = isfinite(values[i]) != 0;
    return reducer->valid;
}

// Level 1 from level 0, in runs short enough that clean ones are common in an image with gaps.
static void first_level_add(struct reducer *reducer, const float *values, const uint8_t *valid)
{
    size_t width = (size_t)reducer->width;
    for (size_t at = 0; at < width; at += RUN) {
        size_t count = width - at < RUN ? width - at : RUN;
        float weights[RUN];
        bool clean = !valid || !memchr(valid + at, 0, count);
        for (size_t i = 0; !clean && i < count; i++)
            weights[i] = valid[at + i] ? 1 : 0;
        level_add(&reducer->level[1], reducer->mode, at / RUN, values + at, clean ? NULL : weights, count);
    }
}

static void add_row(struct reducer *reducer, const float *values, const uint8_t *valid)
{
    first_level_add(reducer, values, valid);
    bool complete = reducer->level[1].half;
    reducer->level[1].half = true;
    if (complete)
        level_complete(reducer, 1);
}

void reducer_row(struct reducer *reducer, const float *values, const uint8_t *valid)
{
    if (reducer->levels > 0)
        add_row(reducer, values, valid ? valid : row_valid(reducer, values));
}

void reducer_whole_row(struct reducer *reducer, const float *values)
{
    if (reducer->levels > 0)
        add_row(reducer, values, NULL);
}

bool reducer_takes_pairs(const struct reducer *reducer, enum sample_type type)
{
    return reducer->levels > 0 && reducer->mode == REDUCE_MEAN && pairs_take(type);
}

// A run of which some samples are large, by way of floats.
static void pair_add_floats(struct reducer *reducer, size_t run, const struct row_pair *pair, size_t count)
{
    struct level *level = &reducer->level[1];
    float values[RUN], weights[RUN];
    for (int row = 0; row < 2; row++) {
        const uint8_t *valid = row ? pair->lower_valid : pair->upper_valid;
        sample_row_to_float(pair->type, row ? pair->lower : pair->upper, count, values);
        for (size_t i = 0; valid && i < count; i++)
            weights[i] = valid[i] ? 1 : 0;
        level->half = row > 0;
        level_add(level, reducer->mode, run, values, valid ? weights : NULL, count);
    }
    finish_run(reducer, level, run, present_row(level));
    level->half = false;
}

static bool all_valid(const struct row_pair *pair, size_t count)
{
    return (!pair->upper_valid || !memchr(pair->upper_valid, 0, count)) &&
           (!pair->lower_valid || !memchr(pair->lower_valid, 0, count));
}

// The samples from `from` on.
static struct row_pair part_of(const struct row_pair *pair, size_t from)
{
    const size_t bytes = sample_traits(pair->type)->bytes;
    return (struct row_pair){.type = pair->type,
                             .upper = (const unsigned char *)pair->upper + from * bytes,
                             .lower = (const unsigned char *)pair->lower + from * bytes,
                             .upper_valid = pair->upper_valid ? pair->upper_valid + from : NULL,
                             .lower_valid = pair->lower_valid ? pair->lower_valid + from : NULL};
}

// A run of which some samples do not count, in short parts, of which most have no such ones. False if some
// are large.
static bool pair_in_parts(const struct row_pair *pair, size_t count, float *means, float *shares)
{
    enum { PART = 64 };
    bool good = true;
    for (size_t at = 0; good && at < count; at += PART) {
        const size_t now = count - at < PART ? count - at : PART;
        const struct row_pair part = part_of(pair, at);
        const bool valid = all_valid(&part, now);
        good = valid ? pairs_mean(&part, now / 2, means + at / 2)
                     : pairs_mean_of_valid(&part, now / 2, means + at / 2, shares + at / 2);
        for (size_t i = at / 2; valid && i < (at + now) / 2; i++)
            shares[i] = 1;
    }
    return good;
}

static void pair_run(struct reducer *reducer, size_t run, const struct row_pair *pair, size_t count)
{
    struct level *level = &reducer->level[1];
    const size_t from = run * RUN_CELLS;
    float *out = present_row(level) + from;
    const bool clean = all_valid(pair, count);
    if (count % 2 == 0 &&
        (clean ? pairs_mean(pair, count / 2, out) : pair_in_parts(pair, count, out, level->weight + from)))
        level->clean[run] = clean;
    else
        pair_add_floats(reducer, run, pair, count);
}

void reducer_pair(struct reducer *reducer, size_t at, const struct row_pair *pair, size_t count)
{
    for (size_t done = 0; has_room(&reducer->level[1]) && done < count; done += RUN) {
        const struct row_pair run = part_of(pair, done);
        pair_run(reducer, (at + done) / RUN, &run, count - done < RUN ? count - done : RUN);
    }
}

void reducer_pair_end(struct reducer *reducer)
{
    if (has_room(&reducer->level[1]) && pass_on(reducer, 1))
        level_complete(reducer, 2);
}

void reducer_end(struct reducer *reducer)
{
    for (int l = 1; l <= reducer->levels; l++) {
        struct level *level = &reducer->level[l];
        if (!level->half)
            continue;
        for (size_t run = 0; run * RUN_CELLS < (size_t)level->width; run++) {
            if (level->clean[run])
                run_weigh(level, run);
        }
        level_complete(reducer, l);
    }
}

const float *reducer_level(const struct reducer *reducer, int level, int64_t *rows)
{
    *rows = reducer->level[level].rows;
    return reducer->level[level].out;
}
