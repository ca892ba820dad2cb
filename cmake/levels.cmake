# Code for several levels of x86-64 in one installation. The loader of glibc looks into
# glibc-hwcaps/LEVEL of every folder of libraries first, so the library is there once more for each
# level; and so is the tool, which for this becomes a program without code and a library of its own
# that has main(). The tool does not use the public library: it reaches behind its interface.
set(NEARFOLD_LEVELS "" CACHE STRING
    "Processors, as in -march=, that a shared library and the tool also have code for: 'x86-64-v3'")
if(NOT NEARFOLD_LEVELS)
  return()
endif()
if(NOT BUILD_SHARED_LIBS OR NEARFOLD_ARCH OR NEARFOLD_CUDA)
  message(FATAL_ERROR "NEARFOLD_LEVELS are beside code for the oldest processor, in shared libraries: "
    "give -DBUILD_SHARED_LIBS=ON -DNEARFOLD_ARCH= and no NEARFOLD_CUDA, or leave it out")
endif()

set(tool_dir ${CMAKE_INSTALL_LIBDIR}/nearfold)
set_target_properties(nearfold_commands nearfold_tool_support PROPERTIES POSITION_INDEPENDENT_CODE ON)
file(CONFIGURE OUTPUT nothing.cpp CONTENT "")
file(CONFIGURE OUTPUT main.map CONTENT "{ global: main; local: *; };\n")
get_target_property(library_sources nearfold SOURCES)
list(FILTER library_sources EXCLUDE REGEX "\\.hpp$")

# add_tool_library(TARGET DESTINATION ITEM...): main() and all it needs, of ITEMs what the library has.
function(add_tool_library target destination)
  add_library(${target} SHARED src/cli/main.cpp)
  target_link_libraries(${target} PRIVATE nearfold_compiler ${ARGN} nearfold_commands Threads::Threads)
  target_link_options(${target} PRIVATE LINKER:--version-script=${PROJECT_BINARY_DIR}/main.map)
  set_target_properties(${target} PROPERTIES OUTPUT_NAME nearfold-tool)
  install(TARGETS ${target} LIBRARY DESTINATION ${destination} COMPONENT tool)
endfunction()
add_tool_library(nearfold_tool_library ${tool_dir})
set_target_properties(nearfold_tool PROPERTIES
  SOURCES ${PROJECT_BINARY_DIR}/nothing.cpp
  LINK_LIBRARIES nearfold_tool_library
  INSTALL_RPATH ${CMAKE_INSTALL_FULL_LIBDIR}/nearfold)

foreach(level IN LISTS NEARFOLD_LEVELS)
  add_library(nearfold_${level} OBJECT ${library_sources})
  foreach(property IN ITEMS INCLUDE_DIRECTORIES COMPILE_DEFINITIONS LINK_LIBRARIES
      CXX_VISIBILITY_PRESET VISIBILITY_INLINES_HIDDEN POSITION_INDEPENDENT_CODE)
    get_target_property(value nearfold ${property})
    set_target_properties(nearfold_${level} PROPERTIES ${property} "${value}")
  endforeach()
  target_include_directories(nearfold_${level} PRIVATE include)
  target_compile_features(nearfold_${level} PRIVATE cxx_std_20)
  target_compile_options(nearfold_${level} PRIVATE -march=${level})

  set(hwcaps glibc-hwcaps/${level})
  add_library(nearfold_shared_${level} SHARED $<TARGET_OBJECTS:nearfold_${level}>)
  target_link_libraries(nearfold_shared_${level} PRIVATE Threads::Threads)
  foreach(property IN ITEMS LINK_OPTIONS LINK_DEPENDS SOVERSION VERSION)
    get_target_property(value nearfold ${property})
    set_target_properties(nearfold_shared_${level} PROPERTIES ${property} "${value}")
  endforeach()
  set_target_properties(nearfold_shared_${level} PROPERTIES OUTPUT_NAME nearfold
    LINKER_LANGUAGE CXX LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/${hwcaps})
  install(TARGETS nearfold_shared_${level} COMPONENT library
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/${hwcaps} NAMELINK_SKIP)

  # Its objects come first, so nothing is left for the library that nearfold_commands names.
  add_tool_library(nearfold_tool_library_${level} ${tool_dir}/${hwcaps}
    $<TARGET_OBJECTS:nearfold_${level}>)
  set_target_properties(nearfold_tool_library_${level} PROPERTIES
    LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/${hwcaps})
endforeach()
