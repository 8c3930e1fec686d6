// SPDX-License-Identifier: MIT
// What the files of the HDF5 reader share: files, names, datasets opened for their pixels, and the choice of
// what is shown. Decoding is in hdf5_frame.h.
//
// Source of the format: HDF5 File Format Specification and the reference manual of libhdf5 1.10 (The HDF
// Group). libhdf5 has one lock for the process; what is slow (reading and decoding of chunks) is done outside
// of it. Locks: pool and cache have one each; no lock of ours is taken while another is held, save that of
// libhdf5, which never calls us back.
#ifndef FOVEA_FORMATS_HDF5_INTERNAL_H
#define FOVEA_FORMATS_HDF5_INTERNAL_H

#include "formats/base/axes.h"
#include "formats/base/channels.h"
#include "formats/base/reader.h"
#include "formats/hdf5/hdf5_external.h"
#include "formats/hdf5/hdf5_guard.h"
#include "formats/packed/hdf5_chunk.h"

#include <hdf5.h>

enum { HDF5_NO_FILE = -1, HDF5_NO_AXIS = -1 };

// --- hdf5_open.c: files, and the words of libhdf5 ---

// To be called before libhdf5 is: keeps it from printing its errors, which is a setting of the calling
// thread, and from running the code of plugins unless the user allowed it.
void hdf5_quiet(void);
// True where the user allowed plugins (reader_plugins_allow, or FOVEA_HDF5_PLUGINS=1).
bool hdf5_plugins_allowed(void);
// Gives libhdf5 the decoders of hdf5_chunk.h that it lacks. Harmless when repeated (hdf5_filters.c).
void hdf5_filters_register(void);
// A sentence "PATH: WHAT: what libhdf5 says of its last error". Returns `status`, or a better one where the
// fault is known (a missing filter is unsupported, say).
enum status hdf5_explain(const char *path, const char *what, enum status status, struct error *error);
// Opens a file for reading, also one that is being written (SWMR or without lock). *file is closed with
// H5Fclose.
enum status hdf5_file_open(const char *path, hid_t *file, struct error *error);
// The path that `name` of an external link or virtual mapping in the file `from` leads to: the name itself
// where it is absolute and there, else in the folder of `from`. Allocated.
char *hdf5_resolve(const char *from, const char *name);
bool hdf5_path_exists(const char *path);

// --- hdf5_dataset.c: one dataset, opened for its pixels ---

enum hdf5_storage {
    HDF5_STORED_PLAIN,    // uncompressed samples in one piece of the file
    HDF5_STORED_CHUNKS,   // chunks that hdf5_chunk.h decodes
    HDF5_STORED_VIRTUAL,  // put together from boxes of other datasets
    HDF5_STORED_EXTERNAL, // uncompressed samples in files that are not HDF5
    HDF5_STORED_OTHER,    // all else: H5Dread
};

// How the samples of a datatype come to a sample type.
struct hdf5_type {
    enum sample_type type;
    bool complex; // pairs of real and imaginary part, in memory two doubles; never `exact`
    bool exact;   // the bytes in the file are samples of that type, but for their order
    bool swapped; // big-endian
    hid_t memory; // for H5Dread; close with H5Tclose
};
// STATUS_UNSUPPORTED with a clause ("holds text") for what is no sample.
enum status hdf5_type_of(hid_t datatype, struct hdf5_type *type, struct error *error);

// One axis of a virtual mapping: index i of the `count * block` selected ones lies at
// start + (i / block) * stride + i % block. Of one block, the stride is its length.
enum { HDF5_MAPPED_RANK = 6 }; // axes of a mapping, at most
struct hdf5_steps {
    int64_t start, stride, count, block;
};
// A part of a virtual dataset and where its samples are: the i-th selected index of an axis comes from the
// i-th of the source's axis in `source_axis` (HDF5_NO_AXIS where only one index is selected).
struct hdf5_mapping {
    char *file; // as the virtual dataset names it; NULL for its own file
    char *name;
    bool grows;        // without end: what its source does not have yet is no fault
    bool paired;       // axis by axis; else only libhdf5 knows which sample comes from where
    bool source_whole; // all of the source: its axes, and if they are paired, are known when it is open
    int source_rank;
    int source_axis[HDF5_MAPPED_RANK];
    struct hdf5_steps virtual_steps[HDF5_MAPPED_RANK];
    struct hdf5_steps source_steps[HDF5_MAPPED_RANK];
    // Not regular, instead of `virtual_steps`: boxes, of each the first index of all axes, then the last.
    int64_t *boxes;
    size_t box_count;
};

