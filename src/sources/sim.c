// SPDX-License-Identifier: MIT
// The simulated detector: a powder and a rotating crystal on a detector of modules, every pixel on its own.
//
// A row is made in blocks of BLOCK_PIXELS: the expected counts (radial profile, spots, beam stop arm), then
// Poisson counts drawn with a counter-based hash as the only source of randomness, then defects and gaps.
#include "sources/sim_internal.h"

#include "base/size.h"
#include "image/mask.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// --- Pixels
// -----------------------------------------------------------------------------------------------------

// Columns [x, x + count) of row y, within one block.
struct span {
    int64_t x, y;
    int count;
};

// Expected counts without spots. The offset within the block is added to the block's own offset from the
// centre, so that the rounding is the same wherever the span begins.
static void lambda_profile(const struct sim_file *file, struct span span, float *lambda)
{
    int64_t block = span.x - span.x % BLOCK_PIXELS;
    float origin = (float)((double)block - file->centre_x);
    int first = (int)(span.x - block);
    float scale = (float)(1 / file->unit);
    float dy = (float)((double)span.y - file->centre_y) * scale;
    float dy_square = fmaxf(dy * dy, 0x1p-12f);
    const uint32_t lowest = (uint32_t)(PROFILE_LOWEST + 127) << PROFILE_BITS;
    for (int i = 0; i < span.count; i++) {
        float dx = (origin + (float)(first + i)) * scale;
        float dx_square = dx * dx;
        uint32_t index = (float_bits(dx_square + dy_square) >> (23 - PROFILE_BITS)) - lowest;
        const struct profile_entry *entry =
            &file->model->profile[index < PROFILE_COUNT ? index : PROFILE_COUNT - 1];
        lambda[i] = entry->lambda * (1 - dx_square * entry->polarisation);
    }
}

static void lambda_spot(const struct sim_file *file, struct span span, const struct spot *spot, float *lambda)
{
    double reach = 5 * file->spot_sigma;
    int64_t begin = int64_max((int64_t)ceil(spot->x - reach), span.x);
    int64_t end = int64_min((int64_t)floor(spot->x + reach) + 1, span.x + span.count);
    double narrow = -0.5 / (file->spot_sigma * file->spot_sigma);
    double dy = (double)span.y - spot->y;
    for (int64_t x = begin; x < end; x++) {
        double dx = (double)x - spot->x;
        lambda[x - span.x] += spot->peak * (float)exp(narrow * (dx * dx + dy * dy));
    }
}

static void lambda_spots(const struct sim_file *file, struct span span, float *lambda)
{
    double reach = 5 * file->spot_sigma;
    const struct spot_list *list = &file->spots;
    for (size_t i = sim_spots_search(list, (double)span.y - reach); i < list->count; i++) {
        if (list->spots[i].y > (double)span.y + reach)
            break;
        lambda_spot(file, span, &list->spots[i], lambda);
    }
}

// The arm goes from the beam stop to the lower edge.
static void lambda_arm(const struct sim_file *file, struct span span, float *lambda)
{
    if ((double)span.y < file->centre_y)
        return;
    double half = ARM_HALF * file->unit;
    int64_t begin = int64_max((int64_t)ceil(file->centre_x - half), span.x);
    int64_t end = int64_min((int64_t)floor(file->centre_x + half) + 1, span.x + span.count);
    for (int64_t x = begin; x < end; x++) {
        // The analyzer does not see that the profile has set the whole span before.
        // NOLINTNEXTLINE(clang-analyzer-core.uninitialized.Assign)
        lambda[x - span.x] *= ARM_SHADOW;
    }
}

// A count for a large expectation: the normal quantile with the first correction for the skewness.
static uint32_t count_large(const struct sim_model *model, float lambda, uint32_t word)
{
    const float *gauss = &model->gauss[word >> (32 - GAUSS_BITS)];
    float part = (float)(word & ((1u << (32 - GAUSS_BITS)) - 1)) * (1.0f / (float)(1u << (32 - GAUSS_BITS)));
    float z = gauss[0] + part * (gauss[1] - gauss[0]);
    float count = lambda + sqrtf(lambda) * z + (z * z - 1) * (1.0f / 6) + 0.5f;
    return count > 0 ? (uint32_t)count : 0;
}

