# `cmake --install`: the program and what a desktop needs to offer it.
include(GNUInstallDirs)

# The manual page: docs/fovea.1.in with the program's own list of options, commands and keys in it. An instrumented
# program is no use for that.
if(NOT FOVEA_FUZZ AND NOT FOVEA_SANITIZE AND NOT FOVEA_COVERAGE AND NOT CMAKE_CROSSCOMPILING)
  set(manual ${CMAKE_BINARY_DIR}/fovea.1)
  add_custom_command(OUTPUT ${manual}
    COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:fovea> -DTEMPLATE=${CMAKE_SOURCE_DIR}/docs/fovea.1.in
      -DVERSION=${PROJECT_VERSION} -DOUTPUT=${manual} -P ${CMAKE_SOURCE_DIR}/cmake/write_manual.cmake
    DEPENDS fovea ${CMAKE_SOURCE_DIR}/docs/fovea.1.in ${CMAKE_SOURCE_DIR}/cmake/write_manual.cmake
    VERBATIM)
  add_custom_target(manual ALL DEPENDS ${manual})
  install(FILES ${manual} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
endif()

install(TARGETS fovea RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES ${CMAKE_SOURCE_DIR}/assets/fovea.desktop DESTINATION ${CMAKE_INSTALL_DATADIR}/applications)
install(FILES ${CMAKE_SOURCE_DIR}/assets/fovea.svg
  DESTINATION ${CMAKE_INSTALL_DATADIR}/icons/hicolor/scalable/apps)
install(FILES ${CMAKE_SOURCE_DIR}/README.md ${CMAKE_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
