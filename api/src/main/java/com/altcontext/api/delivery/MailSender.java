package com.altcontext.api.delivery;

import com.altcontext.api.config.AppConfig;
import com.altcontext.api.config.Mailbox;
import com.altcontext.api.config.SmtpServer;
import com.altcontext.db.Sql;
import com.altcontext.delivery.Attempt;
import com.altcontext.delivery.Outbox;
import com.altcontext.delivery.OutboxSender;
import com.altcontext.lead.UnsubscribeLinks;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.ext.mail.LoginOption;
import io.vertx.ext.mail.MailClient;
import io.vertx.ext.mail.MailConfig;
import io.vertx.ext.mail.MailMessage;
import io.vertx.ext.mail.SMTPException;
import io.vertx.ext.mail.StartTLSOptions;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Sends the mails of the outbox through the server that {@code SMTP_URL} names, each over a connection of its own.
 * Without that variable, mails wait.
 */
@Singleton
public class MailSender {
    /** For a batch. */
    private static final Duration TIMEOUT = Duration.ofSeconds(55);
    /**
     * For one mail. A server that checks a mail before accepting it may take long, and delivers it even if we have
     * given up: each attempt would be another copy (RFC 5321, 4.5.3.2.6).
     */
    private static final Duration MAIL_TIMEOUT = Duration.ofSeconds(50);

    /** The longest silence of the server. */
    private static final Duration MAX_SILENCE = TIMEOUT;

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    /**
     * The beginning of Vert.x' message if the server refuses the recipient. Other refusals concern us, and may be
     * temporary.
     */
    private static final String RECIPIENT_REFUSED = "recipient address not accepted";

    private final Vertx vertx;
    private final MailTemplates templates;
    /** Null where no server is named. */
    private final @Nullable OutboxSender outbox;

    /** Made with the first mail, and kept. */
    private @Nullable MailClient client;

    MailSender(AppConfig config, Vertx vertx, Sql sql, MailTemplates templates, MeterRegistry meters) {
        this.vertx = vertx;
        this.templates = templates;
        this.outbox = config.mail()
                .server()
                .map(server -> new OutboxSender(
                        sql,
                        Outbox.Kind.MAIL,
                        TIMEOUT,
                        message -> send(server, from(config), message),
                        taken -> meters.counter("altcontext.mail.sent", "outcome", taken ? "delivered" : "failed")
                                .increment()))
                .orElse(null);
    }

    /**
     * Sends what is due.
     *
     * @throws com.altcontext.db.SqlFailure if the outbox cannot be read
     */
    public void sendDue() {
        if (outbox != null) {
            outbox.sendDue();
        }
    }

    private static Mailbox from(AppConfig config) {
        return config.mail().from().orElseThrow();
    }

    /** A certificate has to be valid for the server's name: Vert.x checks that unless it is given an algorithm for it. */
    private static MailConfig settings(SmtpServer server) {
        MailConfig settings = new MailConfig(server.host(), server.port())
                .setSsl(server.isTls())
                .setStarttls(
                        server.isTls()
                                ? StartTLSOptions.DISABLED
                                : server.isLocal() ? StartTLSOptions.OPTIONAL : StartTLSOptions.REQUIRED)
                .setLogin(server.user() == null ? LoginOption.DISABLED : LoginOption.REQUIRED)
                .setMaxPoolSize(OutboxSender.MAX_IN_FLIGHT)
                // A kept connection that the server has just closed would take the next mail, and give no answer.
                .setKeepAlive(false)
                .setPipelining(false);
        if (server.user() != null) {
            settings.setUsername(server.user()).setPassword(server.password());
        }
        settings.setConnectTimeout((int) CONNECT_TIMEOUT.toMillis());
        settings.setIdleTimeout((int) MAX_SILENCE.toSeconds()).setIdleTimeoutUnit(TimeUnit.SECONDS);
        return settings;
    }

    private Future<Attempt> send(SmtpServer server, Mailbox from, Outbox.Message message) {
        try {
            MailMessage letter = letter(from, message, templates.of(message));
            MailClient used = client(server);
            CompletableFuture<Attempt> attempt = new CompletableFuture<>();
            // From another thread, the client would connect on one event loop and listen on another, and
            // might miss the server's greeting.
            vertx.runOnContext(now -> used.sendMail(letter)
                    .timeout(MAIL_TIMEOUT.toSeconds(), TimeUnit.SECONDS)
                    .map(sent -> Attempt.DELIVERED)
                    .otherwise(failure -> {
                        if (failure instanceof TimeoutException) {
                            drop(used);
                        }
                        return attempt(failure);
                    })
                    .onComplete(done -> attempt.complete(done.result())));
            return attempt;
        } catch (RuntimeException unsendable) {
            return CompletableFuture.completedFuture(Attempt.failed(unsendable));
        }
    }

    private synchronized MailClient client(SmtpServer server) {
        MailClient kept = client;
        if (kept == null) {
            kept = MailClient.create(vertx, settings(server));
            client = kept;
        }
        return kept;
    }

    /** A connection to a server that does not answer stays in its pool for good: the next mail gets another pool. */
    private synchronized void drop(MailClient used) {
        if (used.equals(client)) {
            client = null;
            used.close();
        }
    }

    private static MailMessage letter(Mailbox from, Outbox.Message message, Mail mail) {
        MailMessage letter = new MailMessage()
                .setFrom(from.address().value())
                .setTo(message.destination())
                .setText(mail.text())
                .setHtml(mail.html())
                .addHeader("From", header(from))
                .addHeader("Subject", EncodedWords.of(mail.subject()))
                // If a mail is sent twice because its answer was lost, mail programs can recognise the copy.
                .addHeader("Message-ID", "<" + message.id() + "@" + from.domain() + ">")
                // Tells automatic responders not to reply (RFC 3834).
                .addHeader("Auto-Submitted", "auto-generated");
        if (mail.unsubscribe() != null) {
            letter.addHeader("List-Unsubscribe", "<" + mail.unsubscribe() + ">")
                    .addHeader("List-Unsubscribe-Post", UnsubscribeLinks.LIST_UNSUBSCRIBE_POST);
        }
        return letter;
    }

    private static String header(Mailbox from) {
        String address = from.address().value();
        if (from.name() == null) {
            return address;
        }
        String words = EncodedWords.of(from.name());
        return words.equals(from.name())
                ? '"' + words + "\" <" + address + '>'
                : words + EncodedWords.FOLD + '<' + address + '>';
    }

    /** The server's own words are left out: they may repeat the address. */
    private static Attempt attempt(Throwable failure) {
        if (failure instanceof TimeoutException) {
            return Attempt.failed("no answer within " + MAIL_TIMEOUT.toSeconds() + " seconds");
        }
        if (!(failure instanceof SMTPException refusal)) {
            return Attempt.failed(failure);
        }
        String error = "answered " + refusal.getReplyCode();
        return refusal.isPermanent() && String.valueOf(refusal.getMessage()).startsWith(RECIPIENT_REFUSED)
                ? Attempt.refused(error)
                : Attempt.failed(error);
    }
}
