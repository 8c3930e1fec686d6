# fovea_layer(NAME SOURCES files... LINK targets...)
# One layer of the program: a static library of src/NAME. LINK names the layers above it in the plan and the
# external libraries it uses; nothing else is visible to it but headers.
function(fovea_layer name)
  cmake_parse_arguments(LAYER "" "" "SOURCES;LINK;PRIVATE" ${ARGN})
  add_library(fovea_${name} STATIC ${LAYER_SOURCES})
  target_link_libraries(fovea_${name} PUBLIC fovea_flags ${LAYER_LINK} PRIVATE ${LAYER_PRIVATE})
endfunction()
