// SPDX-License-Identifier: MIT
// Arithmetic of bands, runs and chunks.
#include "sources/band_plan.h"

#include "base/size.h"
#include "image/reduce.h"

enum {
    BAND_TARGET_BYTES = 1 << 20,
    BAND_MAX_ROWS = 8 * REDUCE_BAND_ROWS,
    // Readers keep the chunks of the last rows for the next request if they are not larger than this
    // together.
    CACHED_CHUNKS_BYTES = 16 << 20,
    BAND_MAX_BYTES = 64 << 20, // of whole chunks that are not kept; higher ones are decoded several times
};

// As many rows as fit `bytes`, in whole multiples of REDUCE_BAND_ROWS, at least one.
static int64_t rows_within(size_t bytes, size_t row_bytes)
{
    return int64_max(1, (int64_t)(bytes / row_bytes) / REDUCE_BAND_ROWS) * REDUCE_BAND_ROWS;
}

struct band_plan band_plan_for(const struct frame_info *info)
{
    const size_t row_bytes = (size_t)info->width * sample_traits(info->type)->bytes;
    const int64_t chunk = int64_min(info->chunk_height, info->height);
    int64_t rows = int64_min(rows_within(BAND_TARGET_BYTES, row_bytes), BAND_MAX_ROWS);
    int64_t run_rows = rows;
    if (chunk > 16 && rows % chunk != 0 && !info->sequential) {
        int64_t common = chunk;
        while (common % REDUCE_BAND_ROWS != 0 && common < BAND_MAX_ROWS)
            common += chunk;
        run_rows = common % REDUCE_BAND_ROWS == 0 ? common : int64_round_up(4 * chunk, REDUCE_BAND_ROWS);
        if ((size_t)chunk > CACHED_CHUNKS_BYTES / row_bytes)
            rows = int64_min(run_rows, rows_within(BAND_MAX_BYTES, row_bytes));
        else if (run_rows % rows != 0)
            rows = REDUCE_BAND_ROWS;
    }
    rows = int64_min(rows, int64_round_up(info->height, REDUCE_BAND_ROWS));
    return (struct band_plan){rows, int64_max(1, run_rows / rows), int64_ceil_div(info->height, rows)};
}
