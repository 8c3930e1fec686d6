// SPDX-License-Identifier: MIT
// Media types from the table of readers. Names, extensions and magic there are of letters that need no
// escapes in XML, save for '&' and '<', which none has (tests/app/desktop.sh has the result parsed).
#include "app/batch/desktop_types.h"

#include "formats/base/reader.h"

#include <string.h>

// What several types have in common: a pattern of names is worth as much as any other, the beginning decides.
static void describe(const struct reader *reader, struct text *out)
{
    const struct media *media = &reader->media;
    text_printf(out, "  <mime-type type=\"%.*s\">\n    <comment>%s</comment>\n",
                (int)strcspn(media->types, ";"), media->types, reader->description);
    text_append(out, "    <generic-icon name=\"image-x-generic\"/>\n");
    if (media->magic)
        text_printf(out, "    <magic><match type=\"string\" offset=\"%d\" value=\"%s\"/></magic>\n",
                    media->magic_at, media->magic);
    for (const char *const *extension = reader->extensions; *extension; extension++)
        text_printf(out, "    <glob pattern=\"*.%s\"/>\n", *extension);
    text_append(out, "  </mime-type>\n");
}

void desktop_types_describe(struct text *out)
{
    for (const struct reader *const *reader = readers; *reader; reader++)
        if ((*reader)->media.types && (*reader)->media.kind == MEDIA_OURS)
            describe(*reader, out);
}

static void list(enum media_kind last, struct text *out)
{
    for (const struct reader *const *reader = readers; *reader; reader++)
        if ((*reader)->media.types && (*reader)->media.kind <= last)
            text_append(out, (*reader)->media.types);
}

void desktop_types_opened(struct text *out)
{
    list(MEDIA_COMMON, out);
}

void desktop_types_thumbnails(struct text *out)
{
    list(MEDIA_DESCRIBED, out);
}
