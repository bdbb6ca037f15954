package com.altcontext.lead;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.altcontext.value.Issue;
import com.altcontext.value.Rejected;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EmailTest {
    private static final String LABEL = "a".repeat(63);

    @ParameterizedTest
    @CsvSource({
        "jo@example.ca, jo@example.ca",
        "'  Jo.Doe@Example.CA\t', jo.doe@example.ca",
        "JO+News@example.ca, jo+news@example.ca",
        "j.o@example.ca, j.o@example.ca",
        "jo@localhost, jo@localhost",
        "jo@Bücher.example, jo@xn--bcher-kva.example",
        "jo@BÜCHER.example, jo@xn--bcher-kva.example",
        "jo@XN--BCHER-KVA.example, jo@xn--bcher-kva.example",
        "jo@例え。テスト, jo@xn--r8jz45g.xn--zckzah",
        "jo@ｅｘａｍｐｌｅ．ca, jo@example.ca",
        "jo@xn--strae-oqa.de, jo@xn--strae-oqa.de",
        "!#$%&'*+/=?^_`{|}~-@example.ca, !#$%&'*+/=?^_`{|}~-@example.ca",
    })
    void all_spellings_of_an_address_are_stored_as_one(String written, String stored) {
        assertThat(new Email(written).value()).isEqualTo(stored);
        assertThat(new Email(stored)).isEqualTo(new Email(written));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jo",
                "@example.ca",
                "jo@",
                "jo@@example.ca",
                "jo@a@example.ca",
                "jo doe@example.ca",
                "jo@exam ple.ca",
                "jo@-example.ca",
                "jo@example-.ca",
                "jo@example..ca",
                "jo@.example.ca",
                "jo@example.ca.",
                "jo@exa_mple.ca",
                "jo@[192.0.2.1]",
                "\"jo\"@example.ca",
                "jo<x>@example.ca",
                "Jo <jo@example.ca>",
                "jo@example.ca\nBcc: x@example.ca",
                "jö@example.ca",
                "\u212Ao@example.ca",
                "jo@straße.de",
                "jo@a\u200Db.example",
                "jo@℀.example",
                "jo@\u00AD",
                "jo＠example.ca",
            })
    void an_invalid_address_is_refused_without_being_repeated(String text) {
        assertThatThrownBy(() -> Email.of("contact", text))
                .isInstanceOfSatisfying(
                        Rejected.class,
                        rejected -> assertThat(rejected.issues())
                                .containsExactly(new Issue("contact", "must be an e-mail address")))
                .hasMessageNotContaining(text);
    }

    @Test
    void the_maximum_lengths_are_those_of_the_standards() {
        String local = "a".repeat(64);
        String domain = String.join(".", LABEL, LABEL, LABEL, "a".repeat(61));

        assertThat(new Email(local + "@" + domain).value()).hasSize(64 + 1 + 253);
        assertThatThrownBy(() -> new Email("a" + local + "@example.ca")).isInstanceOf(Rejected.class);
        assertThatThrownBy(() -> new Email("a@a" + domain)).isInstanceOf(Rejected.class);
        assertThatThrownBy(() -> new Email("a@a" + LABEL + ".ca")).isInstanceOf(Rejected.class);
        assertThatThrownBy(() -> new Email("a@" + "ü".repeat(63) + ".ca")).isInstanceOf(Rejected.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  "})
    void an_empty_address_is_refused_for_its_length(String text) {
        assertThatThrownBy(() -> new Email(text))
                .isInstanceOfSatisfying(
                        Rejected.class,
                        rejected -> assertThat(rejected.issues())
                                .containsExactly(new Issue("email", "must be 1 to 320 characters")));
    }

    @Test
    void an_address_is_never_printed_in_full() {
        assertThat(new Email("jo.doe@example.ca")).hasToString("j…@example.ca");
    }

    @Test
    void the_written_forms_are_both_spellings_of_the_domain() {
        assertThat(new Email("jo@example.ca").writtenForms()).containsExactly("jo@example.ca");
        assertThat(new Email("Jo@Bücher.example").writtenForms())
                .containsExactly("jo@xn--bcher-kva.example", "jo@bücher.example");
    }

    /** The JDK's {@link java.net.IDN} converts the domain. Whatever the text, it is an address or is refused. */
    @Test
    void every_text_is_an_address_or_is_rejected() {
        int[] alphabet = {
            'a', 'Z', '9', '.', '-', '@', 0x3002, 0xFF0E, 0xAD, 0xFC, 0x130, 0x345, 0x5D0, 0x661, 0x200B, 0x1D400,
            0x1F600, 0xE0001, 'x', 'n'
        };
        Random random = new Random(7);
        for (int round = 0; round < 20_000; round++) {
            StringBuilder text = new StringBuilder("a@").append(round % 3 == 0 ? "xn--" : "");
            for (int length = random.nextInt(12); length >= 0; length--) {
                text.appendCodePoint(alphabet[random.nextInt(alphabet.length)]);
            }
            try {
                Email email = new Email(text.toString());
                assertThat(email.value()).matches("[!-~]+@[a-z0-9.-]+");
                assertThat(new Email(email.value())).isEqualTo(email);
                assertThat(email.writtenForms()).isNotEmpty();
            } catch (Rejected refused) {
                assertThat(refused.issues()).hasSize(1);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"x@y", "x@localhost", "x@CA", "x@xn--bcher-kva"})
    void a_form_refuses_an_address_whose_domain_has_no_dot(String address) {
        assertThatThrownBy(() -> Email.reachable("email", address))
                .isInstanceOfSatisfying(
                        Rejected.class,
                        rejected -> assertThat(rejected.issues())
                                .containsExactly(new Issue(
                                        "email",
                                        "must be an e-mail address whose domain has a dot, like jo@example.ca")))
                .hasMessageNotContaining(address);
    }

    @ParameterizedTest
    @ValueSource(strings = {"x@y.ca", "x@ai", "x@xn--bcher-kva.example"})
    void a_form_accepts_a_domain_with_a_dot_and_a_top_level_domain_that_is_known_to_accept_mail(String address) {
        assertThat(Email.reachable("email", address).value()).isEqualTo(address);
    }
}
