# Hardening flags of the OpenSSF compiler guide, each one only where the compiler knows it.
# Sanitizer builds switch them off: _FORTIFY_SOURCE hides calls from the address sanitizer.
# Not used: -z nodlopen, because Python loads the extension module with dlopen;
# -fno-delete-null-pointer-checks, because gcc 12 then takes no function's address in a constant expression.
include(CheckCXXCompilerFlag)

add_library(ljk_hardening INTERFACE)

if(LJK_HARDENING)
    foreach(flag IN ITEMS
            -fstack-protector-strong -fstack-clash-protection -fcf-protection=full
            -fstrict-flex-arrays=3 -fno-strict-overflow)
        string(MAKE_C_IDENTIFIER "LJK_HAS${flag}" known)
        check_cxx_compiler_flag("${flag}" ${known})
        if(${known})
            target_compile_options(ljk_hardening INTERFACE ${flag})
        endif()
    endforeach()
    target_compile_definitions(ljk_hardening INTERFACE $<$<COMPILE_LANGUAGE:CXX>:_GLIBCXX_ASSERTIONS>)
    # The macro needs an optimising build; some distributions define it already.
    target_compile_options(ljk_hardening INTERFACE
        $<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE>
        $<$<NOT:$<CONFIG:Debug>>:-D_FORTIFY_SOURCE=3>)
    if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
        target_link_options(ljk_hardening INTERFACE
            -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)
    endif()
endif()
