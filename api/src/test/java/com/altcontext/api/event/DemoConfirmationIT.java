package com.altcontext.api.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.ChromiumTab;
import com.altcontext.api.testing.Forms;
import com.altcontext.api.testing.MailServer;
import com.altcontext.api.testing.StoredRows;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A sign-up with confirmation in a browser: from the form of the demo site to the button on the confirmation page. */
class DemoConfirmationIT {
    @Test
    void consent_is_express_only_after_the_button_on_the_confirmation_page() {
        String email = Forms.email();
        try (MailServer server = new MailServer(0);
                DemoStage stage = new DemoStage(Map.of(
                        "SMTP_URL", "smtp://127.0.0.1:" + server.port(),
                        "MAIL_FROM", "Maple Kiln <news@example.ca>",
                        "PUBLIC_URL", "https://api.example.com"))) {
            ChromiumTab tab = stage.browser.visitor().tab().open(stage.site.at("/"));
            tab.type("#email", email);
            tab.click("[name=consentStatus]");
            tab.click("form button");
            MailServer.ReceivedMail mail = server.await(email, 1).getFirst();
            assertThat(status(stage, email)).isEqualTo("pending");

            tab.open(stage.service.address() + mail.confirmPath());
            assertThat(status(stage, email)).isEqualTo("pending");
            tab.click("button");
            tab.await("document.querySelector('h1').textContent === 'Thank you'");
            StoredRows.await(() -> status(stage, email), "express");
            assertThat(tab.complaints()).isEmpty();
        }
    }

    private static String status(DemoStage stage, String email) {
        return stage.stored.lead(email).path("consent_status").asText();
    }
}
