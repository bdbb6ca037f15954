package com.altcontext.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BuiltFileTest {
    @Test
    void it_is_not_packed_for_who_refuses_that() {
        assertThat(BuiltFile.acceptsGzip("gzip")).isTrue();
        assertThat(BuiltFile.acceptsGzip("deflate, GZIP;q=0.001")).isTrue();
        assertThat(BuiltFile.acceptsGzip("*")).isTrue();
        assertThat(BuiltFile.acceptsGzip("")).isFalse();
        assertThat(BuiltFile.acceptsGzip("identity, br")).isFalse();
        assertThat(BuiltFile.acceptsGzip("gzip;q=0, *")).isFalse();
        assertThat(BuiltFile.acceptsGzip("*, gzip;q=0")).isFalse();
        assertThat(BuiltFile.acceptsGzip("gzip; q=0.000")).isFalse();
        assertThat(BuiltFile.acceptsGzip("*;q=0")).isFalse();
    }
}
