// SPDX-License-Identifier: MIT
// Decoding of CBF's byte-offset compression: one value at a time, or 16 at a time with AVX2.
#include "formats/cbf/cbf_byte_offset.h"

#include "base/byteorder.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// The difference at `at`, with its sign in all bits; returns its bytes, or 0 if it does not end within
// `size`.
static inline size_t read_difference(const uint8_t *at, size_t size, uint64_t *difference)
{
    if (size < 1)
        return 0;
    if (at[0] != 0x80) {
        *difference = (uint64_t)(int8_t)at[0];
        return 1;
    }
    if (size < 3)
        return 0;
    uint16_t middle = load_u16le(at + 1);
    if (middle != 0x8000) {
        *difference = (uint64_t)(int16_t)middle;
        return 3;
    }
    if (size < 7)
        return 0;
    uint32_t wide = load_u32le(at + 3);
    if (wide != 0x80000000u) {
        *difference = (uint64_t)(int32_t)wide;
        return 7;
    }
    if (size < CBF_LONGEST_DIFFERENCE)
        return 0;
    *difference = load_u64le(at + 7);
    return CBF_LONGEST_DIFFERENCE;
}

static inline size_t take_difference(const uint8_t *at, size_t size, uint32_t *value)
{
    uint64_t difference = 0;
    const size_t taken = read_difference(at, size, &difference);
    *value += (uint32_t)difference;
    return taken;
}

size_t cbf_byte_offset_wide(const uint8_t *bytes, size_t size, uint64_t *value, uint64_t *out, size_t count,
                            size_t *used)
{
    size_t done = 0, at = 0;
    uint64_t running = *value;
    for (; done < count; done++) {
        uint64_t difference;
        const size_t taken = read_difference(bytes + at, size - at, &difference);
        if (taken == 0)
            break;
        at += taken;
        running += difference;
        out[done] = running;
    }
    *value = running;
    *used = at;
    return done;
}

size_t cbf_byte_offset_scalar(const uint8_t *bytes, size_t size, uint32_t *value, uint32_t *out, size_t count,
                              size_t *used)
{
    size_t done = 0, at = 0;
    uint32_t running = *value;
    for (; done < count; done++) {
        size_t taken = take_difference(bytes + at, size - at, &running);
        if (taken == 0)
            break;
        at += taken;
        out[done] = running;
    }
    *value = running;
    *used = at;
    return done;
}

#if defined(__x86_64__)

enum { LANES = 16 };

// Writes the running sums of 16 one-byte differences on top of `running`; returns a bit for each byte that is
// not a difference but says that a longer one follows. Sums behind such a byte are meaningless.
__attribute__((target("avx2"))) static inline unsigned sum_lanes(const uint8_t *bytes, uint32_t running,
                                                                 uint32_t *out)
{
    __m128i raw = _mm_loadu_si128((const __m128i *)bytes);
    __m256i sums = _mm256_cvtepi8_epi16(raw); // 16 times -128 fits into 16 bits
    sums = _mm256_add_epi16(sums, _mm256_slli_si256(sums, 2));
    sums = _mm256_add_epi16(sums, _mm256_slli_si256(sums, 4));
    sums = _mm256_add_epi16(sums, _mm256_slli_si256(sums, 8));
    __m128i low = _mm256_castsi256_si128(sums), high = _mm256_extracti128_si256(sums, 1);
    high = _mm_add_epi16(high, _mm_set1_epi16((short)_mm_extract_epi16(low, 7)));
    __m256i base = _mm256_set1_epi32((int)running);
    _mm256_storeu_si256((__m256i *)out, _mm256_add_epi32(base, _mm256_cvtepi16_epi32(low)));
    _mm256_storeu_si256((__m256i *)(out + 8), _mm256_add_epi32(base, _mm256_cvtepi16_epi32(high)));
    return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(raw, _mm_set1_epi8(-128)));
}

__attribute__((target("avx2"))) size_t cbf_byte_offset_avx2(const uint8_t *bytes, size_t size,
                                                            uint32_t *value, uint32_t *out, size_t count,
                                                            size_t *used)
{
    size_t done = 0, at = 0;
    uint32_t running = *value;
    while (count - done >= LANES && size - at >= LANES) {
        unsigned longer = sum_lanes(bytes + at, running, out + done);
        size_t good = longer ? (size_t)__builtin_ctz(longer) : LANES;
        done += good;
        at += good;
        if (good > 0)
            running = out[done - 1];
        if (!longer)
            continue;
        size_t taken = take_difference(bytes + at, size - at, &running);
        if (taken == 0)
            break;
        at += taken;
        out[done++] = running;
    }
    size_t rest_used,
        rest = cbf_byte_offset_scalar(bytes + at, size - at, &running, out + done, count - done, &rest_used);
    *value = running;
    *used = at + rest_used;
    return done + rest;
}

bool cbf_byte_offset_has_avx2(void)
{
    return __builtin_cpu_supports("avx2");
}

#else

size_t cbf_byte_offset_avx2(const uint8_t *bytes, size_t size, uint32_t *value, uint32_t *out, size_t count,
                            size_t *used)
{
    return cbf_byte_offset_scalar(bytes, size, value, out, count, used);
}

bool cbf_byte_offset_has_avx2(void)
{
    return false;
}

#endif

size_t cbf_byte_offset_decode(const uint8_t *bytes, size_t size, uint32_t *value, uint32_t *out, size_t count,
                              size_t *used)
{
    if (cbf_byte_offset_has_avx2())
        return cbf_byte_offset_avx2(bytes, size, value, out, count, used);
    return cbf_byte_offset_scalar(bytes, size, value, out, count, used);
}
