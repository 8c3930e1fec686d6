// SPDX-License-Identifier: MIT
// What the package tells a desktop of the formats: their media types, made from the table of readers.
#ifndef FOVEA_APP_DESKTOP_TYPES_H
#define FOVEA_APP_DESKTOP_TYPES_H

#include "base/text.h"

// Appends the description of the media types that desktops do not know, for assets/fovea.xml.in
// (https://specifications.freedesktop.org/shared-mime-info-spec).
void desktop_types_describe(struct text *out);
// Appends the types that the program opens, and those of which it makes small pictures, ';' behind each.
void desktop_types_opened(struct text *out);
void desktop_types_thumbnails(struct text *out);

#endif
