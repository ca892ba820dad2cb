# The library, its headers, its licences, and how others find it: find_package(nearfold) and
# pkg-config. Nothing installed names a place of this machine, so a prefix can be moved.
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/nearfold)
install(TARGETS nearfold EXPORT nearfold-targets
  LIBRARY COMPONENT library NAMELINK_COMPONENT development
  ARCHIVE COMPONENT development
  FILE_SET HEADERS COMPONENT development)
install(EXPORT nearfold-targets NAMESPACE nearfold:: DESTINATION ${package_dir}
  COMPONENT development)
configure_package_config_file(cmake/nearfold-config.cmake.in nearfold-config.cmake
  INSTALL_DESTINATION ${package_dir} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(nearfold-config-version.cmake
  COMPATIBILITY ${NEARFOLD_COMPATIBILITY})
install(FILES
  ${PROJECT_BINARY_DIR}/nearfold-config.cmake ${PROJECT_BINARY_DIR}/nearfold-config-version.cmake
  DESTINATION ${package_dir} COMPONENT development)
install(FILES LICENSE NOTICE DESTINATION ${CMAKE_INSTALL_DOCDIR})

# ---- pkg-config ----------------------------------------------------------------------------------
# An archive cannot be linked without what it needs, whether --static is asked for or not.
set(pc_needs "")
if(NOT BUILD_SHARED_LIBS)
  set(pc_needs " -pthread")
  if(NEARFOLD_CUDA)
    string(PREPEND pc_needs " -lfaiss -lcufft -lcudart_static -ldl -lrt")
  endif()
endif()
set(pc_dir ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig)
file(RELATIVE_PATH pc_include ${pc_dir} ${CMAKE_INSTALL_FULL_INCLUDEDIR})
configure_file(cmake/nearfold.pc.in nearfold.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/nearfold.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig
  COMPONENT development)
