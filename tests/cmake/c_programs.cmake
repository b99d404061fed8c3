# tests/capi/*.c: each file is one C99 program against the shared library; exit status 0 is a pass.
file(GLOB ljk_c_programs CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/capi/*.c")
if(ljk_c_programs AND NOT TARGET lampjack)
    message(STATUS "lampjack: the C ABI does not exist yet, tests/capi is left out")
    return()
endif()

foreach(source IN LISTS ljk_c_programs)
    cmake_path(GET source STEM name)
    add_executable(capi_${name} "${source}")
    target_link_libraries(capi_${name} PRIVATE lampjack ljk_hardening Threads::Threads)
    target_compile_options(capi_${name} PRIVATE -std=c99 -pedantic-errors
        -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Werror)
    target_compile_definitions(capi_${name} PRIVATE
        _POSIX_C_SOURCE=200809L LJK_TEST_DATA="${LJK_TEST_DATA_DIR}")
    add_test(NAME capi.${name} COMMAND capi_${name})
    set_tests_properties(capi.${name} PROPERTIES TIMEOUT 120)
endforeach()

if(TARGET lampjack AND CMAKE_NM)
    add_test(NAME abi.exported_symbols_are_the_declared_ones
        COMMAND ${CMAKE_COMMAND} -DNM=${CMAKE_NM} -DLIBRARY=$<TARGET_FILE:lampjack>
            -DHEADERS=${PROJECT_SOURCE_DIR}/cpp/include/lampjack
            -P ${CMAKE_CURRENT_LIST_DIR}/check_symbols.cmake)
endif()

# Not under a sanitizer: the stranger's program is not compiled with its flags.
if(TARGET lampjack AND LJK_INSTALL_C AND NOT CMAKE_CXX_FLAGS MATCHES "-fsanitize")
    add_test(NAME package.strangers_build_against_the_installed_library
        COMMAND ${CMAKE_COMMAND} -DBUILD=${PROJECT_BINARY_DIR} -DSOURCE=${CMAKE_CURRENT_SOURCE_DIR}/capi/consumer
            -DWORK=${CMAKE_CURRENT_BINARY_DIR}/installed -DCC=${CMAKE_C_COMPILER}
            -DVERSION=${PROJECT_VERSION} -P ${CMAKE_CURRENT_LIST_DIR}/check_install.cmake)
    set_tests_properties(package.strangers_build_against_the_installed_library PROPERTIES TIMEOUT 300)
endif()
