package com.altcontext.lead;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ConsentTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    private static Consent given(ConsentStatus status, Instant at) {
        return Consent.given(status, at, 6);
    }

    @ParameterizedTest
    @CsvSource({
        "PENDING,   PENDING,   false, PENDING",
        "PENDING,   IMPLIED,   true,  IMPLIED",
        "PENDING,   EXPRESS,   true,  EXPRESS",
        "PENDING,   WITHDRAWN, true,  WITHDRAWN",
        "IMPLIED,   PENDING,   false, IMPLIED",
        "IMPLIED,   IMPLIED,   true,  IMPLIED",
        "IMPLIED,   EXPRESS,   true,  EXPRESS",
        "IMPLIED,   WITHDRAWN, true,  WITHDRAWN",
        "EXPRESS,   PENDING,   false, EXPRESS",
        "EXPRESS,   IMPLIED,   false, EXPRESS",
        "EXPRESS,   EXPRESS,   true,  EXPRESS",
        "EXPRESS,   WITHDRAWN, true,  WITHDRAWN",
        "WITHDRAWN, PENDING,   false, WITHDRAWN",
        "WITHDRAWN, IMPLIED,   false, WITHDRAWN",
        "WITHDRAWN, EXPRESS,   false, WITHDRAWN",
        "WITHDRAWN, WITHDRAWN, false, WITHDRAWN",
    })
    void every_change_from_one_status_to_another(
            ConsentStatus from, ConsentStatus to, boolean recorded, ConsentStatus result) {
        Consent known = given(from, NOW);
        Consent after = known.after(given(to, NOW.plusSeconds(60)));

        assertThat(known.isChangedBy(to)).isEqualTo(recorded);
        assertThat(after.status()).isEqualTo(result);
        assertThat(after.expiresAt() != null).isEqualTo(result == ConsentStatus.IMPLIED);
    }

    @ParameterizedTest
    @CsvSource({
        "2026-03-01T12:00:00Z, 2026-09-01T12:00:00Z",
        "2026-08-31T23:59:59Z, 2027-02-28T23:59:59Z",
        "2027-08-31T00:00:00Z, 2028-02-29T00:00:00Z",
    })
    void implied_consent_ends_after_calendar_months(Instant at, Instant end) {
        assertThat(given(ConsentStatus.IMPLIED, at).expiresAt()).isEqualTo(end);
    }

    @Test
    void a_renewal_moves_the_end_and_a_late_one_does_not_move_it_back() {
        Consent known = given(ConsentStatus.IMPLIED, NOW);
        Consent later = given(ConsentStatus.IMPLIED, NOW.plusSeconds(60));

        assertThat(known.after(later)).isEqualTo(later);
        assertThat(later.after(known)).isEqualTo(later);
    }

    @ParameterizedTest
    @EnumSource(ConsentStatus.class)
    void a_status_is_found_by_its_key(ConsentStatus status) {
        assertThat(ConsentStatus.ofKey(status.key())).isEqualTo(status);
        assertThatThrownBy(() -> ConsentStatus.ofKey("yes")).isInstanceOf(IllegalArgumentException.class);
    }
}
