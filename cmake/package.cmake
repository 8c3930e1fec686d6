# `cpack -G DEB` (scripts/package): the Debian package.
set(CPACK_PACKAGE_NAME fovea)
set(CPACK_PACKAGE_VENDOR "The Fovea developers")
set(FOVEA_MAINTAINER "The Fovea developers <fovea@fovea.invalid>" CACHE STRING "Who answers for the package: NAME <ADDRESS>")
set(CPACK_PACKAGE_CONTACT ${FOVEA_MAINTAINER})
set(CPACK_DEBIAN_PACKAGE_HOMEPAGE ${FOVEA_HOMEPAGE})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "GPU viewer for detector images")
set(CPACK_PACKAGE_DESCRIPTION
"Shows the images of X-ray, neutron and astronomical detectors and of electron
microscopes: TIFF, HDF5 and NeXus, FITS, CBF, EDF, NumPy, MRC and twenty more.
The samples stay as they are on the graphics processor, contrast and colours
are applied while drawing, so that contrast follows the mouse on huge images,
also without a graphics card. Masks are drawn, edited and saved; scripts write
pictures without a display.")
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_BINARY_DIR})
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# Drivers are found while the program runs.
set(CPACK_DEBIAN_PACKAGE_DEPENDS "libgl1-mesa-dri | libgl1")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "bash-completion")
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_SOURCE_DIR}/cmake/package_files.cmake)
include(CPack)

# What is in the program without being a library of its own asks that its terms come along.
set(copyright ${CMAKE_BINARY_DIR}/copyright)
file(READ LICENSE text)
foreach(package libimgui-dev libhdf5-dev libaec-dev fonts-dejavu-core fonts-inter
    fonts-materialdesignicons-webfont)
  if(EXISTS /usr/share/doc/${package}/copyright)
    file(READ /usr/share/doc/${package}/copyright terms)
    string(APPEND text "\n\n--- Terms of ${package} of Debian, parts of which are in the program ---\n\n${terms}")
  endif()
endforeach()
file(WRITE ${copyright} "${text}")
install(FILES ${copyright} DESTINATION ${CMAKE_INSTALL_DOCDIR})
