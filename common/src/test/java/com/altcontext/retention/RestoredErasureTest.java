package com.altcontext.retention;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Who is erased again after a restore. */
class RestoredErasureTest extends ErasureFixture {
    @Test
    void a_restored_backup_is_cleaned_of_those_who_were_erased_since() {
        capture(form("bob@x.ca", "visitor-bob1"));
        var _ = erasure().erase(BOB, "altops", NOW.plusSeconds(60));
        capture(form("bob@x.ca", "visitor-bob1")); // as the backup has it
        capture(form("ann@x.ca", "visitor-ann1"));

        assertThat(erasure().replay("restore", NOW.plusSeconds(120))).isEqualTo(1);

        assertThat(database.texts("SELECT email FROM leads")).containsExactly("ann@x.ca");
        assertThat(erasure().replay("restore", NOW.plusSeconds(120))).isZero();
        capture(form("bob@x.ca", "visitor-bob1").at(NOW.plusSeconds(300)));
        assertThat(erasure().replay("restore", NOW.plusSeconds(360)))
                .as("who came back by themselves")
                .isZero();
    }

    @Test
    void a_restored_backup_is_cleaned_of_recipients_who_were_erased_since() {
        recipient("bob@x.ca", NOW);
        var _ = erasure().erase(BOB, "altops", NOW.plusSeconds(60));
        recipient("bob@x.ca", NOW); // as the backup has it
        recipient("ann@x.ca", NOW);

        assertThat(erasure().replay("restore", NOW.plusSeconds(120))).isEqualTo(1);

        assertThat(database.texts("SELECT email FROM recipients")).containsExactly("ann@x.ca");
        recipient("bob@x.ca", NOW.plusSeconds(300));
        assertThat(erasure().replay("restore", NOW.plusSeconds(360)))
                .as("who was named again")
                .isZero();
    }

    private void recipient(String email, Instant since) {
        database.run("INSERT INTO recipients (id, property_id, kind, email, created_at)"
                + " VALUES (gen_random_uuid(), 'default', 'report', '%s', '%s')".formatted(email, since));
    }
}
