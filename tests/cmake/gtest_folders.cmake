# tests/cpp mirrors cpp/src: each folder becomes one GoogleTest program, test_<folder>. `simulation`, `resources` and `memory` are about
# the whole; the last has its own operator new.
# tests/cpp/support holds what they share (fakes, loaders).
find_package(GTest 1.12 REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)  # certificates and a TLS server for tests
find_package(CURL REQUIRED)  # its memory fails in tests/cpp/memory
find_package(ZLIB REQUIRED)  # requests that come compressed
include(GoogleTest)

set(ljk_cpp_tests "${CMAKE_CURRENT_SOURCE_DIR}/cpp")
add_library(ljk_test_support INTERFACE)
target_include_directories(ljk_test_support INTERFACE "${ljk_cpp_tests}")
# Corpora of other projects (JSONTestSuite, naughty strings) may lie in a folder beside the checkout; the tests that
# need them skip without them.
file(GLOB ljk_corpora "${PROJECT_SOURCE_DIR}/../*/corpora")
list(APPEND ljk_corpora "${CMAKE_CURRENT_SOURCE_DIR}/corpora")
list(GET ljk_corpora 0 ljk_corpora)
set(LJK_CORPORA "${ljk_corpora}" CACHE PATH "folder with JSONTestSuite and naughty-strings")
# Of one file only: a compiler cache then serves every checkout for the others.
set_source_files_properties("${ljk_cpp_tests}/support/paths.cpp" PROPERTIES COMPILE_DEFINITIONS
    "LJK_TEST_DATA=\"${LJK_TEST_DATA_DIR}\";LJK_CORPORA=\"${LJK_CORPORA}\"")
target_link_libraries(ljk_test_support INTERFACE
    lampjack_core GTest::gmock GTest::gtest GTest::gtest_main ZLIB::ZLIB ljk_warnings ljk_hardening)

# A test runs for milliseconds and is compiled often: less optimisation than the library, and its headers once for all.
target_compile_options(ljk_test_support INTERFACE $<$<CONFIG:RelWithDebInfo>:-O1>)
add_library(ljk_test_precompiled STATIC "${CMAKE_CURRENT_LIST_DIR}/precompiled.cpp")
target_link_libraries(ljk_test_precompiled PRIVATE ljk_test_support)
target_precompile_headers(ljk_test_precompiled PRIVATE "${ljk_cpp_tests}/support/precompiled.h")

file(GLOB ljk_support_sources CONFIGURE_DEPENDS "${ljk_cpp_tests}/support/*.cpp")
if(ljk_support_sources)
    add_library(ljk_test_support_code STATIC ${ljk_support_sources})
    target_link_libraries(ljk_test_support_code PRIVATE ljk_test_support OpenSSL::SSL)
    target_precompile_headers(ljk_test_support_code REUSE_FROM ljk_test_precompiled)
    set(ljk_support_code ljk_test_support_code)
endif()

file(GLOB_RECURSE ljk_test_sources CONFIGURE_DEPENDS RELATIVE "${ljk_cpp_tests}"
    "${ljk_cpp_tests}/*_test.cpp")
set(ljk_test_folders "")
foreach(source IN LISTS ljk_test_sources)
    string(REGEX MATCH "^[^/]+" folder "${source}")
    list(APPEND ljk_test_folders ${folder})
endforeach()
list(REMOVE_DUPLICATES ljk_test_folders)

foreach(folder IN LISTS ljk_test_folders)
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${ljk_cpp_tests}/${folder}/*.cpp")
    add_executable(test_${folder} ${sources})
    target_link_libraries(test_${folder} PRIVATE ${ljk_support_code} ljk_test_support)
    target_precompile_headers(test_${folder} REUSE_FROM ljk_test_precompiled)
    if(folder STREQUAL "capi")  # as users have it: from the shared library
        target_link_libraries(test_capi PRIVATE lampjack)
        target_sources(test_capi PRIVATE "${ljk_cpp_tests}/memory/failing_memory.cpp")
    endif()
    if(folder STREQUAL "platforms" AND CMAKE_CXX_FLAGS MATCHES "sanitize=thread")
        # gcc 12 sees what is not there
        target_compile_options(test_platforms PRIVATE -Wno-array-bounds -Wno-stringop-overflow)
    endif()
    if(folder STREQUAL "memory")
        target_link_libraries(test_memory PRIVATE CURL::libcurl)
    endif()
    gtest_discover_tests(test_${folder}
        TEST_PREFIX "cpp.${folder}."
        TEST_FILTER "-*Postgres*:*/postgresql:Documents/*"
        DISCOVERY_MODE PRE_TEST
        DISCOVERY_TIMEOUT 60
        PROPERTIES TIMEOUT 120)
endforeach()

# Each of a thousand processes would read all golden cases, to try one.
add_test(NAME cpp.platforms.documents
    COMMAND test_platforms --gtest_filter=Documents/* --gtest_brief=1)
set_tests_properties(cpp.platforms.documents PROPERTIES TIMEOUT 300)

# To start a PostgreSQL server takes longer than most of the tests that need one: those of one part share it.
foreach(part IN ITEMS Connection Schema Fork Contention Faults Repeats)
    string(TOLOWER ${part} name)
    add_test(NAME cpp.store.postgres_${name}
        COMMAND test_store --gtest_filter=Postgres${part}.* --gtest_brief=1)
    list(APPEND ljk_postgres_tests cpp.store.postgres_${name})
endforeach()
add_test(NAME cpp.store.postgres_contract
    COMMAND test_store --gtest_filter=*/postgresql --gtest_brief=1)
add_test(NAME cpp.engine.postgres
    COMMAND test_engine --gtest_filter=*/postgresql:Postgres* --gtest_brief=1)
add_test(NAME cpp.simulation.postgres
    COMMAND test_simulation --gtest_filter=*Postgres* --gtest_brief=1)
add_test(NAME cpp.memory.postgres
    COMMAND test_memory --gtest_filter=*Postgres* --gtest_brief=1)
set_tests_properties(cpp.store.postgres_contract cpp.engine.postgres cpp.simulation.postgres cpp.memory.postgres
    ${ljk_postgres_tests} PROPERTIES TIMEOUT 600 COST 100)  # begun first
