# Builds and runs the consumer by what pkg-config says of an installed nearfold.
#   -DPREFIX= -DLIBDIR= -DCOMPILER= -DPKG_CONFIG=
cmake_minimum_required(VERSION 3.25)
set(ENV{PKG_CONFIG_PATH} ${PREFIX}/${LIBDIR}/pkgconfig)
execute_process(COMMAND ${PKG_CONFIG} --cflags --libs nearfold
  OUTPUT_VARIABLE flags COMMAND_ERROR_IS_FATAL ANY)
separate_arguments(flags UNIX_COMMAND "${flags}")
get_filename_component(folder ${PREFIX} DIRECTORY)
execute_process(COMMAND ${COMPILER} -std=c++20 ${CMAKE_CURRENT_LIST_DIR}/consumer/main.cpp
    -o ${folder}/by_pkg_config ${flags} -Wl,-rpath,${PREFIX}/${LIBDIR}
  COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${folder}/by_pkg_config COMMAND_ERROR_IS_FATAL ANY)
