package com.altcontext.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CidrTest {
    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8,10.255.255.255,true",
        "10.0.0.0/8,11.0.0.0,false",
        "10.1.2.3/8,10.200.0.1,true",
        "192.168.1.0/25,192.168.1.127,true",
        "192.168.1.0/25,192.168.1.128,false",
        "192.168.1.4/31,192.168.1.5,true",
        "192.168.1.4/31,192.168.1.6,false",
        "192.168.1.4/32,192.168.1.4,true",
        "192.168.1.4/32,192.168.1.5,false",
        "192.168.1.4,192.168.1.4,true",
        "192.168.1.4,192.168.1.5,false",
        "0.0.0.0/0,203.0.113.9,true",
        "0.0.0.0/0,::1,false",
        "::/0,2001:db8::1,true",
        "::/0,127.0.0.1,false",
        "fd00::/8,fdff::1,true",
        "fd00::/8,fc00::1,false",
        "2001:db8::/33,2001:db8:7fff::1,true",
        "2001:db8::/33,2001:db8:8000::1,false",
        "::1,::1,true",
        "::1/128,::2,false",
        "10.0.0.0/8,::ffff:10.1.1.1,true"
    })
    void a_network_contains_the_addresses_that_share_its_prefix(String network, String address, boolean contained) {
        assertThat(Cidr.parse(network).contains(InetAddress.ofLiteral(address))).isEqualTo(contained);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/8",
                "10.0.0.0/",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "10.0.0.0/x",
                "10.0.0.0/8/8",
                "10.0.0.0 /8",
                "::/129",
                "localhost",
                "example.com/8",
                "300.0.0.1/8",
                "10.1/16",
                "192.168.1/24",
                "10/8",
                "3232235777",
                "fe80::1%lo",
                "fe80::%1/64",
                "*"
            })
    void an_invalid_network_is_refused(String text) {
        assertThatThrownBy(() -> Cidr.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
