// SPDX-License-Identifier: MIT
// Images in memory as a reader, loading, drawing and comparing.
#include "support/render_fixture.h"

#include "support/pool.h"

#include "base/size.h"
#include "base/text.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// --- images ---

static const uint8_t reader_bits =
    MASK_BIT(MASK_GAP) | MASK_BIT(MASK_BAD) | MASK_BIT(MASK_HOT) | MASK_BIT(MASK_SATURATED);

struct test_image *test_image_create(enum sample_type type, int64_t width, int64_t height)
{
    struct test_image *image = must_alloc(sizeof *image);
    const size_t pixels = (size_t)(width * height);
    *image = (struct test_image){.type = type, .width = width, .height = height, .chunk_height = 1};
    image->samples = must_alloc(pixels * sample_traits(type)->bytes);
    image->values = must_alloc(pixels * sizeof *image->values);
    image->classes = must_alloc(pixels);
    image->mask = must_alloc(pixels);
    return image;
}

void test_image_destroy(struct test_image **image)
{
    free((*image)->samples);
    free((*image)->values);
    free((*image)->classes);
    free((*image)->mask);
    free(*image);
    *image = NULL;
}

// The binary16 pattern nearest to a value.
static uint16_t half_of(double value)
{
    const uint16_t sign = signbit(value) ? 0x8000 : 0;
    const double size = fabs(value);
    if (isnan(value))
        return 0x7e00;
    if (size >= 65520)
        return sign | 0x7c00;
    int exponent;
    frexp(size, &exponent);
    exponent = exponent < -13 ? -13 : exponent; // of the leading bit, plus 1; below it are the subnormals
    const uint16_t steps = (uint16_t)nearbyint(ldexp(size, 11 - exponent)); // of the last place
    return (uint16_t)(sign + ((exponent + 13) << 10) + steps);
}

static double whole(enum sample_type type, double value)
{
    const struct sample_traits *traits = sample_traits(type);
    if (traits->is_float)
        return value;
    if (!(value > traits->min))
        return traits->min;
    return value < traits->max ? floor(value) : traits->max;
}

#define STORE(c_type, from)                                                                                  \
    do {                                                                                                     \
        const c_type sample = (c_type)(from);                                                                \
        memcpy(at, &sample, sizeof sample);                                                                  \
    } while (0)

static void store(enum sample_type type, double value, void *at)
{
    value = whole(type, value);
    switch (type) {
    case SAMPLE_U8:
        STORE(uint8_t, value);
        break;
    case SAMPLE_I8:
        STORE(int8_t, value);
        break;
    case SAMPLE_U16:
        STORE(uint16_t, value);
        break;
    case SAMPLE_I16:
        STORE(int16_t, value);
        break;
    case SAMPLE_U32:
        STORE(uint32_t, value);
        break;
    case SAMPLE_I32:
        STORE(int32_t, value);
        break;
    case SAMPLE_U64:
        STORE(uint64_t, value >= 0x1p64 ? UINT64_MAX : (uint64_t)value);
        break;
    case SAMPLE_I64:
        STORE(int64_t, value >= 0x1p63 ? INT64_MAX : (int64_t)value);
        break;
    case SAMPLE_F16:
        STORE(uint16_t, half_of(value));
        break;
    case SAMPLE_F32:
        STORE(float, value);
        break;
    default:
        STORE(double, value);
        break;
    }
}
#undef STORE

void test_image_set(struct test_image *image, int64_t x, int64_t y, double value)
{
    const size_t index = (size_t)(y * image->width + x);
    char *at = image->samples + index * sample_traits(image->type)->bytes;
    // The largest values of 32 and 64 bits are marks of any file, and masks are made by test_image_mark here.
    if (image->type == SAMPLE_U32)
        value = value > UINT32_MAX - 2.0 ? UINT32_MAX - 2.0 : value;
    else if (image->type == SAMPLE_U64)
        value = value > 0x1.fffffffffffffp63 ? 0x1.fffffffffffffp63 : value;
    store(image->type, value, at);
    image->values[index] = sample_value(image->type, at);
    if (sample_storage_type(image->type) == SAMPLE_F32)
        image->values[index] = (double)(float)image->values[index];
}

static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15U;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9U;
    z = (z ^ z >> 27) * 0x94D049BB133111EBU;
    return z ^ z >> 31;
}

