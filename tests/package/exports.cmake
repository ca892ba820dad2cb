# The shared library's dynamic symbols are nearfold's interface and nothing else.
#   -DLIBRARY= -DSONAME= -DABI= -DHEADERS=include/nearfold -DNM=
cmake_minimum_required(VERSION 3.25)
if(NOT SONAME STREQUAL "libnearfold.so.${ABI}")
  message(SEND_ERROR "the soname is ${SONAME}")
endif()

execute_process(COMMAND ${NM} --dynamic --defined-only --demangle ${LIBRARY}
  OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "[^\n]+" symbols "${symbols}")
set(exported "")
foreach(symbol IN LISTS symbols)
  string(REGEX REPLACE "^[0-9a-f]+ . " "" symbol "${symbol}")
  if(NOT symbol MATCHES "^(typeinfo for |typeinfo name for |vtable for )?nearfold::")
    message(SEND_ERROR "exported: ${symbol}")
  elseif(symbol MATCHES "::State")
    message(SEND_ERROR "exported, but no one's business: ${symbol}")
  endif()
  string(APPEND exported "${symbol}\n")
endforeach()
# What is thrown is caught by its type, which both sides have to share.
foreach(wanted IN ITEMS "nearfold::version()" "nearfold::embed(" "nearfold::Embedder::advance("
    "typeinfo for nearfold::InvalidParameter")
  string(FIND "${exported}" "${wanted}" at)
  if(at EQUAL -1)
    message(SEND_ERROR "not exported: ${wanted}")
  endif()
endforeach()

# In the headers, what is defined elsewhere is marked: functions, members of structs and classes that
# are not marked as a whole, what is thrown. Line by line, as clang-format leaves them.
file(GLOB headers ${HEADERS}/*.hpp)
foreach(header IN LISTS headers)
  file(READ ${header} lines)
  string(REGEX REPLACE " *//[^\n]*" "" lines "${lines}")
  string(REPLACE ";" "@" lines "${lines}")  # to CMake, it would end the line
  string(REPLACE "\n" ";" lines "${lines}")
  set(marked 0)
  foreach(line IN LISTS lines)
    if(line MATCHES "^(struct|class) ")
      string(FIND "${line}" NEARFOLD_EXPORT marked)
    elseif(line MATCHES "^}")
      set(marked 0)
    endif()
    if(line MATCHES "NEARFOLD_EXPORT")
      continue()
    endif()
    if(line MATCHES "^struct .*: .*{$"
        OR (line MATCHES "^[A-Za-z][^={]*[(]" AND NOT line MATCHES "^(template|inline|constexpr) ")
        OR (marked EQUAL -1 AND line MATCHES "^  [~A-Za-z][^={]*[(].*[)]( const)?( noexcept)?@$"))
      message(SEND_ERROR "without NEARFOLD_EXPORT, ${header}: ${line}")
    endif()
  endforeach()
endforeach()
