package com.altcontext.lead;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.client.ClientNetwork;
import com.altcontext.value.KeyedHash;
import java.net.InetAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class DistinctEmailsTest {
    private static final ClientNetwork CLIENT = ClientNetwork.of(InetAddress.ofLiteral("203.0.113.1"));

    private long now = 77;
    private final DistinctEmails emails = emails(5);

    private DistinctEmails emails(int maxPerHour) {
        return new DistinctEmails(maxPerHour, new KeyedHash("a pepper for tests only"), () -> now);
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }

    private boolean note(String address) {
        return emails.note(CLIENT, new Email(address)).isWithinLimit();
    }

    private void noteFive() {
        for (int i = 1; i <= 5; i++) {
            assertThat(note(i + "@x.ca")).isTrue();
        }
    }

    @Test
    void the_sixth_address_of_an_hour_has_to_wait_until_the_first_is_an_hour_old() {
        noteFive();

        assertThat(note("6@x.ca")).isFalse();
        pass(Duration.ofHours(1).minusNanos(1));
        assertThat(note("6@x.ca")).isFalse();
        pass(Duration.ofNanos(1));
        assertThat(note("6@x.ca")).isTrue();
    }

    @Test
    void a_repeated_address_does_not_count_and_does_not_start_a_new_hour() {
        noteFive();
        pass(Duration.ofMinutes(30));

        assertThat(note("1@x.ca")).isTrue();
        assertThat(note(" 1@X.CA ")).isTrue();
        assertThat(note("6@x.ca")).isFalse();
        pass(Duration.ofMinutes(30));
        assertThat(note("6@x.ca")).isTrue();
    }

    @Test
    void a_refused_address_is_not_remembered() {
        noteFive();
        for (int i = 6; i < 50; i++) {
            assertThat(note(i + "@x.ca")).isFalse();
        }
        pass(Duration.ofHours(1));
        noteFive();
    }

    @Test
    void an_address_whose_form_was_not_stored_does_not_count() {
        for (int i = 1; i <= 9; i++) {
            DistinctEmails.Note note = emails.note(CLIENT, new Email("refused" + i + "@x.ca"));
            assertThat(note.isWithinLimit()).isTrue();
            note.undo();
        }

        noteFive();
        assertThat(note("6@x.ca")).isFalse();
    }

    @Test
    void an_address_counts_while_its_form_waits_to_be_stored() {
        DistinctEmails.Note waiting = emails.note(CLIENT, new Email("waiting@x.ca"));
        for (int i = 1; i <= 4; i++) {
            assertThat(note(i + "@x.ca")).isTrue();
        }

        assertThat(note("5@x.ca")).isFalse();
        waiting.undo();
        assertThat(note("5@x.ca")).isTrue();
    }

    @Test
    void an_address_of_several_forms_counts_as_long_as_one_of_them_may_be_stored() {
        DistinctEmails.Note first = emails.note(CLIENT, new Email("1@x.ca"));
        noteFive();
        DistinctEmails.Note third = emails.note(CLIENT, new Email("1@x.ca"));

        first.undo();
        third.undo();

        assertThat(note("6@x.ca")).isFalse();
        assertThat(note("1@x.ca")).isTrue();
    }

    @Test
    void a_form_over_the_limit_that_was_not_stored_takes_back_nothing() {
        noteFive();

        emails.note(CLIENT, new Email("6@x.ca")).undo();

        assertThat(note("6@x.ca")).isFalse();
    }

    @Test
    void a_form_of_an_hour_before_takes_back_nothing() {
        DistinctEmails.Note slow = emails.note(CLIENT, new Email("1@x.ca"));
        pass(DistinctEmails.PERIOD);
        noteFive();

        slow.undo();

        assertThat(note("6@x.ca")).isFalse();
    }

    @Test
    void forms_of_many_clients_that_were_not_stored_do_not_fill_the_table() {
        for (int i = 0; i < DistinctEmails.MAX_BY_CLIENT; i++) {
            ClientNetwork other = ClientNetwork.of(InetAddress.ofLiteral("10.0." + i / 250 + "." + i % 250));
            emails.note(other, new Email("1@x.ca")).undo();
        }
        for (int i = 0; i < DistinctEmails.MAX_BY_CLIENT; i++) {
            ClientNetwork other = ClientNetwork.of(InetAddress.ofLiteral("10.0." + i / 250 + "." + i % 250));
            assertThat(emails.note(other, new Email("2@x.ca")).isWithinLimit()).isTrue();
        }
    }

    @Test
    void clients_are_counted_separately_and_an_ipv6_client_is_its_slash_64() {
        ClientNetwork network = ClientNetwork.of(InetAddress.ofLiteral("2001:db8:0:1::1"));
        ClientNetwork same = ClientNetwork.of(InetAddress.ofLiteral("2001:db8:0:1:ffff::1"));
        ClientNetwork other = ClientNetwork.of(InetAddress.ofLiteral("2001:db8:0:2::1"));
        for (int i = 1; i <= 5; i++) {
            assertThat(emails.note(network, new Email(i + "@x.ca")).isWithinLimit())
                    .isTrue();
        }

        assertThat(emails.note(same, new Email("6@x.ca")).isWithinLimit()).isFalse();
        assertThat(emails.note(other, new Email("6@x.ca")).isWithinLimit()).isTrue();
        assertThat(note("6@x.ca")).isTrue();
    }

    @Test
    void a_limit_above_a_thousand_means_no_limit() {
        DistinctEmails unlimited = emails(1_001);
        for (int i = 0; i < 2_000; i++) {
            assertThat(unlimited.note(CLIENT, new Email(i + "@x.ca")).isWithinLimit())
                    .isTrue();
        }
    }

    @Test
    void addresses_with_the_same_hash_code_are_counted_separately() {
        assertThat("a}@x.ca".hashCode()).isEqualTo("b^@x.ca".hashCode());
        DistinctEmails one = emails(1);
        one.note(CLIENT, new Email("a}@x.ca"));

        assertThat(one.note(CLIENT, new Email("b^@x.ca")).isWithinLimit()).isFalse();
    }

    @Test
    void a_flood_of_clients_does_not_reset_anybody_s_limit() {
        noteFive();
        int passed = 0;
        for (int i = 0; i < 50_000; i++) {
            ClientNetwork other =
                    ClientNetwork.of(InetAddress.ofLiteral("10." + i / 62_500 + "." + i / 250 + "." + i % 250));
            passed += emails.note(other, new Email(i + "@x.ca")).isWithinLimit() ? 1 : 0;
        }

        assertThat(note("6@x.ca")).isFalse();
        assertThat(note("1@x.ca")).isTrue();
        assertThat(passed).isLessThanOrEqualTo(DistinctEmails.MAX_BY_CLIENT + DistinctEmails.MAX_BY_NEIGHBOURHOOD + 5);
        ClientNetwork bystander = ClientNetwork.of(InetAddress.ofLiteral("198.51.100.1"));
        for (int i = 1; i <= 5; i++) {
            assertThat(emails.note(bystander, new Email(i + "@y.ca")).isWithinLimit())
                    .isTrue();
        }
        assertThat(emails.note(bystander, new Email("6@y.ca")).isWithinLimit()).isFalse();
        pass(DistinctEmails.PERIOD);
        noteFive();
    }
}
