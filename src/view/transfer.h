// SPDX-License-Identifier: MIT
// Transfer functions: how a value between the contrast limits becomes a position on the colour map.
//
// With x = (v - low) / (high - low) in [0, 1]:
//   linear  t = x
//   log     t = log(1 + a x) / log(1 + a), a = high / low - 1 for low > 0 (which is the true logarithm,
//           log(v / low) / log(high / low)), at most 1e12; else a = max(1000, high - low), at most 1e12, so
//           that counts from 0 are shown as log(1 + counts)
//   sqrt    t = sqrt(x)
//   asinh   t = asinh(b x) / asinh(b), b = 1 / softening (default softening 0.1, as DS9)
//   power   t = x^gamma
//   equalize t = share of the counted pixels inside the limits whose value is <= v (see colour_table.h)
#ifndef FOVEA_VIEW_TRANSFER_H
#define FOVEA_VIEW_TRANSFER_H

#include "image/limits.h"

enum transfer_kind {
    TRANSFER_LINEAR,
    TRANSFER_LOG,
    TRANSFER_SQRT,
    TRANSFER_ASINH,
    TRANSFER_POWER,
    TRANSFER_EQUALIZE,
    TRANSFER_COUNT
};

struct transfer {
    enum transfer_kind kind;
    double gamma;     // for power: 0.05 to 20; default 2
    double softening; // for asinh: 0.0001 to 10; default 0.1
};

struct transfer transfer_default(void); // linear, with the default parameters
const char *transfer_name(enum transfer_kind kind);
bool transfer_by_name(const char *name, enum transfer_kind *kind);
// "log", "power:0.5", "asinh:0.01": a name and its optional parameter; false if malformed or out of range.
bool transfer_parse(const char *text, struct transfer *transfer);

// A transfer function with its constants worked out for given limits, to be applied to many values.
struct transfer_curve {
    struct transfer transfer;
    double low, range; // range = high - low > 0
    double steepness;  // a of log, b of asinh
    double scale;      // 1 / log(1 + a), 1 / asinh(b)
};
struct transfer_curve transfer_curve_for(const struct transfer *transfer, const struct limits *limits);
// t in [0, 1] for x in [0, 1]; x outside is clamped. Not for equalize (asserts).
double transfer_curve_apply(const struct transfer_curve *curve, double x);
// x in [0, 1] for t in [0, 1]: the inverse, for the ticks of the colour bar. Not for equalize.
double transfer_curve_invert(const struct transfer_curve *curve, double t);
// The fraction of the range near `low` below which the curve needs finer steps than it does near `high`:
// steps of equal ratio in (x + knee) are about equal in t. 1 = equal steps in x are fine. In (0, 1], at least
// 2^-100.
double transfer_curve_knee(const struct transfer_curve *curve);

#endif