static void counts_draw(const struct sim_model *model, struct span span, uint64_t row_key,
                        const float *lambda, uint32_t *counts)
{
    const uint32_t lowest = (uint32_t)(POISSON_LOWEST + 127) << POISSON_BITS;
    for (int i = 0; i < span.count; i++) {
        uint32_t word = pixel_word(row_key, (uint32_t)(span.x + i));
        float expected = fmaxf(lambda[i], 0x1p-6f);
        uint32_t index = (float_bits(expected) >> (23 - POISSON_BITS)) - lowest;
        if (index >= POISSON_COUNT) {
            counts[i] = count_large(model, expected, word);
            continue;
        }
        const struct poisson_table *table = &model->poisson[index];
        uint32_t k = table->start[word >> 24];
        while (word > table->cumulative[k])
            k++;
        counts[i] = k;
    }
}

// --- Sample types
// -----------------------------------------------------------------------------------------------

// Counts become samples; floats carry a calibration factor, so that they are not just integers.
#define CALIBRATION 0.75f

#define DEFINE_STORE_INTEGER(name, ctype, largest)                                                           \
    static void name(const uint32_t *counts, int count, void *out)                                           \
    {                                                                                                        \
        ctype *samples = out;                                                                                \
        for (int i = 0; i < count; i++)                                                                      \
            samples[i] = (ctype)(counts[i] < (largest) ? counts[i] : (largest));                             \
    }
// The largest value of u8, u16 and u32 is left to mark the gaps.
DEFINE_STORE_INTEGER(store_u8, uint8_t, UINT8_MAX - 1u)
DEFINE_STORE_INTEGER(store_i8, int8_t, (uint32_t)INT8_MAX)
DEFINE_STORE_INTEGER(store_u16, uint16_t, UINT16_MAX - 1u)
DEFINE_STORE_INTEGER(store_i16, int16_t, (uint32_t)INT16_MAX)
DEFINE_STORE_INTEGER(store_u32, uint32_t, UINT32_MAX - 1u)
DEFINE_STORE_INTEGER(store_i32, int32_t, (uint32_t)INT32_MAX)
DEFINE_STORE_INTEGER(store_u64, uint64_t, UINT32_MAX)
DEFINE_STORE_INTEGER(store_i64, int64_t, UINT32_MAX)
#undef DEFINE_STORE_INTEGER

// Binary16 of a value that is zero or at least 2^-14, rounded to nearest even and limited to the largest
// finite one.
static uint16_t half_of(float value)
{
    if (value < 0x1p-14f)
        return 0;
    uint32_t bits = float_bits(fminf(value, 65504));
    bits += 0xFFF + ((bits >> 13) & 1);
    return (uint16_t)((bits >> 13) - ((127 - 15) << 10));
}

static void store_f16(const uint32_t *counts, int count, void *out)
{
    uint16_t *samples = out;
    for (int i = 0; i < count; i++)
        samples[i] = half_of((float)counts[i] * CALIBRATION);
}

static void store_f32(const uint32_t *counts, int count, void *out)
{
    float *samples = out;
    for (int i = 0; i < count; i++)
        samples[i] = (float)counts[i] * CALIBRATION;
}

static void store_f64(const uint32_t *counts, int count, void *out)
{
    double *samples = out;
    for (int i = 0; i < count; i++)
        samples[i] = (double)counts[i] * (double)CALIBRATION;
}

// How a sample type is written, and the bit patterns of gaps (the maximum, -1 or NaN) and dead pixels (0 or
// -2).
static const struct {
    void (*store)(const uint32_t *counts, int count, void *out);
    uint64_t gap, dead;
    bool gap_is_max;
} sim_types[SAMPLE_COUNT] = {
    [SAMPLE_U8] = {store_u8, 0, 0, false},
    [SAMPLE_I8] = {store_i8, UINT64_MAX, UINT64_MAX - 1, false},
    [SAMPLE_U16] = {store_u16, UINT64_MAX, 0, true},
    [SAMPLE_I16] = {store_i16, UINT64_MAX, UINT64_MAX - 1, false},
    [SAMPLE_U32] = {store_u32, UINT64_MAX, 0, true},
    [SAMPLE_I32] = {store_i32, UINT64_MAX, UINT64_MAX - 1, false},
    [SAMPLE_U64] = {store_u64, UINT64_MAX, 0, true},
    [SAMPLE_I64] = {store_i64, UINT64_MAX, UINT64_MAX - 1, false},
    [SAMPLE_F16] = {store_f16, 0x7E00, 0, false},
    [SAMPLE_F32] = {store_f32, 0x7FC00000, 0, false},
    [SAMPLE_F64] = {store_f64, 0x7FF8000000000000, 0, false},
};

