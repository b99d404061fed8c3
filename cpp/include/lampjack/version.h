/* The version of lampjack, written here and nowhere else: CMake, the Python package and the
 * pkg-config file read these three lines. */
#ifndef LAMPJACK_VERSION_H
#define LAMPJACK_VERSION_H

#define LJK_VERSION_MAJOR 0
#define LJK_VERSION_MINOR 1
#define LJK_VERSION_PATCH 0

#endif /* LAMPJACK_VERSION_H */
