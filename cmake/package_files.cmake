# Run by cpack before it packs: what Debian's policy asks of the files in a package.
cmake_minimum_required(VERSION 3.25)
set(share ${CPACK_TEMPORARY_DIRECTORY}${CPACK_PACKAGING_INSTALL_PREFIX}/share)
file(WRITE ${share}/doc/fovea/changelog
"fovea (${CPACK_PACKAGE_VERSION}) unstable; urgency=medium

  * Version ${CPACK_PACKAGE_VERSION}.

 -- ${CPACK_PACKAGE_CONTACT}  Mon, 30 Nov 2026 00:00:00 +0000
")
execute_process(COMMAND gzip -9n ${share}/doc/fovea/changelog ${share}/man/man1/fovea.1 COMMAND_ERROR_IS_FATAL ANY)
