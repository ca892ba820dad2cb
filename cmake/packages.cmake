# Debian packages by cpack -G DEB, one for each component: `nearfold` (component tool), `libnearfold0.1`
# (library), `libnearfold-dev` (development). scripts/deb.sh configures a build for them.
if(NOT PROJECT_IS_TOP_LEVEL)
  return()
endif()
set(NEARFOLD_MAINTAINER "nearfold maintainers <maintainers@nearfold.invalid>" CACHE STRING
    "Who answers for packages that are published, with an address")
mark_as_advanced(NEARFOLD_MAINTAINER)

set(tool_package nearfold)
set(library_package libnearfold${NEARFOLD_ABI})
set(development_package libnearfold-dev)
set(debian ${PROJECT_SOURCE_DIR}/packaging/debian)

# ---- what Debian wants of each package ------------------------------------------------------------
# Nothing of it belongs to `cmake --install`.
# The terms of LICENSE, as the field of a control file.
file(READ LICENSE debian_licence)
string(REGEX REPLACE "^.*(Permission is.*)\n$" " \\1" debian_licence "${debian_licence}")
string(REPLACE "\n\n" "\n.\n" debian_licence "${debian_licence}")
string(REPLACE "\n" "\n " debian_licence "${debian_licence}")
configure_file(${debian}/copyright.in debian/copyright @ONLY)
# string(TIMESTAMP) goes by SOURCE_DATE_EPOCH.
string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)
configure_file(${debian}/changelog.in debian/changelog @ONLY)
execute_process(COMMAND ${GZIP} -9nf ${PROJECT_BINARY_DIR}/debian/changelog COMMAND_ERROR_IS_FATAL ANY)
foreach(component IN ITEMS tool library development)
  set(package ${${component}_package})
  install(FILES ${PROJECT_BINARY_DIR}/debian/copyright ${PROJECT_BINARY_DIR}/debian/changelog.gz
    DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${package} COMPONENT ${component} EXCLUDE_FROM_ALL)
  if(EXISTS ${debian}/${component}.lintian-overrides)
    configure_file(${debian}/${component}.lintian-overrides debian/${package} @ONLY)
    install(FILES ${PROJECT_BINARY_DIR}/debian/${package}
      DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides COMPONENT ${component} EXCLUDE_FROM_ALL)
  endif()
endforeach()

# ---- cpack ----------------------------------------------------------------------------------------
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME nearfold)
set(CPACK_PACKAGE_VENDOR "nearfold")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")  # each has its own
set(CPACK_PACKAGE_CONTACT "${NEARFOLD_MAINTAINER}")
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL tool development)
if(BUILD_SHARED_LIBS)
  list(APPEND CPACK_COMPONENTS_ALL library)
  set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "${library_package} (= ${PROJECT_VERSION})")
endif()
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${PROJECT_BINARY_DIR})

set(CPACK_DEBIAN_TOOL_PACKAGE_NAME ${tool_package})
set(CPACK_DEBIAN_TOOL_PACKAGE_SECTION science)
set(CPACK_DEBIAN_TOOL_PACKAGE_DEPENDS fonts-dejavu-core)  # the same font, the same picture
set(CPACK_COMPONENT_TOOL_DESCRIPTION "t-SNE and UMAP over a nearest-neighbour graph
Reduces the dimensions of points by t-SNE and UMAP over exact or approximate
nearest neighbours, draws the map and scores it. The same seed gives the same
embedding, byte for byte, on any number of threads. Reads NPY, CSV, HDF5,
Matrix Market and other formats.

This package has the command-line tool, its man pages and completions.")

set(CPACK_DEBIAN_LIBRARY_PACKAGE_NAME ${library_package})
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libs)
# Written here, as CPack would list the copies for other processors, too.
file(CONFIGURE OUTPUT debian/shlibs
  CONTENT "libnearfold ${NEARFOLD_ABI} ${library_package} (>= ${PROJECT_VERSION})\n")
file(CONFIGURE OUTPUT debian/triggers CONTENT "activate-noawait ldconfig\n")
set(CPACK_DEBIAN_LIBRARY_PACKAGE_CONTROL_EXTRA
  ${PROJECT_BINARY_DIR}/debian/shlibs ${PROJECT_BINARY_DIR}/debian/triggers)
set(CPACK_COMPONENT_LIBRARY_DESCRIPTION "t-SNE and UMAP over a nearest-neighbour graph - shared library
A C++20 library that reduces the dimensions of points by t-SNE and UMAP over
exact or approximate nearest neighbours. The same seed gives the same
embedding, byte for byte, on any number of threads.")

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME ${development_package})
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SHLIBDEPS OFF)
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION "t-SNE and UMAP over a nearest-neighbour graph - development files
A C++20 library that reduces the dimensions of points by t-SNE and UMAP over
exact or approximate nearest neighbours.

This package has the headers and the files of CMake and pkg-config.")
include(CPack)
