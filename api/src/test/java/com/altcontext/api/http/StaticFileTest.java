package com.altcontext.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class StaticFileTest {
    @Test
    void a_file_is_compressed_with_the_best_encoding_that_the_client_accepts() {
        Map.ofEntries(
                        Map.entry("gzip, deflate, br, zstd", "br"),
                        Map.entry("BR;q=0.1, gzip;q=0.9", "br"),
                        Map.entry("br;q=0, gzip", "gzip"),
                        Map.entry("gzip", "gzip"),
                        Map.entry("deflate, GZIP;q=0.001", "gzip"),
                        Map.entry("*", "gzip"))
                .forEach((accepted, encoding) ->
                        assertThat(StaticFile.encoding(accepted)).as(accepted).isEqualTo(encoding));
    }

    @Test
    void a_file_is_not_compressed_for_clients_that_refuse_its_encodings() {
        for (String accepted :
                new String[] {"", "identity, zstd", "gzip;q=0, *", "*, gzip;q=0", "gzip; q=0.000", "*;q=0"}) {
            assertThat(StaticFile.encoding(accepted)).as(accepted).isEmpty();
        }
    }
}
