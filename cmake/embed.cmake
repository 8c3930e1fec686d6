# fovea_embed(TARGET SYMBOL_PREFIX FILE...)
# Puts each file into the target as `const unsigned char embedded_<name>[]` and `embedded_<name>_end[]`, where
# <name> is the file name with every character that is not a letter or digit turned into '_', and a NUL after it.
function(fovea_embed target)
  set(assembly "    .section .rodata\n")
  foreach(file ${ARGN})
    get_filename_component(path ${file} ABSOLUTE)
    get_filename_component(name ${file} NAME)
    string(MAKE_C_IDENTIFIER ${name} symbol)
    string(APPEND assembly
      "    .balign 16\n    .global embedded_${symbol}\n    .global embedded_${symbol}_end\n"
      "embedded_${symbol}:\n    .incbin \"${path}\"\nembedded_${symbol}_end:\n    .byte 0\n")
    list(APPEND paths ${path})
  endforeach()
  string(APPEND assembly "    .section .note.GNU-stack,\"\",%progbits\n")
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${target}_embedded.S)
  file(CONFIGURE OUTPUT ${output} CONTENT "${assembly}" @ONLY)
  set_source_files_properties(${output} PROPERTIES OBJECT_DEPENDS "${paths}")
  target_sources(${target} PRIVATE ${output})
endfunction()