// --- Decoding
// ---------------------------------------------------------------------------------------------------

// Where the samples and classes of a row go; `classes` may be NULL.
struct row_out {
    int64_t x; // column of the first sample
    uint8_t *samples;
    uint8_t *classes;
    size_t sample_bytes;
    bool marked;
};

// Overwrites columns [begin, end) with a bit pattern and marks them.
static void row_fill(struct row_out *row, int64_t begin, int64_t end, uint64_t pattern, uint8_t class)
{
    for (int64_t x = begin; x < end; x++)
        memcpy(row->samples + (size_t)(x - row->x) * row->sample_bytes, &pattern, row->sample_bytes);
    if (!row->classes || begin >= end)
        return;
    memset(row->classes + (begin - row->x), class, (size_t)(end - begin));
    row->marked = true;
}

// The defects of the cell of DEFECT_CELL pixels at (cell, y) that lie within the span.
static void defects_of_cell(const struct sim_file *file, struct span span, int64_t cell, struct row_out *row)
{
    uint64_t hash = hash_words(file->spec.seed, 'd', (uint64_t)span.y, (uint64_t)cell);
    int64_t dead = cell * DEFECT_CELL + (int64_t)(hash & 0xFF);
    int64_t hot = cell * DEFECT_CELL + (int64_t)(hash >> 8 & 0xFF);
    int64_t end = span.x + span.count;
    if ((hash >> 16 & 0xFFF) < 60 && dead >= span.x && dead < end)
        row_fill(row, dead, dead + 1, sim_types[file->spec.type].dead, MASK_BIT(MASK_BAD));
    if ((hash >> 28 & 0xFFF) < 25 && hot != dead && hot >= span.x && hot < end) {
        uint32_t count = 4000 + (uint32_t)(hash >> 40) % 60000;
        _Alignas(8) uint8_t sample[sizeof(uint64_t)] = {0};
        sim_types[file->spec.type].store(&count, 1, sample);
        uint64_t pattern;
        memcpy(&pattern, sample, sizeof pattern);
        row_fill(row, hot, hot + 1, pattern, MASK_BIT(MASK_HOT));
    }
}

static void span_decode(const struct sim_file *file, struct span span, uint64_t row_key, struct row_out *row)
{
    float lambda[BLOCK_PIXELS];
    uint32_t counts[BLOCK_PIXELS];
    lambda_profile(file, span, lambda);
    lambda_spots(file, span, lambda);
    lambda_arm(file, span, lambda);
    counts_draw(file->model, span, row_key, lambda, counts);

    _Alignas(8) uint8_t samples[BLOCK_PIXELS * sizeof(uint64_t)];
    sim_types[file->spec.type].store(counts, span.count, samples);
    memcpy(row->samples + (size_t)(span.x - row->x) * row->sample_bytes, samples,
           (size_t)span.count * row->sample_bytes);
    for (int64_t cell = span.x / DEFECT_CELL; cell * DEFECT_CELL < span.x + span.count; cell++)
        defects_of_cell(file, span, cell, row);
}

static bool gap_list_has(const struct gap_list *list, int64_t at)
{
    for (int i = 0; i < list->count; i++) {
        if (at >= list->gaps[i].begin && at < list->gaps[i].end)
            return true;
    }
    return false;
}

static void row_decode(const struct sim_file *file, const struct rect *rect, int64_t y, int64_t frame,
                       struct row_out *row)
{
    int64_t end = rect->x + rect->width;
    uint64_t gap = sim_types[file->spec.type].gap;
    if (gap_list_has(&file->rows, y)) {
        row_fill(row, rect->x, end, gap, MASK_BIT(MASK_GAP));
        return;
    }
    uint64_t key = hash_words(file->spec.seed, 'p', (uint64_t)frame, (uint64_t)y);
    for (int64_t x = rect->x; x < end;) {
        int64_t stop = int64_min(end, x - x % BLOCK_PIXELS + BLOCK_PIXELS);
        struct span span = {.x = x, .y = y, .count = (int)(stop - x)};
        span_decode(file, span, key ^ mix64((uint64_t)x >> 32), row);
        x = stop;
    }
    for (int i = 0; i < file->columns.count; i++) {
        const struct gap *column = &file->columns.gaps[i];
        row_fill(row, int64_max(column->begin, rect->x), int64_min(column->end, end), gap,
                 MASK_BIT(MASK_GAP));
    }
}

