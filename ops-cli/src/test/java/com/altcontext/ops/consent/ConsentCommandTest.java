package com.altcontext.ops.consent;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.ops.CommandRun;
import com.altcontext.ops.MigratedDatabase;
import com.altcontext.ops.command.Exit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class ConsentCommandTest {
    private static final String JO = "jo@example.ca";
    private static final Map<String, String> SECRETS =
            Map.of("IP_HASH_PEPPER", "sixteen characters and more", "PUBLIC_URL", "https://api.example.ca/");

    private final MigratedDatabase database = MigratedDatabase.fresh();

    @TempDir
    private Path directory;

    private CommandRun altops(String... args) {
        return CommandRun.altops(database.with(SECRETS), args);
    }

    @Test
    void a_consent_text_is_added_once_from_a_file_or_standard_input() throws IOException {
        Path file = directory.resolve("en.txt");
        Files.writeString(file, "You may write to me.\n");

        String none = altops("consent", "text", "list").out();
        CommandRun added = altops("consent", "text", "add", "2026-01", "--language", "en", "--file", file.toString());
        CommandRun again = CommandRun.piped(
                database.with(SECRETS),
                "You may write to me.\n",
                "consent",
                "text",
                "add",
                "2026-01",
                "--language",
                "en");
        CommandRun other = CommandRun.piped(
                database.with(SECRETS), "You may phone me.\n", "consent", "text", "add", "2026-01", "--language", "en");

        assertThat(none).isEqualTo("no text is on record\n");
        assertThat(added.out()).matches("added, SHA-256 [0-9a-f]{64}\n");
        assertThat(again.out()).isEqualTo(added.out().replace("added", "on record already"));
        assertThat(again.exit()).isEqualTo(Exit.DONE);
        assertThat(other.exit()).isEqualTo(Exit.FAILED);
        assertThat(other.err())
                .isEqualTo(
                        "altops: another text is on record as version 2026-01 in en — give the new text a version of its own\n");
        assertThat(altops("consent", "text", "list").out())
                .startsWith("2026-01  en  added ")
                .endsWith("\n    You may write to me.\n");
        assertThat(altops("consent", "text", "list", "--json").out())
                .contains(
                        "\"text\":\"You may write to me.\\u000a\"",
                        added.out().substring(15).strip());
    }

    @Test
    void an_unreadable_consent_text_or_an_invalid_language_is_refused() throws IOException {
        Path latin = directory.resolve("latin1.txt");
        Files.write(latin, new byte[] {(byte) 0xC9, 'c'});

        assertThat(altops("consent", "text", "add", "1", "--language", "fr", "--file", latin.toString())
                        .err())
                .contains("not UTF-8");
        assertThat(altops("consent", "text", "add", "1", "--language", "fr", "--file", directory + "/none")
                        .exit())
                .isEqualTo(Exit.FAILED);
        CommandRun wrongLanguage = CommandRun.piped(
                database.with(SECRETS), "words", "consent", "text", "add", "1", "--language", "French!");
        assertThat(wrongLanguage.exit()).isEqualTo(Exit.USAGE);
        assertThat(wrongLanguage.err()).startsWith("altops: --language must be a language tag");
    }

    @Test
    void a_certificate_says_who_agreed_to_which_words_and_until_when() {
        database.lead("default", JO);
        database.run(
                "INSERT INTO consent_events (lead_id, property_id, status, source, form_name, path, policy_version,"
                        + " purpose, occurred_at) SELECT id, 'default', 'express', 'form', 'footer', '/contact', '2026-01',"
                        + " 'newsletter', '2026-06-01T00:00:00Z' FROM leads");
        CommandRun without = altops("consent", "certificate", "--email", JO);
        var _ = CommandRun.piped(
                database.with(SECRETS),
                "You may write to me.\n",
                "consent",
                "text",
                "add",
                "2026-01",
                "--language",
                "en");
        CommandRun with = altops("consent", "certificate", "--email", JO, "--property", "default");

        assertThat(without.out())
                .contains(
                        "Address: jo@example.ca\n",
                        "  newsletter: may be written to until consent is withdrawn (express)\n")
                .contains(
                        "    2026-06-01T00:00:00Z  express for newsletter, by form footer on page /contact, text 2026-01"
                                + " (not on record), not confirmed by mail\n")
                .contains("the form named no text")
                .endsWith("Texts\n  none on record\n");
        assertThat(with.out())
                .contains(", text 2026-01, not confirmed by mail\n")
                .endsWith("\n      You may write to me.\n");
        assertThat(altops("consent", "certificate", "--email", JO, "--json").out())
                .startsWith("{\"ok\":true,\"email\":\"jo@example.ca\"")
                .contains("\"textVersion\":\"2026-01\",\"isTextOnRecord\":true", "\"confirmedAt\":null");
        assertThat(database.number("SELECT count(*) FROM audit_log WHERE action = 'consent_certificate'"
                        + " AND octet_length(email_hash) = 32"))
                .isEqualTo(3);
    }

    @Test
    void a_certificate_says_when_the_address_confirmed_by_mail() {
        database.lead("default", JO);
        database.run(
                "INSERT INTO consent_events (lead_id, property_id, status, source, form_name, path, policy_version, purpose,"
                        + " occurred_at) SELECT id, 'default', 'pending', 'form', 'footer', '/contact', '2026-01', 'newsletter',"
                        + " '2026-06-01T00:00:00Z' FROM leads");
        database.run(
                "INSERT INTO consent_events (lead_id, property_id, status, source, form_name, path, policy_version, purpose,"
                        + " occurred_at, confirms) SELECT lead_id, property_id, 'express', 'confirmed', form_name, path, policy_version,"
                        + " purpose, '2026-06-02T00:00:00Z', id FROM consent_events");

        assertThat(altops("consent", "certificate", "--email", JO).out())
                .contains(
                        "  newsletter: may be written to until consent is withdrawn (express)\n",
                        "pending for newsletter, by form footer on page /contact, text 2026-01 (not on record),"
                                + " confirmed by mail 2026-06-02T00:00:00Z\n",
                        "    2026-06-02T00:00:00Z  express for newsletter, by the link in a mail, for form footer on page /contact")
                .doesNotContain("not confirmed by mail");
        assertThat(altops("consent", "certificate", "--email", JO, "--json").out())
                .contains("\"confirmedAt\":\"2026-06-02T00:00:00Z\"");
    }

    @Test
    void a_visitor_cannot_forge_lines_of_a_certificate() {
        database.lead("default", JO);
        database.run("""
                INSERT INTO consent_events (lead_id, property_id, status, source, form_name, path, policy_version, purpose, occurred_at)
                SELECT id, 'default', 'express', 'form', E'footer on page /, text 2026-11\\n    2026-11-29T01:00:01Z  express', E'/\\x1b[31mRED',
                       'v1, confirmed by mail', E'a\\r\\nb', '2026-06-01T00:00:00Z' FROM leads""");

        assertThat(altops("consent", "certificate", "--email", JO).out())
                .contains("    2026-06-01T00:00:00Z  express for \"a\\u000d\\u000ab\", by form"
                        + " \"footer on page /, text 2026-11\\u000a    2026-11-29T01:00:01Z  express\" on page \"/\\u001b[31mRED\","
                        + " text \"v1, confirmed by mail\" (not on record), not confirmed by mail\n")
                .doesNotContain("\u001b", "\r");
    }

    @Test
    void a_certificate_of_an_unknown_address_fails() {
        CommandRun ran = altops("consent", "certificate", "--email", JO);

        assertThat(ran.exit()).isEqualTo(Exit.FAILED);
        assertThat(ran.err()).isEqualTo("altops: nothing is held about this address — check its spelling\n");
        assertThat(database.number("SELECT count(*) FROM audit_log")).isZero();
    }

    @Test
    void an_operator_records_consent_after_a_withdrawal_with_a_reason() {
        database.lead("default", JO);
        altops("lead", "unsubscribe", "--email", JO);

        CommandRun ran = altops(
                "lead",
                "consent",
                "--email",
                JO,
                "--status",
                "express",
                "--reason",
                "signed sheet",
                "--purpose",
                "sales");

        assertThat(ran).isEqualTo(new CommandRun(Exit.DONE, "recorded express consent for sales\n", ""));
        assertThat(database.number("SELECT count(*) FROM leads WHERE consent_status = 'express'"))
                .isOne();
        assertThat(database.number("SELECT count(*) FROM audit_log WHERE action = 'lead_consent'"))
                .isOne();
        assertThat(altops("lead", "consent", "--email", "unknown@example.ca", "--status", "express", "--reason", "x")
                        .exit())
                .isEqualTo(Exit.FAILED);
        assertThat(altops("lead", "consent", "--email", JO, "--status", "implied", "--reason", "x")
                        .exit())
                .isEqualTo(Exit.USAGE);
        assertThat(altops("lead", "consent", "--email", JO, "--status", "express")
                        .exit())
                .as("without a reason")
                .isEqualTo(Exit.USAGE);
    }

    @Test
    void leads_wait_for_review_until_they_are_accepted() {
        database.run("INSERT INTO properties VALUES ('docs', 'Docs')");
        database.lead("default", JO);
        database.lead("docs", JO);
        database.lead("docs", "kim@example.ca");
        assertThat(altops("lead", "review").out()).isEqualTo("no leads wait for review\n");
        database.run("UPDATE leads SET in_review = true");

        assertThat(altops("lead", "review").out())
                .matches("[0-9T:-]+Z  default  form unknown  1 lead\n[0-9T:-]+Z  docs  form unknown  2 leads\n");
        assertThat(altops("lead", "mailable", "--format", "json").out())
                .contains("\"verdict\":\"may_not\",\"reason\":\"in_review\"")
                .doesNotContain("\"may\"");
        assertThat(altops("lead", "review", "--accept", "--property", "docs", "--email", JO)
                        .out())
                .isEqualTo("accepted 1 lead\n");
        assertThat(altops("lead", "review", "--accept", "--property", "docs", "--email", JO)
                        .exit())
                .isEqualTo(Exit.FAILED);
        assertThat(altops("lead", "review", "--email", JO).exit()).isEqualTo(Exit.USAGE);
        assertThat(altops("lead", "review", "--accept").out()).isEqualTo("accepted 2 leads\n");
        assertThat(database.number("SELECT count(*) FROM leads WHERE in_review"))
                .isZero();
        assertThat(database.number("SELECT sum(row_count) FROM audit_log WHERE action = 'lead_review'"))
                .isEqualTo(3);
    }

    @Test
    void control_characters_in_the_name_of_a_form_in_review_are_escaped() {
        database.lead("default", JO);
        database.run("UPDATE leads SET in_review = true, form_name = E'a\\nb \\x1b[31m'");

        assertThat(CommandRun.onTerminal(database.with(SECRETS), "", "lead", "review")
                        .out())
                .endsWith("Z  default  form \"a\\u000ab \\u001b[31m\"  1 lead\n")
                .doesNotContain("\u001b");
    }

    @Test
    void a_purpose_without_any_consent_on_record_is_pointed_out() {
        database.lead("default", "jo@example.ca");

        assertThat(altops("lead", "mailable", "--purpose", "new").err())
                .contains(
                        "altops: no consent on record has the purpose new: leave out --purpose to see all purposes\n");
        assertThat(altops("lead", "mailable", "--purpose", "news").err()).doesNotContain("purpose");
    }

    @Test
    void mailable_leads_are_printed_as_csv_or_json() {
        database.run("INSERT INTO properties VALUES ('docs', 'Docs')");
        database.lead("default", JO);
        database.lead("docs", "kim@example.ca");

        assertThat(altops("lead", "mailable", "--property", "docs").out())
                .startsWith("\uFEFFemail,property,purpose,verdict,reason,until,unsubscribe_url\r\n"
                        + "kim@example.ca,docs,news,may,express,,https://api.example.ca/v1/leads/unsubscribe/");
        assertThat(altops("lead", "mailable", "--purpose", "sales", "--format", "json")
                        .out())
                .contains("\"verdict\":\"may_not\",\"reason\":\"no_consent\"");
        assertThat(altops("lead", "mailable", "--format", "xml").exit()).isEqualTo(Exit.USAGE);
        assertThat(database.number("SELECT count(*) FROM audit_log WHERE action = 'leads_mailable'"))
                .isEqualTo(2);
    }
}
