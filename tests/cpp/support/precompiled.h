#pragma once
// What nearly every test includes, compiled once: to read these headers takes longer than to compile a test.

#include "engine/hub.h"
#include "json/value.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>
