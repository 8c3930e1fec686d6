// SPDX-License-Identifier: MIT
// Transfer functions, their names and their inverses.
#include "view/transfer.h"

#include "base/text.h"

#include <assert.h>
#include <math.h>
#include <string.h>

static const double steepness_max = 1e12;

// A transfer function's name and the field its parameter goes to, if it has one.
struct transfer_entry {
    const char *name;
    size_t parameter; // offset in struct transfer; 0 = none (kind is there)
    double least, most;
};

static const struct transfer_entry transfers[TRANSFER_COUNT] = {
    [TRANSFER_LINEAR] = {.name = "linear"},
    [TRANSFER_LOG] = {.name = "log"},
    [TRANSFER_SQRT] = {.name = "sqrt"},
    [TRANSFER_ASINH] = {"asinh", offsetof(struct transfer, softening), 1e-4, 10.0},
    [TRANSFER_POWER] = {"power", offsetof(struct transfer, gamma), 0.05, 20.0},
    [TRANSFER_EQUALIZE] = {.name = "equalize"},
};

static double clamp(double value, double least, double most)
{
    return value > least ? (value < most ? value : most) : least;
}

struct transfer transfer_default(void)
{
    return (struct transfer){.kind = TRANSFER_LINEAR, .gamma = 2.0, .softening = 0.1};
}

const char *transfer_name(enum transfer_kind kind)
{
    return (unsigned)kind < TRANSFER_COUNT ? transfers[kind].name : "";
}

bool transfer_by_name(const char *name, enum transfer_kind *kind)
{
    for (int i = 0; i < TRANSFER_COUNT; i++) {
        if (strcmp(name, transfers[i].name) == 0) {
            *kind = (enum transfer_kind)i;
            return true;
        }
    }
    return false;
}

bool transfer_parse(const char *text, struct transfer *transfer)
{
    const char *colon = strchr(text, ':');
    size_t length = colon ? (size_t)(colon - text) : strlen(text);
    char name[16];
    struct transfer parsed = transfer_default();
    if (length >= sizeof name)
        return false;
    memcpy(name, text, length);
    name[length] = '\0';
    if (!transfer_by_name(name, &parsed.kind))
        return false;
    if (colon) {
        const struct transfer_entry *entry = &transfers[parsed.kind];
        double value;
        if (!entry->parameter || !parse_double(colon + 1, &value) || !(value >= entry->least) ||
            !(value <= entry->most))
            return false;
        memcpy((char *)&parsed + entry->parameter, &value, sizeof value);
    }
    *transfer = parsed;
    return true;
}

static double log_steepness(const struct transfer_curve *curve)
{
    double steepness = curve->low > 0.0 ? curve->range / curve->low : fmax(1000.0, curve->range);
    return clamp(steepness, 1e-12, steepness_max);
}

struct transfer_curve transfer_curve_for(const struct transfer *transfer, const struct limits *limits)
{
    struct transfer_curve curve = {
        .transfer = *transfer,
        .low = limits->low,
        .range = limits->high - limits->low,
        .scale = 1.0,
    };
    const struct transfer_entry *power = &transfers[TRANSFER_POWER],
                                *asinh_entry = &transfers[TRANSFER_ASINH];
    curve.transfer.gamma = clamp(transfer->gamma, power->least, power->most);
    curve.transfer.softening = clamp(transfer->softening, asinh_entry->least, asinh_entry->most);
    if (transfer->kind == TRANSFER_LOG) {
        curve.steepness = log_steepness(&curve);
        curve.scale = 1.0 / log1p(curve.steepness);
    } else if (transfer->kind == TRANSFER_ASINH) {
        curve.steepness = 1.0 / curve.transfer.softening;
        curve.scale = 1.0 / asinh(curve.steepness);
    }
    return curve;
}

double transfer_curve_apply(const struct transfer_curve *curve, double x)
{
    x = clamp(x, 0.0, 1.0);
    switch (curve->transfer.kind) {
    case TRANSFER_LOG:
        return clamp(log1p(curve->steepness * x) * curve->scale, 0.0, 1.0);
    case TRANSFER_SQRT:
        return sqrt(x);
    case TRANSFER_ASINH:
        return clamp(asinh(curve->steepness * x) * curve->scale, 0.0, 1.0);
    case TRANSFER_POWER:
        return pow(x, curve->transfer.gamma);
    default:
        assert(curve->transfer.kind == TRANSFER_LINEAR);
        return x;
    }
}

double transfer_curve_invert(const struct transfer_curve *curve, double t)
{
    t = clamp(t, 0.0, 1.0);
    switch (curve->transfer.kind) {
    case TRANSFER_LOG:
        return clamp(expm1(t / curve->scale) / curve->steepness, 0.0, 1.0);
    case TRANSFER_SQRT:
        return t * t;
    case TRANSFER_ASINH:
        return clamp(sinh(t / curve->scale) / curve->steepness, 0.0, 1.0);
    case TRANSFER_POWER:
        return pow(t, 1.0 / curve->transfer.gamma);
    default:
        assert(curve->transfer.kind == TRANSFER_LINEAR);
        return t;
    }
}

// x^gamma rises steeply at 0 for gamma < 1. With `octaves` of equal-ratio steps, about 1/1024 each, the first
// step ends at t = (2^-(octaves + 10))^gamma, which is to be below 2^-12. Below 2^-100 float32 itself has no
// more to give.
static double power_knee(double gamma)
{
    if (gamma >= 1.0)
        return 1.0;
    return exp2(-clamp(ceil(12.0 / gamma) - 11.0, 1.0, 100.0));
}

double transfer_curve_knee(const struct transfer_curve *curve)
{
    switch (curve->transfer.kind) {
    case TRANSFER_LOG:
    case TRANSFER_ASINH:
        return fmin(1.0, 1.0 / curve->steepness);
    case TRANSFER_SQRT:
        return 0x1p-14;
    case TRANSFER_POWER:
        return power_knee(curve->transfer.gamma);
    default:
        return 1.0;
    }
}
