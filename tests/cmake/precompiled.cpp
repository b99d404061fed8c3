// Compiles tests/cpp/support/precompiled.h; see gtest_folders.cmake.
