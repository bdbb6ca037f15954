package com.altcontext.ops.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedactionTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "no access to postgres://u:p@host/db now | no access to *** now",
                "token FlyV1 fm2_lJPECAAAA is old | token *** is old",
                "with fo1_abcdef | with ***",
                "to [fdaa:0:1:a7b::3]:5432 | to ***:5432",
                "from 10.1.2.3 | from ***",
                "someone@example.org is not a member | *** is not a member",
                "password=12345 is wrong | *** is wrong",
                "it was s3cret all along | it was *** all along",
                "log in with fly auth login at 12:30:15 | log in with fly auth login at 12:30:15",
            })
    void secrets_and_addresses_are_not_shown(String said, String shown) {
        assertThat(Redaction.redact(said, List.of("s3cret", ""))).isEqualTo(shown);
    }
}
