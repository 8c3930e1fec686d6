// SPDX-License-Identifier: MIT
// Textures of every format: what is uploaded comes back exactly, whole or in rectangles, by both ways of
// uploading; tables, limits and the count of bytes.
#include "support/testdata.h"

#include "base/text.h"
#include "gpu/gpu_private.h"
#include "gpu/texture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fixture {
    struct headless *headless;
    struct gpu *gpu;
};

static int setup(void **state)
{
    struct fixture *f = must_alloc(sizeof *f);
    struct error error = {0};
    if (headless_create(&f->headless, &error)) {
        fprintf(stderr, "skipped: %s\n", error.text);
        exit(77);
    }
    assert_int_equal(gpu_create(&f->gpu, &error), STATUS_OK);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    const int64_t left = gpu_texture_bytes(f->gpu);
    gpu_destroy(&f->gpu);
    headless_destroy(&f->headless);
    free(f);
    return left == 0 ? 0 : -1;
}

// Bytes that are no float NaN, which a device may change: the exponent is never all ones.
static void fill(unsigned char *bytes, size_t count, unsigned seed)
{
    for (size_t i = 0; i < count; i++) {
        seed = seed * 1103515245u + 12345u;
        bytes[i] = (unsigned char)((seed >> 16) & (i % 4 == 2 ? 0x7f : 0xff));
    }
}

static const size_t format_bytes_expected[TEXTURE_FORMAT_COUNT] = {
    [TEXTURE_R8UI] = 1, [TEXTURE_R8I] = 1,  [TEXTURE_R16UI] = 2, [TEXTURE_R16I] = 2,  [TEXTURE_R32UI] = 4,
    [TEXTURE_R32I] = 4, [TEXTURE_R32F] = 4, [TEXTURE_R8] = 1,    [TEXTURE_RGBA8] = 4, [TEXTURE_BGRA8] = 4,
};

// A copy of the texture in memory, changed as the texture is.
struct mirror {
    struct texture *texture;
    unsigned char *bytes;
    int width, height;
    size_t texel;
};

// Uploads a rectangle from rows of `row` texels into the texture and its copy.
static void upload(struct mirror *m, int x, int y, int width, int height, int row, unsigned seed)
{
    unsigned char *source = must_alloc((size_t)row * (size_t)height * m->texel);
    fill(source, (size_t)row * (size_t)height * m->texel, seed);
    texture_upload(m->texture, x, y, width, height, source, (size_t)row);
    for (int i = 0; i < height; i++)
        memcpy(m->bytes + (size_t)((y + i) * m->width + x) * m->texel, source + (size_t)(i * row) * m->texel,
               (size_t)width * m->texel);
    memset(source, 0xee, (size_t)row * (size_t)height * m->texel); // the memory may be used again at once
    free(source);
}

static void compare(const struct mirror *m, int x, int y, int width, int height)
{
    unsigned char *read = must_alloc((size_t)(width * height) * m->texel);
    texture_read(m->texture, x, y, width, height, read);
    for (int i = 0; i < height; i++)
        assert_memory_equal(read + (size_t)(i * width) * m->texel,
                            m->bytes + (size_t)((y + i) * m->width + x) * m->texel, (size_t)width * m->texel);
    free(read);
}

