package com.altcontext.api.lead;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.Forms;
import com.altcontext.api.testing.StoredRows;
import com.altcontext.api.testing.TestService;
import com.altcontext.delivery.Webhook;
import com.altcontext.delivery.Webhooks;
import com.altcontext.value.KeyedHash;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Which messages about leads the webhooks get. */
@QuarkusTest
@WithTestResource(
        value = TestService.class,
        initArgs = {
            @ResourceArg(name = "LEAD_WEBHOOK_URL", value = "http://127.0.0.1:0/hook?from=altcontext"),
            @ResourceArg(name = "LEAD_WEBHOOK_SECRET", value = WebhookFixture.SECRET)
        })
class WebhookTest extends WebhookFixture {
    @Inject
    KeyedHash pepper;

    @Test
    void a_lead_is_sent_once_and_signed() throws Exception {
        ObjectNode form = Forms.scripted(email).put("formName", "été").put("consentStatus", "implied");
        form.putObject("payload").put("company", "Example Ltd");
        Call.Answer captured = Call.capture(form).send();
        Call.capture(form).send();
        StoredRows.await(() -> waiting().size(), 0);

        assertThat(received).hasSize(1);
        Received message = received.remove();
        assertThat(message.uri()).hasToString("/hook?from=altcontext");
        assertThat(message.type()).isEqualTo("application/json");
        assertThat(message.signature()).isEqualTo(signatureOf(message));
        assertThat(Long.parseLong(message.timestamp()))
                .isBetween(
                        clock.instant().getEpochSecond() - 60, clock.instant().getEpochSecond());
        JsonNode body = Call.JSON.readTree(message.body());
        assertThat(body.path("type").asText()).isEqualTo("lead.captured");
        JsonNode data = body.path("data");
        assertThat(data.path("leadId").asText()).isEqualTo(captured.field("leadId"));
        assertThat(data.path("email").asText()).isEqualTo(email);
        assertThat(data.path("formName").asText()).isEqualTo("été");
        assertThat(data.path("consentStatus").asText()).isEqualTo("implied");
        assertThat(data.path("payload")).isEqualTo(form.path("payload"));
    }

    @Test
    void each_webhook_gets_the_events_it_subscribes_to_signed_with_its_own_secret() throws Exception {
        String url = "http://127.0.0.1:" + receiver.getAddress().getPort();
        Webhook list = Webhook.of("list", url + "/liste-été", List.of("consent.changed"), clock.instant());
        Webhook gone = Webhook.of("gone", "http://127.0.0.1:1/", List.of("consent.changed"), clock.instant());
        sql.inTransaction(tx -> Webhooks.add(tx, list) && Webhooks.add(tx, gone));

        Call.capture(Forms.scripted(email).put("consentStatus", "express")).send();
        StoredRows.await(received::size, 2);

        assertThat(received)
                .extracting(Received::uri)
                .extracting(URI::getRawPath)
                .containsExactlyInAnyOrder("/hook", "/liste-%C3%A9t%C3%A9");
        assertThat(received).extracting(Received::agent).containsOnly("AltContext");
        Received changed = received.stream()
                .filter(message -> message.uri().getPath().equals("/liste-été"))
                .findFirst()
                .orElseThrow();
        JsonNode body = Call.JSON.readTree(changed.body());
        assertThat(body.path("type").asText()).isEqualTo("consent.changed");
        assertThat(body.at("/data/change").asText()).isEqualTo("granted");
        byte[] key = Base64.getDecoder().decode(list.secret(pepper).substring("whsec_".length()));
        assertThat(changed.signature()).isEqualTo(signatureOf(changed, key));
        StoredRows.await(() -> waiting().size(), 1);
        assertThat(waiting().getFirst().path("destination").asText()).isEqualTo("gone");
    }

    @Test
    void an_erasure_by_the_api_is_sent_with_ids_alone() throws Exception {
        String url = "http://127.0.0.1:" + receiver.getAddress().getPort() + "/erased";
        Webhook crm = Webhook.of("crm", url, List.of("lead.erased"), clock.instant());
        sql.inTransaction(tx -> Webhooks.add(tx, crm));
        String leadId = Call.capture(Forms.scripted(email)).send().field("leadId");

        assertThat(Call.erasure("{\"email\":\"" + email + "\"}").send().status())
                .isEqualTo(200);

        StoredRows.await(() -> erased.size(), 1);
        JsonNode body = Call.JSON.readTree(Objects.requireNonNull(erased.peek()));
        assertThat(body.path("type").asText()).isEqualTo("lead.erased");
        assertThat(body.path("data").toString()).contains(leadId).contains("\"propertyId\":");
        assertThat(body.path("data").size()).isEqualTo(2);
        assertThat(body.toString()).doesNotContain(email);
    }

    @Test
    void an_erased_lead_is_not_sent() {
        answer = 503;
        Call.capture(Forms.minimal(email)).send();
        StoredRows.await(received::size, 1);
        Call.Answer deleted = Call.of("POST", "/v1/leads/delete")
                .header("x-admin-key", TestService.ADMIN_KEY)
                .json(Forms.minimal(email))
                .send();

        assertThat(deleted.json().path("messages").asInt()).isOne();
        assertThat(stored.rows("SELECT to_jsonb(o)::text FROM outbox o WHERE body LIKE '%' || ? || '%'", email))
                .isEmpty();
    }
}