static double random_value(enum sample_type type, uint64_t *state, bool specials)
{
    static const double rare[] = {NAN, INFINITY, -INFINITY, 0.0, -0.0, 1e-3, -1e-3, 0.5};
    const struct sample_traits *traits = sample_traits(type);
    const uint64_t kind = next_random(state) % 32;
    const double unit = (double)(next_random(state) >> 11) * 0x1p-53;
    if (kind < 2 && specials)
        return rare[next_random(state) % 8];
    if (kind == 2)
        return unit < 0.5 ? traits->min : traits->max;
    if (kind == 3)
        return traits->min + unit * (traits->max / 2 - traits->min / 2) * 2;
    if (kind < 8)
        return unit * 20;
    return unit * 4060 - 60;
}

void test_image_fill(struct test_image *image, uint64_t seed, bool specials)
{
    for (int64_t y = 0; y < image->height; y++)
        for (int64_t x = 0; x < image->width; x++)
            test_image_set(image, x, y, random_value(image->type, &seed, specials));
}

void test_image_mark(struct test_image *image, struct rect rect, uint8_t bits)
{
    const struct rect inside = rect_clip(rect, image->width, image->height);
    for (int64_t y = inside.y; y < inside.y + inside.height; y++) {
        for (int64_t x = inside.x; x < inside.x + inside.width; x++) {
            image->mask[y * image->width + x] |= bits;
            image->classes[y * image->width + x] |= bits & reader_bits;
        }
    }
    image->any_class |= (bits & reader_bits) != 0;
}

void test_image_mark_layers(struct test_image *image, uint64_t seed)
{
    for (int layer = 0; layer < MASK_LAYER_COUNT; layer++) {
        for (int i = 0; i < 5; i++) {
            const int64_t side = i == 0 ? 1 : 1 + (int64_t)(next_random(&seed) % 14);
            const struct rect rect = {(int64_t)(next_random(&seed) % (uint64_t)image->width),
                                      (int64_t)(next_random(&seed) % (uint64_t)image->height), side,
                                      1 + (int64_t)(next_random(&seed) % 9)};
            test_image_mark(image, rect, MASK_BIT(layer));
        }
    }
    test_image_mark(image, (struct rect){0, 0, 3, 2}, MASK_BIT(MASK_USER));
    test_image_mark(image, (struct rect){image->width - 1, image->height - 1, 1, 1}, MASK_BIT(MASK_FILE));
}

struct mask *test_image_mask(const struct test_image *image)
{
    struct mask *mask = NULL;
    struct error error = {0};
    assert_int_equal(mask_create(image->width, image->height, &mask, &error), STATUS_OK);
    mask_write(mask, (struct rect){0, 0, image->width, image->height}, image->mask, (size_t)image->width,
               (uint8_t)~reader_bits);
    return mask;
}

// --- the reader ---

struct array_file {
    struct image_file base;
    const struct test_image *image;
};

struct frame_info test_image_info(const struct test_image *image)
{
    return (struct frame_info){.width = image->width,
                               .height = image->height,
                               .type = image->type,
                               .chunk_width = image->width,
                               .chunk_height = image->chunk_height,
                               .format = "array",
                               .compression = "none"};
}

static enum status array_info(struct image_file *file, int64_t frame, struct frame_info *info,
                              struct error *error)
{
    (void)frame;
    (void)error;
    *info = test_image_info(((struct array_file *)file)->image);
    return STATUS_OK;
}

static enum status array_decode(struct image_file *file, const struct decode_request *request,
                                struct decode_report *report, struct error *error)
{
    (void)error;
    const struct test_image *image = ((struct array_file *)file)->image;
    const size_t bytes = sample_traits(image->type)->bytes;
    const struct rect rect = request->rect;
    for (int64_t row = 0; row < rect.height; row++) {
        const size_t from = (size_t)((rect.y + row) * image->width + rect.x);
        memcpy((char *)request->pixels + (size_t)row * request->stride, image->samples + from * bytes,
               (size_t)rect.width * bytes);
        memcpy(request->classes + row * rect.width, image->classes + from, (size_t)rect.width);
    }
    report->any_class = image->any_class;
    return STATUS_OK;
}

static void array_close(struct image_file *file)
{
    free(file->path);
    free(file);
}

