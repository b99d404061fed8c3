# Each public header compiles alone (and twice), strictly, in every language its users write.
file(GLOB ljk_public_headers CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/cpp/include/lampjack/*.h")
set(ljk_header_flags -fsyntax-only -pedantic-errors -Wall -Wextra -Wshadow -Werror
    "-I${PROJECT_SOURCE_DIR}/cpp/include")
foreach(header IN LISTS ljk_public_headers)
    cmake_path(GET header FILENAME name)
    set(included -include "${header}" -include "${header}")
    foreach(standard IN ITEMS c99 c17)
        add_test(NAME header.${name}.${standard} COMMAND ${CMAKE_C_COMPILER}
            -std=${standard} ${ljk_header_flags} -Wstrict-prototypes ${included}
            -x c "${CMAKE_CURRENT_LIST_DIR}/nothing.c")
    endforeach()
    add_test(NAME header.${name}.c++20 COMMAND ${CMAKE_CXX_COMPILER}
        -std=c++20 ${ljk_header_flags} ${included} -x c++ "${CMAKE_CURRENT_LIST_DIR}/nothing.c")
endforeach()
