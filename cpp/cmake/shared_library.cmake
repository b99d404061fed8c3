# lampjack: the shared library with the C ABI. The core and its dependencies stay private: a consumer's
# find_package(lampjack) needs neither simdjson nor curl.
include(GNUInstallDirs)

file(GLOB capi_sources CONFIGURE_DEPENDS src/capi/*.cpp)
add_library(lampjack SHARED ${capi_sources})
add_library(lampjack::lampjack ALIAS lampjack)
target_include_directories(lampjack PUBLIC
    $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/include>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_include_directories(lampjack PRIVATE src)
target_link_libraries(lampjack PRIVATE lampjack_core ljk_warnings ljk_hardening)
target_compile_definitions(lampjack PRIVATE LJK_BUILDING_LIBRARY)
set_target_properties(lampjack PROPERTIES
    VERSION ${PROJECT_VERSION}
    SOVERSION 0
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON)

# Without the version script some hundred weak Boost symbols would leave the library, and two libraries
# with different Boosts in one process would bind to each other.
set(ljk_exports "${CMAKE_CURRENT_SOURCE_DIR}/src/capi/exports.map")
if(NOT APPLE AND EXISTS "${ljk_exports}")
    target_link_options(lampjack PRIVATE "LINKER:--version-script=${ljk_exports}")
    set_property(TARGET lampjack APPEND PROPERTY LINK_DEPENDS "${ljk_exports}")
endif()

if(NOT LJK_INSTALL_C)
    return()
endif()

include(CMakePackageConfigHelpers)
set(ljk_package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/lampjack")

install(TARGETS lampjack EXPORT lampjackTargets
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT Runtime NAMELINK_COMPONENT Development
    RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT Runtime
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT Development)
install(DIRECTORY include/lampjack DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT Development
    FILES_MATCHING PATTERN "*.h")
install(EXPORT lampjackTargets NAMESPACE lampjack:: DESTINATION ${ljk_package_dir}
    COMPONENT Development)

configure_package_config_file(cmake/lampjackConfig.cmake.in lampjackConfig.cmake
    INSTALL_DESTINATION ${ljk_package_dir} NO_SET_AND_CHECK_MACRO)
# SameMinorVersion while the version is 0.x: each minor may change the C ABI.
write_basic_package_version_file(lampjackConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES
    ${CMAKE_CURRENT_BINARY_DIR}/lampjackConfig.cmake
    ${CMAKE_CURRENT_BINARY_DIR}/lampjackConfigVersion.cmake
    DESTINATION ${ljk_package_dir} COMPONENT Development)

# The prefix is relative to the file's own place, so the installed tree can be moved.
file(RELATIVE_PATH ljk_pc_prefix "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
string(REGEX REPLACE "/$" "" ljk_pc_prefix "${ljk_pc_prefix}")
configure_file(cmake/lampjack.pc.in lampjack.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/lampjack.pc
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT Development)
