// SPDX-License-Identifier: MIT
// The contract between Fovea and a file format.
//
// A reader is one constant table of functions (struct reader) in one file, with one row in readers_list.h;
// docs/architecture.md shows a whole one. Call sequence: probe (content decides, not the name) -> open
// (header only, no pixels) -> frame_info -> decode any number of times, any rectangles -> close. For parallel
// decoding every thread works on its own handle got by clone. "Not mine" (STATUS_NOT_MINE), "mine but broken"
// (STATUS_BROKEN), "valid but not shown" (STATUS_UNSUPPORTED) and "i/o error" (STATUS_IO) are kept apart. A
// reader never trusts a size: every multiplication and allocation that comes from the file is checked, and a
// frame whose pixels could not possibly be in the file (uncompressed data larger than the file) is
// STATUS_BROKEN at open or frame_info, before any allocation.
//
// What a caller may see besides: STATUS_USAGE for a frame, level or rectangle that there is not,
// STATUS_TOO_LARGE for what cannot be addressed or unpacked within the limits, STATUS_NO_MEMORY, and
// STATUS_CANCELLED. With every failure goes one sentence, which begins with the file's path.
//
// Thread-safety: one thread at a time for each handle; any number of handles at once, also of one file.
#ifndef FOVEA_FORMATS_READER_H
#define FOVEA_FORMATS_READER_H

#include "base/cancel.h"
#include "base/status.h"
#include "base/text.h"
#include "image/detector.h"
#include "image/frame.h"

struct blob;
struct image_file;

enum { READER_PROBE_BYTES = 4096 }; // at most this much of the file's beginning is shown to probe

enum { READER_SURE = 50 }; // a probe that scores as much is believed

enum { CHANNEL_AUTO = -1 }; // luminance for RGB, else channel 0

// What to open.
struct open_request {
    const char *path;     // the file, without a selector
    struct blob *blob;    // its bytes; borrowed, readers share it. NULL: to be opened by the path
    const char *selector; // what of it to show, as image_name_split gives it: the "2" of "file.fits[2]", the
                          // "/d[3,:,:]" of "file.h5::/d[3,:,:]", "[:,:,*]#phase"; or NULL
    int channel;          // of several samples per pixel: index from 0, or CHANNEL_AUTO
    // The name to look for siblings beside, and to guess from: that of a packed file, without ".gz", whose
    // content is at `path`. NULL: `path` itself.
    const char *beside;
    int64_t max_unpacked_bytes; // that may come out of a packed file; 0: what wrapped.h says
    // Borrowed for the call; may be NULL. Opening returns STATUS_CANCELLED soon after it is requested.
    struct cancel *cancel;
};

// One rectangle of pixels to decode into the caller's memory.
struct decode_request {
    int64_t frame;
    int level; // of frame_info.levels: 0 is the frame itself. Readers that offer no others need not look
    struct rect rect; // inside the level, in its pixels
    void *pixels;     // samples of frame_info.type, row-major
    size_t stride;    // bytes from row to row; at least rect.width * sample bytes
    // A byte per pixel, zero on entry, rect.width bytes a row. The reader sets mask bits (image/mask.h) for
    // pixels that hold no value: MASK_BIT(MASK_GAP) for BLANK, MASK_BIT(MASK_BAD) where data are lost.
    uint8_t *classes;
    struct cancel *cancel; // may be NULL
    // Classes the caller does not want: image_file_decode drops these bits, save for lost pixels. Readers
    // need not look.
    uint8_t ignored_classes;
};

// What a decode has to tell besides its pixels. Zero-initialise.
struct decode_report {
    bool any_class;          // classes were written
    int64_t lost_pixels;     // pixels in damaged parts: filled with 0 (floats: NaN) and marked MASK_BAD
    struct error first_loss; // why, for the first damaged part
};

// What a desktop knows a format by: media types, and a piece of a file's beginning for names that several
// formats have. The package tells desktops of it (app/batch/desktop_types); opening looks at none of it.
struct media {
    const char *types; // a ';' behind each: "image/x-cbf;"; the first is that of files with these extensions
    enum media_kind {
        MEDIA_OURS,      // desktops do not know it
        MEDIA_DESCRIBED, // they do
        MEDIA_COMMON     // and have small pictures of it
    } kind;
    int magic_at;      // byte offset of
    const char *magic; // in the escapes of shared-mime-info: "\\x93NUMPY"; NULL = none
};

struct reader {
    const char *name;        // short, lower case: "tiff"
    const char *description; // for people: "TIFF, BigTIFF"
    const char *const
        *extensions; // without dot, NULL-terminated; for file dialogs and help, never for opening
    struct media media;

    // Writers continue files of the format in place while others read them, by rules that keep what was
    // there: only a file that became shorter was changed (blob_check).
    bool grows_in_place;

    // 0 = certainly not, 100 = certainly. `head` is the file's beginning, at most READER_PROBE_BYTES.
    int (*probe)(const uint8_t *head, size_t count, const char *path);

