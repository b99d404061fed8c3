# tests/fuzz/<target>.cpp defines LLVMFuzzerTestOneInput. With LJK_FUZZ it becomes a libFuzzer program;
# otherwise a program that runs the files of tests/fuzz/corpus/<target> once, as an ordinary test,
# so that an input that crashed once is tried by every compiler for ever. The golden cases of a platform are
# inputs of its target, parse_<platform>, too. A target whose name begins with "c_" sees the C ABI only.
set(ljk_fuzz_dir "${CMAKE_CURRENT_SOURCE_DIR}/fuzz")
file(GLOB ljk_fuzz_sources CONFIGURE_DEPENDS "${ljk_fuzz_dir}/*.cpp")
foreach(source IN LISTS ljk_fuzz_sources)
    cmake_path(GET source STEM name)
    if(LJK_FUZZ)
        add_executable(fuzz_${name} "${source}")
        target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    else()
        add_executable(fuzz_${name} "${source}" cmake/run_corpus.cpp)
        string(REGEX REPLACE "^parse_" "" platform "${name}")
        add_test(NAME fuzz.${name}.corpus
            COMMAND fuzz_${name} "${ljk_fuzz_dir}/corpus/${name}" "${LJK_TEST_DATA_DIR}/${platform}")
        set_tests_properties(fuzz.${name}.corpus PROPERTIES TIMEOUT 120)
    endif()
    target_include_directories(fuzz_${name} PRIVATE "${ljk_fuzz_dir}")
    if(name MATCHES "^c_")  # as users have it: from the shared library
        target_link_libraries(fuzz_${name} PRIVATE lampjack)
    else()
        target_link_libraries(fuzz_${name} PRIVATE lampjack_core)
    endif()
    target_link_libraries(fuzz_${name} PRIVATE ljk_warnings ljk_hardening)
endforeach()
