# Compiler flags, on one interface target that every layer links.
set(CMAKE_C_STANDARD 17)
set(CMAKE_C_EXTENSIONS ON)
set(CMAKE_CXX_STANDARD 17)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
# Hidden, or else a library's own function of the same name is replaced by ours at run time: cfitsio, in tests, exports
# file_open, file_read and others.
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()

option(FOVEA_WERROR "Treat warnings as errors" OFF)
set(FOVEA_SANITIZE "" CACHE STRING "Sanitizers to build with, as for -fsanitize=")
option(FOVEA_FUZZ "Build the libFuzzer targets (clang only)" OFF)
option(FOVEA_COVERAGE "Instrument for coverage" OFF)

add_library(fovea_flags INTERFACE)
target_include_directories(fovea_flags INTERFACE ${CMAKE_SOURCE_DIR}/src)
target_compile_definitions(fovea_flags INTERFACE _GNU_SOURCE FOVEA_VERSION="${PROJECT_VERSION}")
target_compile_options(fovea_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wpointer-arith -Wundef -Wformat=2 -Wno-format-nonliteral
  -Wno-missing-field-initializers # what an initializer leaves out is zero, and meant so
  $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes -Wmissing-prototypes -Wvla -Wwrite-strings>
  $<$<BOOL:${FOVEA_WERROR}>:-Werror>
  $<$<CONFIG:Release>:-O3>)
# Each function and datum in a section of its own, so that unused library code stays out of the program.
target_compile_options(fovea_flags INTERFACE -ffunction-sections -fdata-sections)
target_link_options(fovea_flags INTERFACE -Wl,--gc-sections -Wl,--as-needed)

if(FOVEA_SANITIZE)
  target_compile_options(fovea_flags INTERFACE -fsanitize=${FOVEA_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all -g)
  target_link_options(fovea_flags INTERFACE -fsanitize=${FOVEA_SANITIZE})
  target_compile_definitions(fovea_flags INTERFACE FOVEA_SANITIZED=1)
endif()
if(FOVEA_FUZZ)
  target_compile_options(fovea_flags INTERFACE -fsanitize=fuzzer-no-link)
  target_link_options(fovea_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(FOVEA_COVERAGE)
  target_compile_options(fovea_flags INTERFACE --coverage -O0)
  target_link_options(fovea_flags INTERFACE --coverage)
endif()