static enum status array_clone(struct image_file *file, struct image_file **copy, struct error *error)
{
    (void)error;
    *copy = test_image_open(((struct array_file *)file)->image);
    return STATUS_OK;
}

struct image_file *test_image_open(const struct test_image *image)
{
    static const struct reader array_reader = {.name = "array",
                                               .frame_info = array_info,
                                               .decode = array_decode,
                                               .clone = array_clone,
                                               .close = array_close};
    struct array_file *file = must_alloc(sizeof *file);
    file->base = (struct image_file){.reader = &array_reader, .path = must_copy("array"), .frames = 1};
    file->image = image;
    return &file->base;
}

// --- life ---

int render_fixture_setup(void **state)
{
    struct render_fixture *fixture = must_alloc(sizeof *fixture);
    struct error error = {0};
    if (headless_create(&fixture->headless, &error)) {
        fprintf(stderr, "skipped: %s\n", error.text);
        exit(77);
    }
    assert_int_equal(gpu_create(&fixture->gpu, &error), STATUS_OK);
    assert_int_equal(renderer_create(fixture->gpu, &fixture->renderer, &error), STATUS_OK);
    fixture->render_view = render_view_create();
    assert_int_equal(
        target_create(fixture->gpu, TEXTURE_RGBA8, FIXTURE_SIDE, FIXTURE_SIDE, &fixture->target, &error),
        STATUS_OK);
    colormap_list_init(&fixture->maps);
    fixture->expected = must_alloc(FIXTURE_SIDE * FIXTURE_SIDE * sizeof *fixture->expected);
    *state = fixture;
    return 0;
}

int render_fixture_teardown(void **state)
{
    struct render_fixture *fixture = *state;
    colormap_list_finish(&fixture->maps);
    render_view_destroy(&fixture->render_view);
    renderer_destroy(&fixture->renderer);
    target_destroy(&fixture->target);
    const int64_t left = gpu_texture_bytes(fixture->gpu);
    if (left != 0)
        fprintf(stderr, "%lld bytes of textures are left\n", (long long)left);
    gpu_destroy(&fixture->gpu);
    headless_destroy(&fixture->headless);
    free(fixture->expected);
    free(fixture->bins.values);
    free(fixture);
    return left == 0 ? 0 : -1;
}

// --- loading ---

// The bands, and their mask: the classes and what `user` has.
static void take_all(struct render_fixture *fixture, struct loader *loader, enum reduce_mode reduce,
                     int64_t budget, const struct mask *user, struct loaded *loaded)
{
    struct error error = {0};
    struct frame_info info;
    loader_wait(loader, 10000);
    assert_true(loader_info(loader, &info));
    if (!loaded->picture)
        assert_int_equal(picture_create(fixture->gpu, &info, budget, &loaded->picture, &error), STATUS_OK);
    assert_true(picture_fits(loaded->picture, &info));
    picture_restart(loaded->picture, &info, reduce);
    mask_destroy(&loaded->mask);
    assert_int_equal(mask_create(info.width, info.height, &loaded->mask, NULL), STATUS_OK);
    const struct mask_pair both = {user, loader_classes(loader), 0xff, 0xff};
    while (!loader_done(loader)) {
        struct loaded_band band;
        if (!loader_take(loader, 1000, &band))
            continue;
        mask_unite(loaded->mask, &both, (struct rect){0, band.y, info.width, band.rows});
        assert_int_equal(picture_take_band(loaded->picture, &band, loaded->mask, &error), STATUS_OK);
        loader_give_back(loader, &band);
    }
    assert_true(picture_is_complete(loaded->picture));
}

void fixture_load(struct render_fixture *fixture, const struct test_image *image, enum reduce_mode reduce,
                  int64_t budget, struct loaded *loaded)
{
    struct mask *user = test_image_mask(image);
    struct loader_request request = {
        .jobs = test_jobs(), .file = test_image_open(image), .reduce = reduce, .threads = 2};
    assert_int_equal(mask_snapshot(user, &request.user, NULL), STATUS_OK);
    struct loader *loader = loader_start(&request);
    take_all(fixture, loader, reduce, budget, user, loaded);
    mask_destroy(&user);
    struct loader_outcome outcome;
    loader_finish(&loader, &outcome);
    assert_int_equal(outcome.status, STATUS_OK);
    histogram_destroy(&loaded->histogram);
    loaded->histogram = outcome.taps.histogram ? histogram_copy(outcome.taps.histogram) : NULL;
    const struct limits_rule rule = limits_rule_default();
    loaded->limits = (struct limits){0, 1};
    if (outcome.taps.histogram)
        loaded->limits =
            limits_compute(&rule, outcome.taps.histogram, &outcome.taps.statistics, &outcome.taps.sample);
    loader_outcome_free(&outcome);
}

