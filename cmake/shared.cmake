# The kind of library that is not installed, made of the same objects, and how a shared one is linked.
# The tool and the tests reach behind the interface, so they link the archive, NEARFOLD_ARCHIVE;
# tests/package looks at NEARFOLD_SHARED, whichever of them BUILD_SHARED_LIBS says to install.
set(NEARFOLD_ARCHIVE nearfold)
set(NEARFOLD_SHARED nearfold)
if(BUILD_SHARED_LIBS)
  set(NEARFOLD_ARCHIVE nearfold_archive)
  add_library(nearfold_archive STATIC EXCLUDE_FROM_ALL)
  set(other nearfold_archive)
else()
  set(NEARFOLD_SHARED nearfold_shared)
  add_library(nearfold_shared SHARED EXCLUDE_FROM_ALL)
  set(other nearfold_shared)
endif()
get_target_property(needs nearfold LINK_LIBRARIES)
target_sources(${other} PRIVATE $<TARGET_OBJECTS:nearfold>)
target_link_libraries(${other} PRIVATE ${needs})
target_include_directories(${other} INTERFACE ${PROJECT_SOURCE_DIR}/include)
target_compile_features(${other} INTERFACE cxx_std_20)
set_target_properties(${other} PROPERTIES OUTPUT_NAME nearfold LINKER_LANGUAGE CXX)

# Before 1.0 a minor version may change the interface and with it the ABI; from then on, a major one.
# find_package() goes by the same rule.
if(PROJECT_VERSION VERSION_LESS 1)
  set(NEARFOLD_ABI ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
  set(NEARFOLD_COMPATIBILITY SameMinorVersion)
else()
  set(NEARFOLD_ABI ${PROJECT_VERSION_MAJOR})
  set(NEARFOLD_COMPATIBILITY SameMajorVersion)
endif()

# Hidden visibility does not reach what comes from elsewhere, as instantiations of templates of
# std::. The linker's list does.
set(exports ${PROJECT_SOURCE_DIR}/cmake/exports.map)
target_link_options(${NEARFOLD_SHARED} PRIVATE LINKER:--version-script=${exports})
set_target_properties(${NEARFOLD_SHARED} PROPERTIES
  LINK_DEPENDS ${exports}
  SOVERSION ${NEARFOLD_ABI}
  VERSION ${PROJECT_VERSION})
