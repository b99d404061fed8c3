typedef int nothing; /* ISO C forbids an empty translation unit */
