package com.altcontext.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StaticFileTest {
    @Test
    void it_is_not_compressed_for_clients_that_refuse_it() {
        assertThat(StaticFile.acceptsGzip("gzip")).isTrue();
        assertThat(StaticFile.acceptsGzip("deflate, GZIP;q=0.001")).isTrue();
        assertThat(StaticFile.acceptsGzip("*")).isTrue();
        assertThat(StaticFile.acceptsGzip("")).isFalse();
        assertThat(StaticFile.acceptsGzip("identity, br")).isFalse();
        assertThat(StaticFile.acceptsGzip("gzip;q=0, *")).isFalse();
        assertThat(StaticFile.acceptsGzip("*, gzip;q=0")).isFalse();
        assertThat(StaticFile.acceptsGzip("gzip; q=0.000")).isFalse();
        assertThat(StaticFile.acceptsGzip("*;q=0")).isFalse();
    }
}