// Immutable once opened.
struct hdf5_dataset {
    char *path;      // of the file it lies in, behind all links
    char *opened;    // the path by which it was opened, whose links led there
    char *name;      // within the file that was opened
    char unit[32];   // of the samples, by the attribute "units"; "" without one
    uint64_t serial; // unlike that of all others of the pool
    hid_t id;
    int fd; // of the file, or HDF5_NO_FILE
    int64_t file_bytes;
    int rank;
    int64_t dims[H5S_MAX_RANK];
    struct hdf5_type type;
    enum hdf5_storage storage;
    bool cached; // HDF5_STORED_OTHER: whole planes go to the cache, because chunks are decoded behind them
    uint8_t fill[8];
    struct hdf5_pipeline pipeline; // of chunks; for people also where the storage is another
    int64_t offset;                // HDF5_STORED_PLAIN: of the first sample; -1: nothing was written
    int64_t chunk[H5S_MAX_RANK];   // also of HDF5_STORED_OTHER; [0] is 0 where there are no chunks
    size_t chunk_bytes;
    int64_t stored;  // bytes of all chunks, counted for large datasets only, else INT64_MAX; or of all slots
    bool bare_edges; // chunks that reach over the edge are stored without filters
    bool addressed;  // chunks are found by their address in the file, else read by libhdf5
    struct hdf5_slot *slots; // HDF5_STORED_EXTERNAL; one after the other
    size_t slot_count;
    struct hdf5_mapping *mappings;
    size_t mapping_count;
    bool apart;     // some mappings are not paired
    size_t missing; // files that the mappings name in vain, when the dataset was opened
    char *first_missing;
};

// Opens the dataset `name` of `file`, which was opened by `path`.
enum status hdf5_dataset_open(hid_t file, const char *path, const char *name, struct hdf5_dataset **out,
                              struct error *error);
void hdf5_dataset_close(struct hdf5_dataset *dataset);
// True where H5Dget_chunk_info and H5Dget_chunk_info_by_coord tell the truth. libhdf5 1.10.8 walks through an
// extensible array in the order of the axes, but stores it with the unlimited axis in front: where that is
// not the first one, the places and addresses told are those of other chunks. Reading is not concerned.
bool hdf5_chunks_told(hid_t dataset);

// --- hdf5_compound.c: complex numbers and tables ---

// True for a compound of a real and an imaginary part ("r" and "i" of h5py, "real" and "imag", "re" and
// "im"), and sets *type.
bool hdf5_complex_of(hid_t datatype, struct hdf5_type *type);
// Appends "a table of 3 columns: x (f64), name (text), ...".
void hdf5_table_describe(hid_t datatype, struct text *out);
// Appends "u16", "f32", "c64", "text".
void hdf5_type_append(hid_t datatype, struct text *out);

// --- hdf5_axes.c ---

// What the dataset at `path` of `file`, or the group around it, tells of its axes.
enum axes_told hdf5_axes_told(hid_t file, const char *path, hid_t dataset, int rank);
// STATUS_UNSUPPORTED with a sentence that names the first filter of the dataset that neither the program nor
// a plugin of libhdf5 can undo (hdf5_filters.c).
enum status hdf5_filters_check(const struct hdf5_dataset *dataset, struct error *error);

// --- hdf5_pool.c: the open datasets of a series ---

// Opens datasets when they are needed and keeps the last ones open. Thread-safety: any threads.
struct hdf5_pool;
// A guarded pool has whatever it opens tried by a guard first.
struct hdf5_pool *hdf5_pool_create(bool guarded);
void hdf5_pool_destroy(struct hdf5_pool *pool); // no dataset may be in use; NULL is fine
// The dataset is the caller's until it is given back. A missing file is STATUS_IO with a sentence.
// `cancel` may be NULL: then that of hdf5_pool_heed.
enum status hdf5_pool_take(struct hdf5_pool *pool, const char *path, const char *name, struct cancel *cancel,
                           struct hdf5_dataset **dataset, struct error *error);
