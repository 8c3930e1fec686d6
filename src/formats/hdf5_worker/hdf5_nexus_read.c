// SPDX-License-Identifier: MIT
// The detector's description from the groups around a dataset, and the values that mark pixels.
#include "formats/hdf5_worker/hdf5_nexus_read.h"

#include "formats/hdf5_library/hdf5_value.h"
#include "formats/hdf5_worker/hdf5_mask_read.h"
#include "formats/hdf5_worker/hdf5_places.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { PATH_TEXT = 1024 };
// m; a photon energy in a wrong unit, or that of a storage ring, is far from these.
static const double SHORTEST = 1e-14, LONGEST = 1e-5;

// --- The detector ---

// Where a number may stand: the first row that has a value counts.
struct item {
    size_t field; // of struct detector_info
    enum hdf5_place_role role;
    const char *name; // below the group
    int64_t element;
    const char *unit; // that is meant where the file names none
};

#define FIELD(member) offsetof(struct detector_info, member)

// NXdetector and NXbeam; "energy" of a source in J is CXI's; below "detectorSpecific" and "geometry" those of
// DECTRIS, below "detector_information" and "acquisition" those of LImA, "translation" that of LAMBDA,
// "pixel_size" that of pyFAI (row axis first), in NDAttributes the customary names of areaDetector.
static const struct item items[] = {
    {FIELD(pixel_x), HDF5_ROLE_DETECTOR, "x_pixel_size", 0, "m"},
    {FIELD(pixel_x), HDF5_ROLE_DETECTOR, "detector_information/pixel_size/xsize", 0, "m"},
    {FIELD(pixel_x), HDF5_ROLE_MODULE, "fast_pixel_direction", 0, "m"},
    {FIELD(pixel_x), HDF5_ROLE_DETECTOR, "pixel_size", 1, "m"},
    {FIELD(pixel_y), HDF5_ROLE_DETECTOR, "y_pixel_size", 0, "m"},
    {FIELD(pixel_y), HDF5_ROLE_DETECTOR, "detector_information/pixel_size/ysize", 0, "m"},
    {FIELD(pixel_y), HDF5_ROLE_MODULE, "slow_pixel_direction", 0, "m"},
    {FIELD(pixel_y), HDF5_ROLE_DETECTOR, "pixel_size", 0, "m"},
    {FIELD(distance), HDF5_ROLE_DETECTOR, "distance", 0, "m"},
    {FIELD(distance), HDF5_ROLE_DETECTOR, "detector_distance", 0, "m"},
    {FIELD(distance), HDF5_ROLE_DETECTOR, "translation/distance", 0, "m"},
    {FIELD(distance), HDF5_ROLE_DETECTOR, "geometry/translation/distances", 2, "m"},
    {FIELD(distance), HDF5_ROLE_ATTRIBUTES, "DetDist", 0, "mm"},
    {FIELD(wavelength), HDF5_ROLE_BEAM, "incident_wavelength", 0, "angstrom"},
    {FIELD(wavelength), HDF5_ROLE_BEAM, "incident_energy", 0, "eV"},
    {FIELD(wavelength), HDF5_ROLE_MONOCHROMATOR, "wavelength", 0, "angstrom"},
    {FIELD(wavelength), HDF5_ROLE_MONOCHROMATOR, "energy", 0, "keV"},
    {FIELD(wavelength), HDF5_ROLE_BEAM, "wavelength", 0, "angstrom"},
    {FIELD(wavelength), HDF5_ROLE_BEAM, "energy", 0, "eV"},
    {FIELD(wavelength), HDF5_ROLE_DETECTOR, "detectorSpecific/photon_energy", 0, "eV"},
    {FIELD(wavelength), HDF5_ROLE_DETECTOR, "photon_energy", 0, "eV"},
    {FIELD(wavelength), HDF5_ROLE_SOURCE, "energy", 0, "J"},
    {FIELD(wavelength), HDF5_ROLE_ATTRIBUTES, "Wavelength", 0, "angstrom"},
    {FIELD(wavelength), HDF5_ROLE_ATTRIBUTES, "PhotonEnergy", 0, "eV"},
    {FIELD(exposure), HDF5_ROLE_DETECTOR, "count_time", 0, "s"},
    {FIELD(exposure), HDF5_ROLE_DETECTOR, "exposure_time", 0, "s"},
    {FIELD(exposure), HDF5_ROLE_DETECTOR, "acquisition/exposure_time", 0, "s"},
    {FIELD(exposure), HDF5_ROLE_ATTRIBUTES, "AcquireTime", 0, "s"},
    {FIELD(exposure), HDF5_ROLE_ATTRIBUTES, "AcqTime", 0, "s"},
    {FIELD(saturation), HDF5_ROLE_DETECTOR, "saturation_value", 0, ""},
    {FIELD(saturation), HDF5_ROLE_CHANNEL, "saturation_value", 0, ""},
    {FIELD(count_cutoff), HDF5_ROLE_DETECTOR, "detectorSpecific/countrate_correction_count_cutoff", 0, ""},
    {FIELD(count_cutoff), HDF5_ROLE_DETECTOR, "countrate_correction_count_cutoff", 0, ""},
    {FIELD(sensor_thickness), HDF5_ROLE_DETECTOR, "sensor_thickness", 0, "m"},
    // The centre may be given as a length, so the size of the pixels comes before.
    {FIELD(beam_x), HDF5_ROLE_DETECTOR, "beam_center_x", 0, "pixel"},
    {FIELD(beam_x), HDF5_ROLE_ATTRIBUTES, "BeamX", 0, "pixel"},
    {FIELD(beam_y), HDF5_ROLE_DETECTOR, "beam_center_y", 0, "pixel"},
    {FIELD(beam_y), HDF5_ROLE_ATTRIBUTES, "BeamY", 0, "pixel"},
};

