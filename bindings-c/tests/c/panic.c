/* A panic does not unwind into C but becomes an error. Needs a library with the feature `panic-probe`; its function is
   not in the header. */
#include "testing.h"

sfn_alias_result sfn_alias_panic_probe(sfn_alias_error **error);

int main(void)
{
    sfn_alias_error *error = NULL;

    CHECK(sfn_alias_panic_probe(NULL) == SFN_ALIAS_PANIC);
    CHECK(sfn_alias_panic_probe(&error) == SFN_ALIAS_PANIC);
    CHECK(strcmp(sfn_alias_error_code(error).data, "Panic") == 0 && sfn_alias_error_status(error) == 0);
    CHECK(sfn_alias_error_body(error).data == NULL);
    CHECK(is_error(&error, SFN_ALIAS_PANIC, "internal error in sfn-alias (please report): the probe", ""));
    CHECK(sfn_alias_validate(T("ListStateMachines"), T("{}"), NULL) == SFN_ALIAS_OK);
    return report_result();
}
