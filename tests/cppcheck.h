/* Read by cppcheck in front of each file (tests/lint.sh): it does not look into system headers, and these macros are syntax. */
#define json_array_foreach(array, index, value)                                                                        \
    for ((index) = 0; (index) < json_array_size(array) && ((value) = json_array_get((array), (index))) != 0; (index)++)
#define json_object_foreach(object, key, value)                                                                        \
    for ((key) = json_object_iter_key(json_object_iter(object));                                                       \
         (key) && ((value) = json_object_get((object), (key))) != 0; (key) = 0)
#define json_object_foreach_safe(object, next, key, value)                                                             \
    for ((key) = json_object_iter_key(json_object_iter(object)), (next) = 0;                                           \
         (key) && ((value) = json_object_get((object), (key))) != 0; (key) = 0)
