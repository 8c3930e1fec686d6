// SPDX-License-Identifier: MIT
// Prints how long a colour table takes to bake: the work of every mouse move while contrast is dragged.
#include "view/colour_table.h"
#include "base/clock.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { REPEATS = 200 };

static int compare_times(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

// The median time of one bake in milliseconds, with limits that change each time.
static double median_bake(struct colour_table *table, enum pixel_class pixel_class,
                          const struct colour_recipe *recipe)
{
    struct contrast contrast = *recipe->contrast;
    struct colour_recipe changing = *recipe;
    int64_t times[REPEATS];
    changing.contrast = &contrast;
    for (int i = 0; i < REPEATS; i++) {
        contrast.limits.high += 0.5;
        int64_t start = clock_now_ns();
        colour_table_bake(table, pixel_class, &changing);
        times[i] = clock_now_ns() - start;
    }
    qsort(times, REPEATS, sizeof *times, compare_times);
    return (double)times[REPEATS / 2] * 1e-6;
}

static struct histogram *counts_of(enum sample_type type)
{
    struct histogram *histogram = histogram_create(type);
    for (int i = 0; i < 200000; i++) {
        double value = floor(65535.0 * pow((double)(i * 7919LL % 200000) / 200000.0, 4.0));
        histogram_add(histogram, &value, NULL, 1);
    }
    return histogram;
}

int main(void)
{
    static const char *const transfers[] = {"linear", "log",       "sqrt",      "asinh",
                                            "power",  "power:0.5", "power:0.1", "equalize"};
    struct histogram *floats = counts_of(SAMPLE_F32), *integers = counts_of(SAMPLE_U16);
    struct colormap_list maps;
    struct colour_table *table;
    struct contrast contrast = contrast_default();
    struct display display = display_default();
    if (colour_table_create(&table, NULL) != STATUS_OK)
        return 1;
    colormap_list_init(&maps);
    printf("median ms (entries): float32, uint16\n");
    for (size_t i = 0; i < sizeof transfers / sizeof transfers[0]; i++) {
        transfer_parse(transfers[i], &contrast.transfer);
        contrast.limits = (struct limits){0, 65000};
        struct colour_recipe recipe = {&contrast, &display, maps.maps, floats};
        double keyed = median_bake(table, PIXEL_F32, &recipe);
        int entries = table->entries;
        recipe.histogram = integers;
        double direct = median_bake(table, PIXEL_U16, &recipe);
        printf("%-10s %8.3f (%5d) %8.3f (%5d)\n", transfers[i], keyed, entries, direct, table->entries);
    }
    colour_table_destroy(&table);
    colormap_list_finish(&maps);
    histogram_destroy(&floats);
    histogram_destroy(&integers);
    return 0;
}
