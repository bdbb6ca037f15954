package com.altcontext.lead;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MailPermissionTest {
    private static final Instant END = Instant.parse("2026-06-15T12:00:00Z");

    @ParameterizedTest
    @CsvSource({
        "EXPRESS,   review, 2026-06-15T11:59:59Z, may_not, in_review",
        "IMPLIED,   review, 2026-06-15T11:59:59Z, may_not, in_review",
        "WITHDRAWN, review, 2026-06-15T11:59:59Z, may_not, withdrawn",
        "PENDING,   false, 2026-06-15T11:59:59Z, may_not,   pending",
        "EXPRESS,   false, 2026-06-15T11:59:59Z, may,       express",
        "WITHDRAWN, false, 2026-06-15T11:59:59Z, may_not,   withdrawn",
        "IMPLIED,   false, 2026-06-15T11:59:59Z, may_until, implied",
        "IMPLIED,   false, 2026-06-15T12:00:00Z, may_not,   expired",
        "EXPRESS,   true,  2026-06-15T11:59:59Z, may_not,   bot",
        "IMPLIED,   true,  2026-06-15T11:59:59Z, may_not,   bot",
        "WITHDRAWN, true,  2026-06-15T11:59:59Z, may_not,   withdrawn",
    })
    void each_status_has_its_verdict_and_reason(
            ConsentStatus status, String mark, Instant at, String verdict, String reason) {
        @Nullable Instant end = status == ConsentStatus.IMPLIED ? END : null;
        MailPermission permission =
                MailPermission.of(new Consent(status, end), mark.equals("true"), mark.equals("review"), at);

        assertThat(permission.verdict().key()).isEqualTo(verdict);
        assertThat(permission.reason().key()).isEqualTo(reason);
        assertThat(permission.until()).isEqualTo(mark.equals("false") ? end : null);
    }

    @Test
    void no_mail_is_allowed_without_a_consent_record() {
        assertThat(MailPermission.of(null, false, false, END))
                .isEqualTo(new MailPermission(MailPermission.Verdict.MAY_NOT, MailPermission.Reason.NO_CONSENT, null));
        assertThat(MailPermission.of(null, true, false, END))
                .isEqualTo(new MailPermission(MailPermission.Verdict.MAY_NOT, MailPermission.Reason.BOT, null));
    }
}
