package com.altcontext.ops.imports.original;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.ops.CommandRun;
import com.altcontext.ops.MigratedDatabase;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What an import from the earlier system reports, and the planner statistics after it. */
class ImportedReportTest {
    private static final String ANON_ID = "8f14e45f-ceea-467f-a0e6-1a2b3c4d5e6f";

    private final MigratedDatabase database = MigratedDatabase.fresh();
    private final OriginalDatabase original = OriginalDatabase.empty();

    private CommandRun importOriginal(String... more) {
        List<String> args = new ArrayList<>(List.of("import", "original", "--from", original.url()));
        args.addAll(List.of(more));
        return database.altops(args.toArray(String[]::new));
    }

    @Test
    void after_an_import_every_table_has_planner_statistics() {
        original.visitWithForm("v1", ANON_ID);
        importOriginal();

        assertThat(database.tablesWithoutStatistics()).isZero();
    }

    @Test
    void another_run_reports_only_what_it_imported_itself() {
        original.visitWithForm("v1", ANON_ID);
        original.run("UPDATE events SET props = '1'", "UPDATE form_submissions SET payload = '[]'");
        original.link("l1", "v1", "manual_merge", 6)
                .lead("l2", "grace@example.com", "express", 3)
                .lead("l3", "Grace@example.com", "express", 4);
        original.run("DELETE FROM lead_identities WHERE link_source = 'form_submit'");
        assertThat(importOriginal().out())
                .contains(
                        "imported 1 visitors\n",
                        "imported 2 leads\n",
                        "changed 3 events without their props",
                        "changed 1 submissions without their payload",
                        "changed 1 links by manual merge",
                        "changed 2 consents that had no record\n",
                        "skipped 1 leads of an address that another lead has\n");

        original.event("v1-1", "page_view", "/late", 8, "");
        String again = importOriginal().out();

        assertThat(again)
                .contains(
                        "imported 0 visitors\n",
                        "imported 1 events\n",
                        "skipped 2 leads that are here already\n",
                        "skipped 1 leads of an address that")
                .doesNotContain("changed ");
    }

    @Test
    void json_says_which_days_to_roll_up() {
        original.visitWithForm("v1", ANON_ID);
        String day = CommandRun.TODAY.minusDays(2).toString();

        assertThat(importOriginal("--json").out())
                .contains("\"rollup\":{\"from\":\"" + day + "\",\"to\":\"" + day + "\"}");
        assertThat(importOriginal("--dry-run", "--json").out()).contains("\"rollup\":null");
    }
}
