# Every external library, found once here.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
pkg_check_modules(TIFF REQUIRED IMPORTED_TARGET libtiff-4)
pkg_check_modules(ZLIB REQUIRED IMPORTED_TARGET zlib)
pkg_check_modules(LZ4 REQUIRED IMPORTED_TARGET liblz4)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(LZF REQUIRED IMPORTED_TARGET liblzf)
pkg_check_modules(BLOSC REQUIRED IMPORTED_TARGET blosc)
pkg_check_modules(LZMA REQUIRED IMPORTED_TARGET liblzma)
find_library(FOVEA_BZ2 bz2 REQUIRED)
pkg_check_modules(HDF5 REQUIRED IMPORTED_TARGET hdf5-serial)
find_library(FOVEA_HDF5_ARCHIVE libhdf5_serial.a DOC "HDF5 as an archive, without the libraries of its network driver")
find_library(FOVEA_SZ_ARCHIVE libsz.a)
find_library(FOVEA_AEC_ARCHIVE libaec.a)
find_path(FOVEA_CBFLIB_INCLUDE cbflib/cbf.h) # tests only
find_library(FOVEA_CBFLIB_ARCHIVE libcbf.a)
find_library(FOVEA_CBFLIB cbf)
mark_as_advanced(FOVEA_BZ2 FOVEA_HDF5_ARCHIVE FOVEA_SZ_ARCHIVE FOVEA_AEC_ARCHIVE
  FOVEA_CBFLIB_INCLUDE FOVEA_CBFLIB_ARCHIVE FOVEA_CBFLIB)
pkg_check_modules(PNG REQUIRED IMPORTED_TARGET libpng)
pkg_check_modules(CJSON REQUIRED IMPORTED_TARGET libcjson)
pkg_check_modules(SECCOMP REQUIRED IMPORTED_TARGET libseccomp)
pkg_check_modules(MD REQUIRED IMPORTED_TARGET libmd)
pkg_check_modules(CRYPTO IMPORTED_TARGET libcrypto) # tests only
pkg_check_modules(CFITSIO IMPORTED_TARGET cfitsio) # tests only
pkg_check_modules(SDL2 REQUIRED IMPORTED_TARGET sdl2)
pkg_check_modules(GLEW REQUIRED IMPORTED_TARGET glew)
pkg_check_modules(EGL REQUIRED IMPORTED_TARGET egl)
pkg_check_modules(FONTCONFIG REQUIRED IMPORTED_TARGET fontconfig)
pkg_check_modules(FREETYPE REQUIRED IMPORTED_TARGET freetype2)
pkg_check_modules(IMGUI REQUIRED IMPORTED_TARGET imgui)
pkg_check_modules(CMOCKA IMPORTED_TARGET cmocka)

find_file(FOVEA_FONT DejaVuSans.ttf PATHS /usr/share/fonts/truetype/dejavu REQUIRED NO_DEFAULT_PATH
  DOC "The font embedded as the fallback")
find_file(FOVEA_INTER Inter-Regular.otf PATHS /usr/share/fonts/opentype/inter REQUIRED NO_DEFAULT_PATH
  DOC "The font of the interface")
find_file(FOVEA_INTER_SEMIBOLD Inter-SemiBold.otf PATHS /usr/share/fonts/opentype/inter REQUIRED NO_DEFAULT_PATH
  DOC "The font of headings")
find_file(FOVEA_ICONS materialdesignicons-webfont.ttf PATHS /usr/share/fonts/truetype/materialdesignicons-webfont
  /usr/share/fonts-materialdesignicons-webfont/fonts REQUIRED NO_DEFAULT_PATH
  DOC "The font of icons; embedded as it is, which its licence asks for")

# HDF5: the archive where there is one. The shared library of Debian loads 35 others (curl, Kerberos, LDAP, ...) at every
# start; the archive leaves its network driver out, because nothing refers to it.
add_library(fovea_hdf5 INTERFACE)
target_include_directories(fovea_hdf5 SYSTEM INTERFACE ${HDF5_INCLUDE_DIRS})
target_compile_definitions(fovea_hdf5 INTERFACE H5_USE_110_API)
if(FOVEA_HDF5_ARCHIVE AND FOVEA_SZ_ARCHIVE AND FOVEA_AEC_ARCHIVE)
  target_link_libraries(fovea_hdf5 INTERFACE ${FOVEA_HDF5_ARCHIVE} ${FOVEA_SZ_ARCHIVE} ${FOVEA_AEC_ARCHIVE}
    PkgConfig::ZLIB Threads::Threads m ${CMAKE_DL_LIBS})
else()
  target_link_libraries(fovea_hdf5 INTERFACE PkgConfig::HDF5)
endif()

# CBFlib: likewise, because its shared library loads that of HDF5. Its headers include those of HDF5. Only tests and a
# bench use it: the reader has decoders of its own, which bad data cannot crash.
if(FOVEA_CBFLIB_INCLUDE AND FOVEA_CBFLIB)
  add_library(fovea_cbflib INTERFACE)
  target_include_directories(fovea_cbflib SYSTEM INTERFACE ${FOVEA_CBFLIB_INCLUDE} ${FOVEA_CBFLIB_INCLUDE}/cbflib)
  if(FOVEA_CBFLIB_ARCHIVE)
    target_link_libraries(fovea_cbflib INTERFACE ${FOVEA_CBFLIB_ARCHIVE} fovea_hdf5)
  else()
    target_link_libraries(fovea_cbflib INTERFACE ${FOVEA_CBFLIB} fovea_hdf5)
  endif()
endif()
