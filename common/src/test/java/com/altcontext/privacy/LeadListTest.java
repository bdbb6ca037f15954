package com.altcontext.privacy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.altcontext.audit.Caller;
import com.altcontext.db.SqlFailure;
import com.altcontext.lead.EffectiveConsent;
import com.altcontext.testing.Database;
import com.altcontext.testing.TestForm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LeadListTest {
    private static final Instant NOW = Instant.parse("2026-06-15T12:00:00Z");
    private static final Caller CALLER = new Caller("dashboard", null, new byte[32]);
    private static final String HEADER = "\uFEFFemail,property,consent_status,consent_expires_at,first_captured_at,"
            + "last_captured_at,source_channel,unsubscribe_url";

    private static Database database;

    @BeforeAll
    static void migrate() {
        database = Database.migrated();
    }

    @BeforeEach
    void empty() {
        TestForm.removeAll(database);
    }

    private static void lead(
            String email, String property, String status, @Nullable Instant expires, @Nullable String channel) {
        database.sql()
                .inTransaction(tx -> tx.update(
                        "INSERT INTO leads VALUES (gen_random_uuid(), ?, ?, ?, ?, ?, ?, ?)",
                        property,
                        email,
                        Instant.parse("2026-01-02T03:04:05.678Z"),
                        Instant.parse("2026-02-03T04:05:06Z"),
                        channel,
                        status,
                        expires));
    }

    /** One lead for each effective consent, and another lead with express consent on a second property. */
    private static void oneOfEach() {
        lead("pending@x.ca", "default", "pending", null, null);
        lead("implied@x.ca", "default", "implied", NOW.plusSeconds(1), null);
        lead("expired@x.ca", "default", "implied", NOW, null);
        lead("express@x.ca", "default", "express", null, null);
        lead("withdrawn@x.ca", "default", "withdrawn", null, null);
        lead("express@x.ca", "docs", "express", null, null);
    }

    private static LeadList list() {
        return new LeadList(database.sql(), (lead, property) -> "https://x.ca/u/" + property);
    }

    private static LeadList.LeadListRequest request(@Nullable String property, @Nullable EffectiveConsent effective) {
        return new LeadList.LeadListRequest(property, effective, CALLER, NOW);
    }

    private static List<String> lines(@Nullable String property, @Nullable EffectiveConsent effective) {
        StringBuilder out = list().write(request(property, effective), rows -> new StringBuilder());
        return List.of(out.toString().split("\r\n", -1));
    }

    private static List<String> log() {
        return database.texts("""
                SELECT concat_ws(' ', done_at AT TIME ZONE 'UTC', done_by, action, coalesce(property_id, '-'),
                                 coalesce(consent_status, '-'), row_count, encode(ip_hash, 'hex'))
                FROM audit_log ORDER BY id
                """);
    }

    @Test
    void every_lead_is_a_row_below_the_header() {
        lead("jo@x.ca", "docs", "implied", Instant.parse("2026-07-02T03:04:05Z"), "footer, left");
        lead("ann@x.ca", "docs", "express", null, null);
        lead("zoe@x.ca", "default", "pending", null, "=cmd|' /C calc'!A0");

        assertThat(lines(null, null))
                .containsExactly(
                        HEADER,
                        "zoe@x.ca,default,pending,,2026-01-02T03:04:05Z,2026-02-03T04:05:06Z,'=cmd|' /C calc'!A0,"
                                + "https://x.ca/u/default",
                        "ann@x.ca,docs,express,,2026-01-02T03:04:05Z,2026-02-03T04:05:06Z,,https://x.ca/u/docs",
                        "jo@x.ca,docs,implied,2026-07-02T03:04:05Z,2026-01-02T03:04:05Z,2026-02-03T04:05:06Z,"
                                + "\"footer, left\",https://x.ca/u/docs",
                        "");
    }

    @Test
    void a_list_contains_only_the_requested_leads() {
        oneOfEach();
        for (EffectiveConsent effective : EffectiveConsent.values()) {
            List<String> lines = lines("default", effective);

            assertThat(lines).hasSize(3);
            assertThat(lines.get(1)).startsWith(effective.key() + "@x.ca,default," + effective.key() + ",");
        }
        assertThat(lines("docs", null)).hasSize(3);
        assertThat(lines(null, EffectiveConsent.EXPRESS)).hasSize(4);
        assertThat(lines("docs", EffectiveConsent.EXPIRED)).containsExactly(HEADER, "");
    }

    @Test
    void pending_consent_of_a_lead_in_review_has_no_end() {
        lead("jo@x.ca", "docs", "implied", NOW.plusSeconds(1), null);
        database.run("UPDATE leads SET in_review = true");

        assertThat(lines(null, null).get(1)).startsWith("jo@x.ca,docs,pending,,2026-01-02T03:04:05Z,");
    }

    @Test
    void a_lead_that_only_bots_submitted_is_in_neither_the_file_nor_the_count() {
        oneOfEach();
        lead("bot@x.ca", "docs", "express", null, null);
        database.run("UPDATE leads SET is_bot = true WHERE email = 'bot@x.ca'");

        assertThat(lines("docs", null)).hasSize(3).noneMatch(line -> line.contains("bot@"));
        assertThat(lines("docs", EffectiveConsent.EXPRESS)).hasSize(3).noneMatch(line -> line.contains("bot@"));
        assertThat(counts("docs")).contains("EXPRESS=1");
    }

    private static String counts(@Nullable String property) {
        return database.sql()
                .inTransaction(tx -> EffectiveConsent.count(tx, property, NOW))
                .toString();
    }

    @Test
    void leads_are_counted_by_their_effective_consent() {
        oneOfEach();
        lead("second@x.ca", "docs", "express", null, null);
        lead("for ever@x.ca", "docs", "implied", null, null);

        assertThat(counts(null)).isEqualTo("{PENDING=1, IMPLIED=2, EXPIRED=1, EXPRESS=3, WITHDRAWN=1}");
        assertThat(counts("docs")).isEqualTo("{PENDING=0, IMPLIED=1, EXPIRED=0, EXPRESS=2, WITHDRAWN=0}");
    }

    @Test
    void without_a_url_of_the_service_the_unsubscribe_link_is_empty() {
        lead("jo@x.ca", "default", "express", null, null);
        StringBuilder out = new LeadList(database.sql(), (lead, property) -> null)
                .write(request(null, null), rows -> new StringBuilder());

        assertThat(out.toString()).endsWith("2026-02-03T04:05:06Z,,\r\n");
    }

    // --- the audit log

    @Test
    @Tag("slow")
    void each_file_is_in_the_audit_log_with_its_number_of_rows_and_without_addresses() {
        int before = log().size();
        oneOfEach();
        lines(null, null);
        lines("docs", EffectiveConsent.EXPIRED);

        assertThat(log().subList(before, before + 2))
                .containsExactly(
                        "2026-06-15 12:00:00 dashboard leads_csv - - 6 " + "00".repeat(32),
                        "2026-06-15 12:00:00 dashboard leads_csv docs expired 0 " + "00".repeat(32));
        assertThat(database.texts("SELECT audit_log::text FROM audit_log"))
                .allSatisfy(row -> assertThat(row).doesNotContain("@"));
    }

    @Test
    void a_list_is_in_the_audit_log_before_it_is_written_even_if_writing_fails() {
        lead("jo@x.ca", "default", "express", null, null);
        int before = log().size();
        assertThatThrownBy(() -> list().write(request(null, null), rows -> {
                    assertThat(rows).isOne();
                    assertThat(log()).hasSize(before + 1);
                    return new Broken();
                }))
                .isInstanceOf(UncheckedIOException.class);
        assertThat(log()).hasSize(before + 1);
    }

    /** A client that has closed the connection. */
    private static final class Broken implements Appendable {
        @Override
        public Appendable append(CharSequence text) throws IOException {
            throw new IOException("gone");
        }

        @Override
        public Appendable append(CharSequence text, int start, int end) throws IOException {
            throw new IOException("gone");
        }

        @Override
        public Appendable append(char c) throws IOException {
            throw new IOException("gone");
        }
    }

    @Test
    void a_list_that_cannot_be_logged_is_not_written() {
        lead("jo@x.ca", "default", "express", null, null);
        LeadList.LeadListRequest wrong =
                new LeadList.LeadListRequest(null, null, new Caller("dashboard", null, new byte[5]), NOW);

        assertThatThrownBy(() -> list().write(wrong, rows -> {
                    throw new AssertionError("the list is written without an entry in the log");
                }))
                .isInstanceOf(SqlFailure.class);
    }

    @Test
    void the_file_contains_the_rows_that_were_logged_even_if_leads_change_meanwhile() {
        lead("first@x.ca", "default", "express", null, null);
        lead("second@x.ca", "default", "express", null, null);
        StringBuilder out = list().write(request(null, null), rows -> {
            TestForm.removeAll(database);
            lead("third@x.ca", "default", "express", null, null);
            return new StringBuilder();
        });

        assertThat(out.toString())
                .contains("first@x.ca", "second@x.ca")
                .doesNotContain("third@x.ca")
                .hasLineCount(3);
        assertThat(log().getLast()).contains(" 2 ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"UPDATE audit_log SET row_count = 0", "DELETE FROM audit_log", "TRUNCATE audit_log"})
    void the_audit_log_cannot_be_changed(String change) {
        lines(null, null);
        int before = log().size();
        assertThatThrownBy(() -> database.run(change)).isInstanceOf(SqlFailure.class);
        assertThat(log()).hasSize(before);
    }

    @Test
    void a_list_needs_only_the_rights_to_read_leads_and_consent_and_to_read_and_extend_the_audit_log() {
        oneOfEach();
        String role = "lister_" + UUID.randomUUID().toString().substring(0, 8);
        database.run(
                "CREATE ROLE " + role + " LOGIN PASSWORD 'only-for-this-test'",
                "GRANT SELECT ON leads, consent_events, audit_log TO " + role,
                "GRANT INSERT ON audit_log TO " + role);
        Database service = Database.as(database.url(), role, "only-for-this-test");
        StringBuilder out = new LeadList(service.sql(), (lead, property) -> null)
                .write(request(null, null), rows -> new StringBuilder());

        assertThat(out.toString()).hasLineCount(7);
        database.run("DROP OWNED BY " + role, "DROP ROLE " + role);
    }

    @Test
    @Tag("slow")
    void a_list_of_a_hundred_thousand_leads_is_complete() {
        database.run("INSERT INTO leads SELECT gen_random_uuid(), 'default', 'n' || n || '@x.ca', now(), now(),"
                + " repeat('c', 200), 'express', NULL FROM generate_series(1, 100000) AS n");
        long[] seen = new long[2];
        var _ = list().write(request(null, null), rows -> {
            seen[0] = rows;
            return new Counting(seen);
        });

        assertThat(seen).containsExactly(100_000, 100_001);
    }

    /** Counts the lines and keeps nothing else. */
    private static final class Counting implements Appendable {
        private final long[] seen;

        Counting(long[] seen) {
            this.seen = seen;
        }

        @Override
        public Appendable append(CharSequence text) {
            seen[1] += text.chars().filter(c -> c == '\n').count();
            return this;
        }

        @Override
        public Appendable append(CharSequence text, int start, int end) {
            return append(text.subSequence(start, end));
        }

        @Override
        public Appendable append(char c) {
            return append(String.valueOf(c));
        }
    }
}