static enum status sim_decode(struct image_file *base, const struct decode_request *request,
                              struct decode_report *report, struct error *error)
{
    struct sim_file *file = (struct sim_file *)base;
    sim_spots_prepare(file, request->frame);
    for (int64_t i = 0; i < request->rect.height; i++) {
        if (cancel_requested(request->cancel))
            return error_set(error, STATUS_CANCELLED, "%s: cancelled", base->path);
        struct row_out row = {
            .x = request->rect.x,
            .samples = (uint8_t *)request->pixels + (size_t)i * request->stride,
            .sample_bytes = sample_traits(file->spec.type)->bytes,
        };
        if (request->classes && file->spec.marked)
            row.classes = request->classes + (size_t)i * (size_t)request->rect.width;
        row_decode(file, &request->rect, request->rect.y + i, request->frame, &row);
        if (report && row.marked)
            report->any_class = true;
    }
    return STATUS_OK;
}

// --- Specification
// ----------------------------------------------------------------------------------------------

static const char sim_scheme[] = "sim:";

// One "key=value" or the size. Returns NULL, or what is wrong in words.
static const char *spec_apply(struct sim_spec *spec, char *word, bool first)
{
    char *value = strchr(word, '=');
    if (!value) {
        if (!first)
            return "expected KEY=VALUE after a comma (keys: type, seed, frames, mask)";
        return parse_size(word, &spec->width, &spec->height)
                   ? NULL
                   : "the size must be WIDTHxHEIGHT in pixels, such as sim:4148x4362";
    }
    *value++ = '\0';
    int64_t number;
    if (strcmp(word, "type") == 0)
        return sample_type_by_name(value, &spec->type)
                   ? NULL
                   : "the type must be one of u8 i8 u16 i16 u32 i32 u64 i64 f16 f32 f64";
    if (strcmp(word, "seed") == 0) {
        if (!parse_int64(value, &number))
            return "the seed must be an integer";
        spec->seed = (uint64_t)number;
        return NULL;
    }
    if (strcmp(word, "frames") == 0)
        return parse_int64(value, &spec->frames) && spec->frames > 0
                   ? NULL
                   : "the number of frames must be a positive integer";
    if (strcmp(word, "mask") != 0)
        return "unknown key (keys: type, seed, frames, mask)";
    if (strcmp(value, "no") != 0 && strcmp(value, "yes") != 0)
        return "mask must be yes or no";
    spec->marked = strcmp(value, "yes") == 0;
    return NULL;
}

static enum status spec_parse(const char *path, struct sim_spec *spec, struct error *error)
{
    *spec = (struct sim_spec){
        .width = 4148, .height = 4362, .frames = 10, .seed = 1, .type = SAMPLE_U16, .marked = true};
    char *copy = must_copy(path + strlen(sim_scheme));
    const char *fault = NULL;
    char *rest = copy;
    bool first = true;
    for (char *word; !fault && (word = strsep(&rest, ",")); first = false) {
        // The size may be left out: "sim:" and "sim:,type=u8".
        if (*word || !first)
            fault = spec_apply(spec, word, first);
    }
    free(copy);
    if (fault)
        return error_set(error, STATUS_USAGE, "%s: %s", path, fault);
    size_t bytes;
    if (!size_of_plane(spec->width, spec->height, sample_traits(spec->type)->bytes, &bytes) ||
        bytes > INT64_MAX)
        return error_set(error, STATUS_TOO_LARGE,
                         "%s: %" PRId64 " x %" PRId64 " pixels are more than can be addressed", path,
                         spec->width, spec->height);
    return STATUS_OK;
}

// The gaps between `modules` modules of `module` pixels with gaps of `gap`, scaled from their sum to `side`.
// Gaps are left out where they would be less than half a pixel.
static struct gap_list gaps_make(int64_t side, int modules, int module, int gap)
{
    struct gap_list list = {0};
    double scale = (double)side / (modules * module + (modules - 1) * gap);
    if (gap * scale < 0.5)
        return list;
    for (int i = 0; i + 1 < modules; i++) {
        int64_t begin = llround((double)((i + 1) * module + i * gap) * scale);
        int64_t end = llround((double)((i + 1) * (module + gap)) * scale);
        list.gaps[list.count++] = (struct gap){begin, int64_max(end, begin + 1)};
    }
    return list;
}

