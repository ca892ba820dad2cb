# Man pages, completions of shells and the pages of docs/ on commands, all made by a program that asks
# the tool's own tables. In ${PROJECT_BINARY_DIR}/manual: man1/, markdown/, bash/, zsh/, fish/.
add_executable(nearfold_manual)
add_sources(nearfold_manual src/manual bash examples fish main man markdown pages zsh)
target_link_libraries(nearfold_manual PRIVATE nearfold_compiler nearfold_commands)
target_compile_options(nearfold_manual PRIVATE ${NEARFOLD_COMPILE_QUICKLY})

find_program(GZIP gzip REQUIRED)
mark_as_advanced(GZIP)
# Pages are dated only where a build is to be the same tomorrow.
set(date "")
if(DEFINED ENV{SOURCE_DATE_EPOCH})
  string(TIMESTAMP date %Y-%m-%d UTC)
endif()
set(manual ${PROJECT_BINARY_DIR}/manual)
set(examples ${PROJECT_SOURCE_DIR}/docs/tool.md)
add_custom_command(OUTPUT ${manual}/made
  COMMAND ${CMAKE_COMMAND} -E rm -rf ${manual}
  COMMAND nearfold_manual ${manual} ${examples} ${date}
  COMMAND ${GZIP} -9n -r ${manual}/man1
  COMMAND ${CMAKE_COMMAND} -E touch ${manual}/made
  DEPENDS nearfold_manual ${examples}
  COMMENT "Making man pages and completions" VERBATIM)
add_custom_target(manual ALL DEPENDS ${manual}/made)
install(CODE "if(NOT EXISTS \"${manual}/made\")
  message(STATUS \"No man pages and completions: they are built by the target manual\")
endif()" COMPONENT tool)

# What zsh looks for in /usr/share is for distributions.
set(zsh_folder site-functions)
if(CMAKE_INSTALL_PREFIX STREQUAL "/usr")
  set(zsh_folder vendor-completions)
endif()
foreach(place IN ITEMS
    "man1:${CMAKE_INSTALL_MANDIR}/man1"
    "bash:${CMAKE_INSTALL_DATADIR}/bash-completion/completions"
    "zsh:${CMAKE_INSTALL_DATADIR}/zsh/${zsh_folder}"
    "fish:${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d")
  string(REPLACE ":" ";" place "${place}")
  list(POP_FRONT place folder)
  install(DIRECTORY ${manual}/${folder}/ DESTINATION ${place} COMPONENT tool OPTIONAL)
endforeach()
