package com.altcontext.attribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.altcontext.testing.MmdbFile;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CountriesTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "8.8.8.8, US",
                "8.8.4.4, US",
                "9.9.9.9, -",
                "193.99.144.80, DE",
                "::ffff:193.99.144.80, DE",
                "2a00:1450::1, IE",
                "2a01::1, -",
                "198.51.100.7, -",
                "198.51.101.7, -",
                "198.51.102.7, -",
                "10.1.2.3, -",
                "172.16.0.1, -",
                "192.168.1.1, -",
                "169.254.1.1, -",
                "127.0.0.1, -",
                "0.0.0.0, -",
                "224.0.0.1, -",
                "::1, -",
                "fe80::1, -",
                "fd00::1, -"
            })
    void a_flat_database_is_read(String address, String country) throws IOException {
        try (Countries countries = Countries.open(flat())) {
            assertThat(countries.of(InetAddress.getByName(address))).isEqualTo(country);
        }
    }

    /** The private networks are in the database as well, so that a look-up of them would find a country. */
    private Path flat() throws IOException {
        return new MmdbFile(6)
                .with("8.0.0.0/8", Map.of("country_code", "US"))
                .with("193.99.144.0/24", Map.of("country_code", "DE"))
                .with("2a00::/16", Map.of("country_code", "IE"))
                .with("198.51.100.0/24", Map.of("country_code", "None"))
                .with("198.51.101.0/24", Map.of("country_code", "ZZ"))
                .with("198.51.102.0/24", Map.of("asn", "AS64496"))
                .with("10.0.0.0/8", Map.of("country_code", "US"))
                .with("172.16.0.0/12", Map.of("country_code", "US"))
                .with("192.168.0.0/16", Map.of("country_code", "US"))
                .with("169.254.0.0/16", Map.of("country_code", "US"))
                .with("127.0.0.0/8", Map.of("country_code", "US"))
                .with("224.0.0.0/8", Map.of("country_code", "US"))
                .with("fe80::/16", Map.of("country_code", "US"))
                .with("fd00::/8", Map.of("country_code", "US"))
                .writeTo(directory.resolve("flat.mmdb"));
    }

    @Test
    void a_database_in_maxminds_layout_is_read() throws IOException {
        Map<String, ?> france = Map.of(
                "country", Map.of("iso_code", "FR", "names", Map.of("en", "France")),
                "registered_country", Map.of("iso_code", "US"));
        Path file = new MmdbFile(4)
                .with("192.0.2.0/24", france)
                .with("203.0.113.0/24", Map.of("continent", Map.of("code", "EU")))
                .writeTo(directory.resolve("nested.mmdb"));
        try (Countries countries = Countries.open(file)) {
            assertThat(countries.of(address("192.0.2.77"))).isEqualTo("FR");
            assertThat(countries.of(address("203.0.113.1"))).isNull();
            assertThat(countries.of(address("198.51.100.1"))).isNull();
        }
    }

    @Test
    void an_ipv6_address_in_a_database_of_ipv4_has_no_country() throws IOException {
        Path file = new MmdbFile(4)
                .with("192.0.2.0/24", Map.of("country_code", "FR"))
                .writeTo(directory.resolve("v4.mmdb"));
        try (Countries countries = Countries.open(file)) {
            assertThat(countries.of(address("2a00:1450::1"))).isNull();
        }
    }

    @Test
    void without_a_database_no_country_is_known() throws IOException {
        try (Countries countries = Countries.none()) {
            assertThat(countries.of(address("8.8.8.8"))).isNull();
        }
    }

    @Test
    void a_closed_database_knows_no_country_and_can_be_closed_again() throws IOException {
        Countries countries = Countries.open(flat());
        countries.close();
        assertThat(countries.of(address("8.8.8.8"))).isNull();
        countries.close();
    }

    @Test
    void a_missing_file_or_a_file_in_another_format_is_refused() throws IOException {
        Path text = Files.writeString(directory.resolve("secret.mmdb"), "not a database");
        for (Path file : new Path[] {directory.resolve("missing.mmdb"), text, directory}) {
            assertThatThrownBy(() -> Countries.open(file))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the country database must be a readable file in MaxMind DB format");
        }
    }

    @Test
    void a_database_without_countries_is_refused() throws IOException {
        Path file = new MmdbFile(4)
                .with("192.0.2.0/24", Map.of("as_name", "Example"))
                .writeTo(directory.resolve("asn.mmdb"));
        assertThatThrownBy(() -> Countries.open(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("country_code or country.iso_code");
    }

    private static InetAddress address(String literal) throws UnknownHostException {
        return InetAddress.getByName(literal);
    }
}
