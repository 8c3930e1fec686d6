# `cmake --install`: the program and what a desktop needs to offer it.
include(GNUInstallDirs)
