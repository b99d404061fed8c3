# ljk_warnings: what every target of ours is compiled with. Consumers never see it (link it PRIVATE).
add_library(ljk_warnings INTERFACE)
target_compile_options(ljk_warnings INTERFACE
    -Wall -Wextra -Wshadow -Wconversion -Wsign-conversion -Wformat=2 -Wimplicit-fallthrough
    $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor>
    $<$<COMPILE_LANGUAGE:CXX>:-Wold-style-cast>
    $<$<COMPILE_LANGUAGE:CXX>:-Woverloaded-virtual>)
# gcc takes a value in std::optional for uninitialised once its thread sanitizer has rewritten the code.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_FLAGS MATCHES "-fsanitize=thread")
    target_compile_options(ljk_warnings INTERFACE -Wno-maybe-uninitialized)
endif()
if(LJK_DEVELOPER)
    target_compile_options(ljk_warnings INTERFACE -Werror)
endif()