static bool is_centre(size_t field)
{
    return field == FIELD(beam_x) || field == FIELD(beam_y);
}

// The dimension that the field of the detector has.
static enum unit_dimension dimension_of(size_t field)
{
    if (is_centre(field))
        return UNIT_PIXELS;
    if (field == FIELD(exposure))
        return UNIT_TIME;
    return field == FIELD(saturation) || field == FIELD(count_cutoff) ? UNIT_NONE : UNIT_LENGTH;
}

// Turns a quantity into the value of the field. False if it cannot be one: wrong dimension, zero, negative,
// beyond all wavelengths.
static bool value_of(const struct detector_info *info, size_t field, const struct hdf5_quantity *quantity,
                     double *value)
{
    enum unit_dimension wanted = dimension_of(field);
    double pixel = field == FIELD(beam_x) ? info->pixel_x : info->pixel_y;
    if (wanted == quantity->dimension)
        *value = quantity->value;
    else if (is_centre(field) && quantity->dimension == UNIT_LENGTH && pixel > 0)
        *value = quantity->value / pixel;
    else if (field == FIELD(wavelength) && quantity->dimension == UNIT_ENERGY)
        *value = detector_wavelength(quantity->value);
    else
        return false;
    if (field == FIELD(wavelength))
        return *value >= SHORTEST && *value <= LONGEST;
    return isfinite(*value) && (is_centre(field) || *value > 0);
}

static void item_read(hid_t file, const struct hdf5_places *places, const struct item *item,
                      struct detector_info *info)
{
    double *field = (double *)((char *)info + item->field);
    for (size_t i = 0; i < places->count && isnan(*field); i++) {
        char path[PATH_TEXT];
        double value;
        struct hdf5_quantity quantity;
        if (places->items[i].role != item->role)
            continue;
        snprintf(path, sizeof path, "%s/%s", places->items[i].path, item->name);
        if (hdf5_quantity(file, path, item->element, item->unit, &quantity) &&
            value_of(info, item->field, &quantity, &value))
            *field = value;
    }
}

// DECTRIS writes 0, 0 where nobody has set the centre; a beam exactly on the outer corner is none.
static void centre_check(struct detector_info *info)
{
    if (info->beam_x == 0 && info->beam_y == 0)
        info->beam_x = info->beam_y = NAN;
}

// Puts two words together, for areaDetector gives maker and model apart.
static bool name_from_attributes(hid_t file, const char *group_path, char *name, size_t size)
{
    char maker[32] = "", model[32] = "";
    char path[PATH_TEXT];
    hid_t group = H5Gopen2(file, group_path, H5P_DEFAULT);
    if (group < 0)
        return false;
    hdf5_attribute_string(group, "CameraManufacturer", maker, sizeof maker);
    hdf5_attribute_string(group, "CameraModel", model, sizeof model);
    H5Gclose(group);
    snprintf(path, sizeof path, "%s/Manufacturer", group_path);
    if (!maker[0])
        hdf5_string(file, path, maker, sizeof maker);
    snprintf(path, sizeof path, "%s/Model", group_path);
    if (!model[0])
        hdf5_string(file, path, model, sizeof model);
    snprintf(name, size, "%s%s%s", maker, maker[0] && model[0] ? " " : "", model);
    return name[0] != '\0';
}

