# fovea_embedded_table(OUTPUT_FILE NAME FILE...): a C file with a table of the embedded files by name.
function(fovea_embedded_table output table)
  set(declarations "")
  set(rows "")
  foreach(file ${ARGN})
    get_filename_component(name ${file} NAME)
    string(MAKE_C_IDENTIFIER ${name} symbol)
    string(APPEND declarations "extern const char embedded_${symbol}[];\n")
    string(APPEND rows "    {\"${name}\", embedded_${symbol}},\n")
  endforeach()
  file(CONFIGURE OUTPUT ${output} @ONLY CONTENT
"// Made by cmake/list_embedded.cmake.
#include \"base/embedded.h\"
${declarations}
const struct embedded_text ${table}[] = {
${rows}    {0, 0},
};
")
endfunction()
