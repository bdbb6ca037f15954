package com.altcontext.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AcceptHeaderTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "text/csv | true",
                "TEXT/CSV | true",
                "text/html , text/csv ; q=0.5 | true",
                "text/csv;header=present;q=0.001 | true",
                "text/csv;q=0 | false",
                "text/csv; q=0.000 | false",
                "text/csv;header=present;q=0 | false",
                "text/* | false",
                "*/* | false",
                "text/csvs | false",
                " | false",
            })
    void a_type_counts_only_if_it_is_listed_itself_with_a_weight_above_zero(@Nullable String accept, boolean named) {
        assertThat(AcceptHeader.names(accept, "text/csv")).isEqualTo(named);
    }
}
