# The library, its headers and find_package(nearfold).
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/nearfold)
install(TARGETS nearfold EXPORT nearfold-targets FILE_SET HEADERS)
install(EXPORT nearfold-targets NAMESPACE nearfold:: DESTINATION ${package_dir})
configure_package_config_file(cmake/nearfold-config.cmake.in nearfold-config.cmake
  INSTALL_DESTINATION ${package_dir} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(nearfold-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES
  ${PROJECT_BINARY_DIR}/nearfold-config.cmake ${PROJECT_BINARY_DIR}/nearfold-config-version.cmake
  DESTINATION ${package_dir})