static void name_read(hid_t file, const struct hdf5_places *places, struct detector_info *info)
{
    static const char *const names[] = {"description", "detector_information/model", "model", "local_name",
                                        "detector_information/name"};
    char path[PATH_TEXT];
    for (size_t i = 0; places->detector && i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", places->detector, names[i]);
        if (hdf5_string(file, path, info->name, sizeof info->name) && info->name[0])
            return;
    }
    for (size_t i = 0; i < places->count; i++)
        if (places->items[i].role == HDF5_ROLE_ATTRIBUTES &&
            name_from_attributes(file, places->items[i].path, info->name, sizeof info->name))
            return;
}

// --- Values that mark pixels ---

// LImA names itself at the root; the rest is known by its detector.
static bool is_lima(hid_t file)
{
    char creator[64];
    hid_t root = H5Gopen2(file, "/", H5P_DEFAULT);
    if (root < 0)
        return false;
    bool found = hdf5_attribute_string(root, "creator", creator, sizeof creator);
    H5Gclose(root);
    return found && strncasecmp(creator, "LIMA", 4) == 0;
}

// The depth of the image that the file tells; 0 if it does not.
static int bit_depth(hid_t file, const struct hdf5_places *places)
{
    char path[PATH_TEXT];
    double bits = 0;
    if (!places->detector)
        return 0;
    snprintf(path, sizeof path, "%s/bit_depth_image", places->detector);
    return hdf5_number(file, path, 0, &bits) && bits >= 1 && bits <= 64 ? (int)bits : 0;
}

// Detectors whose images are signed numbers with negative marks.
static bool marks_negative(const struct detector_info *info)
{
    return strcasestr(info->name, "pilatus") || strcasestr(info->name, "eiger");
}

static double lower_of(double a, double b)
{
    return isnan(a) ? b : isnan(b) ? a : fmin(a, b);
}

static struct sentinels sentinels_find(hid_t file, const struct hdf5_places *places,
                                       const struct detector_info *info, enum sample_type type)
{
    struct sentinels sentinels = {0};
    double limit = lower_of(info->saturation, info->count_cutoff);
    if (!places->is_detector && !is_lima(file))
        return sentinels;
    // Pictures of 8 bits use all their values, unless the detector says that it counts so far only.
    sentinels.depth = bit_depth(file, places);
    if (type == SAMPLE_U8)
        sentinels.max_is_no_data = sentinels.depth == 8;
    else
        sentinels.max_is_no_data = type == SAMPLE_U16 || type == SAMPLE_U32 || type == SAMPLE_U64;
    bool is_signed = type == SAMPLE_I8 || type == SAMPLE_I16 || type == SAMPLE_I32 || type == SAMPLE_I64;
    sentinels.negative_marks = is_signed && marks_negative(info);
    sentinels.has_saturation = !isnan(limit);
    sentinels.saturation = isnan(limit) ? 0 : limit;
    return sentinels;
}

// --- All together ---

static enum status nexus_fill(hid_t file, const char *data_path, int64_t width, int64_t height,
                              enum sample_type type, struct cancel *cancel, struct hdf5_nexus *nexus,
                              struct error *error)
{
    struct hdf5_places places;
    hdf5_places_find(file, data_path, cancel, &places);
    for (size_t i = 0; i < sizeof items / sizeof *items; i++)
        item_read(file, &places, &items[i], &nexus->detector);
    centre_check(&nexus->detector);
    name_read(file, &places, &nexus->detector);
    if (!hdf5_is_auxiliary(data_path))
        nexus->sentinels = sentinels_find(file, &places, &nexus->detector, type);
    struct hdf5_series series = hdf5_series_find(file, data_path, &places, width, height);
    enum status status = hdf5_mask_read(file, data_path, &places, &series, &nexus->mask, error);
    hdf5_places_free(&places);
    return status;
}

enum status hdf5_nexus_read(hid_t file, const char *data_path, int64_t width, int64_t height,
                            enum sample_type type, struct cancel *cancel, struct hdf5_nexus **nexus,
                            struct error *error)
{
    struct hdf5_nexus *made = must_alloc(sizeof *made);
    enum status status = STATUS_OK;
    detector_info_clear(&made->detector);
    H5E_BEGIN_TRY
    {
        status = nexus_fill(file, data_path, width, height, type, cancel, made, error);
    }
    H5E_END_TRY;
    if (status != STATUS_OK)
        hdf5_nexus_drop(&made);
    else
        *nexus = made;
    return status;
}