// Levels of the rows by definition; the caller frees them.
static void reduce_rows(const struct test_image *image, enum reduce_mode reduce, struct loaded_band *band)
{
    const struct reference_image pixels = {image->width, image->height, image->values, image->mask};
    band->levels = reduce_level_count(image->width, image->height);
    for (int level = 1; level <= band->levels; level++) {
        const int64_t width = reduce_side(image->width, level), rows = reduce_side(band->rows, level);
        float *values = must_alloc((size_t)(width * rows) * sizeof *values);
        for (int64_t i = 0; i < width * rows; i++)
            values[i] = (float)reference_level_value(&pixels, reduce, level, i % width,
                                                     (band->y >> level) + i / width);
        band->level[level] = values;
        band->level_rows[level] = rows;
    }
}

void fixture_take_rows(const struct test_image *image, struct picture *picture, const struct mask *mask,
                       int64_t y, int64_t rows, enum reduce_mode reduce)
{
    struct error error = {0};
    const size_t pixels = (size_t)(image->width * rows), from = (size_t)(image->width * y);
    const enum sample_type storage = sample_storage_type(image->type);
    char *samples = must_alloc(pixels * sample_traits(storage)->bytes);
    for (size_t i = 0; i < pixels; i++)
        store(storage, image->values[from + i], samples + i * sample_traits(storage)->bytes);
    struct loaded_band band = {.y = y, .rows = rows, .pixels = samples};
    band.any_mask = mask && mask_any(mask, (struct rect){0, y, image->width, rows}, 0xff);
    reduce_rows(image, reduce, &band);
    assert_int_equal(picture_take_band(picture, &band, mask, &error), STATUS_OK);
    for (int level = 1; level <= band.levels; level++)
        free((void *)(uintptr_t)band.level[level]);
    free(samples);
}

void loaded_free(struct loaded *loaded)
{
    picture_destroy(&loaded->picture);
    mask_destroy(&loaded->mask);
    histogram_destroy(&loaded->histogram);
}

// --- drawing ---

struct view fixture_view(const struct test_image *image, int width, int height)
{
    struct view view = view_default();
    snprintf(view.display.colormap, sizeof view.display.colormap, "gray");
    camera_set_viewport(&view.camera, width, height);
    camera_set_image(&view.camera, image->width, image->height);
    contrast_set_limits(&view.contrast, 0, 3000);
    return view;
}

struct scene fixture_scene(const struct render_fixture *fixture, const struct loaded *loaded,
                           const struct view *view)
{
    return (struct scene){.picture = loaded->picture,
                          .view = view,
                          .colormap = colormap_find(&fixture->maps, view->display.colormap),
                          .histogram = loaded->histogram,
                          .histogram_serial = (uint64_t)(uintptr_t)loaded->histogram};
}

static const unsigned char around[3] = {255, 0, 254}; // no picture has this colour

static void assert_around(const unsigned char *rgb, int x0, int y0, int width, int height)
{
    for (int y = 0; y < FIXTURE_SIDE; y++) {
        for (int x = 0; x < FIXTURE_SIDE; x++, rgb += 3) {
            if (x >= x0 && x < x0 + width && y >= y0 && y < y0 + height)
                continue;
            if (memcmp(rgb, around, 3) != 0)
                fail_msg("pixel %d, %d outside the viewport was drawn", x, y);
        }
    }
}

