// SPDX-License-Identifier: MIT
// Bragg spots of a rotating crystal on the simulated detector.
#include "sources/sim_internal.h"

#include <math.h>
#include <stdlib.h>

// The crystal lattice of one frame: reciprocal axes in 1/angstrom, the beam along z.
struct lattice {
    double axis[3][3];
    double thickness; // how far from the Ewald sphere a reflection still shines, in 1/angstrom
    int limit;        // largest h and k
};

static void rotate(double axis[3], int first, int second, double angle)
{
    double a = axis[first], b = axis[second];
    axis[first] = a * cos(angle) - b * sin(angle);
    axis[second] = a * sin(angle) + b * cos(angle);
}

// A tetragonal cell of 78.5 and 37.8 angstrom, smaller for small images so that spots stay apart. The crystal
// turns by one degree per frame about the horizontal axis.
static struct lattice lattice_make(const struct sim_file *file, int64_t frame)
{
    double shrink = fmin(1, fmax(file->unit / 1000, 0.05));
    struct lattice lattice = {.thickness = 0.0003 / (shrink * shrink), .limit = (int)(68 * shrink) + 1};
    const double lengths[3] = {1 / (78.5 * shrink), 1 / (78.5 * shrink), 1 / (37.8 * shrink)};
    for (int i = 0; i < 3; i++) {
        lattice.axis[i][i] = lengths[i];
        for (int turn = 0; turn < 3; turn++) {
            double angle = 2 * M_PI * hash_unit(hash_words(file->spec.seed, 'l', (uint64_t)turn, 0));
            rotate(lattice.axis[i], turn, (turn + 1) % 3, angle);
        }
        rotate(lattice.axis[i], 1, 2, (double)(frame % 360) * M_PI / 180);
    }
    return lattice;
}

static double dot(const double a[3], const double b[3])
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

static void spot_append(struct spot_list *list, struct spot spot)
{
    if (list->count == list->capacity) {
        list->capacity = list->capacity ? 2 * list->capacity : 256;
        list->spots = must_resize(list->spots, list->capacity * sizeof *list->spots);
    }
    list->spots[list->count++] = spot;
}

// Adds the reflection hkl if it is near enough to the Ewald sphere and meets the detector.
static void spot_consider(struct sim_file *file, const struct lattice *lattice, const int hkl[3])
{
    double s[3];
    for (int i = 0; i < 3; i++)
        s[i] = hkl[0] * lattice->axis[0][i] + hkl[1] * lattice->axis[1][i] + hkl[2] * lattice->axis[2][i];
    double square = dot(s, s);
    s[2] += 1 / WAVELENGTH;
    double off = (sqrt(dot(s, s)) - 1 / WAVELENGTH) / lattice->thickness;
    if (fabs(off) > 3 || s[2] <= 0.05)
        return;
    double x = s[0] / s[2] / UNIT_TANGENT, y = s[1] / s[2] / UNIT_TANGENT;
    if (x * x + y * y < 1.5 * STOP_RADIUS * STOP_RADIUS || fabs(x) > 1.5 || fabs(y) > 1.5)
        return;
    uint64_t index =
        (uint64_t)(hkl[0] + 1024) << 40 | (uint64_t)(hkl[1] + 1024) << 20 | (uint64_t)(hkl[2] + 1024);
    // Wilson's distribution of intensities, stretched so that a few are very strong.
    double strength = pow(-log(hash_unit(hash_words(file->spec.seed, 's', index, 0))), 1.6);
    double peak = 1600 * strength * exp(-6 * square - 0.5 * off * off);
    if (peak >= 1)
        spot_append(&file->spots, (struct spot){.x = file->centre_x + x * file->unit,
                                                .y = file->centre_y + y * file->unit,
                                                .peak = (float)fmin(peak, 200000)});
}

// For given h and k the l on the Ewald sphere are the roots of a quadratic equation; only they are looked at.
static void spots_of_column(struct sim_file *file, const struct lattice *lattice, int h, int k)
{
    const double *c = lattice->axis[2];
    double p[3];
    for (int i = 0; i < 3; i++)
        p[i] = h * lattice->axis[0][i] + k * lattice->axis[1][i];
    double a = dot(c, c);
    double b = dot(p, c) + c[2] / WAVELENGTH;
    double discriminant = b * b - a * (dot(p, p) + 2 * p[2] / WAVELENGTH);
    if (discriminant < 0)
        return;
    int first = (int)lround((-b - sqrt(discriminant)) / a);
    int second = (int)lround((-b + sqrt(discriminant)) / a);
    spot_consider(file, lattice, (const int[3]){h, k, first});
    if (second != first)
        spot_consider(file, lattice, (const int[3]){h, k, second});
}

static int spot_compare(const void *left, const void *right)
{
    const struct spot *a = left, *b = right;
    if (a->y != b->y)
        return a->y < b->y ? -1 : 1;
    return a->x < b->x ? -1 : a->x > b->x;
}

void sim_spots_prepare(struct sim_file *file, int64_t frame)
{
    if (file->spots.frame == frame)
        return;
    struct lattice lattice = lattice_make(file, frame);
    file->spots.count = 0;
    for (int h = -lattice.limit; h <= lattice.limit; h++) {
        for (int k = -lattice.limit; k <= lattice.limit; k++)
            spots_of_column(file, &lattice, h, k);
    }
    if (file->spots.count > 0)
        qsort(file->spots.spots, file->spots.count, sizeof *file->spots.spots, spot_compare);
    file->spots.frame = frame;
}

// The first spot with a centre at or below row `y`.
size_t sim_spots_search(const struct spot_list *list, double y)
{
    size_t low = 0, high = list->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (list->spots[middle].y < y)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}
