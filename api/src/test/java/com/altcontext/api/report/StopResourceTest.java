package com.altcontext.api.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.http.HtmlPage;
import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.StoredRows;
import com.altcontext.api.testing.TestService;
import com.altcontext.db.Sql;
import com.altcontext.report.StopToken;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The link by which a recipient stops the weekly report. */
@QuarkusTest
@WithTestResource(TestService.class)
class StopResourceTest {
    @Inject
    Sql sql;

    @Inject
    StopToken token;

    private final UUID recipient = UUID.randomUUID();
    private String link;

    @BeforeEach
    void subscribe() {
        link = "/v1/reports/stop/" + token.of(recipient);
        new StoredRows(sql)
                .execute("INSERT INTO recipients (id, property_id, kind, email, created_at) VALUES ('" + recipient
                        + "', 'default', 'report', '" + recipient + "@team.example', now())");
    }

    private boolean isStopped() {
        return sql.inTransaction(tx -> tx.queryOne(
                "SELECT stopped_at IS NOT NULL FROM recipients WHERE id = ?", row -> row.flag(1), recipient));
    }

    @Test
    void opening_the_link_changes_nothing_and_the_button_on_its_page_stops_the_report() {
        for (String method : new String[] {"GET", "HEAD", "GET"}) {
            Call.Answer page = Call.of(method, link).send();
            assertThat(page.status()).isEqualTo(200);
            assertThat(page.header("content-type")).isEqualTo("text/html; charset=utf-8");
            assertThat(page.header("content-security-policy")).contains(HtmlPage.STYLE_HASH);
        }
        assertThat(Call.get(link).header("accept-language", "fr").send().text())
                .contains("<html lang=\"fr\">", "<button type=\"submit\">Arrêter</button>");
        assertThat(isStopped()).isFalse();

        Call.Answer stopped = Call.of("POST", link)
                .header("content-type", "application/x-www-form-urlencoded")
                .body("List-Unsubscribe=One-Click")
                .send();
        assertThat(stopped.status()).isEqualTo(200);
        assertThat(stopped.text()).contains("The report is stopped").doesNotContain("<button");
        assertThat(isStopped()).isTrue();
        assertThat(Call.of("POST", link).send().status()).as("pressed twice").isEqualTo(200);
    }

    @Test
    void a_forged_link_is_not_found_and_the_link_of_a_deleted_recipient_works_like_any_other() {
        assertThat(Call.get("/v1/reports/stop/cut-off").send().status()).isEqualTo(404);
        assertThat(Call.of("POST", link + "A").send().status()).isEqualTo(404);
        assertThat(isStopped()).isFalse();
        assertThat(Call.of("POST", "/v1/reports/stop/" + token.of(UUID.randomUUID()))
                        .send()
                        .status())
                .isEqualTo(200);
    }
}
