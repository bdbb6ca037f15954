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
                "text/csv | 1",
                "TEXT/CSV | 1",
                "text/html , text/csv ; q=0.5 | 0.5",
                "text/csv;header=present;q=0.001 | 0.001",
                "text/csv;q=0 | 0",
                "text/csv; q=0.000 | 0",
                "text/csv;header=present;q=0 | 0",
                "text/csv;q=x | 1",
                "text/csv;q=0.0000001 | 1",
                "text/csv;q=0.2, text/csv;q=0.7, text/html | 0.7",
                "text/* | 0",
                "*/* | 0",
                "text/csvs | 0",
                " | 0",
            })
    void a_type_has_a_weight_only_if_it_is_listed_itself(@Nullable String accept, double weight) {
        assertThat(AcceptHeader.weight(accept, "text/csv")).isEqualTo(weight);
    }
}