void fixture_draw(struct render_fixture *fixture, const struct scene *scene)
{
    struct error error = {0};
    const int width = scene->view->camera.viewport_width, height = scene->view->camera.viewport_height;
    const int x = (FIXTURE_SIDE - width) / 3, y = (FIXTURE_SIDE - height) / 5;
    assert_true(width <= FIXTURE_SIDE && height <= FIXTURE_SIDE);
    target_bind(fixture->gpu, fixture->target, FIXTURE_SIDE, FIXTURE_SIDE);
    target_clear(fixture->gpu, around);
    assert_int_equal(
        renderer_draw(fixture->renderer, fixture->render_view, scene, FIXTURE_SIDE, x, y, &error), STATUS_OK);
    target_read_rgb(fixture->gpu, FIXTURE_SIDE, 0, 0, FIXTURE_SIDE, FIXTURE_SIDE, fixture->rgb);
    assert_around(fixture->rgb, x, y, width, height);
    target_read_rgb(fixture->gpu, FIXTURE_SIDE, x, y, width, height, fixture->rgb);
    assert_true(gpu_no_errors(fixture->gpu, "test"));
}

// --- the reference ---

// A float's place in the order of floats; 0 of either sign has the same.
static int64_t float_key(double value)
{
    const float rounded = (float)value + 0.0f;
    int32_t bits;
    memcpy(&bits, &rounded, sizeof bits);
    return bits ^ ((bits >> 31) & 0x7fffffff);
}

// True if all that was counted between the limits are integers with bins of their own.
static bool counted_singly(const struct histogram *histogram, const struct limits *limits)
{
    double low, high;
    uint64_t count;
    for (size_t bin = 0; histogram_next(histogram, &bin, &low, &high, &count);)
        if (low <= limits->high && high >= limits->low && (low != high || low != floor(low)))
            return false;
    return true;
}

// How values are told apart as colour_table.h defines it: single integers, else the histogram's own bins
// (keys of equal upper 20 bits), joined until at most 65536 cover the limits.
static int bin_shift(const struct test_image *image, const struct scene *scene)
{
    const struct sample_traits *traits = sample_traits(image->type);
    const struct limits limits = scene->view->contrast.limits;
    if (!traits->is_float && traits->bytes <= 2)
        return -1;
    if (counted_singly(scene->histogram, &limits) && limits.high - limits.low < 65535)
        return -1;
    int64_t first = float_key(fmax(limits.low, -FLT_MAX));
    int64_t last = float_key(fmin(limits.high, FLT_MAX));
    if (sample_storage_type(image->type) != SAMPLE_F32 &&
        camera_level(&scene->view->camera, REDUCE_MAX_LEVELS) == 0) {
        first = float_key(fmax(traits->min, ceil(limits.low)));
        last = float_key(fmin(traits->max, floor(limits.high)));
    }
    int shift = 12;
    while ((last >> shift) - (first >> shift) + 1 > 65536)
        shift++;
    return shift;
}

static int compare_doubles(const void *a, const void *b)
{
    const double first = *(const double *)a, second = *(const double *)b;
    return (first > second) - (first < second);
}

static void gather_values(const struct test_image *image, struct share_bins *bins)
{
    const size_t pixels = (size_t)(image->width * image->height);
    bins->values = must_resize(bins->values, pixels * sizeof *bins->values);
    bins->count = 0;
    for (size_t i = 0; i < pixels; i++)
        if (isfinite(image->values[i]) && !image->mask[i])
            bins->values[bins->count++] = image->values[i];
    qsort(bins->values, bins->count, sizeof *bins->values, compare_doubles);
}

// Whether a counted value is in the bin of `value` or below it.
static bool up_to(const struct share_bins *bins, double counted, double value)
{
    if (bins->shift < 0)
        return counted <= floor(value);
    return float_key(counted) >> bins->shift <= float_key(value) >> bins->shift;
}

static double share_of(const void *context, double value)
{
    const struct share_bins *bins = context;
    size_t first = 0, end = bins->count; // the first that is above lies between
    while (first < end) {
        const size_t middle = first + (end - first) / 2;
        if (up_to(bins, bins->values[middle], value))
            first = middle + 1;
        else
            end = middle;
    }
    return (double)first / (double)bins->count;
}

// The share below the low limit's bin.
static double share_below(const struct share_bins *bins, double limit)
{
    size_t below = 0;
    for (size_t i = 0; i < bins->count; i++)
        below += bins->shift < 0
                     ? bins->values[i] < limit
                     : float_key(bins->values[i]) >> bins->shift < float_key(limit) >> bins->shift;
    return (double)below / (double)bins->count;
}

