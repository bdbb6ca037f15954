package com.altcontext.privacy;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.audit.Caller;
import com.altcontext.devdb.TestDatabase;
import com.altcontext.event.EventStore;
import com.altcontext.lead.LeadMessages;
import com.altcontext.lead.LeadRules;
import com.altcontext.lead.Leads;
import com.altcontext.testing.Database;
import com.altcontext.testing.TestForm;
import com.altcontext.value.KeyedHash;
import com.altcontext.visit.SessionRule;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;

/** An export from a server, or from nodes of a cluster, whose time zone is not UTC. */
class ExportZonesTest {
    private static final EventStore EVENTS = new EventStore(new SessionRule(Duration.ofMinutes(30)));
    private static final LeadRules RULES = new LeadRules(false, Duration.ofMinutes(15), 6, LeadMessages.NONE);

    @SuppressWarnings("TimeInStaticInitializer") // The partitions are made for the days around today.
    private static final Instant NOW =
            Instant.now().truncatedTo(ChronoUnit.DAYS).plus(Duration.ofHours(12));

    private static void setZone(String url) {
        String name = URI.create(url).getPath().substring(1);
        Database.at(url).run("ALTER DATABASE " + name + " SET TimeZone TO 'America/Toronto'");
    }

    @Test
    void the_times_of_an_export_are_in_utc() {
        String url = Database.migrated().url();
        setZone(url);
        TestDatabase.nodes().forEach(node -> setZone(TestDatabase.on(node, url)));
        Database database = Database.at(url);
        TestForm form = TestForm.by("bob@x.ca", NOW).visitor("visitor-bob1");
        var _ = new Leads(database.sql(), EVENTS, RULES).capture(form.capture());
        StringBuilder out = new StringBuilder();
        Export export = new Export(database.sql(), (lead, property) -> null, new KeyedHash("a pepper of the tests"));

        assertThat(export.write(new Export.ExportRequest(form.capture().form().email(), Caller.ALTOPS, NOW), out))
                .isTrue();

        assertThat(out.toString()).contains("+00:00").doesNotContain("-05:00").doesNotContain("-04:00");
    }
}