void hdf5_pool_give(struct hdf5_pool *pool, struct hdf5_dataset *dataset);
// Has the pool's guard do a task; STATUS_OK without a guard. `answer` may be NULL.
enum status hdf5_pool_ask(struct hdf5_pool *pool, const struct hdf5_question *question,
                          struct hdf5_answer *answer, struct error *error);
// Until the next call tasks without a cancel of their own heed this one, which is borrowed; NULL: none.
void hdf5_pool_heed(struct hdf5_pool *pool, struct cancel *cancel);
// The guard has opened just before what is opened until hdf5_pool_rest, and is not asked about it again.
void hdf5_pool_trust(struct hdf5_pool *pool);
void hdf5_pool_rest(struct hdf5_pool *pool);

// --- hdf5_mask_write.c: in the guard's process ---

// HDF5_TASK_MASK: writes the supplied rows as a dataset of u32 with the groups on the way to it, and nothing
// into any other file. A dataset or link of that name is replaced. The answer's sentence begins with no path.
void hdf5_mask_write(const struct hdf5_question *question, struct hdf5_answer *answer);

// --- hdf5_layout.c: what is shown ---

// A dataset that makes up frames [first, first + frames) of the series.
struct hdf5_part {
    char *path; // of the file as it is opened
    char *name;
    int64_t first, frames;
    bool missing; // at the time of opening
};

struct hdf5_layout {
    struct hdf5_part *parts; // at least one
    size_t count;
    int64_t frames;
    enum sample_type type;
    struct axes axes; // of each part; the first axis of frames is as long as the part has it
    struct channel_choice channels;
    bool whole;  // rows and columns are there in full and in order: a pixel mask of the file fits
    char *shown; // the path of the dataset within the file that was opened
    struct text note;
};

// Decides what is shown, by the selector, if any, and the channel of the request. What it finds is not whole
// where the request is cancelled meanwhile.
enum status hdf5_layout_choose(hid_t file, const struct open_request *request, struct hdf5_pool *pool,
                               struct hdf5_layout *layout, struct error *error);
void hdf5_layout_free(struct hdf5_layout *layout);
// The part that has the frame, and the coordinates of the frame's first pixel in it.
const struct hdf5_part *hdf5_layout_find(const struct hdf5_layout *layout, int64_t frame,
                                         int64_t at[H5S_MAX_RANK]);

// --- hdf5_search.c: the walk through the groups ---

// The path of the dataset that the file, or the object at `start`, means to show; STATUS_UNSUPPORTED where
// there is none, STATUS_IO where it is in a file that is missing. *held, if not negative, keeps it open until
// H5Oclose, so that it is opened once.
enum status hdf5_search(hid_t file, const struct open_request *request, const char *start, struct text *found,
                        hid_t *held, struct error *error);

// --- hdf5_names.c: names and attributes ---

// The names of a group's links in the order people count, at most some 20000. Where the group is damaged, the
// names that could be read, and were before a cancel.
struct hdf5_names {
    char **names;
    size_t count;
    bool damaged; // libhdf5's words on it can still be had
};
struct hdf5_names hdf5_names_read(hid_t group, struct cancel *cancel); // `cancel` may be NULL
void hdf5_names_free(struct hdf5_names *names);

// Appends "GROUP/NAME"; NAME alone where it is absolute.
void hdf5_join(struct text *path, const char *group, const char *name);
// True for the datasets of a series: "data_000001", "data_01".
bool hdf5_is_numbered(const char *name);
// The i-th text of a text attribute; NULL where there is none. Allocated.
char *hdf5_attribute_text(hid_t object, const char *name, size_t index);
// The value of an attribute that is one whole number.
bool hdf5_attribute_number(hid_t object, const char *name, int64_t *value);
// The index of `text` in the list of texts at `name`.
bool hdf5_text_index(hid_t file, const char *name, const char *text, int64_t *index);
// Where `name` (a path within `file`, whose path is `path`) leads: for a link to another file, that file's
// path and the path within it, else `path` and `name`. Both allocated.
void hdf5_link_target(hid_t file, const char *path, const char *name, char **target_path, char **target_name);

#endif
