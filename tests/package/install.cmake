# Installs nearfold, looks for paths of this machine in what says where things are, and moves it all.
#   -DPREFIX= -DSOURCE= -DBUILD=
# and, to configure BUILD first, without the tool: -DSHARED= -DGENERATOR= -DCOMPILER= -DLIBRARY=, the
# last one that has been built elsewhere.
cmake_minimum_required(VERSION 3.25)
if(DEFINED SHARED)
  set(missing faiss OpenMP CLI11 GTest PkgConfig PNG ZLIB benchmark nlohmann_json)
  list(TRANSFORM missing REPLACE "(.+)" "-DCMAKE_DISABLE_FIND_PACKAGE_\\1=ON")
  file(REMOVE_RECURSE ${BUILD})
  execute_process(COMMAND ${CMAKE_COMMAND} -S ${SOURCE} -B ${BUILD} -G ${GENERATOR} ${missing}
      -DCMAKE_CXX_COMPILER=${COMPILER} -DBUILD_SHARED_LIBS=${SHARED}
      -DNEARFOLD_BUILD_TOOL=OFF -DCMAKE_EXPORT_COMPILE_COMMANDS=ON
    COMMAND_ERROR_IS_FATAL ANY)
  file(STRINGS ${BUILD}/CMakeCache.txt type REGEX "^CMAKE_BUILD_TYPE:")
  if(NOT type STREQUAL "CMAKE_BUILD_TYPE:STRING=Release")
    message(SEND_ERROR "configured without a build type: ${type}")
  endif()
  file(STRINGS ${BUILD}/compile_commands.json strict REGEX "-Werror")
  if(strict)
    message(SEND_ERROR "warnings are errors without a preset")
  endif()
  file(GLOB library ${LIBRARY}*)  # and its names with versions
  file(COPY ${library} DESTINATION ${BUILD})
endif()

get_filename_component(folder ${PREFIX} DIRECTORY)
set(first ${folder}/first)
file(REMOVE_RECURSE ${first} ${PREFIX})
execute_process(COMMAND ${CMAKE_COMMAND} --install ${BUILD} --prefix ${first}
  COMMAND_ERROR_IS_FATAL ANY)

file(GLOB_RECURSE texts ${first}/*.cmake ${first}/*.pc ${first}/*.hpp)
foreach(text IN LISTS texts)
  file(STRINGS ${text} absolute REGEX "[\"; =]/[A-Za-z]")
  if(absolute)
    message(SEND_ERROR "an absolute path in ${text}: ${absolute}")
  endif()
endforeach()
foreach(wanted IN ITEMS include/nearfold/nearfold.hpp share/doc/nearfold/LICENSE
    share/doc/nearfold/NOTICE)
  if(NOT EXISTS ${first}/${wanted})
    message(SEND_ERROR "not installed: ${wanted}")
  endif()
endforeach()

file(RENAME ${first} ${PREFIX})
if(EXISTS ${PREFIX}/bin/nearfold)
  execute_process(COMMAND ${PREFIX}/bin/nearfold --version COMMAND_ERROR_IS_FATAL ANY)
elseif(NOT DEFINED SHARED)
  message(SEND_ERROR "the tool is not installed")
endif()