static const struct reference_shares *find_shares(struct render_fixture *fixture,
                                                  const struct test_image *image, const struct scene *scene)
{
    const struct contrast *contrast = &scene->view->contrast;
    if (!scene->histogram || contrast->transfer.kind != TRANSFER_EQUALIZE)
        return NULL;
    gather_values(image, &fixture->bins);
    if (fixture->bins.count == 0)
        return NULL;
    fixture->bins.shift = bin_shift(image, scene);
    fixture->shares = (struct reference_shares){share_of, &fixture->bins,
                                                share_below(&fixture->bins, contrast->limits.low)};
    return &fixture->shares;
}

size_t fixture_expect(struct render_fixture *fixture, const struct test_image *image,
                      const struct scene *scene)
{
    const struct camera *camera = &scene->view->camera;
    fixture->pixels = (struct reference_image){image->width, image->height, image->values, image->mask};
    fixture->reference = (struct reference_scene){
        .image = &fixture->pixels,
        .viewport_width = camera->viewport_width,
        .viewport_height = camera->viewport_height,
        .level = camera_level(camera, reduce_level_count(image->width, image->height)),
        .float_pixels = sample_storage_type(image->type) == SAMPLE_F32,
        .contrast = &scene->view->contrast,
        .display = &scene->view->display,
        .colormap = scene->colormap,
        .shares = find_shares(fixture, image, scene),
    };
    camera_matrix(camera, fixture->reference.matrix);
    reference_render(&fixture->reference, fixture->expected);
    return (size_t)camera->viewport_width * (size_t)camera->viewport_height;
}

static bool same_colour(const unsigned char *drawn, const double *expected)
{
    for (int c = 0; c < 3; c++)
        if (fabs(drawn[c] - expected[c]) > 1.0)
            return false;
    return true;
}

// True if the picture has the colour a little beside the centre of the screen pixel.
static bool neighbour_has(const struct render_fixture *fixture, int x, int y, const unsigned char *drawn)
{
    struct reference_scene beside = fixture->reference;
    beside.viewport_width = beside.viewport_height = 1;
    const double step =
        2 * FIXTURE_MARGIN * ldexp(1, beside.level) * fabs(beside.matrix[0] + beside.matrix[1]);
    for (int j = -1; j <= 1; j++) {
        for (int i = -1; i <= 1; i++) {
            struct reference_pixel pixel;
            beside.matrix[4] = fixture->reference.matrix[4] - x + i * step;
            beside.matrix[5] = fixture->reference.matrix[5] - y + j * step;
            reference_render(&beside, &pixel);
            if (same_colour(drawn, pixel.rgb))
                return true;
        }
    }
    return false;
}

static void report_difference(const struct reference_pixel *expected, const unsigned char *drawn, int x,
                              int y, const char *what)
{
    fail_msg(
        "%s: screen pixel %d, %d (texel %lld, %lld, value %.9g, mask %02x, margin %.3g, %s) is %d %d %d, should be %.2f %.2f %.2f",
        what, x, y, (long long)expected->x, (long long)expected->y, expected->value, expected->bits,
        expected->margin, expected->inside ? "inside" : "outside", drawn[0], drawn[1], drawn[2],
        expected->rgb[0], expected->rgb[1], expected->rgb[2]);
}

struct comparison fixture_compare(struct render_fixture *fixture, const struct scene *scene, const char *what)
{
    const struct camera *camera = &scene->view->camera;
    struct comparison result = {0};
    for (int y = 0; y < camera->viewport_height; y++) {
        for (int x = 0; x < camera->viewport_width; x++) {
            const size_t at = (size_t)y * (size_t)camera->viewport_width + (size_t)x;
            const struct reference_pixel *expected = &fixture->expected[at];
            const unsigned char *drawn = fixture->rgb + 3 * at;
            const bool same = same_colour(drawn, expected->rgb);
            result.compared += same;
            if (same)
                continue;
            if (expected->margin >= FIXTURE_MARGIN || !neighbour_has(fixture, x, y, drawn))
                report_difference(expected, drawn, x, y, what);
            result.excused++;
        }
    }
    return result;
}

struct comparison fixture_check(struct render_fixture *fixture, const struct test_image *image,
                                const struct scene *scene, const char *what)
{
    fixture_draw(fixture, scene);
    fixture_expect(fixture, image, scene);
    return fixture_compare(fixture, scene, what);
}
