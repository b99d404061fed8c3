# Developers build the same sources for several presets; ccache makes the second build cheap.
if(LJK_DEVELOPER AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
    find_program(LJK_CCACHE ccache)
    if(LJK_CCACHE)
        set(CMAKE_C_COMPILER_LAUNCHER "${LJK_CCACHE}")
        set(CMAKE_CXX_COMPILER_LAUNCHER "${LJK_CCACHE}")
    endif()
endif()
