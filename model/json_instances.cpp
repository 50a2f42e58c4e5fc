#define WEIKE_JSON_INSTANCE template
#include "model/json_instances.hpp"