// --- The reader
// -------------------------------------------------------------------------------------------------

static int sim_probe(const uint8_t *head, size_t count, const char *path)
{
    (void)head;
    (void)count;
    return strncmp(path, sim_scheme, strlen(sim_scheme)) == 0 ? 100 : 0;
}

static struct sim_file *sim_file_make(const char *path, const struct sim_spec *spec, struct sim_model *model)
{
    struct sim_file *file = must_alloc(sizeof *file);
    file->base = (struct image_file){.reader = &sim_reader, .path = must_copy(path), .frames = spec->frames};
    file->spec = *spec;
    file->model = model;
    file->centre_x = 0.4875 * (double)spec->width;
    file->centre_y = 0.5130 * (double)spec->height;
    file->unit = 0.5 * (double)int64_max(spec->width, spec->height);
    file->spot_sigma = fmax(0.8, 1.15 * file->unit / 2181);
    // Modules and gaps of a detector of 4148 x 4362 pixels.
    file->columns = gaps_make(spec->width, 4, 1028, 12);
    file->rows = gaps_make(spec->height, 8, 512, 38);
    file->spots.frame = -1;
    return file;
}

static enum status sim_open(const struct open_request *request, struct image_file **file, struct error *error)
{
    if (sim_probe(NULL, 0, request->path) == 0)
        return error_set(error, STATUS_NOT_MINE, "%s: not a simulation (sim:WIDTHxHEIGHT)", request->path);
    struct sim_spec spec;
    enum status status = spec_parse(request->path, &spec, error);
    if (status != STATUS_OK)
        return status;
    *file = &sim_file_make(request->path, &spec, sim_model_create())->base;
    return STATUS_OK;
}

static enum status sim_clone(struct image_file *base, struct image_file **copy, struct error *error)
{
    (void)error;
    struct sim_file *file = (struct sim_file *)base;
    atomic_fetch_add(&file->model->users, 1);
    *copy = &sim_file_make(base->path, &file->spec, file->model)->base;
    return STATUS_OK;
}

static void sim_close(struct image_file *base)
{
    struct sim_file *file = (struct sim_file *)base;
    sim_model_drop(file->model);
    free(file->spots.spots);
    free(base->path);
    free(file);
}

static enum status sim_frame_info(struct image_file *base, int64_t frame, struct frame_info *info,
                                  struct error *error)
{
    (void)frame;
    (void)error;
    const struct sim_spec *spec = &((struct sim_file *)base)->spec;
    *info = (struct frame_info){
        .width = spec->width,
        .height = spec->height,
        .type = spec->type,
        .chunk_width = spec->width,
        .chunk_height = 1,
        .sentinels.max_is_no_data = spec->marked && sim_types[spec->type].gap_is_max,
    };
    snprintf(info->format, sizeof info->format, "simulated");
    snprintf(info->compression, sizeof info->compression, "none");
    return STATUS_OK;
}

static enum status sim_metadata(struct image_file *base, int64_t frame, struct text *out, struct error *error)
{
    (void)error;
    const struct sim_file *file = (struct sim_file *)base;
    text_append(out, "Detector\tSimulated, 4 x 8 modules\n");
    text_append(out, "Sample\t模拟样品 (LaB6 powder and a tetragonal crystal)\n");
    text_printf(out, "Seed\t%" PRIu64 "\n", file->spec.seed);
    text_printf(out, "Beam centre x [pixel]\t%.2f\n", file->centre_x);
    text_printf(out, "Beam centre y [pixel]\t%.2f\n", file->centre_y);
    text_printf(out, "Wavelength [angstrom]\t%.4f\n", WAVELENGTH);
    text_append(out, "Pixel size [um]\t75\n");
    text_printf(out, "Distance [mm]\t%.3f\n", file->unit * 0.075 / UNIT_TANGENT);
    text_printf(out, "Rotation angle [degree]\t%.1f\n", (double)(frame % 360));
    return STATUS_OK;
}

static const char *const sim_extensions[] = {NULL};

const struct reader sim_reader = {
    .name = "sim",
    .description = "simulated detector",
    .extensions = sim_extensions,
    .probe = sim_probe,
    .open = sim_open,
    .frame_info = sim_frame_info,
    .decode = sim_decode,
    .clone = sim_clone,
    .metadata = sim_metadata,
    .close = sim_close,
};
