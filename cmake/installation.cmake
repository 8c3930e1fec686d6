# `cmake --install`: the programs and what a desktop needs to offer it.
# Files that the program knows best how to fill: the manual page with its list of options, commands and keys, and what
# desktops are told of the formats. An instrumented program is no use for that.
function(fovea_install_filled file form template folder)
  set(output ${CMAKE_BINARY_DIR}/${file})
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:fovea> -DFORM=${form} -DTEMPLATE=${CMAKE_SOURCE_DIR}/${template}
      -DVERSION=${PROJECT_VERSION} -DOUTPUT=${output} -P ${CMAKE_SOURCE_DIR}/cmake/fill_template.cmake
    DEPENDS fovea ${CMAKE_SOURCE_DIR}/${template} ${CMAKE_SOURCE_DIR}/cmake/fill_template.cmake
    VERBATIM)
  add_custom_target(filled_${file} ALL DEPENDS ${output})
  install(FILES ${output} DESTINATION ${folder})
endfunction()
if(NOT FOVEA_FUZZ AND NOT FOVEA_SANITIZE AND NOT FOVEA_COVERAGE AND NOT CMAKE_CROSSCOMPILING)
  fovea_install_filled(fovea.1 --troff docs/fovea.1.in ${CMAKE_INSTALL_MANDIR}/man1)
  fovea_install_filled(fovea.desktop --mime-types assets/fovea.desktop.in ${CMAKE_INSTALL_DATADIR}/applications)
  fovea_install_filled(fovea.thumbnailer --thumbnail-types assets/fovea.thumbnailer.in
    ${CMAKE_INSTALL_DATADIR}/thumbnailers)
  fovea_install_filled(fovea.xml --mime-info assets/fovea.xml.in ${CMAKE_INSTALL_DATADIR}/mime/packages)
endif()

# Software centres show the screenshot, which they want from a server.
set(FOVEA_HOMEPAGE "" CACHE STRING "Address of the project's page, which has screenshot.png; may be empty")
if(FOVEA_HOMEPAGE)
  string(CONCAT FOVEA_LINKS "  <url type=\"homepage\">${FOVEA_HOMEPAGE}</url>\n"
    "  <screenshots>\n    <screenshot type=\"default\"><image>${FOVEA_HOMEPAGE}/screenshot.png</image></screenshot>\n"
    "  </screenshots>\n")
endif()
configure_file(assets/fovea.metainfo.xml.in ${CMAKE_BINARY_DIR}/fovea.metainfo.xml @ONLY)

install(TARGETS fovea RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS fovea_hdf5_program RUNTIME DESTINATION ${CMAKE_INSTALL_LIBEXECDIR})
install(FILES ${CMAKE_BINARY_DIR}/fovea.metainfo.xml DESTINATION ${CMAKE_INSTALL_DATADIR}/metainfo)
install(FILES assets/fovea.svg DESTINATION ${CMAKE_INSTALL_DATADIR}/icons/hicolor/scalable/apps)
install(FILES assets/fovea.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME fovea)
install(FILES README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
include(package)
