# cmake -DPROGRAM= -DFORM= -DTEMPLATE= -DVERSION= -DOUTPUT= -P: a file from its template and from what the program writes
# about itself (`fovea help FORM`), which stands for the line "@TEXT@" or the word @TEXT@.
cmake_minimum_required(VERSION 3.25)
execute_process(COMMAND ${PROGRAM} help ${FORM} OUTPUT_VARIABLE TEXT COMMAND_ERROR_IS_FATAL ANY)
file(READ ${TEMPLATE} page)
# Not string(CONFIGURE): the program's text may hold any character, semicolons and backslashes among them.
string(REPLACE "@VERSION@" "${VERSION}" page "${page}")
string(REPLACE "\n@TEXT@\n" "\n${TEXT}" page "${page}")
string(REPLACE "@TEXT@" "${TEXT}" page "${page}")
file(WRITE ${OUTPUT} "${page}")
