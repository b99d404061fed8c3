# Installs the C library, moves the installed tree, and builds a stranger's program against it in the two ways
# that strangers use: pkg-config and find_package. Both print the version.
# Called with BUILD, SOURCE (the program's folder), WORK, CC and VERSION.
set(ENV{DESTDIR} "")
file(REMOVE_RECURSE "${WORK}")
file(MAKE_DIRECTORY "${WORK}")
foreach(component IN ITEMS Runtime Development)
    execute_process(COMMAND ${CMAKE_COMMAND} --install "${BUILD}" --prefix "${WORK}/first"
        --component ${component} OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
endforeach()
file(RENAME "${WORK}/first" "${WORK}/moved")

file(GLOB_RECURSE pc "${WORK}/moved/*.pc")
list(LENGTH pc count)
if(NOT count EQUAL 1)
    message(FATAL_ERROR "expected one pkg-config file, found: ${pc}")
endif()
file(READ "${pc}" text)
if(text MATCHES "${WORK}" OR text MATCHES "simdjson|curl|crypto")
    message(FATAL_ERROR "the pkg-config file names the build machine or a private dependency:\n${text}")
endif()
cmake_path(GET pc PARENT_PATH pc_folder)
cmake_path(GET pc_folder PARENT_PATH library_folder)

function(expect_version program)
    execute_process(COMMAND ${CMAKE_COMMAND} -E env "LD_LIBRARY_PATH=${library_folder}" "${program}"
        OUTPUT_VARIABLE printed OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
    if(NOT printed STREQUAL VERSION)
        message(FATAL_ERROR "${program} printed '${printed}', not '${VERSION}'")
    endif()
endfunction()

find_program(PKG_CONFIG pkg-config REQUIRED)
set(ENV{PKG_CONFIG_PATH} "${pc_folder}")
execute_process(COMMAND "${PKG_CONFIG}" --cflags --libs lampjack
    OUTPUT_VARIABLE flags OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
separate_arguments(flags UNIX_COMMAND "${flags}")
execute_process(COMMAND "${CC}" -std=c99 -pedantic-errors -Wall -Wextra -Werror
    "${SOURCE}/main.c" -o "${WORK}/by_pkg_config" ${flags} COMMAND_ERROR_IS_FATAL ANY)
expect_version("${WORK}/by_pkg_config")

execute_process(COMMAND ${CMAKE_COMMAND} -S "${SOURCE}" -B "${WORK}/build"
    "-DCMAKE_PREFIX_PATH=${WORK}/moved" "-DCMAKE_C_COMPILER=${CC}"
    OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${CMAKE_COMMAND} --build "${WORK}/build"
    OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
expect_version("${WORK}/build/consumer")