    // Optional: whether the file is of the format although its beginning does not tell, as behind a user
    // block of HDF5. Asked only where no probe is sure (READER_SURE), so that others are not slowed down.
    bool (*recognise)(const struct blob *blob);

    // Reads headers. On success *file has all fields of struct image_file set.
    enum status (*open)(const struct open_request *request, struct image_file **file, struct error *error);

    enum status (*frame_info)(struct image_file *file, int64_t frame, struct frame_info *info,
                              struct error *error);

    // Fills the rectangle. Damage that leaves other parts readable is told in `report` and is not a failure;
    // a failure (STATUS_BROKEN, STATUS_IO, ...) means nothing in the rectangle is usable.
    enum status (*decode)(struct image_file *file, const struct decode_request *request,
                          struct decode_report *report, struct error *error);

    // An independent handle on the same file for another thread. May share immutable data only.
    enum status (*clone)(struct image_file *file, struct image_file **copy, struct error *error);

    // Optional (may be NULL): the frame's header as "key\tvalue\n" lines of valid UTF-8.
    enum status (*metadata)(struct image_file *file, int64_t frame, struct text *out, struct error *error);

    // Optional: what is known of the detector. *info is cleared on entry.
    enum status (*detector)(struct image_file *file, int64_t frame, struct detector_info *info,
                            struct error *error);

    // Optional: what else the file holds that can be shown, one line each:
    // "selector\tshape\ttype\tstorage\tnote\n", for example
    // "/entry/data/data\t100 x 4362 x 4148\tu32\tbitshuffle-LZ4, chunks 1 x 4362 x 4148\t\n". The selector
    // opens that part as "path::selector"; a line with an empty selector cannot be opened, and its note says
    // why.
    enum status (*contents)(struct image_file *file, struct text *out, struct error *error);

    // Optional: compares the frame's bytes as they are stored with the checksum that the file gives of them;
    // *known is false where it gives none. STATUS_BROKEN where they differ.
    enum status (*verify)(struct image_file *file, int64_t frame, bool *known, struct error *error);

    void (*close)(struct image_file *file); // frees `file`; safe after any failure of the other calls
};

// The base of every reader's handle: the reader's own struct begins with it.
// Thread-safety: one thread at a time per handle.
struct image_file {
    const struct reader *reader;
    char *path;        // owned; as the user gave it
    struct blob *blob; // a share of the bytes; NULL where the reader gets them elsewhere
    int64_t frames;    // at least 1
    // Of the call that is running, where it has one; borrowed. The reader sets it from the request when it
    // makes the handle to be opened; it is NULL again when the call has returned.
    struct cancel *cancel;
};

// --- Used by the layers above; each validates its arguments, so readers need not. ---

// The table of all readers, NULL-terminated.
extern const struct reader *const readers[];

// Lets libhdf5 load the filter plugins that it finds (HDF5_PLUGIN_PATH), which are code of others: without it
// none is loaded. To be called before anything is opened, by the only thread.
void reader_plugins_allow(void);

// Opens `name`: a path, perhaps with a selector (formats/base/image_name.h), when no file of the whole name
// exists. The reader with the highest probe score is taken. The sentence of a failure names the file.
enum status image_file_open(const char *name, int channel, struct image_file **file, struct error *error);
// The same of `named`, whose `path` is such a name, and whose blob, where there is one, has the bytes of the
// file; its selector and `beside` must be NULL. STATUS_CANCELLED whatever came of it once the cancel is
// requested.
enum status image_file_open_request(const struct open_request *named, struct image_file **file,
                                    struct error *error);
enum status image_file_info(struct image_file *file, int64_t frame, struct frame_info *info,
                            struct error *error);
// The same, and STATUS_CANCELLED soon after that is requested: a frame may be in a file of its own.
enum status image_file_info_heeding(struct image_file *file, int64_t frame, struct cancel *cancel,
                                    struct frame_info *info, struct error *error);
// STATUS_CANCELLED whatever came of it once the cancel is requested: the pixels are then undefined. STATUS_IO
// with a sentence where the file was changed since it was opened (blob_check), whatever was decoded: its
// header says nothing of what is there now.
enum status image_file_decode(struct image_file *file, const struct decode_request *request,
                              struct decode_report *report, struct error *error);
enum status image_file_clone(struct image_file *file, struct image_file **copy, struct error *error);
// These four return STATUS_CANCELLED soon after `cancel`, which may be NULL, is requested; nothing is
// appended or known then.
enum status image_file_metadata(struct image_file *file, int64_t frame, struct cancel *cancel,
                                struct text *out, struct error *error);
enum status image_file_contents(struct image_file *file, struct cancel *cancel, struct text *out,
                                struct error *error); // nothing where the reader does not tell
enum status image_file_verify(struct image_file *file, int64_t frame, struct cancel *cancel, bool *known,
                              struct error *error); // nothing is known where the reader does not tell
enum status image_file_detector(struct image_file *file, int64_t frame, struct cancel *cancel,
                                struct detector_info *info,
                                struct error *error); // all unknown where the reader does not tell
void image_file_close(struct image_file **file);      // sets *file to NULL; NULL is fine

#endif
