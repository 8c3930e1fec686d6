# cmake -DPROGRAM= -DTEMPLATE= -DVERSION= -DOUTPUT= -P: the manual page from its template and from the program.
cmake_minimum_required(VERSION 3.25)
execute_process(COMMAND ${PROGRAM} help --troff OUTPUT_VARIABLE MANUAL COMMAND_ERROR_IS_FATAL ANY)
file(READ ${TEMPLATE} page)
# Not string(CONFIGURE): the program's text may hold any character, semicolons and backslashes among them.
string(REPLACE "@VERSION@" "${VERSION}" page "${page}")
string(REPLACE "@MANUAL@\n" "${MANUAL}" page "${page}")
file(WRITE ${OUTPUT} "${page}")