static void check_format(struct gpu *gpu, enum texture_format format, int width, int height)
{
    struct error error = {0};
    const int64_t before = gpu_texture_bytes(gpu);
    struct mirror m = {.width = width, .height = height, .texel = texture_format_bytes(format)};
    m.bytes = must_alloc((size_t)(width * height) * m.texel);
    assert_int_equal(texture_create(gpu, format, width, height, "test", &m.texture, &error), STATUS_OK);
    assert_int_equal(texture_width(m.texture), width);
    assert_int_equal(texture_height(m.texture), height);
    assert_int_equal(gpu_texture_bytes(gpu) - before, (int64_t)width * height * (int64_t)m.texel);
    upload(&m, 0, 0, width, height, width, 1);
    compare(&m, 0, 0, width, height);
    const int x = width / 3, y = height / 4, part_width = (width + 1) / 2, part_height = (height + 1) / 2;
    upload(&m, x, y, part_width, part_height, part_width, 2);
    compare(&m, 0, 0, width, height);
    upload(&m, 0, height - 1, width, 1, width + 13, 3); // the last row, from longer ones
    upload(&m, width - 1, 0, 1, height, 5, 4);          // the last column
    upload(&m, x, y, part_width, part_height, part_width + 7, 5);
    compare(&m, 0, 0, width, height);
    compare(&m, x, y, part_width, part_height);
    compare(&m, width - 1, height - 1, 1, 1);
    texture_destroy(&m.texture);
    assert_null(m.texture);
    assert_int_equal(gpu_texture_bytes(gpu), before);
    assert_true(gpu_no_errors(gpu, "test"));
    free(m.bytes);
}

static void test_round_trips(void **state)
{
    struct fixture *f = *state;
    static const int sizes[][2] = {{1, 1}, {1, 37}, {37, 1}, {3, 5}, {64, 64}, {129, 31}, {333, 77}};
    for (int buffers = 0; buffers < 2; buffers++) {
        gpu_use_pixel_buffers(f->gpu, buffers);
        for (int format = 0; format < TEXTURE_FORMAT_COUNT; format++) {
            assert_int_equal(texture_format_bytes((enum texture_format)format),
                             format_bytes_expected[format]);
            for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
                check_format(f->gpu, (enum texture_format)format, sizes[i][0], sizes[i][1]);
        }
    }
    gpu_use_pixel_buffers(f->gpu, false);
}

// More than one staging buffer holds, so that all of the ring are used.
static void test_long_uploads(void **state)
{
    struct fixture *f = *state;
    for (int buffers = 0; buffers < 2; buffers++) {
        gpu_use_pixel_buffers(f->gpu, buffers);
        check_format(f->gpu, TEXTURE_R32F, 1500, 3701);
        check_format(f->gpu, TEXTURE_R16UI, 4100, 1300);
    }
    gpu_use_pixel_buffers(f->gpu, false);
}

// --- buffers that the device cannot give ---

// After `mapped` more buffers one is not given, or its content is lost.
static struct {
    bool lost;
    int mapped;
    PFNGLMAPBUFFERPROC map;
    PFNGLUNMAPBUFFERPROC unmap;
} failure;

static void *failing_map(GLenum target, GLenum access)
{
    return !failure.lost && failure.mapped-- == 0 ? NULL : failure.map(target, access);
}

static GLboolean failing_unmap(GLenum target)
{
    const GLboolean whole = failure.unmap(target);
    return failure.lost && failure.mapped-- == 0 ? GL_FALSE : whole;
}

static void test_buffers_that_fail(void **state)
{
    struct fixture *f = *state;
    failure.map = __glewMapBuffer;
    failure.unmap = __glewUnmapBuffer;
    __glewMapBuffer = failing_map;
    __glewUnmapBuffer = failing_unmap;
    gpu_use_pixel_buffers(f->gpu, true);
    for (int i = 0; i < 6; i++) {
        failure.lost = i % 2;
        failure.mapped = i / 2;
        check_format(f->gpu, TEXTURE_R32F, 1500, 3701);
        assert_true(failure.mapped < 0);
    }
    gpu_use_pixel_buffers(f->gpu, false);
    __glewMapBuffer = failure.map;
    __glewUnmapBuffer = failure.unmap;
}

