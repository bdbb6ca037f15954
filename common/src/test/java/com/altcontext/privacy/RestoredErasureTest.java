package com.altcontext.privacy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Who is erased again after a restore. */
class RestoredErasureTest extends ErasureFixture {
    @Test
    void leads_that_were_erased_after_the_backup_are_erased_again() {
        capture(form("bob@x.ca", "visitor-bob1"));
        var _ = erasure().erase(BOB, "altops", NOW.plusSeconds(60));
        capture(form("bob@x.ca", "visitor-bob1")); // as in the backup
        capture(form("ann@x.ca", "visitor-ann1"));

        assertThat(erasure().replay("restore", NOW.plusSeconds(120))).isEqualTo(1);

        assertThat(database.texts("SELECT email FROM leads")).containsExactly("ann@x.ca");
        assertThat(erasure().replay("restore", NOW.plusSeconds(120))).isZero();
        capture(form("bob@x.ca", "visitor-bob1").at(NOW.plusSeconds(300)));
        assertThat(erasure().replay("restore", NOW.plusSeconds(360)))
                .as("a lead who submitted a form after the erasure")
                .isZero();
    }

    @Test
    void recipients_who_were_erased_after_the_backup_are_erased_again() {
        recipient("bob@x.ca", NOW);
        var _ = erasure().erase(BOB, "altops", NOW.plusSeconds(60));
        recipient("bob@x.ca", NOW); // as in the backup
        recipient("ann@x.ca", NOW);

        assertThat(erasure().replay("restore", NOW.plusSeconds(120))).isEqualTo(1);

        assertThat(database.texts("SELECT email FROM recipients")).containsExactly("ann@x.ca");
        recipient("bob@x.ca", NOW.plusSeconds(300));
        assertThat(erasure().replay("restore", NOW.plusSeconds(360)))
                .as("a recipient who was added again after the erasure")
                .isZero();
    }

    private void recipient(String email, Instant since) {
        database.run("INSERT INTO recipients (id, property_id, kind, email, created_at)"
                + " VALUES (gen_random_uuid(), 'default', 'report', '%s', '%s')".formatted(email, since));
    }
}