// The extremes of each type, as values.
static void test_extremes(void **state)
{
    struct fixture *f = *state;
    struct error error = {0};
    static const int32_t i32[4] = {INT32_MIN, -1, 1, INT32_MAX};
    static const uint32_t u32[4] = {0, 1, 0x80000000u, UINT32_MAX};
    static const int16_t i16[4] = {INT16_MIN, -1, 1, INT16_MAX};
    static const int8_t i8[4] = {INT8_MIN, -1, 1, INT8_MAX};
    static const float f32[4] = {-0.0f, 1e-30f, -3.4e38f, __builtin_inff()};
    const struct {
        enum texture_format format;
        const void *texels;
    } rows[] = {{TEXTURE_R32I, i32},
                {TEXTURE_R32UI, u32},
                {TEXTURE_R16I, i16},
                {TEXTURE_R8I, i8},
                {TEXTURE_R32F, f32}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct texture *texture = NULL;
        unsigned char read[16];
        assert_int_equal(texture_create(f->gpu, rows[i].format, 4, 1, "extremes", &texture, &error),
                         STATUS_OK);
        texture_upload(texture, 0, 0, 4, 1, rows[i].texels, 4);
        texture_read(texture, 0, 0, 4, 1, read);
        assert_memory_equal(read, rows[i].texels, 4 * texture_format_bytes(rows[i].format));
        texture_destroy(&texture);
    }
}

// The mask relies on this where it leaves rows without bits alone.
static void test_new_textures_of_software_are_zero(void **state)
{
    struct fixture *f = *state;
    if (!gpu_is_software(f->gpu)) {
        print_message("skipped: not a software renderer\n");
        skip();
    }
    struct error error = {0};
    unsigned char *bytes = must_alloc(700 * 500);
    for (int round = 0; round < 20; round++) {
        struct texture *texture = NULL;
        const int width = 100 + 30 * round, height = 500;
        assert_int_equal(texture_create(f->gpu, TEXTURE_R8UI, width, height, "zero", &texture, &error),
                         STATUS_OK);
        texture_read(texture, 0, 0, width, height, bytes);
        for (int i = 0; i < width * height; i++)
            assert_int_equal(bytes[i], 0);
        memset(bytes, 0xff, 700 * 500);
        texture_upload(texture, 0, 0, width, height, bytes, (size_t)width);
        texture_destroy(&texture);
    }
    free(bytes);
}

static void test_refusals(void **state)
{
    struct fixture *f = *state;
    const int most = gpu_max_texture_side(f->gpu);
    const int sizes[][2] = {{0, 5}, {5, 0}, {-1, 5}, {most + 1, 1}, {1, most + 1}};
    const int64_t before = gpu_texture_bytes(f->gpu);
    assert_true(most >= 1024);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct texture *texture = NULL;
        struct error error = {0};
        assert_int_not_equal(
            texture_create(f->gpu, TEXTURE_R8UI, sizes[i][0], sizes[i][1], "no", &texture, &error),
            STATUS_OK);
        assert_null(texture);
        assert_true(strlen(error.text) > 0);
    }
    struct table *table = NULL;
    struct error error = {0};
    assert_int_not_equal(table_create(f->gpu, TABLE_RGBA8, (size_t)1 << 40, "no", &table, &error), STATUS_OK);
    assert_null(table);
    assert_int_equal(gpu_texture_bytes(f->gpu), before);
    assert_true(gpu_no_errors(f->gpu, "test"));
}

static void test_limited_side(void **state)
{
    struct fixture *f = *state;
    const int most = gpu_max_texture_side(f->gpu);
    gpu_limit_texture_side(f->gpu, 100);
    assert_int_equal(gpu_max_texture_side(f->gpu), 100);
    gpu_limit_texture_side(f->gpu, 0);
    assert_int_equal(gpu_max_texture_side(f->gpu), most);
}

static void test_serials(void **state)
{
    struct fixture *f = *state;
    uint64_t last = 0;
    for (int i = 0; i < 10; i++) {
        const uint64_t serial = gpu_next_serial(f->gpu);
        assert_true(serial > last);
        last = serial;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trips),
        cmocka_unit_test(test_long_uploads),
        cmocka_unit_test(test_buffers_that_fail),
        cmocka_unit_test(test_extremes),
        cmocka_unit_test(test_new_textures_of_software_are_zero),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_limited_side),
        cmocka_unit_test(test_serials),
    };
    return cmocka_run_group_tests_name("texture", tests, setup, teardown);
}
